"""Answers that are none: each is a failure that passes, whatever shape it has."""

import gc
from typing import Any

import orjson
import pytest
from pytest_django.fixtures import Settings

from calendar_integration.clients import graph, unreadable
from calendar_integration.clients.base import ContactRow, Page
from calendar_integration.clients.graph_answers import error_code, parse
from calendar_integration.clients.graph_transport import refuse_foreign
from calendar_integration.errors import UnavailableError
from calendar_integration.wire.retry_after import retry_after

BASE = "https://graph.microsoft.com/v1.0"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"value": None, "@odata.deltaLink": BASE},
        {"value": [None], "@odata.deltaLink": BASE},
        {"value": ["x"], "@odata.deltaLink": BASE},
        {"value": [{}], "@odata.deltaLink": BASE},
        {"value": []},
        {"value": [], "@odata.nextLink": 7},
        {"value": [], "@odata.nextLink": BASE, "@odata.deltaLink": BASE},
    ],
)
def test_a_page_of_another_shape(answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    client = graph.GraphClient("token")
    monkeypatch.setattr(client._transport, "body", lambda _url: orjson.dumps(answer))
    with pytest.raises(UnavailableError, match="Graph sent"):
        client.contacts_page("")
    assert gc.isenabled()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"value": [', b'"\xff"'])
def test_a_body_that_is_no_object(body: bytes) -> None:
    with pytest.raises(UnavailableError):
        parse(body)


@pytest.mark.parametrize("odd", [b"\\ud800", b"\\u0000", b"\xff"])
def test_one_odd_text_costs_no_page(odd: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MS_GRAPH_URL = BASE
    item = b'{"id": "A", "displayName": "An' + odd + b'a", "mobilePhone": "' + odd + b'1"}'
    body = b'{"value": [' + item + b'], "@odata.deltaLink": "' + BASE.encode() + b'/x"}'
    client = graph.GraphClient("token")
    monkeypatch.setattr(client._transport, "body", lambda _url: bytearray(body))
    (row,) = client.contacts_page("").rows
    assert (row.name, row.phones) == ("An\ufffda", '[["mobile","\ufffd1"]]')


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/", "http://graph.microsoft.com/v1.0/me", "https://graph.microsoft.com@evil.example/",
     "https://graph.microsoft.com.evil.example/", "https://[::1", "//graph.microsoft.com/", ""],
)  # fmt: skip
def test_a_link_to_somewhere_else_is_not_followed(link: str, settings: Settings) -> None:
    settings.MS_GRAPH_URL = BASE
    with pytest.raises(UnavailableError):
        refuse_foreign(link)


def test_an_error_code_is_one_word() -> None:
    assert error_code(b'{"error": {"code": "Two\\nlines; and more"}}') == "Twolinesandmore"
    assert error_code(b"<html>") == ""


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("0", 0), ("99999999999999999999", 3600)])
def test_waiting_is_asked_for_in_seconds(header: str, seconds: int) -> None:
    wait = retry_after(header)
    assert wait is not None
    assert wait.total_seconds() == seconds


@pytest.mark.parametrize("header", ["", "soon", "-5", "٣"])
def test_nonsense_asks_for_no_wait(header: str) -> None:
    assert retry_after(header) is None


def page_of(count: int, monkeypatch: pytest.MonkeyPatch) -> Page[ContactRow]:
    """A page of so many contacts of which none can be read."""
    value = [{"id": f"contact-{number}", "emailAddresses": "none"} for number in range(count)]
    client, answer = graph.GraphClient("token"), orjson.dumps({"value": value, "@odata.deltaLink": BASE})
    monkeypatch.setattr(client._transport, "body", lambda _url: answer)
    return client.contacts_page("")


def test_a_page_of_which_nothing_can_be_read_is_a_broken_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="no item"):
        page_of(unreadable.FEW + 1, monkeypatch)


def test_a_few_items_that_come_alone_are_left_out(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.MS_GRAPH_URL = BASE
    page = page_of(unreadable.FEW, monkeypatch)
    assert (page.rows, page.unreadable) == ([], ["contact-0", "contact-1", "contact-2"])
