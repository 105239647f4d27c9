"""A whole repeat sign-in, with PostgreSQL, beside python3-saml's bare process_response on the same message.

Bare means: settings made beforehand, no database, no session, no page. It is measured as it is installed, which
compiles SAML's schema for each message, and once more with the schema that Atrium remembers.
"""

import cProfile
import gc
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import connection
from django.test import Client
from django.utils import timezone
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from accounts.models import User
from bench.ground import throw_away_database
from sso import saml
from sso.models import IdentityProvider
from sso.saml import Party, schema
from sso.saml.toolkit import settings_of
from tests.makers import make_connection, make_service
from tests.sso.attacks.forging import Scene, encoded, make_company, make_scene

RUNS = 300
WARM = 10
FORM = "application/x-www-form-urlencoded"
AT_MOST = 3.0
STRANGER = Client()  # whose middleware is loaded once, as a server's is
PARTS = {
    "reading the message": ("saml/message.py", "read_message"),
    "checking and verifying it": ("saml/response.py", "read_response"),
    "  of it python3-saml and xmlsec": ("saml/verifier.py", "verify"),
    "finding out who it is": ("sso/provisioning.py", "known"),
    "the session, with its log rows": ("views/arriving.py", "_begin_session"),
}


@dataclass(frozen=True)
class Waiting:
    """A sign-in that has begun: whose browser, and the fresh message that answers it."""

    person: Client
    scene: Scene
    message: str
    body: str  # as the browser sends it


def main() -> int:
    """Print the figures; answers 1 where a sign-in takes more than three times what bare python3-saml takes."""
    with throw_away_database():
        company = make_company()
        sign_in(prepare())  # the person exists from here on
        make_service(company)
        make_connection(User.objects.get())  # with a mailbox that is connected, as most who come back have one
        party = Party("contoso", IdentityProvider.objects.get())
        figures = measure([prepare() for _run in range(RUNS + WARM)], party)
        bare, remembered, verified, whole = (statistics.median(column) * 1000 for column in zip(*figures, strict=True))
        say(f"python3-saml's process_response, bare      {bare:7.2f} ms")
        say(f"the same with the schema remembered        {remembered:7.2f} ms")
        say(f"our checks and python3-saml (of the whole) {verified:7.2f} ms")
        say(f"a whole sign-in: answer and finish         {whole:7.2f} ms")
        say(f"ratio of the whole to the bare             {whole / bare:7.2f}    (at most {AT_MOST:.1f})")
        say_rest(whole)
    return int(whole / bare > AT_MOST)


def prepare() -> Waiting:
    """Somebody begins to sign in, and the identity provider has made its answer."""
    person = Client()
    scene = make_scene(person)
    message = encoded(scene.honest())
    return Waiting(person, scene, message, urlencode({"SAMLResponse": message}))


def measure(waiting: list[Waiting], party: Party) -> list[tuple[float, float, float, float]]:
    """Seconds of each way, for one message after the other."""
    settings = settings_of(party)
    gc.collect()
    gc.disable()
    rows = []
    for one in waiting:
        rows.append(
            (
                timed(bare, one, settings, schema.as_installed),
                timed(bare, one, settings, schema.validate),
                timed(verify, one, party),
                timed(sign_in, one),
            )
        )
    gc.enable()
    return rows[WARM:]


def timed(work: Callable[..., None], *about: Any) -> float:
    """How long it takes, in seconds."""
    started = time.perf_counter()
    work(*about)
    return time.perf_counter() - started


def bare(one: Waiting, settings: Any, validate: Any) -> None:
    """python3-saml alone, with one or the other way to validate by the schema."""
    url = urlsplit(one.scene.acs)
    posted = {"SAMLResponse": one.message}
    request = {"https": "off", "http_host": url.netloc, "script_name": url.path, "get_data": {}, "post_data": posted}
    OneLogin_Saml2_XML.validate_xml = staticmethod(validate)
    auth = OneLogin_Saml2_Auth(request, old_settings=settings)
    auth.process_response(request_id=one.scene.request_id)
    schema.remember()
    assert auth.is_authenticated(), auth.get_last_error_reason()  # noqa: S101 - else the time is of nothing


def verify(one: Waiting, party: Party) -> None:
    """What saml does of a sign-in, the account's settings made before: shape, python3-saml, exact checks."""
    saml.read_response(party, saml.read_message(one.message), request_id=one.scene.request_id, now=timezone.now())


def sign_in(one: Waiting) -> None:
    """The answer is posted from another site, and the browser that began finishes."""
    STRANGER.cookies.clear()
    posted = STRANGER.post("/sso/contoso/acs/", one.body, content_type=FORM)
    arrived = one.person.get(posted["Location"])
    assert arrived.status_code == 302, arrived.content  # noqa: S101 - else the time is of nothing


def do_nothing() -> None:
    """A request through the whole portal to an address that asks nobody."""
    STRANGER.get("/healthz")


def say_rest(whole: float) -> None:
    """How long the database takes, and which parts of ours take how much of it."""
    queries: list[float] = []

    def clocked(execute: Callable[..., Any], *query: Any) -> Any:
        started = time.perf_counter()
        answer = execute(*query)
        queries.append(time.perf_counter() - started)
        return answer

    waiting = [prepare() for _run in range(20)]
    with connection.execute_wrapper(clocked):
        for one in waiting:
            sign_in(one)
    each = sum(queries) / len(waiting) * 1000
    say(f"of it waiting for PostgreSQL               {each:7.2f} ms in {len(queries) / len(waiting):.0f} statements")
    nothing = statistics.median(timed(do_nothing) for _run in range(RUNS)) * 1000
    say(f"of it two requests that do nothing         {2 * nothing:7.2f} ms")
    profiled = cProfile.Profile()
    waiting = [prepare() for _run in range(20)]
    profiled.enable()
    for one in waiting:
        sign_in(one)
    profiled.disable()
    rows: dict[Any, Any] = pstats.Stats(profiled).stats  # type: ignore[attr-defined]  # has been there for decades
    total = max(row[3] for row in rows.values())
    say("where the time goes, by a profile of 20 sign-ins:")
    for label, (file, name) in PARTS.items():
        seconds = sum(
            row[3] for (path, _line, function), row in rows.items() if path.endswith(file) and function == name
        )
        say(f"  {label:<40} {seconds / total * whole:7.2f} ms")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
