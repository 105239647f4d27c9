"""Texts that no text may hold come in old mails: they are read with replacement characters, and end no mailbox."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.clients import graph_contacts
from calendar_integration.clients.ews_answers import readable
from calendar_integration.clients.graph_text import loads
from calendar_integration.errors import ServerUnavailableError
from calendar_integration.models import Contact
from calendar_integration.sync.apply import apply
from tests.makers import make_account, make_connection, make_user

texts = st.text(
    st.characters(exclude_categories=())
)  # with halves of surrogate pairs, which Hypothesis leaves out else
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(texts)
def test_every_text_is_read_and_can_be_kept(text: str) -> None:
    read = loads(json.dumps({"subject": text}).encode())["subject"]
    read.encode()
    assert "\0" not in read
    assert len(read) <= len(text)
    kept = [character for character in text if character != "\0" and not "\ud800" <= character <= "\udfff"]
    assert [character for character in read if character in kept] == [c for c in kept if c in read]


@given(anything)
def test_what_is_no_odd_text_is_read_as_it_is(value: Any) -> None:
    try:
        plain = orjson.loads(json.dumps(value))
    except orjson.JSONDecodeError:
        return
    if "\0" not in repr(plain) and "\\x00" not in repr(plain):
        assert loads(json.dumps(value).encode()) == plain


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"a\uDC00b"', "a\ufffdb"),
        (rb'"\ud800\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"n\u0000l"', "n\ufffdl"),
        (rb'"\\ud800 \\u0000"', r"\ud800 \u0000"),
        (rb'"\\\ud800\""', '\\\ufffd"'),
        (b'"\xff"', "\ufffd"),
    ],
)
def test_each_odd_character_is_replaced_and_a_backslash_is_left(content: bytes, text: str) -> None:
    assert loads(content) == text


@pytest.mark.parametrize("content", [b"", b"{", rb'"\ud8"', rb'"\x"', b'"\x01"', b"<html>\xff</html>"])
def test_what_is_no_json_stays_none(content: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(content)


@pytest.mark.django_db
def test_a_number_with_a_nul_is_kept_without_it() -> None:
    connection = make_connection(make_user(make_account()))
    item = {"id": "A", "displayName": "A\0na", "mobilePhone": "1\0 2", "businessPhones": ["\0"]}
    for into_nothing in (True, False):
        Contact.objects.all().delete()
        apply(Contact, connection.pk, [graph_contacts.to_row(item)], [], into_nothing=into_nothing)
        held = Contact.objects.get()
        assert (held.name, held.phones) == ("Ana", [["mobile", "1 2"]])


@pytest.mark.parametrize("odd", [b"&#xD800;", b"&#0;", b"\x00", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"\xff", b"\xc3"])
def test_an_exchange_server_that_sends_such_a_character_is_read_without_it(odd: bytes) -> None:
    body = b"<?xml version='1.0' encoding='utf-8'?><s><a>\xc3\xa9n" + odd + b"l</a></s>"
    read = readable(body).decode()
    assert read.removeprefix("<?xml version='1.0' encoding='utf-8'?>").replace("\ufffd", "") == "<s><a>\xe9nl</a></s>"


def test_xml_that_was_cut_off_within_a_character_is_not_whole() -> None:
    with pytest.raises(ServerUnavailableError):
        readable(b"<s><a>\xc3")
