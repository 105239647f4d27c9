"""Exchange's misbehaviour, one fault at a time, and what it refuses anyway."""

import time
from typing import Any

import pytest
from exchangelib.errors import (
    ErrorCalendarViewRangeTooBig,
    ErrorInvalidSyncStateData,
    ErrorMailboxMoveInProgress,
    ErrorNonExistentMailbox,
    ErrorServerBusy,
    UnauthorizedError,
)
from lxml import etree

from tests.sandbox.ews_contract import NAMESPACES, needs_contract
from tests.sandbox.ews_side import ANA, PIA, Exchange, values
from tests.sandbox.test_sandbox_ews_calendar import usual_window

FOLDER = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
)
PAGE = '<m:IndexedPageItemView MaxEntriesReturned="{size}" Offset="{offset}" BasePoint="Beginning"/>'
VIEW = '<m:CalendarView StartDate="{start}" EndDate="{end}"/>'
CONTACTS = (
    '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
    f"{PAGE}"
    '<m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderIds></m:FindItem>'
)


def code_of(content: bytes) -> str:
    """The code of a fault."""
    return str(etree.fromstring(content).findtext(".//detail/e:ResponseCode", namespaces=NAMESPACES))


def test_a_fault_answers_instead(pia: Exchange) -> None:
    wanted = {"ews.unavailable": 503, "ews.unauthorized": 401, "ews.blocked": 403, "ews.moved": 302}
    for kind, status in wanted.items():
        pia.sandbox.fault(kind, count=2, upn=PIA, retry_after=3)
        answer = pia.post(FOLDER)
        assert [answer.status_code, pia.post(FOLDER).status_code] == [status, status]
        assert answer.headers.get("Retry-After") == ("3" if status == 503 else None)
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        assert ("outlook.office365.com" in answer.headers.get("Location", "")) == (status == 302)
        assert pia.post(FOLDER).status_code == 200


def test_a_fault_can_be_a_soap_fault(pia: Exchange) -> None:
    wanted = {
        "ews.server_busy": "ErrorServerBusy",
        "ews.no_mailbox": "ErrorNonExistentMailbox",
        "ews.move_in_progress": "ErrorMailboxMoveInProgress",
    }
    for kind, code in wanted.items():
        pia.sandbox.fault(kind, count=1)
        answer = pia.post(FOLDER)
        assert (answer.status_code, code_of(answer.content)) == (500, code)
        assert pia.post(FOLDER).status_code == 200


def test_a_busy_server_says_how_long_to_wait(pia: Exchange) -> None:
    account = pia.account()
    pia.sandbox.fault("ews.server_busy", count=1, retry_after=2)
    with pytest.raises(ErrorServerBusy) as busy:
        list(account.contacts.all())
    assert busy.value.back_off == 2.0


def test_exchangelib_knows_the_faults(pia: Exchange) -> None:
    contacts = pia.account().contacts
    wanted = {
        "ews.unauthorized": UnauthorizedError,
        "ews.no_mailbox": ErrorNonExistentMailbox,
        "ews.move_in_progress": ErrorMailboxMoveInProgress,
    }
    for kind, error in wanted.items():
        pia.sandbox.fault(kind, count=1)
        with pytest.raises(error):
            list(contacts.all())


def test_the_operations_are_remembered(pia: Exchange) -> None:
    pia.post(FOLDER)
    pia.post(CONTACTS.format(size=1, offset=0))
    calls = pia.sandbox.control("GET", "/requests")[-2:]
    assert [(call["kind"], call["upn"], call["operation"]) for call in calls] == [
        ("ews", PIA, "GetFolder"),
        ("ews", PIA, "FindItem"),
    ]


def test_a_fault_can_be_somebody_elses(pia: Exchange) -> None:
    pia.sandbox.fault("ews.server_busy", upn=ANA)
    assert pia.post(FOLDER).status_code == 200


def test_a_sync_state_can_be_lost(pia: Exchange) -> None:
    contacts = pia.account().contacts
    list(contacts.sync_items(only_fields=["subject"], max_changes_returned=512))
    pia.sandbox.fault("ews.invalid_sync_state", count=1)
    with pytest.raises(ErrorInvalidSyncStateData):
        list(contacts.sync_items(only_fields=["subject"]))
    assert list(contacts.sync_items(only_fields=["subject"])) == []


def test_a_view_can_be_too_large_for_the_server(pia: Exchange) -> None:
    calendar = pia.account().calendar
    pia.sandbox.fault("ews.view_range_too_big", count=1)
    with pytest.raises(ErrorCalendarViewRangeTooBig):
        list(calendar.view(*usual_window()))


def test_pages_can_be_smaller_than_was_asked_for(pia: Exchange) -> None:
    everyone = pia.sandbox.people()[PIA]["contacts"]
    pia.sandbox.fault("ews.partial", count=1)
    page = pia.ask(CONTACTS.format(size=100, offset=0))
    assert values(page, ".//m:RootFolder/@IndexedPagingOffset") == ["2"]
    assert values(page, ".//m:RootFolder/@IncludesLastItemInRange") == ["false"]
    assert values(page, ".//m:RootFolder/@TotalItemsInView") == [str(everyone)]
    rest = pia.ask(CONTACTS.format(size=1000, offset=2))
    ids = [*values(page, ".//t:ItemId/@Id"), *values(rest, ".//t:ItemId/@Id")]
    assert len(set(ids)) == len(ids) == everyone


