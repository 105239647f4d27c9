"""`make run`: the portal, its worker, its schedule and the sandbox on this machine, started and stopped together."""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.core.exceptions import ImproperlyConfigured
from honcho.manager import Manager
from honcho.printer import Printer

from portal import embedded, env
from portal.local_ground import (
    PortTakenError,
    forget,
    portal_url,
    prepare,
    redis_server,
    refuse_taken_ports,
    write_local_env,
)

READY_WITHIN_SECONDS = 90


def main() -> int:
    """Run everything until Ctrl-C or SIGTERM; answers the exit status."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget the data and leave")
    arguments = parser.parse_args()
    var = env.var_dir(embedded.BASE_DIR)
    # Until the supervisor takes the signals over, SIGTERM must unwind what has been started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ports = {"PORT": env.integer("PORT", 8000), "SANDBOX_PORT": env.integer("SANDBOX_PORT", 8020)}
        if arguments.reset:
            return forget(var)
        refuse_taken_ports(ports)
        var.mkdir(parents=True, exist_ok=True)
        os.environ.update(write_local_env(var, ports))
        embedded.provide()
        embedded.provide_secrets(var)
        with redis_server(var):
            prepare()
            return supervise(var, ports)
    except (embedded.EmbeddedServerError, PortTakenError, ImproperlyConfigured) as error:
        sys.stderr.write(f"Atrium cannot {'forget its data' if arguments.reset else 'start'}: {error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"Atrium cannot start: {error}\n")
        return error.returncode
    except KeyboardInterrupt:
        return 0


def commands(var: Path, ports: dict[str, int]) -> dict[str, str]:
    """What runs, by the name its log lines carry."""
    python, data = shlex.quote(sys.executable), shlex.quote(str(var / "sandbox"))
    celery = f"{python} -m celery --quiet -A portal.celery"
    return {
        "sandbox": f"{python} -m sandbox --port {ports['SANDBOX_PORT']} --portal-url {portal_url(ports)}"
        f" --data-dir {data}",
        "web": f"{python} manage.py demo && exec {python} -m gunicorn portal.wsgi --config portal/gunicorn_conf.py"
        f" --bind 127.0.0.1:{ports['PORT']}",
        "worker": f"exec {celery} worker --loglevel INFO --concurrency 2 --without-gossip --without-mingle",
        "beat": f"exec {celery} beat --loglevel WARNING --schedule {shlex.quote(str(var / 'beat'))} --pidfile=",
    }


def supervise(var: Path, ports: dict[str, int]) -> int:
    """Run all commands; when one ends, or a signal arrives, stop the others."""
    manager = Manager(Printer(sys.stdout, colour=sys.stdout.isatty()))
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "SANDBOX_CLIENT_SECRET": os.environ["MS_CLIENT_SECRET"],
    }
    for name, command in commands(var, ports).items():
        manager.add_process(name, command, cwd=str(embedded.BASE_DIR), env=environment)
    threading.Thread(target=announce, daemon=True).start()
    manager.loop()
    stopped_by_person = manager.returncode in (0, 130, 143, -2, -15)
    return 0 if stopped_by_person else int(manager.returncode)


def announce() -> None:
    """Wait until the portal says it is ready, then say where to go and who can sign in."""
    portal, sandbox = os.environ["PORTAL_URL"], os.environ["SANDBOX_URL"]
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if answers(f"{portal}/readyz"):
            sys.stdout.write(WELCOME.format(portal=portal, sandbox=sandbox))
            sys.stdout.flush()
            return
        time.sleep(0.3)  # a supervisor polling its own child; nothing waits on this thread
    sys.stdout.write(f"Not ready after {READY_WITHIN_SECONDS} seconds: {portal}/readyz says what is missing.\n")


def answers(url: str) -> bool:
    """Whether this URL answers with a 2xx status."""
    try:
        with urlopen(url, timeout=5):  # noqa: S310 - our own http URL, from our own settings
            return True
    except (URLError, OSError):
        return False


WELCOME = """
------------------------------------------------------------------------------
  Atrium is ready.

  Open           {portal}/sso/contoso/login/
                 and choose a person, for instance Ana Lima: she signs in, allows
                 Office 365, and finds her meetings and contacts.
  Owner          dana@contoso.example, password: atrium-demo
                 at {portal}/sign-in/
  Somebody else  {sandbox}/saml/contoso.example/logout-session, then open it again
  Microsoft 365  {sandbox}/  (the sandbox: move a meeting, withdraw a consent)
  Synchronise    .venv/bin/python manage.py sync ana@contoso.example  (or wait five minutes)
  Other company  {portal}/sso/fabrikam/login/

  Ctrl-C stops everything. make reset forgets the data.
------------------------------------------------------------------------------

"""

if __name__ == "__main__":
    sys.exit(main())
