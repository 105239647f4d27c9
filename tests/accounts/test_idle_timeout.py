"""Signing people out who do nothing: after the time that is set for them, and without a query at every page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from accounts.models import Account, Group, SignInSession, User
from accounts.setting_definitions import IDLE_LIMITS, IDLE_TIMEOUT, NEVER
from accounts.signing_in.idle_timeout import EXACT_TO_SECONDS, Idleness
from accounts.tiered_settings import store
from tests.accounts.making_history import text_of
from tests.accounts.making_sessions import is_signed_in, sign_in
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that only moves when a story says so."""
    with time_machine.travel("2026-11-22 10:00:00Z", tick=False) as traveller:
        yield traveller


def allow(target: Account | Group | User, word: str) -> None:
    """Let people be idle so long."""
    store.set_value(target, IDLE_TIMEOUT.key, word, actor="a test")


def make_ana(word: str = "1-hour") -> User:
    """Ana, in an account that lets people be idle so long."""
    ana = make_user(make_account())
    allow(ana.account, word)
    return ana


def test_nobody_is_signed_out_unless_it_is_set(clock: time_machine.Traveller) -> None:
    client = sign_in(make_user(make_account()))
    clock.shift(timedelta(days=13))
    assert is_signed_in(client)


@pytest.mark.parametrize(("word", "limit"), IDLE_LIMITS.items())
def test_after_the_time_that_is_set(clock: time_machine.Traveller, word: str, limit: timedelta) -> None:
    client = sign_in(make_ana(word))
    clock.shift(limit)
    assert is_signed_in(client)
    clock.shift(limit + timedelta(seconds=1))
    assert not is_signed_in(client)
    assert not SignInSession.objects.exists()


def test_activity_begins_the_time_anew(clock: time_machine.Traveller) -> None:
    client = sign_in(make_ana())
    for _ in range(5):
        clock.shift(timedelta(minutes=50))
        assert client.get("/profile/").status_code == 200


def test_people_are_told_why_and_get_back_to_where_they_were(clock: time_machine.Traveller) -> None:
    client = sign_in(make_ana())
    clock.shift(timedelta(minutes=61))
    answer = client.get("/contacts/?q=pia", follow=True)
    assert answer.redirect_chain == [("/sign-in/?next=/contacts/%3Fq%3Dpia", 302)]
    assert "You were signed out after an hour without activity." in text_of(answer)
    assert text_of(answer).count("You were signed out") == 1


def test_a_form_that_was_sent_too_late_changes_nothing_and_is_no_page_to_go_back_to(
    clock: time_machine.Traveller,
) -> None:
    ana = make_ana()
    client = sign_in(ana)
    clock.shift(timedelta(minutes=61))
    answer = client.post("/profile/", {"time_zone": "UTC"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    ana.refresh_from_db()
    assert ana.time_zone == ""


def test_the_sign_in_page_itself_is_shown_at_once(clock: time_machine.Traveller) -> None:
    client = sign_in(make_ana())
    clock.shift(timedelta(minutes=61))
    answer = client.get("/sign-in/")
    assert answer.status_code == 200
    assert "without activity" in text_of(answer)


def test_a_fragment_leads_the_whole_page_to_the_sign_in(clock: time_machine.Traveller) -> None:
    client = sign_in(make_ana())
    clock.shift(timedelta(minutes=61))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/meetings/?q=x"}
    answer = client.get("/meetings/status/", headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/sign-in/?next=/meetings/%3Fq%3Dx")


def test_what_a_page_asks_for_by_itself_is_no_activity(clock: time_machine.Traveller) -> None:
    client = sign_in(make_ana())
    for _ in range(6):
        clock.shift(timedelta(minutes=10))
        assert client.get("/meetings/status/", headers={"HX-Request": "true"}).status_code == 200
    clock.shift(timedelta(minutes=1))
    assert not is_signed_in(client)


def test_a_new_limit_holds_for_sessions_there_are_already(clock: time_machine.Traveller) -> None:
    ana = make_ana(NEVER)
    client = sign_in(ana)
    clock.shift(timedelta(hours=2))
    allow(ana.account, "1-hour")
    assert not is_signed_in(client)


def test_one_group_may_be_stricter_and_one_person_laxer(clock: time_machine.Traveller) -> None:
    ana = make_ana("4-hours")
    bo = make_user(ana.account, "bo")
    kim = make_user(ana.account, "kim")
    group = Group.objects.create(account=ana.account, name="Sales", priority=1)
    group.members.add(bo, kim)
    allow(group, "15-minutes")
    allow(kim, "1-day")
    clients = [sign_in(user) for user in (ana, bo, kim)]
    clock.shift(timedelta(minutes=20))
    assert [is_signed_in(client) for client in clients] == [True, False, True]
    clock.shift(timedelta(hours=5))
    assert [is_signed_in(client) for client in clients] == [False, False, True]


def statements(client: Client) -> list[str]:
    """What a small page asks the database."""
    with CaptureQueriesContext(database) as captured:
        assert is_signed_in(client)
    return [query["sql"].split()[0] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_a_page_costs_no_query_for_it_until_a_setting_changes(clock: time_machine.Traveller) -> None:
    ana = make_ana()
    client = sign_in(ana)
    usual = ["SELECT", "SELECT"]
    assert statements(client) == usual
    clock.shift(timedelta(seconds=EXACT_TO_SECONDS - 1))
    assert statements(client) == usual
    clock.shift(timedelta(seconds=1))
    assert statements(client) == [*usual, "UPDATE"], "once a minute the session is saved"
    allow(ana.account, "4-hours")
    assert statements(client) == [*usual, "SELECT", "UPDATE"], "the new value is read once, and kept"
    assert statements(client) == usual


def test_a_session_from_before_there_were_limits_begins_now(clock: time_machine.Traveller) -> None:
    ana = make_ana()
    client = sign_in(ana)
    session = client.session
    for name in ("seen_at", "row_seen_at", "idle_limit"):
        del session[name]
    session.save()
    clock.shift(timedelta(hours=2))
    assert is_signed_in(client)
    clock.shift(timedelta(minutes=61))
    assert not is_signed_in(client)


@given(allowed=some.sampled_from([NEVER, *IDLE_LIMITS, "gone"]), idle=some.integers(0, 20 * 24 * 3600))
def test_the_decision(allowed: str, idle: int) -> None:
    limit = IDLE_LIMITS.get(allowed)
    assert Idleness(1000, allowed).is_over(1000 + idle) == (limit is not None and idle > limit.total_seconds())