def test_a_view_can_be_cut_short(pia: Exchange) -> None:
    start, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in usual_window())
    view = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
        f'<m:CalendarView StartDate="{start}" EndDate="{end}"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    whole = pia.ask(view)
    pia.sandbox.fault("ews.partial", count=1)
    part = pia.ask(view)
    assert values(part, ".//m:RootFolder/@IncludesLastItemInRange") == ["false"]
    shown, all_of_them = (values(answer, ".//t:ItemId/@Id") for answer in (part, whole))
    assert shown == all_of_them[: len(all_of_them) // 2]


def test_a_view_can_show_what_only_touches_it(pia: Exchange) -> None:
    for subject, start, rest in [
        ("Ends", "2027-01-10T23:30:00", {}),
        ("Away", "2027-01-10T00:00:00", {"isAllDay": True, "end": {"dateTime": "2027-01-11T00:00:00"}}),
    ]:
        zone = "UTC" if subject == "Ends" else "Pacific Standard Time"
        row = {"subject": subject, "start": {"dateTime": start, "timeZone": zone}, **rest}
        pia.sandbox.control("POST", f"/people/{PIA}/events", row, 201)
    view = CONTACTS.replace("contacts", "calendar").replace(PAGE, VIEW).replace("IdOnly", "Default")
    operation = view.format(start="2027-01-11T00:00:00Z", end="2027-01-12T00:00:00Z")
    assert not {"Ends", "Away"} & set(values(pia.ask(operation), ".//t:Subject"))
    pia.sandbox.fault("ews.view_edges", count=1)
    assert {"Ends", "Away"} <= set(values(pia.ask(operation), ".//t:Subject"))


def test_an_answer_can_break_off(pia: Exchange) -> None:
    pia.sandbox.fault("ews.malformed", count=1)
    with pytest.raises(etree.XMLSyntaxError):
        pia.post(FOLDER)


def test_an_answer_can_have_a_character_that_xml_has_not(pia: Exchange) -> None:
    pia.sandbox.fault("ews.illegal_character", count=1)
    with pytest.raises(etree.XMLSyntaxError, match="xmlChar"):
        pia.post(FOLDER)


def test_an_answer_can_be_slow(pia: Exchange) -> None:
    pia.sandbox.fault("ews.slow", count=1, seconds=0.3)
    began = time.monotonic()
    assert pia.post(FOLDER).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_what_no_server_takes_is_refused(pia: Exchange) -> None:
    for operation, header, code in [
        ("<m:Nothing/>", "", "ErrorInvalidRequest"),
        ("", "", "ErrorSchemaValidation"),
        (FOLDER, '<t:RequestServerVersion Version="Exchange1"/>', "ErrorInvalidServerVersion"),
        (FOLDER, '<t:TimeZoneContext><t:TimeZoneDefinition Id="x"/></t:TimeZoneContext>', "ErrorTimeZone"),
        (FOLDER, "<t:ExchangeImpersonation/>", "ErrorImpersonateUserDenied"),
    ]:
        answer = pia.post(operation, header=header, valid=False)
        assert (answer.status_code, code_of(answer.content)) == (500, code)


@needs_contract
def test_what_the_schema_does_not_allow_is_refused(pia: Exchange) -> None:
    answer = pia.post("<m:GetFolder/>", valid=False)
    assert (answer.status_code, code_of(answer.content)) == (500, "ErrorSchemaValidation")


def test_what_is_no_envelope_is_refused(pia: Exchange) -> None:
    for content in (b"", b"<a>", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"):
        answer = pia.send(content, {})
        assert (answer.status_code, code_of(answer.content)) == (500, "ErrorSchemaValidation")


def test_an_error_of_one_answer_comes_with_200(pia: Exchange) -> None:
    new_year, next_day = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    calendar = CONTACTS.replace("contacts", "calendar").replace(PAGE, VIEW)
    for operation, code in [
        (CONTACTS.format(size=0, offset=0), "ErrorInvalidPagingMaxRows"),
        (CONTACTS.format(size=1, offset=0).replace('"Shallow"', '"Associated"'), "ErrorInvalidRequest"),
        (calendar.format(start=next_day, end=new_year), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        (calendar.format(start="0001-01-01T00:00:00Z", end="0001-01-02T00:00:00Z"), "ErrorCalendarOutOfRange"),
        (
            CONTACTS.replace(PAGE, VIEW).format(start=new_year, end=next_day),
            "ErrorCalendarFolderIsInvalidForCalendarView",
        ),
    ]:
        assert values(pia.ask(operation), ".//m:ResponseCode") == [code]


def test_a_mailbox_elsewhere_is_not_on_this_server(pia: Exchange) -> None:
    answer = pia.post(FOLDER, anchor="nobody@contoso.example")
    assert code_of(answer.content) == "ErrorNonExistentMailbox"
    pia.sandbox.control("PUT", f"/people/{PIA}/mailbox", {"exchange_host": None})
    assert code_of(pia.post(FOLDER).content) == "ErrorNonExistentMailbox"


def test_a_folder_of_more_than_a_thousand_items_has_to_be_asked_for_in_pages(pia: Exchange) -> None:
    pattern = {"type": "daily", "interval": 1}
    for hour in range(10, 14):
        start = {"dateTime": f"2026-01-01T{hour}:00:00", "timeZone": "UTC"}
        series: dict[str, Any] = {"start": start, "recurrence": {"pattern": pattern, "range": {"type": "noEnd"}}}
        pia.sandbox.control("POST", f"/people/{PIA}/events", series, 201)
    view = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
        '<m:CalendarView {limit}StartDate="2026-01-01T00:00:00Z" EndDate="2026-12-31T00:00:00Z"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    assert values(pia.ask(view.format(limit="")), ".//m:ResponseCode") == ["ErrorExceededFindCountLimit"]
    answer = pia.ask(view.format(limit='MaxEntriesReturned="5000" '))
    assert len(values(answer, ".//t:ItemId/@Id")) == 1000
    assert values(answer, ".//m:RootFolder/@IncludesLastItemInRange") == ["false"]
