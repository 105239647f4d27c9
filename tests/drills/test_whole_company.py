"""What fails for a whole company pauses that company: few requests, nobody disconnected, and the others go on."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tests.drills.conftest import NEW_ONLINE, Connected, all_mirrored, with_short_tokens
from tests.drills.machine import Machine
from tests.drills.people import Person
from tests.drills.tables import Mailbox, rows

OTHERS = ("Finn Carter", "Gia Marino", "Hugo Bernard")
PAUSES = """
SELECT circuit.cause FROM calendar_integration_circuit AS circuit
JOIN accounts_account ON accounts_account.id = circuit.account_id
WHERE opened_at IS NOT NULL AND vanity = %s
"""
LOOKED_AT = 2  # changes of the others that are waited for meanwhile
FEW = 20  # requests while the others are read again and again; without a pause there would be hundreds
CAUSES = {"token.invalid_client": "registration", "graph.unavailable": "mailboxes"}


@pytest.mark.parametrize("fault", CAUSES)
def test_a_company_pauses_and_the_other_is_kept_in_step(machine: Machine, connected: Connected, fault: str) -> None:
    many, others = connected(*NEW_ONLINE), connected(*OTHERS)
    if is_of_sign_in := fault.startswith("token."):
        with_short_tokens(machine, many)
    all_mirrored(machine, [*many, *others])
    machine.control("POST", "/faults", {"kind": fault, "tenant": "contoso.example"})
    for person in many:
        person.change(count=4)
    machine.until(lambda: causes(machine, "contoso") == [CAUSES[fault]], "the company pauses")
    machine.until(lambda: not any(Mailbox(person).connection["lease_until"] for person in many), "nothing is read")
    # One that holds a token uses it until it runs out, and then meets the cause itself.
    to_meet = sum(not Mailbox(person).connection["failures"] for person in many) if is_of_sign_in else 0
    machine.control("DELETE", "/requests")
    for _ in range(LOOKED_AT):
        for person in others:
            person.change(count=4)
        all_mirrored(machine, others)
    asked = calls_of(machine, many)
    assert len(asked) <= FEW + to_meet, Counter(call["kind"] for call in asked)
    assert not causes(machine, "fabrikam")
    assert all(Mailbox(person).connection["state"] in ("active", "stale") for person in many)
    machine.control("DELETE", "/faults")
    machine.control("DELETE", "/requests")
    all_mirrored(machine, many)
    assert not causes(machine, "contoso")
    back = first_calls(machine, many)
    busiest = max(Counter(moment.replace(microsecond=0) for moment in back).values())
    print(  # noqa: T201 - measured for whoever asks
        f"\n{fault}: {len(asked)} requests of {len(many)} mailboxes in a pause,"
        f" {to_meet} of which had yet to meet the cause;"
        f" back within {(max(back) - min(back)).total_seconds():.1f} s, {busiest} of {len(back)} in the busiest second"
    )


def causes(machine: Machine, vanity: str) -> list[str]:
    """By what a company pauses, if it does."""
    return [row["cause"] for row in rows(machine.postgres.url, PAUSES, vanity)]


def calls_of(machine: Machine, people: list[Person]) -> list[dict[str, Any]]:
    """What was asked of Microsoft for these people since the log of requests was emptied."""
    names = {person.email for person in people}
    return [call for call in machine.control("GET", "/requests") if call["upn"] in names]


def first_calls(machine: Machine, people: list[Person]) -> list[datetime]:
    """When each of them was asked for first."""
    first: dict[str, datetime] = {}
    for call in calls_of(machine, people):
        first.setdefault(call["upn"], datetime.fromisoformat(call["at"]))
    return list(first.values())
