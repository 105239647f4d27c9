"""Whatever an Exchange server answers ends in an error of ours, and never in half a calendar or a token elsewhere."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from calendar_integration.clients import ews_transport
from calendar_integration.clients.base import ContactRow, MeetingRow, Page
from calendar_integration.clients.ews import EwsClient
from calendar_integration.clients.ews_answers import MOST_TAGS, readable
from calendar_integration.errors import (
    CalendarError,
    MailboxMovedError,
    ServerDeniedError,
    ServerRefusedTokenError,
    ServerUnavailableError,
    SyncStateLostError,
    UnreadableItemError,
)
from tests.accounts.making_servers import Answer, Server, endless, whole
from tests.calendar_integration.exchange import PATH, exchange_server

TOKEN = "the-token-of-somebody"
HERE = "127.0.0.1"
CLOUD = f"Location: https://outlook.office365.com{PATH}"
SOAP = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    '<s:Header><t:ServerVersionInfo xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' MajorVersion="15" MinorVersion="1" MajorBuildNumber="1" MinorBuildNumber="1" Version="V2016_10_10"/></s:Header>'
    '<s:Body xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">{}</s:Body></s:Envelope>'
)
CHANGES = (
    "<m:SyncFolderItemsResponse><m:ResponseMessages>"
    '<m:SyncFolderItemsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
    "<m:SyncState>H4sI</m:SyncState><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange><m:Changes>{}</m:Changes>"
    "</m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>"
)


@pytest.fixture
def story(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Story":
    """A server of the company's own."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # which is never asked
    return Story(settings, monkeypatch, tmp_path)


