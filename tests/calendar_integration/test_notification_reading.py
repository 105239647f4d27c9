"""Whatever is posted to us is either a list of notifications or nothing: without a database."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.notifications.reading import MOST_ITEMS, Event, Notification, UnreadableError, read

GOOD = {"subscriptionId": "ABC", "clientState": "secret", "tenantId": "T", "changeType": "updated"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
)


def body(*items: Any) -> bytes:
    return json.dumps({"value": list(items)}).encode()


def test_an_item_is_read_with_its_event() -> None:
    removed = {**GOOD, "lifecycleEvent": "subscriptionRemoved"}
    assert read(body(GOOD, removed)) == [
        Notification("abc", "secret", "t", Event.CHANGE),
        Notification("abc", "secret", "t", Event.SUBSCRIPTION_REMOVED),
    ]


def test_the_same_said_a_thousand_times_is_said_once() -> None:
    items = ({**GOOD, "id": str(number), "resource": f"Users/u/Events/{number}"} for number in range(1000))
    assert len(read(body(*items))) == 1


@pytest.mark.parametrize(
    "item",
    [
        None,
        "text",
        {},
        {**GOOD, "clientState": None},
        {**GOOD, "clientState": ""},
        {**GOOD, "clientState": "x" * 201},
        {**GOOD, "tenantId": 7},
        {**GOOD, "subscriptionId": ["abc"]},
        {**GOOD, "subscriptionId": "abc\0"},
        {**GOOD, "lifecycleEvent": "somethingNew"},
        {**GOOD, "lifecycleEvent": "change"},
        {**GOOD, "lifecycleEvent": {}},
    ],
)
def test_items_in_no_known_shape_are_left_out(item: Any) -> None:
    assert len(read(body(item, GOOD))) == 1


def test_of_too_many_the_rest_is_left_out() -> None:
    items = [{**GOOD, "subscriptionId": str(number)} for number in range(MOST_ITEMS + 5)]
    assert len(read(body(*items))) == MOST_ITEMS


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"7", b"null", b'{"value": {}}', b'{"values": []}', b"\xff\xfe", b'["\\ud800"]']
)
def test_what_is_no_collection_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@given(json_values)
def test_no_json_breaks_it(value: Any) -> None:
    for sent in (json.dumps(value).encode(), body(value), body({**GOOD, "tenantId": value, "x": value})):
        try:
            read(sent)
        except UnreadableError:
            continue


def test_a_name_of_a_notification_keeps_its_secret() -> None:
    assert "secret" not in repr(read(body(GOOD)))
