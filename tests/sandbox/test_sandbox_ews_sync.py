"""Changes of a mailbox on-premises, as exchangelib's sync tells them: of a series its master only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from exchangelib import Account
from exchangelib.errors import ErrorInvalidSyncStateData
from exchangelib.folders import BaseFolder

from tests.sandbox.ews_side import PIA, Exchange, HeldAgainstTheSchema, values

Json = dict[str, Any]
CALENDAR, CONTACTS = f"/people/{PIA}/events", f"/people/{PIA}/contacts"
NAMES = ["subject"]


def add(exchange: Exchange, subject: str, **properties: Any) -> Json:
    """A new event tomorrow."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    start = {"dateTime": f"{day}T10:00:00", "timeZone": "W. Europe Standard Time"}
    row: Json = exchange.sandbox.control("POST", CALENDAR, {"subject": subject, "start": start, **properties}, 201)
    return row


def weekly(exchange: Exchange, subject: str) -> Json:
    """A new series without end."""
    pattern = {"type": "daily", "interval": 1}
    return add(exchange, subject, recurrence={"pattern": pattern, "range": {"type": "noEnd"}})


def change(exchange: Exchange, row: Json, **patch: Any) -> None:
    exchange.sandbox.control("PATCH", f"{CALENDAR}/{row['id']}", patch)


def delete(exchange: Exchange, row: Json) -> None:
    exchange.sandbox.control("DELETE", f"{CALENDAR}/{row['id']}")


def sync(folder: BaseFolder, state: str | None = None, size: int = 512) -> list[tuple[str, str, Any]]:
    """A whole round: what happened, to which id, and the item."""
    rows = folder.sync_items(sync_state=state, only_fields=NAMES, max_changes_returned=size)
    return [(kind, item.id, item) for kind, item in rows]


@pytest.fixture
def account(pia: Exchange) -> Account:
    """Pia's mailbox."""
    return pia.account()


def test_the_first_round_tells_every_item_once(pia: Exchange, account: Account) -> None:
    series = weekly(pia, "Stand-up")
    rows = sync(account.calendar)
    people = pia.sandbox.people()
    assert len({identity for _kind, identity, _item in rows}) == len(rows) == people[PIA]["events"]
    assert {kind for kind, _identity, _item in rows} == {"create"}
    assert [item.subject for _kind, _id, item in rows].count(series["subject"]) == 1


def test_later_rounds_tell_what_changed_since(pia: Exchange, account: Account) -> None:
    kept, gone = add(pia, "Kept"), add(pia, "Gone")
    known = {item.subject: identity for _kind, identity, item in sync(account.calendar)}
    assert sync(account.calendar) == []
    change(pia, kept, subject="Renamed")
    delete(pia, gone)
    add(pia, "New")
    delete(pia, add(pia, "Never seen"))
    rows = sync(account.calendar)
    assert [(kind, identity) for kind, identity, _item in rows[:2]] == [
        ("update", known["Kept"]),
        ("delete", known["Gone"]),
    ]
    assert [(kind, item.subject) for kind, _identity, item in rows[2:]] == [("create", "New")]
    assert sync(account.calendar) == []


def test_whatever_happens_to_an_occurrence_is_told_of_its_master(pia: Exchange, account: Account) -> None:
    series = weekly(pia, "Stand-up")
    sync(account.calendar)
    rows = [row for row in pia.sandbox.control("GET", CALENDAR)["value"] if row["seriesMasterId"] == series["id"]]
    change(pia, rows[0], subject="Exception")
    ((kind, identity, item),) = sync(account.calendar)
    assert (kind, item.subject) == ("update", "Stand-up")
    delete(pia, rows[1])
    assert [(kind, found) for kind, found, _item in sync(account.calendar)] == [("update", identity)]
    delete(pia, series)
    assert [(kind, found) for kind, found, _item in sync(account.calendar)] == [("delete", identity)]