class Story:
    """What comes of a server that answers everything alike."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.parts = settings, monkeypatch, folder
        self.server: Server | None = None

    def read(self, answer: Answer, link: str = "ews:since:H4sI") -> Page[ContactRow]:
        with (
            exchange_server(answer, *self.parts, HERE) as (self.server, url),
            closing(EwsClient(TOKEN, url, "ana@contoso.example")) as client,
        ):
            return client.contacts_page(link)

    def event(self, answer: Answer) -> MeetingRow | None:
        with (
            exchange_server(answer, *self.parts, HERE) as (self.server, url),
            closing(EwsClient(TOKEN, url, "ana@contoso.example")) as client,
        ):
            return client.event("AAMk")

    def error_of(self, answer: Answer) -> CalendarError:
        with pytest.raises(CalendarError) as raised:
            self.read(answer)
        assert TOKEN not in str(raised.value)
        return raised.value


def said(inside: str) -> Answer:
    return whole(SOAP.format(inside).encode(), "200 OK", "Content-Type: text/xml; charset=utf-8")


def test_a_good_answer_is_read_and_the_token_sent(story: Story) -> None:
    page = story.read(said(CHANGES.format("")))
    assert (page.rows, page.delta_link) == ([], "ews:since:H4sI")
    assert story.server
    assert f"Authorization: Bearer {TOKEN}" in story.server.requests[0]
    assert "X-AnchorMailbox: ana@contoso.example" in story.server.requests[0]


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        ("401 Unauthorized", "WWW-Authenticate: Bearer", ServerRefusedTokenError),
        ("403 Forbidden", "X: y", ServerDeniedError),
        ("302 Found", CLOUD, MailboxMovedError),
        ("308 Permanent Redirect", CLOUD, MailboxMovedError),
        ("302 Found", "Location: https://[", ServerUnavailableError),
        ("302 Found", "Location: /ews/genericerrorpage.htm?aspxerrorpath=/ews/exchange.asmx", ServerUnavailableError),
        ("404 Not Found", "X: y", ServerUnavailableError),
        ("440 Login Timeout", "X-CasErrorCode: CAS error: something", ServerUnavailableError),
        ("500 Internal Server Error", "Connection: close", ServerUnavailableError),
    ],
)
def test_what_is_no_answer_is_told_apart(story: Story, status: str, header: str, expected: type[CalendarError]) -> None:
    assert type(story.error_of(whole(b"<html>Sorry</html>", status, header))) is expected


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_how_long_to_wait_is_taken_from_the_header(story: Story, status: str) -> None:
    assert story.error_of(whole(b"", status, "Retry-After: 90")).retry_after == timedelta(seconds=90)
    assert story.error_of(whole(b"", status)).retry_after is None


def test_a_redirect_to_another_server_takes_no_token_there(story: Story) -> None:
    with exchange_server(said(""), *story.parts, HERE) as (elsewhere, url):
        story.error_of(whole(b"", "302 Found", f"Location: {url}"))
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sorry",
        SOAP.format(CHANGES.format(""))[:-40].encode(),
        SOAP.format("").encode(),
        SOAP.format(CHANGES.format("").replace("<m:SyncState>H4sI</m:SyncState>", "")).encode(),
        SOAP.format(CHANGES.format("<t:Create><t:Contact/></t:Create>")).encode(),
        SOAP.format(CHANGES.format("<t:Delete/>")).encode(),
        SOAP.format(CHANGES.format("<t:Create/>")).encode(),
    ],
)
def test_an_answer_that_is_not_whole_is_worth_another_try(story: Story, body: bytes) -> None:
    assert type(story.error_of(whole(body))) is ServerUnavailableError


def test_a_lost_state_is_known_also_where_the_answer_says_nothing_else(story: Story) -> None:
    message = (
        '<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage ResponseClass="Error">'
        "<m:MessageText>gone</m:MessageText><m:ResponseCode>ErrorInvalidSyncStateData</m:ResponseCode>"
        "</m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>"
    )
    assert type(story.error_of(said(message))) is SyncStateLostError


ITEMS = (
    "<m:GetItemResponse><m:ResponseMessages>"
    '<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText>'
    "<m:ResponseCode>{}</m:ResponseCode><m:Items/></m:GetItemResponseMessage>"
    "</m:ResponseMessages></m:GetItemResponse>"
)


def test_an_item_that_went_holds_up_no_other(story: Story) -> None:
    assert story.event(said(ITEMS.format("ErrorItemNotFound"))) is None


def test_an_item_that_the_server_itself_cannot_read_is_not_taken_for_gone(story: Story) -> None:
    with pytest.raises(UnreadableItemError):
        story.event(said(ITEMS.format("ErrorCorruptData")))


def test_items_that_are_missing_from_an_answer_are_not_taken_for_gone(story: Story) -> None:
    with pytest.raises(ServerUnavailableError, match="fewer items"):
        story.event(said("<m:GetItemResponse><m:ResponseMessages/></m:GetItemResponse>"))


def test_characters_that_no_xml_may_have_are_left_out(story: Story) -> None:
    contact = (
        '<t:Create><t:Contact><t:ItemId Id="A" ChangeKey="1"/><t:DisplayName>A&#x0;n&#11;a &#xD;&#10;&amp; Bo\x0b'
        "</t:DisplayName></t:Contact></t:Create>"
    )
    (row,) = story.read(said(CHANGES.format(contact))).rows
    assert row.name == "Ana \r\n& Bo"


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + SOAP.encode()])
def test_a_server_that_never_finishes_is_left(story: Story, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    monkeypatch.setattr(ews_transport, "LONGEST_ANSWER_SECONDS", 0.4)
    assert type(story.error_of(endless(first, b" ", pause=0.05))) is ServerUnavailableError


def test_a_server_that_says_too_much_is_left(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ews_transport, "LARGEST_ANSWER", 1_000_000)
    assert "more than we read" in str(story.error_of(endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 100_000)))


@pytest.mark.parametrize("bound", ["LONGEST_SYNC_SECONDS", "LARGEST_SYNC"])
def test_a_server_that_has_had_its_time_or_its_bytes_for_a_mailbox_is_asked_no_more(
    story: Story, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(ews_transport, bound, 0)
    with pytest.raises(ServerUnavailableError, match="for one mailbox"):
        story.read(said(CHANGES.format("")))
    assert story.server is not None
    assert story.server.requests == []


def test_small_elements_without_end_are_not_made_a_tree_of() -> None:
    with pytest.raises(ServerUnavailableError, match="more elements"):
        readable(SOAP.format("<a/>" * MOST_TAGS).encode())


def test_a_document_type_is_none_of_soaps() -> None:
    with pytest.raises(ServerUnavailableError, match="no whole XML"):
        readable(b'<!DOCTYPE e [<!ENTITY x "y">]><e>&x;</e>')


def test_a_server_that_is_away_is_worth_another_try(settings: Settings) -> None:
    settings.PRIVATE_URLS_ALLOWED = {"https://127.0.0.1:1"}
    client = EwsClient(TOKEN, f"https://127.0.0.1:1{PATH}", "ana@contoso.example")
    with closing(client), pytest.raises(ServerUnavailableError, match="could not be reached"):
        client.contacts_page("")


def test_a_certificate_that_is_not_trusted_is_worth_another_try(
    story: Story, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with exchange_server(said(""), *story.parts, "other.example") as (server, _):
        settings.PRIVATE_URLS_ALLOWED = {f"https://{HERE}:{server.port}"}
        client = EwsClient(TOKEN, f"https://{HERE}:{server.port}{PATH}", "ana@contoso.example")
        with closing(client), pytest.raises(ServerUnavailableError, match="SSLError"):
            client.contacts_page("")
    assert server.requests == []


def test_an_address_that_is_private_is_not_connected_to() -> None:
    with pytest.raises(ServerUnavailableError, match="private network"):
        EwsClient(TOKEN, f"https://127.0.0.1{PATH}", "ana@contoso.example")


@given(st.integers(min_value=0, max_value=len(SOAP.format(CHANGES.format("")).rstrip()) - 1))
def test_no_beginning_of_an_answer_is_taken_for_the_whole(length: int) -> None:
    with pytest.raises(ServerUnavailableError):
        readable(SOAP.format(CHANGES.format(""))[:length].encode())
