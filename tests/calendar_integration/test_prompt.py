"""Whether a sign-in leads on to Office 365: all must hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import Account, Group, Membership, User
from accounts.tiered_settings.reading import hypothetical
from calendar_integration.authorization import attempts, pausing, prompt
from calendar_integration.authorization.prompt import Facts, Verdict
from calendar_integration.models import AskMode, AuthorizationAttempt, Connection, ConnectionState, Outcome
from calendar_integration.setting_definitions import ASK, INTEGRATION
from tests.makers import make_account, make_attempt, make_connection, make_service, make_user, set_ask
from tests.sandbox.running import Sandbox

GO = Facts(
    signed_in_by_sso=True,
    ask=AskMode.FIRST,
    is_enabled=True,
    has_tenant=True,
    is_connected=False,
    was_asked=False,
    is_paused=False,
)
facts = st.builds(
    Facts,
    signed_in_by_sso=st.booleans(),
    ask=st.sampled_from(AskMode),
    is_enabled=st.booleans(),
    has_tenant=st.booleans(),
    is_connected=st.booleans(),
    was_asked=st.booleans(),
    is_paused=st.booleans(),
)


@given(facts)
def test_it_redirects_exactly_when_every_condition_holds(known: Facts) -> None:
    expected = (
        known.signed_in_by_sso
        and known.ask != "off"
        and known.is_enabled
        and known.has_tenant
        and not known.is_connected
        and (known.ask == "every" or not known.was_asked)
        and not known.is_paused
    )
    assert (prompt.decide(known) is Verdict.REDIRECT) == expected


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        (replace(GO, signed_in_by_sso=False), Verdict.NOT_SSO),
        (replace(GO, ask=AskMode.OFF), Verdict.ASK_IS_OFF),
        (replace(GO, is_enabled=False), Verdict.INTEGRATION_IS_OFF),
        (replace(GO, has_tenant=False), Verdict.NO_TENANT),
        (replace(GO, is_connected=True), Verdict.CONNECTED),
        (replace(GO, was_asked=True), Verdict.ASKED_BEFORE),
        (replace(GO, ask=AskMode.EVERY, was_asked=True), Verdict.REDIRECT),
        (replace(GO, is_paused=True), Verdict.PAUSED),
        (GO, Verdict.REDIRECT),
    ],
)
def test_each_reason_is_named(known: Facts, verdict: Verdict) -> None:
    assert prompt.decide(known) is verdict


def make_ended(user: User, outcome: Outcome, hours_ago: float = 1, *, by_microsoft: bool = False) -> None:
    ended_at = timezone.now() - timedelta(hours=hours_ago)
    make_attempt(user, outcome, ended_at=ended_at, refused_by_microsoft=by_microsoft)


def is_paused(account: Account) -> bool:
    return pausing.is_paused(account.pk, timezone.now())


@pytest.mark.django_db
def test_being_asked_is_written_when_the_redirect_is_issued(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    user = make_user(account)
    assert prompt.address_after_sso(user, "/contacts/").startswith(microsoft.http)
    assert Connection.objects.get(user=user).asked_at
    assert AuthorizationAttempt.objects.get().next_path == "/contacts/"
    assert prompt.address_after_sso(user, "/contacts/") == "/contacts/"


@pytest.mark.django_db
def test_where_microsoft_is_away_the_person_is_signed_in_and_told(settings: Settings) -> None:
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    account = make_account()
    make_service(account)
    address = prompt.address_after_sso(make_user(account), "/contacts/")
    assert address == f"/office365/outcome/{AuthorizationAttempt.objects.get().reference}/"


@pytest.mark.django_db
def test_a_lost_connection_is_asked_for_again_in_mode_every_only(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account, ask=AskMode.FIRST)
    user = make_user(account)
    make_connection(user, ConnectionState.NEEDS_REAUTHORIZATION, asked_at=timezone.now())
    assert prompt.address_after_sso(user, "/") == "/"
    set_ask(account, AskMode.EVERY)
    assert prompt.address_after_sso(user, "/") != "/"


@pytest.mark.django_db
def test_a_groups_setting_counts_for_its_members(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account, ask=AskMode.OFF)
    ana, bo = make_user(account, "ana"), make_user(account, "bo")
    sales = Group.objects.create(account=account, name="Sales", priority=1)
    Membership.objects.create(group=sales, user=ana)
    set_ask(sales, AskMode.FIRST)
    assert prompt.address_after_sso(ana, "/meetings/").startswith(microsoft.http)
    assert prompt.address_after_sso(bo, "/meetings/") == "/meetings/"


@pytest.mark.django_db
def test_an_account_without_a_service_asks_nobody() -> None:
    assert prompt.address_after_sso(make_user(make_account()), "/meetings/") == "/meetings/"


@pytest.mark.django_db
def test_microsofts_own_answer_that_consent_is_needed_pauses_for_a_day() -> None:
    user = make_user(make_account())
    make_ended(user, Outcome.CONSENT_REQUIRED, hours_ago=25, by_microsoft=True)
    assert not is_paused(user.account)
    make_ended(user, Outcome.CONSENT_REQUIRED, by_microsoft=True)
    assert is_paused(user.account)


@pytest.mark.django_db
def test_a_refusal_of_another_kind_pauses_nothing() -> None:
    user = make_user(make_account())
    make_ended(user, Outcome.ERROR, by_microsoft=True)
    assert not is_paused(user.account)


@pytest.mark.django_db
def test_what_a_browser_brings_counts_like_a_cancel() -> None:
    account = make_account()
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    for _ in range(4):
        make_ended(ana, Outcome.CONSENT_REQUIRED)
    make_ended(ana, Outcome.DECLINED)
    make_ended(bo, Outcome.DECLINED)
    assert not is_paused(account)
    make_ended(cy, Outcome.CONSENT_REQUIRED)
    assert is_paused(account)


@pytest.mark.django_db
def test_one_persons_cancels_never_pause_but_three_peoples_do() -> None:
    account = make_account()
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    for hours in (1, 2, 3, 4):
        make_ended(ana, Outcome.DECLINED, hours)
    make_ended(bo, Outcome.DECLINED)
    assert not is_paused(account)
    make_ended(cy, Outcome.DECLINED)
    assert is_paused(account)
    assert not is_paused(make_account("fabrikam"))


@pytest.mark.django_db
def test_the_pause_ends_when_anyone_connects() -> None:
    account = make_account()
    people = [make_user(account, name) for name in ("ana", "bo", "cy")]
    for person in people:
        make_ended(person, Outcome.DECLINED, hours_ago=2)
    make_ended(people[0], Outcome.CONSENT_REQUIRED, hours_ago=2, by_microsoft=True)
    assert is_paused(account)
    make_ended(people[1], Outcome.CONNECTED, hours_ago=1)
    assert not is_paused(account)


@pytest.mark.django_db
def test_whoever_was_sent_all_too_often_is_signed_in_all_the_same(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account, ask=AskMode.EVERY)
    user = make_user(account)
    for _ in range(attempts.MOST):
        make_attempt(user, Outcome.EXPIRED)
    assert prompt.address_after_sso(user, "/contacts/") == "/contacts/"


@pytest.mark.django_db
def test_it_can_be_asked_for_settings_that_do_not_count_yet() -> None:
    account = make_account()
    make_service(account, ask=AskMode.OFF)
    user = make_user(account)
    sales = Group.objects.create(account=account, name="Sales", priority=1)
    set_ask(sales, AskMode.EVERY)
    assert prompt.decide(prompt.gather(user)) is Verdict.ASK_IS_OFF
    for person in (user, None):
        answers = hypothetical(account, person, [sales.pk], [ASK.key, INTEGRATION.key])
        assert prompt.decide(prompt.facts(account, person, answers)) is Verdict.REDIRECT
    Membership.objects.create(group=sales, user=user)
    assert prompt.gather(user) == prompt.facts(account, user, answers)
