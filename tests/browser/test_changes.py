"""What changes in the mailbox changes in the portal, at the cost of one request per stream when nothing did."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.back_door_client import BackDoor
from tests.browser.person import Person
from tests.stack import Stack

# A mailbox that was read a moment ago is read again after ten seconds; the schedule then finds it. Polls are minutes.
WITHIN_SECONDS = 40


def make_connected(person: Callable[..., Person]) -> Person:
    ana = person()
    ana.sign_in()
    ana.press("Accept")
    ana.is_up_to_date()
    return ana


def wait_until_notified(ana: Person) -> None:
    """Until Microsoft notifies the portal of her mailbox, and it was read once more for what changed before it did."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        made = [row["path"].lower() for row in ana.stack.control("GET", "/requests") if row["upn"] == ana.email]
        subscribed = max((at for at, path in enumerate(made) if path.endswith("/subscriptions")), default=len(made))
        if any("contacts" in path for path in made[subscribed:]):
            return
    raise AssertionError("nobody notifies the portal")


def sees_soon(ana: Person, text: str) -> None:
    """The page shows it within the time, when it is opened again and again."""
    deadline = time.monotonic() + WITHIN_SECONDS
    ana.open("/meetings/")
    while not ana.page.get_by_text(text).first.is_visible():
        assert time.monotonic() < deadline, text
        ana.open("/meetings/")


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
    wait_until_notified(ana)
    event = soon_and_single(ana.events())
    ana.sees(event["subject"])
    moved = {
        "subject": "Moved to a better day",
        "start": plus_an_hour(event["start"]),
        "end": plus_an_hour(event["end"]),
    }
    stack.control("PATCH", f"/people/{ana.email}/events/{event['id']}", moved)
    sees_soon(ana, "Moved to a better day")


def test_with_nothing_changed_a_sync_costs_one_request_per_stream(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    ana = make_connected(person)
    wait_until_notified(ana)
    stack.control("DELETE", "/requests")
    door.sync(ana.email)
    made = [row["path"] for row in stack.control("GET", "/requests") if row["upn"] == ana.email]
    assert len(made) == 2
    assert sum("calendarview" in path.lower() for path in made) == 1
    assert sum("contacts" in path.lower() for path in made) == 1


def plus_an_hour(moment: dict[str, str]) -> dict[str, str]:
    """The time an hour later, as Graph writes it."""
    later = datetime.fromisoformat(moment["dateTime"][:19]) + timedelta(hours=1)
    return {"dateTime": f"{later.isoformat()}.0000000", "timeZone": moment["timeZone"]}
