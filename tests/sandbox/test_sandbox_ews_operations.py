"""What else an Exchange server does: other forms of ids, time zones, names, and notifications that are fetched."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from exchangelib import EWSTimeZone
from exchangelib.errors import (
    ErrorInvalidWatermark,
    ErrorNameResolutionNoResults,
    ErrorNonExistentMailbox,
    ErrorSubscriptionNotFound,
)
from exchangelib.properties import EWS_ID, ID_FORMATS, AlternateId
from exchangelib.services import GetServerTimeZones

from tests.sandbox.ews_contract import needs_contract
from tests.sandbox.ews_side import PIA, Exchange, HeldAgainstTheSchema, get_item, values

CALENDAR, CONTACTS = f"/people/{PIA}/events", f"/people/{PIA}/contacts"
ALL = "<t:BaseShape>AllProperties</t:BaseShape>"


@needs_contract
def test_every_item_is_valid_with_every_property(pia: Exchange) -> None:
    for folder in ("calendar", "contacts"):
        listed = pia.ask(
            f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ALL}</m:ItemShape>'
            '<m:IndexedPageItemView Offset="0" BasePoint="Beginning"/>'
            f'<m:ParentFolderIds><t:DistinguishedFolderId Id="{folder}"/></m:ParentFolderIds></m:FindItem>'
        )
        assert values(listed, ".//m:RootFolder/@IncludesLastItemInRange") == ["true"]
        assert not values(listed, ".//t:Body | .//t:Recurrence | .//t:RequiredAttendees")
        ids = values(listed, ".//t:Items/*/t:ItemId/@Id")
        items = "".join(f'<t:ItemId Id="{identity}"/>' for identity in ids)
        whole = pia.ask(f"<m:GetItem><m:ItemShape>{ALL}</m:ItemShape><m:ItemIds>{items}</m:ItemIds></m:GetItem>")
        assert values(whole, ".//m:Items/*/t:ItemId/@Id") == ids
        assert values(whole, ".//t:Body")


@needs_contract
def test_a_view_is_valid_with_every_property(pia: Exchange) -> None:
    start = datetime.now(UTC)
    window = f'StartDate="{start:%Y-%m-%dT%H:%M:%SZ}" EndDate="{start + timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}"'
    answer = pia.ask(
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ALL}</m:ItemShape><m:CalendarView {window}/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    assert {"Single", "Occurrence", "Exception"} == set(values(answer, ".//t:CalendarItemType"))
    assert not values(answer, ".//t:Organizer//t:EmailAddress")


def test_text_is_had_instead_of_html(pia: Exchange) -> None:
    start = {"dateTime": "2027-01-11T10:00:00", "timeZone": "UTC"}
    body = {"contentType": "html", "content": "<p>One &amp; two</p>"}
    pia.sandbox.control("POST", CALENDAR, {"subject": "New", "start": start, "body": body}, 201)
    listed = pia.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
        '<m:CalendarView StartDate="2027-01-11T10:00:00Z" EndDate="2027-01-11T10:30:00Z"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    (identity,) = values(listed, ".//t:CalendarItem[t:Subject='New']/t:ItemId/@Id")
    asked = '<t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>'
    assert values(pia.ask(get_item(identity, asked)), ".//t:Body/@BodyType") == ["HTML"]
    as_text = pia.ask(get_item(identity, f"<t:BodyType>Text</t:BodyType>{asked}"))
    assert values(as_text, ".//t:Body") == ["One & two"]


def test_its_version_is_found_out(pia: Exchange) -> None:
    version = pia.account(version=None).protocol.version
    assert (str(version.build), version.api_version) == ("15.2.2562.17", "Exchange2016")
    assert HeldAgainstTheSchema.operations == ["ConvertId"]


def test_ids_have_other_forms(pia: Exchange) -> None:
    account = pia.account()
    own = AlternateId(id=account.calendar.id, format=EWS_ID, mailbox=PIA)
    others = AlternateId(id=account.calendar.id, format=EWS_ID, mailbox="nobody@contoso.example")
    protocol = account.protocol
    for form in ID_FORMATS:
        (converted,) = protocol.convert_ids([own], destination_format=form)
        (back,) = protocol.convert_ids([converted], destination_format=EWS_ID)
        assert (converted.format, back.id) == (form, own.id)
    with pytest.raises(ErrorNonExistentMailbox):
        list(protocol.convert_ids([others], destination_format=EWS_ID))


def test_the_servers_zones_have_rules(pia: Exchange) -> None:
    service = GetServerTimeZones(protocol=pia.account().protocol)
    names = {zone.id for zone in service.call()}
    assert {"UTC", "W. Europe Standard Time", "Tokyo Standard Time"} < names
    berlin, tokyo = (EWSTimeZone(name) for name in ("Europe/Berlin", "Asia/Tokyo"))
    full = {zone.id: zone for zone in service.call([berlin, tokyo], return_full_timezone_data=True)}
    assert {period.name: period.bias for period in full["W. Europe Standard Time"].periods} == {
        "Standard": timedelta(hours=-1),
        "Daylight": timedelta(hours=-2),
    }
    (group,) = full["W. Europe Standard Time"].transitions_groups
    assert [(turn.month, turn.occurrence, turn.day_of_week) for turn in group.transitions] == [(3, 5, 7), (10, 5, 7)]
    assert [period.bias for period in full["Tokyo Standard Time"].periods] == [timedelta(hours=-9)]


def test_names_are_resolved_in_the_directory_and_among_contacts(pia: Exchange) -> None:
    address = {"name": "Zelda", "address": "zelda@litware.example"}
    pia.sandbox.control("POST", CONTACTS, {"displayName": "Zelda", "emailAddresses": [address]}, 201)
    protocol = pia.account().protocol
    (found,) = protocol.resolve_names(["ana@contoso.example"])
    assert (found.name, found.email_address, found.mailbox_type) == ("Ana Lima", "ana@contoso.example", "Mailbox")
    ((_mailbox, card),) = protocol.resolve_names(["Ana L"], return_full_contact_data=True)
    assert (card.surname, card.company_name) == ("Lima", "Contoso")
    (contact,) = protocol.resolve_names(["zelda"])
    assert (contact.email_address, contact.mailbox_type) == ("zelda@litware.example", "Contact")
    assert protocol.resolve_names(["zelda"], search_scope="ActiveDirectory") == [
        ErrorNameResolutionNoResults("No results were found.")
    ]


def test_several_names_are_a_warning(pia: Exchange) -> None:
    entry = "<m:UnresolvedEntry>o</m:UnresolvedEntry>"
    answer = pia.ask(
        f'<m:ResolveNames ReturnFullContactData="false" SearchScope="ActiveDirectory">{entry}</m:ResolveNames>'
    )
    assert values(answer, ".//@ResponseClass") == ["Warning"]
    assert values(answer, ".//m:ResponseCode") == ["ErrorNameResolutionMultipleResults"]
    assert set(values(answer, ".//t:Name")) == {"Omar Haddad", "Sam Okafor"}


def add(exchange: Exchange, subject: str) -> Any:
    start = {"dateTime": "2027-01-11T10:00:00", "timeZone": "UTC"}
    return exchange.sandbox.control("POST", CALENDAR, {"subject": subject, "start": start}, 201)


def fetched(folder: Any, subscription: str, watermark: str) -> tuple[list[str], str]:
    """The kinds of the events since a watermark, and the next one."""
    (notification,) = folder.get_events(subscription, watermark)
    events = notification.events
    return [type(event).__name__ for event in events], events[-1].watermark


def test_what_happened_is_fetched(pia: Exchange) -> None:
    calendar = pia.account().calendar
    subscription, watermark = calendar.subscribe_to_pull(timeout=10)
    assert fetched(calendar, subscription, watermark)[0] == ["StatusEvent"]
    first, _second = add(pia, "First"), add(pia, "Second")
    kinds, later = fetched(calendar, subscription, watermark)
    assert kinds == ["CreatedEvent", "CreatedEvent"]
    pia.sandbox.control("POST", CONTACTS, {"displayName": "Not in the calendar"}, 201)
    pia.sandbox.control("PATCH", f"{CALENDAR}/{first['id']}", {"subject": "Changed"})
    kinds, last = fetched(calendar, subscription, later)
    assert kinds == ["ModifiedEvent"]
    pia.sandbox.control("DELETE", f"{CALENDAR}/{first['id']}")
    assert fetched(calendar, subscription, last)[0] == ["DeletedEvent"]
    assert fetched(calendar, subscription, watermark)[0] == ["CreatedEvent"]


def test_a_subscription_ends(pia: Exchange) -> None:
    calendar = pia.account().calendar
    subscription, watermark = calendar.subscribe_to_pull(event_types=["DeletedEvent"], timeout=10)
    add(pia, "Not told, since nobody asked for it")
    assert fetched(calendar, subscription, watermark)[0] == ["StatusEvent"]
    with pytest.raises(ErrorInvalidWatermark):
        list(calendar.get_events(subscription, "AAAA"))
    calendar.unsubscribe(subscription)
    with pytest.raises(ErrorSubscriptionNotFound):
        list(calendar.get_events(subscription, watermark))
