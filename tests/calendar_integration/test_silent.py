"""Authorizing without a page of Microsoft's: it goes through, or ends as nothing that anybody has to worry about."""

import pytest
from django.utils import timezone

from accounts.models import User
from calendar_integration.authorization import attempts, consent, pausing
from calendar_integration.authorization.attempts import Ending
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    Outcome,
)
from tests.calendar_integration.journey import Traveller
from tests.makers import make_account, make_service, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_ana(microsoft: Sandbox) -> Traveller:
    account = make_account()
    make_service(account)
    return Traveller(make_user(account, "ana"), microsoft)


def begin(user: User) -> str:
    _attempt, address = consent.begin(user, "/overview/", silent=True)
    return address


def last_attempt() -> AuthorizationAttempt:
    return AuthorizationAttempt.objects.latest("pk")


def shown_at() -> object:
    return CalendarService.objects.get().federation_shown_at


def bring(traveller: Traveller, error: str, suberror: str = "") -> AuthorizationAttempt:
    begin(traveller.user)
    query = {"state": last_attempt().state, "error": error, "suberror": suberror}
    response = traveller.client.get("/office365/callback/", query)
    assert traveller.client.get(response["Location"]).status_code == 200
    return last_attempt()


def test_microsoft_is_told_to_ask_nothing(microsoft: Sandbox) -> None:
    address = begin(make_ana(microsoft).user)
    assert "prompt=none" in address
    assert "login_hint=ana%40contoso.example" in address
    assert last_attempt().is_silent


def test_with_a_session_there_and_consent_it_goes_through_and_shows_the_federation(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    with Browser(microsoft.http) as browser:
        browser.open(ana.leave())
        if browser.left_for is None and browser.heading.startswith("Sign in to"):
            browser.press(ana.name_at_microsoft)
        browser.press("Accept")
        ana.come_back(str(browser.left_for))
        assert shown_at() is None, "that way they were asked"
        browser.open(begin(ana.user))
        assert browser.left_for
        assert ana.come_back(browser.left_for)["Location"] == "/overview/"
    assert last_attempt().outcome == Outcome.CONNECTED
    assert shown_at() == last_attempt().ended_at


def test_without_a_session_there_nothing_is_connected_paused_or_declined(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    with Browser(microsoft.http) as browser:
        browser.open(begin(ana.user))
        assert browser.answer["error"] == "login_required"
        page = ana.client.get(ana.come_back(str(browser.left_for))["Location"]).content.decode()
    assert "Microsoft has to ask you something" in page
    assert "Cancel" not in page
    assert last_attempt().outcome == Outcome.ERROR
    assert "no session" in last_attempt().detail
    assert Connection.objects.get().state == ConnectionState.NONE
    assert shown_at() is None


@pytest.mark.parametrize("error", ["login_required", "interaction_required", "consent_required"])
def test_three_of_them_pause_nothing_and_block_nobody(microsoft: Sandbox, error: str) -> None:
    account = make_ana(microsoft).user.account
    for name in ("bo", "cy", "dan"):
        attempt = bring(Traveller(make_user(account, name), microsoft), error)
        assert attempt.outcome == Outcome.ERROR
    assert not pausing.is_paused(account.pk, timezone.now())
    assert set(Connection.objects.values_list("state", flat=True)) == {ConnectionState.NONE}


def test_consent_that_the_suberror_names_is_no_refusal_either(microsoft: Sandbox) -> None:
    attempt = bring(make_ana(microsoft), "interaction_required", "consent_required")
    assert attempt.outcome == Outcome.ERROR
    assert "consent" in attempt.detail


@pytest.mark.parametrize(
    ("error", "outcome"), [("server_error", Outcome.UNAVAILABLE), ("access_denied", Outcome.DECLINED)]
)
def test_other_errors_are_what_they_always_are(microsoft: Sandbox, error: str, outcome: Outcome) -> None:
    assert bring(make_ana(microsoft), error).outcome == outcome


def test_without_silence_the_same_answers_keep_their_meaning(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    ana.leave()
    ana.client.get("/office365/callback/", {"state": last_attempt().state, "error": "consent_required"})
    assert last_attempt().outcome == Outcome.CONSENT_REQUIRED
    assert Connection.objects.get().state == ConnectionState.BLOCKED_BY_ADMIN


def test_a_silent_try_that_ends_badly_leaves_a_connection_as_it_was(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    ana.connect()
    bring(ana, "login_required")
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    attempts.finish(last_attempt(), Ending(Outcome.CONNECTED))
    assert shown_at() is None
