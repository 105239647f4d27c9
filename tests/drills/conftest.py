"""One machine for all drills, with people of two companies on it."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.drills.machine import Machine, running_machine
from tests.drills.people import Person
from tests.drills.tables import Mailbox

ONLINE = (
    "Ana Lima", "Bo Lindqvist", "Dana Reyes", "Di Novak", "Ed Haas", "Lee Park", "Mia Brandt", "Noah Weiss",
    "Omar Haddad", "Quinn Doyle", "Rosa Vidal", "Sam Okafor",
)  # fmt: skip
ON_PREMISES = ("Finn Carter", "Gia Marino", "Hugo Bernard", "Ines Carvalho", "Jon Mehta")
# Who joins on the first day of the drills: the sandbox numbers them by how many work there with them.
NEW_ONLINE = tuple(f"New{number} Hire" for number in range(16, 46))
NEW_ON_PREMISES = ("New6 Hire",)
SERVER = "mail.fabrikam.example"
SET_UP = """
from accounts.models import Account
from tests.calendar_integration.making import set_integration
set_integration(Account.objects.get(vanity="fabrikam"), method="ews", ews_url={url!r})
"""

SHORT_LIFETIME, USUAL_LIFETIME = 60, 3600  # seconds; with less than five minutes left a token is renewed

Connected = Callable[..., list[Person]]


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """Contoso is in Exchange Online, Fabrikam on an Exchange server of its own."""
    # Not in pytest's own folder, which is closed to the user that PostgreSQL runs as.
    with (
        tempfile.TemporaryDirectory(prefix="atrium-drills-", ignore_cleanup_errors=True) as folder,
        running_machine(Path(folder) / "var") as running,
    ):
        running.control("PUT", "/tenants/fabrikam.example/exchange", {"hosts": [SERVER]})
        for vanity, new in (("contoso", NEW_ONLINE), ("fabrikam", NEW_ON_PREMISES)):
            joined = running.control("POST", f"/tenants/{vanity}.example/people", {"count": len(new)})["value"]
            assert tuple(person["name"] for person in joined) == new
        for name in ON_PREMISES + NEW_ON_PREMISES:
            first_name = name.split()[0].lower()
            running.control("PUT", f"/people/{first_name}@fabrikam.example/mailbox", {"exchange_host": SERVER})
        running.shell(SET_UP.format(url=running.ews_url))
        yield running


@pytest.fixture(scope="session")
def _people() -> dict[str, Person]:
    return {}


@pytest.fixture
def connected(machine: Machine, _people: dict[str, Person]) -> Iterator[Connected]:
    """People who have gone the whole way, now or in an earlier drill; at the end nothing goes wrong any more."""

    def connect(*names: str) -> list[Person]:
        new = [make(name) for name in names if name not in _people]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Person.connect, new))
        _people.update({person.name: person for person in new})
        return [_people[name] for name in names]

    def make(name: str) -> Person:
        on_premises = name in ON_PREMISES + NEW_ON_PREMISES
        return Person(name, machine, "fabrikam" if on_premises else "contoso", by_ews=on_premises)

    yield connect
    machine.control("DELETE", "/faults")
    machine.control("PUT", "/latency", {"milliseconds": 0})
    machine.control("POST", "/tokens", {"lifetime_seconds": USUAL_LIFETIME})


def with_short_tokens(machine: Machine, people: list[Person]) -> list[Person]:
    """The same people, with access tokens that have to be renewed whenever their mailboxes are read.

    What they hold may live for an hour still. It is refused until each has another: a refusal may meet a subscription,
    which waits for the next reading to bring a token. At the end of a drill tokens are as ever.
    """
    machine.control("POST", "/tokens", {"lifetime_seconds": SHORT_LIFETIME})
    all_mirrored(machine, people)
    holding = {person.email: (person, token_of(person)) for person in people}

    def none_holds_it() -> bool:
        for email, (person, token) in list(holding.items()):
            if token_of(person) != token:
                del holding[email]
        for email in holding.keys() - {fault["upn"] for fault in machine.control("GET", "/faults")["value"]}:
            person, _ = holding[email]
            person.fault("graph.unauthorized", count=1)
            person.change(count=1)
        return not holding

    machine.until(none_holds_it, "all tokens were renewed")
    machine.control("DELETE", "/faults")
    all_mirrored(machine, people)
    return people


def token_of(person: Person) -> int:
    """Which of a person's tokens this is: they are counted."""
    return int(Mailbox(person).connection["token_cache_version"])


def all_mirrored(machine: Machine, people: Iterable[Person], seconds: float = 120) -> None:
    """Wait until every one of these mailboxes is in the tables as it is listed. Names those that are not in time."""
    late = {person.name: Mailbox(person) for person in people}

    def none_late() -> bool:
        for name in [name for name, mailbox in late.items() if mailbox.is_mirror]:
            del late[name]
        return not late

    try:
        machine.until(none_late, "all mirrored", seconds)
    except AssertionError as error:
        found = [f"{name}: {told(mailbox)}" for name, mailbox in late.items()]
        raise AssertionError("\n".join([str(error), *found])) from None


def told(mailbox: Mailbox) -> str:
    """What differs, and what the portal knows of it."""
    names = ("state", "failures", "failure_kind", "last_error", "next_attempt_at", "lease_until", "worker_deaths")
    known = {name: str(mailbox.connection[name]) for name in names}
    return f"{known} {mailbox.differences}"
