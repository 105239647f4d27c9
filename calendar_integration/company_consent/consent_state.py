"""What is known of a company's consent, and how it changes: pure decisions, and the two doors to the database.

A callback is easily typed, so that it only makes consent "reported". A token proves what it covers. Consent counts as
withdrawn only where Microsoft's token endpoint says so, and not while a report may still be spreading there.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import transaction

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration import clock, scopes
from calendar_integration.company_consent import consent_requests
from calendar_integration.models import AGREED, CalendarService, ConsentState

PROPAGATING = timedelta(minutes=30)  # how long after a report Microsoft may still ask for consent
WRITTEN = (
    "consent_state",
    "consent_changed_at",
    "consent_reported_at",
    "consent_for_everyone_at",
    "consent_shown_by",
    "missing_scopes",
)


@dataclass(frozen=True)
class Consent:
    """What is known. `missing` are the scopes that the last token lacked, by Graph's names.

    `for_everyone_at`: since when it is said, or shown, to be for the whole company and not for single people.
    `shown_by`: the id of the person whose token first covered all of it, since it was last withdrawn.
    """

    state: ConsentState = ConsentState.UNKNOWN
    changed_at: datetime | None = None
    reported_at: datetime | None = None
    for_everyone_at: datetime | None = None
    missing: tuple[str, ...] = ()
    shown_by: int | None = None

    @classmethod
    def of(cls, service: CalendarService) -> Self:
        """As it stands in the database."""
        return cls(
            ConsentState(service.consent_state),
            service.consent_changed_at,
            service.consent_reported_at,
            service.consent_for_everyone_at,
            tuple(service.missing_scopes.split()),
            service.consent_shown_by_id,
        )

    @property
    def is_agreed(self) -> bool:
        """Whether the company has agreed for everyone, as far as is known."""
        return self.state in AGREED and self.for_everyone_at is not None

    def is_propagating(self, now: datetime) -> bool:
        """Whether a report is so fresh that Microsoft may not know of it everywhere."""
        return self.reported_at is not None and now < self.reported_at + PROPAGATING


@dataclass(frozen=True)
class Reported:
    """Microsoft sent an admin back, who is said to have agreed."""

    at: datetime


@dataclass(frozen=True)
class Token:
    """Microsoft gave the person with this id a token with these scopes, where those were wanted.

    One person may have agreed for themselves only, as Office 365 admins can in every company: another person's token
    shows that the company has. It has to be of after a withdrawal too, so whose tokens still last says nothing.
    """

    granted: str
    wanted: tuple[str, ...]
    at: datetime
    person_id: int


@dataclass(frozen=True)
class Refused:
    """Microsoft's token endpoint asked for consent.

    `is_companys` is false where it may be one person's only: scopes travel in an address that people can edit, and
    what somebody had agreed to for themselves can be taken back for them alone.
    """

    at: datetime
    is_companys: bool = True


def advance(known: Consent, event: Reported | Token | Refused) -> Consent:
    """What is known after the event."""
    if isinstance(event, Reported):
        return _reported(known, event)
    if isinstance(event, Token):
        missing = tuple(scopes.missing(event.granted, event.wanted))
        known = replace(known if missing else _shown(known, event), missing=missing)
        return _moved(known, ConsentState.PARTIAL if missing else ConsentState.CONFIRMED, event.at)
    may_be_lost = known.state not in (ConsentState.UNKNOWN, ConsentState.WITHDRAWN)
    may_be_lost = may_be_lost and (event.is_companys or known.state != ConsentState.CONFIRMED)
    if may_be_lost and not known.is_propagating(event.at):
        return _moved(replace(known, missing=(), for_everyone_at=None, shown_by=None), ConsentState.WITHDRAWN, event.at)
    return known


def _shown(known: Consent, event: Token) -> Consent:
    """By whom it is shown that all is agreed to: by one person, or by a second one, and so for everyone."""
    if known.for_everyone_at is not None:
        return known
    if known.shown_by is None:
        return replace(known, shown_by=event.person_id)
    return known if known.shown_by == event.person_id else replace(known, for_everyone_at=event.at)


def _reported(known: Consent, event: Reported) -> Consent:
    """What a token has confirmed stays so; what the last one lacked is named until another shows more.

    Where everyone's consent is confirmed a report says nothing new, and must not put off what Microsoft says.
    """
    if known.state == ConsentState.CONFIRMED and known.is_agreed:
        return known
    latest = max(event.at, known.reported_at or event.at)
    state = known.state if known.state == ConsentState.CONFIRMED else ConsentState.REPORTED
    known = replace(known, reported_at=latest, for_everyone_at=known.for_everyone_at or event.at)
    return _moved(known, state, event.at)


def _moved(known: Consent, state: ConsentState, at: datetime) -> Consent:
    return known if state == known.state else replace(known, state=state, changed_at=at)


def note_token(
    account: Account, granted: str, wanted: tuple[str, ...], *, person_id: int, actor: User | str = audit.WORKER
) -> None:
    """Remember what a token of this person of the account covers.

    Those who wait are told where it is all, for everyone.
    """
    _note(account, Token(granted, wanted, clock.now(), person_id), actor)


def note_refusal(account: Account, *, is_companys: bool = True, actor: User | str = audit.WORKER) -> None:
    """Remember that Microsoft's token endpoint asked for consent; see Refused."""
    _note(account, Refused(clock.now(), is_companys), actor)


def write(service: CalendarService, known: Consent) -> None:
    """Keep it in the row, which the caller has locked."""
    service.consent_state, service.missing_scopes = known.state, " ".join(known.missing)
    service.consent_changed_at, service.consent_reported_at = known.changed_at, known.reported_at
    service.consent_for_everyone_at, service.consent_shown_by_id = known.for_everyone_at, known.shown_by
    service.save(update_fields=WRITTEN)


def facts(known: Consent) -> dict[str, Any]:
    """For the audit log."""
    missing = {"missing": ", ".join(known.missing)} if known.missing else {}
    return {"consent": known.state, "for_everyone": known.is_agreed} | missing


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
    if facts(after) != facts(before):
        audit.record(
            AuditAction.CONSENT_CHANGED,
            account=account,
            actor=actor,
            target=service,
            before=facts(before),
            after=facts(after),
        )
    if (
        after.state == ConsentState.CONFIRMED
        and after.is_agreed
        and (before.state, before.is_agreed) != (after.state, True)
    ):
        consent_requests.resume(account)
