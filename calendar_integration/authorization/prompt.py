"""Whether a sign-in leads on to Office 365: a pure decision, and the facts it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, User
from accounts.prepared import Prepared
from accounts.tiered_settings.reading import effective
from accounts.tiered_settings.resolution import Answer
from calendar_integration.authorization import consent, pausing
from calendar_integration.authorization.attempts import TooManyAttemptsError
from calendar_integration.integration_setting import Integration
from calendar_integration.models import (
    ACTIVE_STATES,
    AskMode,
    CalendarService,
    Connection,
)
from calendar_integration.setting_definitions import ASK, INTEGRATION


class Verdict(StrEnum):
    """Why a sign-in leads to Microsoft, or why not."""

    REDIRECT = "redirect"
    NOT_SSO = "not_sso"
    ASK_IS_OFF = "ask_is_off"
    INTEGRATION_IS_OFF = "integration_is_off"
    NO_TENANT = "no_tenant"
    CONNECTED = "connected"
    ASKED_BEFORE = "asked_before"
    PAUSED = "paused"


@dataclass(frozen=True)
class Facts:
    """What the decision depends on."""

    signed_in_by_sso: bool
    ask: AskMode
    is_enabled: bool
    has_tenant: bool
    is_connected: bool
    was_asked: bool
    is_paused: bool


def decide(facts: Facts) -> Verdict:
    """The first reason against a redirect, in the order a person would check them; else the redirect."""
    obstacles = [
        (not facts.signed_in_by_sso, Verdict.NOT_SSO),
        (facts.ask == AskMode.OFF, Verdict.ASK_IS_OFF),
        (not facts.is_enabled, Verdict.INTEGRATION_IS_OFF),
        (not facts.has_tenant, Verdict.NO_TENANT),
        (facts.is_connected, Verdict.CONNECTED),
        (facts.ask == AskMode.FIRST and facts.was_asked, Verdict.ASKED_BEFORE),
        (facts.is_paused, Verdict.PAUSED),
    ]
    return next((verdict for stands_in_the_way, verdict in obstacles if stands_in_the_way), Verdict.REDIRECT)


def address_after_sso(user: User, next_path: str) -> str:
    """Where an SSO sign-in goes on to: a path of ours, or Microsoft's address.

    Where it is Microsoft's, the person counts as asked from now on, whether they ever come back or not.
    """
    if not is_left_to_connect(user) or decide(gather(user)) is not Verdict.REDIRECT:
        return next_path
    with transaction.atomic():
        connection, _ = Connection.objects.get_or_create(user=user, defaults={"account": user.account})
        Connection.objects.filter(pk=connection.pk, asked_at=None).update(asked_at=timezone.now())
    try:
        attempt, address = consent.begin(user, next_path)
    except (consent.CannotConnectError, TooManyAttemptsError):  # switched off since we looked, or asked all too often
        return next_path
    return address or reverse("office365_outcome", args=[attempt.reference])


CONNECTED = Prepared(
    lambda user: Connection.objects.filter(user=user, state__in=ACTIVE_STATES).values_list("pk"), user=-1
)
SERVED = Prepared(lambda account: CalendarService.objects.ready().filter(account=account).values_list("pk"), account=-1)


def is_left_to_connect(user: User) -> bool:
    """Whether the person is not connected and could be: one or two queries, which are the end of it for almost all."""
    return not CONNECTED.rows(user=user.pk) and bool(SERVED.rows(account=user.account_id))


def gather(user: User) -> Facts:
    """The facts for this person at an SSO sign-in now."""
    return facts(user.account, user, effective(user, [ASK.key, INTEGRATION.key]))


def facts(account: Account, user: User | None, answers: Mapping[str, Answer]) -> Facts:
    """The facts at an SSO sign-in of a person (None: somebody new) for whom these settings count, of both keys."""
    service = CalendarService.objects.filter(account=account).first()
    connection = Connection.objects.filter(user=user).first() if user else None
    integration = Integration.of(answers[INTEGRATION.key].value)
    known = Facts(
        signed_in_by_sso=True,
        ask=AskMode(answers[ASK.key].value),
        is_enabled=integration.on and bool(service and service.is_enabled),
        has_tenant=bool(service and service.tenant_id),
        is_connected=bool(connection and connection.is_active),
        was_asked=bool(connection and connection.asked_at),
        is_paused=False,
    )
    if decide(known) is Verdict.ASKED_BEFORE and connection and service:
        known = replace(known, was_asked=not pausing.may_resume(connection, service))
    # The pause takes four queries to find out, and counts only where nothing else stands in the way.
    if decide(known) is not Verdict.REDIRECT:
        return known
    return replace(known, is_paused=pausing.is_paused(account.pk, timezone.now()))
