"""What Microsoft is asked for, and what a token says of it."""

import pytest

from calendar_integration import scopes
from calendar_integration.integration_setting import CalendarAccess, ContactAccess, Method, Permissions

EWS = Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, "mail.contoso.example")
SERVER = "https://mail.contoso.example/EWS.AccessAsUser.All"


def test_an_exchange_server_is_asked_for_by_its_host_and_nothing_else_with_it() -> None:
    assert scopes.wanted(EWS) == (SERVER,)
    assert scopes.in_full(EWS) == [SERVER]
    assert scopes.in_words(EWS) == ["have full access to your mailbox on mail.contoso.example"]


@pytest.mark.parametrize("granted", [SERVER, SERVER.upper().replace("HTTPS", "https"), f"openid {SERVER} profile"])
def test_a_token_for_the_server_covers_it(granted: str) -> None:
    assert scopes.missing(granted, scopes.wanted(EWS)) == []


@pytest.mark.parametrize(
    "granted", ["", "EWS.AccessAsUser.All", "https://mail.evil.example/EWS.AccessAsUser.All", "Calendars.ReadWrite"]
)
def test_a_token_for_another_server_does_not(granted: str) -> None:
    assert scopes.missing(granted, scopes.wanted(EWS)) == [SERVER]


@pytest.mark.parametrize(
    ("asked", "granted", "told"),
    [
        (["Calendars.Read"], "Calendars.Read", ("Calendars.Read",)),
        (["Calendars.Read"], "", ("Calendars.Read",)),
        (["Calendars.ReadWrite"], "", ("Calendars.Read",)),
        (["Calendars.Read"], "Calendars.Read Contacts.Read", ("Calendars.Read", "Contacts.Read")),
        ([], "", ()),
    ],
)
def test_a_token_says_something_of_what_it_covers_and_of_what_it_was_asked_for(
    asked: list[str], granted: str, told: tuple[str, ...]
) -> None:
    assert scopes.told_of(["Calendars.Read", "Contacts.Read"], asked=asked, granted=granted) == told
