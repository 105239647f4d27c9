"""What changes in the mailbox changes in the portal, at the cost of one request per stream when nothing did."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.browser.person import Person
from tests.stack import Stack

# A mailbox that was read a moment ago is read again after ten seconds; the schedule then finds it. Polls are minutes.
WITHIN_SECONDS = 30


def make_connected(person: Callable[..., Person]) -> Person:
    ana = person()
    ana.sign_in()
    ana.press("Accept")
    ana.is_up_to_date()
    return ana


def connection_of(ana: Person) -> str:
    """The connection's number, from the worker's log line of its first sync."""
    line = ana.stack.wait_for_line(": done ")
    return line.split("connection ")[1].split(":")[0]


def is_notified(ana: Person, number: str) -> None:
    """Microsoft notifies the portal of her mailbox, which was read once more for what changed before it did."""
    ana.stack.wait_for_line(f"connection {number}: done events delta")
    subscribed = ana.stack.control("GET", f"/people/{ana.email}/subscriptions")["value"]
    assert {row["resource"] for row in subscribed} == {"/me/events", "/me/contacts"}


def soon_and_single(events: list[dict[str, Any]]) -> dict[str, Any]:
    """A single meeting of the next days, to be moved."""
    now = datetime.now().astimezone()
    for event in sorted(events, key=lambda event: event["start"]["dateTime"]):
        starts = datetime.fromisoformat(event["start"]["dateTime"][:19] + "+00:00")
        plain = event["type"] == "singleInstance" and not event["isAllDay"] and not event["isCancelled"]
        if plain and now < starts < now + timedelta(days=12):
            return event
    raise AssertionError("the seed has no single meeting soon")


def test_a_meeting_moved_in_the_mailbox_moves_in_the_portal_by_itself(
    person: Callable[..., Person], stack: Stack
) -> None:
    ana = make_connected(person)
    number = connection_of(ana)
    is_notified(ana, number)
    event = soon_and_single(ana.events())
    ana.sees(event["subject"])
    moved = {
        "subject": "Moved to a better day",
        "start": plus_an_hour(event["start"]),
        "end": plus_an_hour(event["end"]),
    }
    stack.control("PATCH", f"/people/{ana.email}/events/{event['id']}", moved)
    began = time.monotonic()
    stack.wait_for_line(f"connection {number}: done events delta +1")
    assert time.monotonic() - began < WITHIN_SECONDS
    ana.open("/meetings/")
    ana.sees("Moved to a better day")


def test_with_nothing_changed_a_sync_costs_one_request_per_stream(person: Callable[..., Person], stack: Stack) -> None:
    ana = make_connected(person)
    number = connection_of(ana)
    is_notified(ana, number)
    stack.control("DELETE", "/requests")
    stack.manage("sync", "--connection", number)
    made = [row["path"] for row in stack.control("GET", "/requests") if row["upn"] == ana.email]
    assert len(made) == 2
    assert sum("calendarview" in path.lower() for path in made) == 1
    assert sum("contacts" in path.lower() for path in made) == 1


def plus_an_hour(moment: dict[str, str]) -> dict[str, str]:
    """The time an hour later, as Graph writes it."""
    later = datetime.fromisoformat(moment["dateTime"][:19]) + timedelta(hours=1)
    return {"dateTime": f"{later.isoformat()}.0000000", "timeZone": moment["timeZone"]}
