"""EWS's items as rows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element

from calendar_integration.clients import ews_contacts, ews_items
from calendar_integration.clients.ews_items import TYPES, day_of

NAMESPACE = TYPES.strip("{}")
WHOLE = {
    "Subject": "Budget review",
    "Sensitivity": "Normal",
    "TextBody": "",
    "Start": "2026-11-23T09:00:00Z",
    "End": "2026-11-23T09:30:00Z",
    "IsAllDayEvent": "false",
    "IsMeeting": "true",
    "CalendarItemType": "Single",
}
BERLIN = '<t:StartTimeZone Id="W. Europe Standard Time" Name="Berlin"/>'


def element(name: str, inside: str) -> _Element:
    return etree.fromstring(f'<t:{name} xmlns:t="{NAMESPACE}">{inside}</t:{name}>')


def make_item(more: str = "", **changes: str) -> _Element:
    """A calendar item as Exchange sends it, shortened."""
    parts = "".join(f"<t:{name}>{text}</t:{name}>" for name, text in {**WHOLE, **changes}.items())
    return element("CalendarItem", f'<t:ItemId Id="AAMk1" ChangeKey="k1"/>{parts}{more}')


def test_times_are_aware_and_in_utc() -> None:
    row = ews_items.to_row(make_item(BERLIN, Start="2026-11-23T10:00:00+01:00"))
    assert (row.start_at, row.end_at) == (
        datetime(2026, 11, 23, 9, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )
    assert (row.remote_id, row.change_key, row.start_date, row.zone) == ("AAMk1", "k1", None, "Europe/Berlin")


def test_a_time_without_an_offset_is_in_the_zone_that_was_asked_for() -> None:
    row = ews_items.to_row(make_item(Start="2026-11-23T09:00:00"))
    assert row.start_at == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_an_all_day_event_has_the_days_of_its_own_zone() -> None:
    times = {"Start": "2026-11-22T23:00:00Z", "End": "2026-11-24T23:00:00Z", "IsAllDayEvent": "true"}
    row = ews_items.to_row(make_item(BERLIN, **times))
    assert (row.start_date, row.end_date) == (date(2026, 11, 23), date(2026, 11, 25))
    assert (row.start_at, row.end_at) == (None, None)


@pytest.mark.parametrize("zone", ["", '<t:StartTimeZone Id="tzone://Microsoft/Custom"/>'])
def test_an_all_day_event_of_an_unknown_zone_has_the_nearest_days(zone: str) -> None:
    times = {"Start": "2026-11-22T23:00:00Z", "End": "2026-11-23T23:00:00Z", "IsAllDayEvent": "true"}
    row = ews_items.to_row(make_item(zone, **times))
    assert (row.start_date, row.end_date, row.zone) == (date(2026, 11, 23), date(2026, 11, 24), "")


def test_an_all_day_event_that_ends_where_it_begins_lasts_that_day() -> None:
    midnight = "2026-11-22T23:00:00Z"
    row = ews_items.to_row(make_item(BERLIN, Start=midnight, End=midnight, IsAllDayEvent="1"))
    assert row.end_date == date(2026, 11, 24)


ZONES = ["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland", "Pacific/Kiritimati", "Etc/GMT+12"]


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
def test_the_day_of_a_midnight_is_that_day_in_every_zone(day: date, zone: str) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert day_of(midnight, zone) == day


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(-11 * 60, 12 * 60))
def test_the_day_of_a_midnight_of_an_unknown_zone_is_the_nearest(day: date, minutes: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(minutes=minutes)
    assert day_of(midnight, "") == day


@pytest.mark.parametrize("word", ["Private", "Confidential"])
def test_private_and_confidential_are_private(word: str) -> None:
    assert ews_items.to_row(make_item(Sensitivity=word)).is_private
    assert not ews_items.to_row(make_item(Sensitivity="Personal")).is_private


def test_words_are_those_of_graph() -> None:
    words = {"MyResponseType": "Tentative", "LegacyFreeBusyStatus": "OOF", "CalendarItemType": "Exception"}
    row = ews_items.to_row(make_item(**words))
    assert (row.response, row.show_as, row.kind) == ("tentativelyAccepted", "oof", "exception")


def test_people_are_counted_and_the_organizer_is_named() -> None:
    someone = "<t:Attendee><t:Mailbox><t:Name>x</t:Name></t:Mailbox></t:Attendee>"
    more = (
        "<t:Organizer><t:Mailbox><t:Name>Omar</t:Name><t:EmailAddress>omar@contoso.example</t:EmailAddress>"
        f"</t:Mailbox></t:Organizer><t:RequiredAttendees>{someone * 2}</t:RequiredAttendees>"
        f"<t:OptionalAttendees>{someone}</t:OptionalAttendees><t:Resources>{someone}</t:Resources>"
    )
    row = ews_items.to_row(make_item(more))
    assert (row.organizer_name, row.organizer_email, row.attendee_count) == ("Omar", "omar@contoso.example", 4)
    assert not row.is_organizer


def test_an_organizer_known_by_a_directory_path_has_no_address() -> None:
    address = "/o=Contoso/ou=Exchange/cn=Recipients/cn=omar"
    more = f"<t:Organizer><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox></t:Organizer>"
    assert ews_items.to_row(make_item(more)).organizer_email == ""


@pytest.mark.parametrize("changes", [{"MyResponseType": "Organizer"}, {"IsMeeting": "false"}])
def test_ones_own_meetings_and_plain_appointments_are_organized_by_oneself(changes: dict[str, str]) -> None:
    assert ews_items.to_row(make_item(**changes)).is_organizer


def test_the_link_to_join_is_what_is_declared_else_what_the_text_has() -> None:
    body = "Join: https://acme.zoom.us/j/123?pwd=x"
    assert ews_items.to_row(make_item(TextBody=body)).join_provider == "Zoom"
    declared = "<t:JoinOnlineMeetingUrl>https://teams.microsoft.com/l/meetup-join/1</t:JoinOnlineMeetingUrl>"
    assert ews_items.to_row(make_item(declared, TextBody=body)).join_provider == "Teams"


@pytest.mark.parametrize(
    ("written", "link"),
    [("https://mail.contoso.example/owa/?ItemID=1", True), ("?ae=Item&amp;a=Open", False), ("javascript:x", False)],
)
def test_the_page_of_the_item_is_a_whole_address_or_none(written: str, link: bool) -> None:
    assert bool(ews_items.to_row(make_item(WebClientReadFormQueryString=written)).web_link) is link


def test_how_a_series_repeats_is_in_the_words_of_graph() -> None:
    for name, word in ews_items.PATTERNS.items():
        master = element("CalendarItem", f"<t:Recurrence><t:{name}/><t:NoEndRecurrence/></t:Recurrence>")
        assert ews_items.pattern_of(master) == word
    assert ews_items.pattern_of(make_item()) == ""


@pytest.mark.parametrize("changes", [{"Start": "soon"}, {"End": ""}, {"CalendarItemType": "Sometimes"}])
def test_an_item_that_is_malformed_is_an_error(changes: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        ews_items.to_row(make_item(**changes))


def make_contact(inside: str) -> _Element:
    return element("Contact", f'<t:ItemId Id="c1" ChangeKey="k"/>{inside}')


def test_a_contact_has_its_addresses_and_numbers_in_order() -> None:
    row = ews_contacts.to_row(
        make_contact(
            "<t:DisplayName>Pia Rossi</t:DisplayName><t:CompanyName>Proseware</t:CompanyName><t:EmailAddresses>"
            '<t:Entry Key="EmailAddress2">two@post.example</t:Entry><t:Entry Key="EmailAddress1">one@post.example'
            '</t:Entry><t:Entry Key="EmailAddress3">/o=Contoso/cn=pia</t:Entry></t:EmailAddresses><t:PhoneNumbers>'
            '<t:Entry Key="HomePhone">3</t:Entry><t:Entry Key="BusinessPhone">2</t:Entry>'
            '<t:Entry Key="MobilePhone">1</t:Entry><t:Entry Key="OtherFax">4</t:Entry><t:Entry Key="HomePhone2"/>'
            "</t:PhoneNumbers>"
        )
    )
    assert (row.name, row.company) == ("Pia Rossi", "Proseware")
    assert row.emails == '["one@post.example","two@post.example"]'
    assert row.phones == '[["mobile","1"],["business","2"],["home","3"]]'


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<t:GivenName>P.</t:GivenName><t:Surname>Rossi</t:Surname>", "P. Rossi"),
        ("<t:CompanyName>Proseware</t:CompanyName>", "Proseware"),
        ("", ""),
    ],
)
def test_a_contact_without_a_display_name_is_listed_by_what_there_is(inside: str, name: str) -> None:
    assert ews_contacts.to_row(make_contact(inside)).name == name
