"""What sign-ins leave behind is swept up, and nothing that is still needed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sso.models import AuthnRequest, IdentityProvider, UsedAssertion
from sso.tasks import forget_leftovers
from tests.makers import make_account
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db


def make_request(provider: IdentityProvider, message_id: str, age: timedelta) -> AuthnRequest:
    """A sign-in begun this long ago."""
    request = AuthnRequest.objects.create(provider=provider, message_id=message_id, next_path="/")
    AuthnRequest.objects.filter(pk=request.pk).update(created_at=timezone.now() - age)
    return request


def make_used_assertion(assertion_id: str, lives: timedelta) -> UsedAssertion:
    """An assertion that signed somebody in and would expire in so long."""
    return UsedAssertion.objects.create(
        issuer="https://login.example/", assertion_id=assertion_id, expires_at=timezone.now() + lives
    )


def test_requests_are_forgotten_after_a_day() -> None:
    provider = make_provider(make_account())
    make_request(provider, "_yesterday", timedelta(hours=25))
    recent = make_request(provider, "_today", timedelta(hours=23))
    AuthnRequest.objects.update(answered_at=timezone.now())
    forget_leftovers()
    assert list(AuthnRequest.objects.all()) == [recent]


def test_requests_that_nobody_answered_are_forgotten_when_no_answer_counts_any_more() -> None:
    provider = make_provider(make_account())
    make_request(provider, "_late", timedelta(minutes=16))
    waiting = make_request(provider, "_waiting", timedelta(minutes=14))
    forget_leftovers()
    assert list(AuthnRequest.objects.all()) == [waiting]


def test_an_assertion_is_remembered_for_as_long_as_it_could_be_replayed() -> None:
    make_used_assertion("_expired", timedelta(seconds=-1))
    valid = make_used_assertion("_valid", timedelta(minutes=1))
    forget_leftovers()
    assert list(UsedAssertion.objects.all()) == [valid]