def test_a_round_comes_in_pages(pia: Exchange, account: Account) -> None:
    for number in range(3):
        add(pia, f"New {number}")
    calendar = account.calendar
    HeldAgainstTheSchema.operations.clear()
    rows = sync(calendar, size=50)
    pages = -(-pia.sandbox.people()[PIA]["events"] // 50)
    assert HeldAgainstTheSchema.operations == ["SyncFolderItems"] * pages
    assert len(rows) == pia.sandbox.people()[PIA]["events"]
    assert {kind for kind, _identity, _item in rows} == {"create"}


def page(exchange: Exchange, state: str = "", size: int = 512, ignore: str = "") -> Any:
    """One page by hand."""
    return exchange.ask(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        '<m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>'
        + (f"<m:SyncState>{state}</m:SyncState>" if state else "")
        + (f'<m:Ignore><t:ItemId Id="{ignore}"/></m:Ignore>' if ignore else "")
        + f"<m:MaxChangesReturned>{size}</m:MaxChangesReturned></m:SyncFolderItems>"
    )


def told(answer: Any) -> list[str]:
    """What happened, in order."""
    return [str(node.tag.rpartition("}")[2]) for node in answer.find(".//{*}Changes")]


def test_what_changes_in_the_middle_of_a_round_is_not_lost(pia: Exchange) -> None:
    (state,) = values(page(pia), ".//m:SyncState")
    first, second = add(pia, "First"), add(pia, "Second")
    middle = page(pia, state, size=1)
    assert values(middle, ".//m:IncludesLastItemInRange") == ["false"]
    delete(pia, first)
    change(pia, second, subject="Changed before it was ever told")
    end = page(pia, values(middle, ".//m:SyncState")[0])
    assert [told(middle), told(end)] == [["Create"], ["Delete", "Create"]]
    assert values(end, ".//m:IncludesLastItemInRange") == ["true"]
    assert values(middle, ".//t:ItemId/@Id") == values(end, ".//m:Changes/t:Delete/t:ItemId/@Id")


def test_very_many_items_of_one_change_are_told_once(pia: Exchange, account: Account) -> None:
    (state,) = values(page(pia), ".//m:SyncState")
    pia.sandbox.control("POST", f"/people/{PIA}/bulk", {"events": 1200, "contacts": 0}, 201)
    rows = sync(account.calendar, state)
    assert len({identity for _kind, identity, _item in rows}) == len(rows) == 1200
    assert {kind for kind, _identity, _item in rows} == {"create"}
    listed = pia.sandbox.control("GET", CALENDAR)["value"]
    many = [row for row in listed if row["subject"].endswith(("#5", "#700"))]
    change(pia, many[0], subject="Changed")
    delete(pia, many[1])
    assert sorted(kind for kind, _identity, _item in sync(account.calendar)) == ["delete", "update"]
    assert sync(account.calendar) == []


def test_items_can_be_ignored(pia: Exchange) -> None:
    (state,) = values(page(pia), ".//m:SyncState")
    add(pia, "First")
    (ignored,) = values(page(pia, state), ".//t:ItemId/@Id")
    assert told(page(pia, state, ignore=ignored)) == []


def test_contacts_are_synchronized_the_same_way(pia: Exchange, account: Account) -> None:
    assert len(sync(account.contacts)) == pia.sandbox.people()[PIA]["contacts"]
    made = pia.sandbox.control("POST", CONTACTS, {"givenName": "Zoe"}, 201)
    ((kind, identity, item),) = sync(account.contacts)
    assert (kind, item.subject) == ("create", "Zoe")
    pia.sandbox.control("DELETE", f"{CONTACTS}/{made['id']}")
    assert [(kind, found) for kind, found, _item in sync(account.contacts)] == [("delete", identity)]


def test_a_state_is_good_for_its_mailbox_and_folder_only(pia: Exchange, account: Account) -> None:
    sync(account.calendar)
    state = account.calendar.item_sync_state
    with pytest.raises(ErrorInvalidSyncStateData):
        sync(account.contacts, state)
    with pytest.raises(ErrorInvalidSyncStateData):
        sync(account.calendar, "bm90IGEgc3RhdGU=")
    assert sync(account.calendar, state) == []


def test_the_folders_are_synchronized_once(pia: Exchange, account: Account) -> None:
    root = account.root
    rows = [(kind, folder.name) for kind, folder in root.sync_hierarchy()]
    assert ("create", "Calendar") in rows
    assert len(rows) == 9
    assert list(root.sync_hierarchy()) == []
