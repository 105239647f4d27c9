"""What is known of a company's consent, and how it changes: pure decisions, and the two doors to the database.

A callback is easily typed, so that it only makes consent "reported". A token proves what it covers. Consent counts as
withdrawn only where Microsoft's token endpoint says so, and not while a report may still be spreading there.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration import consent_requests, scopes
from calendar_integration.models import CalendarService, ConsentState

PROPAGATING = timedelta(minutes=30)  # how long after a report Microsoft may still ask for consent
WRITTEN = ("consent_state", "consent_changed_at", "consent_reported_at", "missing_scopes")


@dataclass(frozen=True)
class Consent:
    """What is known. `missing` are the scopes that the last token lacked, by Graph's names."""

    state: ConsentState = ConsentState.UNKNOWN
    changed_at: datetime | None = None
    reported_at: datetime | None = None
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, service: CalendarService) -> Self:
        """As it stands in the database."""
        return cls(
            ConsentState(service.consent_state),
            service.consent_changed_at,
            service.consent_reported_at,
            tuple(service.missing_scopes.split()),
        )

    def is_propagating(self, now: datetime) -> bool:
        """Whether a report is so fresh that Microsoft may not know of it everywhere."""
        return self.reported_at is not None and now < self.reported_at + PROPAGATING


@dataclass(frozen=True)
class Reported:
    """Microsoft sent an admin back, who is said to have agreed."""

    at: datetime


@dataclass(frozen=True)
class Token:
    """Microsoft gave a token with these scopes, where those were wanted."""

    granted: str
    wanted: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Refused:
    """Microsoft's token endpoint asked for consent."""

    at: datetime


def advance(known: Consent, event: Reported | Token | Refused) -> Consent:
    """What is known after the event."""
    if isinstance(event, Reported):
        return _reported(known, event)
    if isinstance(event, Token):
        missing = tuple(scopes.missing(event.granted, event.wanted))
        state = ConsentState.PARTIAL if missing else ConsentState.CONFIRMED
        return _moved(replace(known, missing=missing), state, event.at)
    may_be_lost = known.state not in (ConsentState.UNKNOWN, ConsentState.WITHDRAWN)
    if may_be_lost and not known.is_propagating(event.at):
        return _moved(replace(known, missing=()), ConsentState.WITHDRAWN, event.at)
    return known


def _reported(known: Consent, event: Reported) -> Consent:
    """What a token has confirmed stays so; what the last one lacked is named until another shows more."""
    latest = max(event.at, known.reported_at or event.at)
    state = known.state if known.state == ConsentState.CONFIRMED else ConsentState.REPORTED
    return _moved(replace(known, reported_at=latest), state, event.at)


def _moved(known: Consent, state: ConsentState, at: datetime) -> Consent:
    return known if state == known.state else replace(known, state=state, changed_at=at)


def note_token(account: Account, granted: str, wanted: tuple[str, ...], *, actor: User | str = audit.WORKER) -> None:
    """Remember what a token of somebody in the account covers: those who wait are told where it is all."""
    _note(account, Token(granted, wanted, timezone.now()), actor)


def note_refusal(account: Account, *, actor: User | str = audit.WORKER) -> None:
    """Remember that Microsoft's token endpoint asked for consent."""
    _note(account, Refused(timezone.now()), actor)


def write(service: CalendarService, known: Consent) -> None:
    """Keep it in the row, which the caller has locked."""
    service.consent_state, service.missing_scopes = known.state, " ".join(known.missing)
    service.consent_changed_at, service.consent_reported_at = known.changed_at, known.reported_at
    service.save(update_fields=WRITTEN)


def facts(known: Consent) -> dict[str, Any]:
    """For the audit log."""
    return {"consent": known.state} | ({"missing": ", ".join(known.missing)} if known.missing else {})


def _note(account: Account, event: Token | Refused, actor: User | str) -> None:
    services = CalendarService.objects.filter(account=account)
    # Almost every token says what is known already: nobody waits for the row then.
    service = services.first()
    if service is None or advance(Consent.of(service), event) == Consent.of(service):
        return
    with transaction.atomic():
        service = services.select_for_update().first()
        if service is not None:
            _apply(service, event, account, actor)


def _apply(service: CalendarService, event: Token | Refused, account: Account, actor: User | str) -> None:
    before = Consent.of(service)
    after = advance(before, event)
    if after == before:
        return
    write(service, after)
    audit.record(
        AuditAction.CONSENT_CHANGED,
        account=account,
        actor=actor,
        target=service,
        before=facts(before),
        after=facts(after),
    )
    if after.state == ConsentState.CONFIRMED != before.state:
        consent_requests.resume(account)
