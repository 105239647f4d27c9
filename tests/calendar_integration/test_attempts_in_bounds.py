"""Attempts do not pile up: a person opens only so many, and old ones are deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from calendar_integration import tasks
from calendar_integration.authorization import attempts
from calendar_integration.models import AuthorizationAttempt, ConnectionState, Outcome
from tests.calendar_integration.journey import Traveller
from tests.makers import make_account, make_attempt, make_connection, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=91)


def make_old(user: User, outcome: Outcome = Outcome.DECLINED, ago: timedelta = LONG_AGO) -> AuthorizationAttempt:
    return make_attempt(user, outcome, ended_at=timezone.now() - ago)


def test_whoever_opens_too_many_within_an_hour_is_told_to_wait(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    ana, bo = (Traveller(make_user(account, name), microsoft) for name in ("ana", "bo"))
    for _ in range(attempts.MOST):
        ana.leave()
    response = ana.client.get("/office365/authorize/", follow=True)
    assert response.redirect_chain == [("/profile/", 302)]
    assert "Wait an hour, then connect again." in response.content.decode()
    assert AuthorizationAttempt.objects.count() == attempts.MOST
    assert bo.leave().startswith(microsoft.http), "another person's do not count"
    AuthorizationAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    assert ana.leave().startswith(microsoft.http)


def test_what_ended_more_than_ninety_days_ago_is_deleted_by_the_task_that_ends_them() -> None:
    ana = make_user(make_account())
    make_old(ana)
    make_old(ana, Outcome.CONNECTED)
    younger = make_old(ana, ago=timedelta(days=89))
    last = make_attempt(ana)
    tasks.expire_attempts()
    assert list(AuthorizationAttempt.objects.order_by("pk")) == [younger, last]


def test_whoever_waits_for_an_admin_keeps_the_page_that_says_so(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    ana = Traveller(make_user(account), microsoft)
    make_connection(ana.user, ConnectionState.BLOCKED_BY_ADMIN)
    make_old(ana.user)
    last = make_old(ana.user, Outcome.CONSENT_REQUIRED)
    assert attempts.delete_old() == 1
    assert last.reference in ana.client.get("/office365/approval/").content.decode()


def test_of_whoever_connected_nothing_old_is_kept() -> None:
    ana = make_user(make_account())
    make_old(ana)
    make_old(ana, Outcome.CONNECTED)
    assert attempts.delete_old() == 2
