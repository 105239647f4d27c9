"""An answer counts once, in the browser that asked for it, and for a few minutes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from lxml import etree

from sso.errors import Reason
from sso.models import AuthnRequest
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    assert_nobody,
    assert_refused,
    begin,
    deliver,
    is_signed_in,
    make_answer,
    make_company,
    post,
    resigned,
    the,
)

pytestmark = pytest.mark.django_db

VALID_FOR = timedelta(minutes=5)  # as the sandbox dates its assertions, in both directions


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    """A company with the sandbox as its identity provider."""
    make_company(microsoft, tmp_path)


def test_the_same_post_again(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    deliver(client, answer)
    assert_refused(post(answer), Reason.REPLAYED)


def test_the_same_post_again_before_it_was_finished(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    first = post(answer)
    assert_refused(post(answer), Reason.REPLAYED)
    client.get(first["Location"])
    assert is_signed_in(client), "the replay takes nothing away from the person"


def test_one_assertion_for_two_requests(client: Client, microsoft: Sandbox) -> None:
    first, second = make_answer(client, microsoft), make_answer(client, microsoft)
    reused = the(etree.fromstring(first.xml), "Assertion").get("ID")
    deliver(client, first)
    again = resigned(microsoft, second, lambda root: the(root, "Assertion").set("ID", reused))
    assert_refused(post(again), Reason.REPLAYED)


def test_finishing_twice(client: Client, microsoft: Sandbox) -> None:
    hop = post(make_answer(client, microsoft))["Location"]
    client.get(hop)
    assert_refused(client.get(hop), Reason.REPLAYED)


def test_finishing_in_a_browser_that_began_nothing(client: Client, microsoft: Sandbox) -> None:
    hop = post(make_answer(client, microsoft))["Location"]
    other = Client()
    assert_refused(other.get(hop), Reason.WRONG_BROWSER)
    assert_nobody(other)
    client.get(hop)
    assert is_signed_in(client), "where it began, it can still be finished"


def test_finishing_in_a_browser_that_began_something_else(client: Client, microsoft: Sandbox) -> None:
    hop = post(make_answer(client, microsoft))["Location"]
    other = Client()
    begin(other)
    assert_refused(other.get(hop), Reason.WRONG_BROWSER)
    assert_nobody(other)


def test_finishing_ten_minutes_later(client: Client, microsoft: Sandbox) -> None:
    hop = post(make_answer(client, microsoft))["Location"]
    AuthnRequest.objects.update(answered_at=timezone.now() - timedelta(minutes=10))
    assert_refused(client.get(hop), Reason.EXPIRED)
    assert_nobody(client)


def test_a_request_of_sixteen_minutes_ago(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    AuthnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert_refused(post(answer), Reason.EXPIRED)
    assert_nobody(client)


def test_a_request_of_fourteen_minutes_ago_is_still_waiting(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    AuthnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=14))
    deliver(client, answer)
    assert is_signed_in(client)


def clock_off(minutes: int) -> time_machine.travel:
    """The portal's clock, so far beyond what assertions of this moment allow."""
    allowed = VALID_FOR if minutes > 0 else -VALID_FOR
    return time_machine.travel(datetime.now(UTC) + allowed + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [4, -4])
def test_a_clock_four_minutes_off(client: Client, microsoft: Sandbox, minutes: int) -> None:
    answer = make_answer(client, microsoft)
    with clock_off(minutes):
        assert_refused(post(answer), Reason.NOT_IN_TIME)
    assert_nobody(client)


@pytest.mark.parametrize("minutes", [2, -2])
def test_a_clock_two_minutes_off_is_forgiven(client: Client, microsoft: Sandbox, minutes: int) -> None:
    answer = make_answer(client, microsoft)
    with clock_off(minutes):
        deliver(client, answer)
        assert is_signed_in(client)
