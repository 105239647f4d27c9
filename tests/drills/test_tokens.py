"""Every fault of Microsoft's token endpoint while mailboxes are read: what passes, and what a person has to mend."""

from datetime import UTC, datetime, timedelta
from functools import partial

from sandbox.fault_kinds import GROUPS
from tests.drills.conftest import NEW_ONLINE, Connected, all_mirrored, with_short_tokens
from tests.drills.machine import Machine
from tests.drills.people import UP_TO_DATE, Person
from tests.drills.tables import Mailbox, execute, rows

SECOND_STEP = {"token.mfa_required", "token.mfa_step_up"}
# Refused for the person: once may be a hiccup, twice is not, a quarter of an hour apart.
OF_PERSON = (
    "token.refresh_revoked", "token.refresh_expired", "token.sign_in_frequency", "token.conditional_access",
    "token.not_assigned", "token.account_disabled", *sorted(SECOND_STEP),
)  # fmt: skip
# Passes by itself, by the kind of failure that is seen meanwhile.
PASSING = {
    "token.unavailable": "sign_in", "token.throttled": "sign_in", "token.slow": "sign_in", "token.reset": "sign_in",
    "token.html": "sign_in", "token.unreadable": "sign_in", "token.invalid_client": "registration",
    "token.wrong_secret": "registration", "token.app_missing": "request_refused",
    "token.consent_withdrawn": "consent", "token.consent_missing": "consent", "token.fewer_scopes": "access_denied",
}  # fmt: skip
GIVEN_TIME = ("token.throttled", "token.consent_withdrawn", "token.consent_missing")  # a minute and more
# What an id token says is looked at when somebody connects; at a refresh it harms nobody.
HARMLESS = ("token.wrong_person", "token.wrong_tenant", "token.wrong_audience", "token.wrong_issuer",
            "token.id_token_expired")  # fmt: skip
# They concern codes, which nobody redeems here. Discovery knows no person: it is unavailable to all.
ELSEWHERE = {"token.code_reused", "token.code_expired", "token.wrong_nonce", "discovery.unavailable"}
GROUPS_OF_TOKENS = ("Identity: tokens refused", "Identity: tokens that say something else", "Identity: out of order")
SOON = timedelta(seconds=20)  # what is queued, or has failed, waits no longer
LONGER_THAN_WE_WAIT = 25  # seconds
PAUSED = "SELECT cause FROM calendar_integration_circuit WHERE opened_at IS NOT NULL"
QUARTER_PASSES = """
UPDATE calendar_integration_connection
SET invalid_grant_at = invalid_grant_at - interval '16 minutes', next_attempt_at = now() WHERE id = %s
"""


def test_every_fault_of_tokens_is_drilled() -> None:
    known = {kind.name for group in GROUPS_OF_TOKENS for kind in GROUPS[group]}
    assert known == {*OF_PERSON, *PASSING, *HARMLESS} | ELSEWHERE


def test_what_passes_at_the_token_endpoint_is_over_by_itself(machine: Machine, connected: Connected) -> None:
    kinds = [*PASSING, *HARMLESS]
    people = dict(zip(kinds, with_short_tokens(machine, connected(*NEW_ONLINE[: len(kinds)])), strict=True))
    died = machine.restarts.copy()
    for kind, person in people.items():
        seconds = {"seconds": LONGER_THAN_WE_WAIT} if kind == "token.slow" else {}
        person.fault(kind, **seconds, **({"count": 2} if kind in HARMLESS else {}))
        person.change()
    for kind, trouble in PASSING.items():
        machine.until(partial(fails_by, people[kind], trouble), f"{kind} is seen as {trouble}")
        assert UP_TO_DATE not in people[kind].status()
    machine.until(lambda: kinds_on(machine) == set(PASSING), "the others were met too")
    machine.control("DELETE", "/faults")
    for kind in PASSING:
        assert stays_connected(people[kind])
    for kind in GIVEN_TIME:
        machine.until(partial(is_well_after_quarters, people[kind]), f"{kind} is over")
    all_mirrored(machine, people.values())
    machine.until(lambda: all(UP_TO_DATE in person.status() for person in people.values()), "up to date")
    assert machine.restarts == died


def test_a_worker_that_cannot_discover_where_tokens_come_from(machine: Machine, connected: Connected) -> None:
    """What was discovered is kept for a day, so it takes a process that has just begun."""
    (person,) = with_short_tokens(machine, connected(NEW_ONLINE[0]))
    machine.control("POST", "/faults", {"kind": "discovery.unavailable", "tenant": "contoso.example"})
    machine.kill_workers(whole=False)
    person.change()
    # Where others of the company come first, it pauses before it is this mailbox's turn.
    machine.until(lambda: fails_by(person, "sign_in") or has_paused(machine, "sign_in"), "no token is to be had")
    machine.control("DELETE", "/faults")
    all_mirrored(machine, [person])


def test_who_is_refused_twice_connects_again(machine: Machine, connected: Connected) -> None:
    names = NEW_ONLINE[: len(OF_PERSON) + 2]
    hiccup, revoked, *others = with_short_tokens(machine, connected(*names))
    people = dict(zip(OF_PERSON, others, strict=True))
    refused = [revoked, *people.values()]
    hiccup.fault("token.refresh_revoked", count=1)
    machine.control("POST", f"/people/{revoked.email}/revoke")
    for kind, person in people.items():
        person.fault(kind)
    for person in [hiccup, *refused]:
        person.change()
        machine.until(partial(fails_by, person, "authorization"), f"{person.name} is refused")
        assert stays_connected(person)
        a_quarter_passes(person)
    for person in refused:
        machine.until(partial(is_to_connect, person), f"{person.name} has to connect again")
        assert "Not kept up to date" in person.status()
    for fault in machine.control("GET", "/faults")["value"]:
        if fault["kind"] not in SECOND_STEP:  # asked for until somebody has brought it
            machine.control("DELETE", f"/faults/{fault['id']}")
    for person in refused:
        person.connect_again()
    all_mirrored(machine, [hiccup, *refused])
    machine.until(lambda: all(UP_TO_DATE in person.status() for person in [hiccup, *refused]), "up to date")


def fails_by(person: Person, kind: str) -> bool:
    return bool(Mailbox(person).connection["failure_kind"] == kind)


def has_paused(machine: Machine, cause: str) -> bool:
    return any(row["cause"] == cause for row in rows(machine.postgres.url, PAUSED))


def stays_connected(person: Person) -> bool:
    return Mailbox(person).connection["state"] in ("active", "stale")


def is_to_connect(person: Person) -> bool:
    return bool(Mailbox(person).connection["state"] == "needs_reauthorization")


def a_quarter_passes(person: Person) -> None:
    """A quarter of an hour later: the wait that Atrium gives a refusal is over, and it tries again."""
    assert execute(person.machine.postgres.url, QUARTER_PASSES, Mailbox(person).connection["id"])


def is_well_after_quarters(person: Person) -> bool:
    """Whether it is read again. A try that was under way may have been refused once more, and waits once more."""
    mailbox = Mailbox(person).connection
    if mailbox["failures"] and mailbox["next_attempt_at"] - datetime.now(UTC) > SOON:
        a_quarter_passes(person)
    return not mailbox["failures"]


def kinds_on(machine: Machine) -> set[str]:
    return {fault["kind"] for fault in machine.control("GET", "/faults")["value"]}
