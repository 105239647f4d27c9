"""The one door into the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest

from accounts.models import Account, AuditAction, AuditEvent, User
from accounts.prepared import insert

OPERATOR = "Operator command"
NOBODY = "Nobody signed in"
WORKER = "Synchronisation"
LABELS = (OPERATOR, NOBODY, WORKER)
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Entry:
    """Something that happened. `before` and `after` must hold no secrets."""

    action: AuditAction
    target: models.Model
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    reference: str = ""


def record(
    action: AuditAction,
    *,
    account: Account,
    actor: User | str,
    target: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    reference: str = "",
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Remember that `actor` did `action` to `target`; call it in the transaction of the change itself.

    `actor` is a person, or a label (OPERATOR, NOBODY). `before` and `after` must hold no secrets.
    """
    event = _event(Entry(action, target, before or {}, after or {}, reason, reference), account, actor, request)
    insert(event)  # every sign-in comes by here
    return event


def record_many(
    entries: Iterable[Entry], *, account: Account, actor: User | str, request: HttpRequest | None = None
) -> None:
    """Remember all of them, as `record` does, in one statement for each thousand."""
    events = [_event(entry, account, actor, request) for entry in entries]
    AuditEvent.objects.bulk_create(events, batch_size=ROWS_AT_ONCE)


def label_of(actor: User | str) -> str:
    """How an actor stays readable. Names can be changed, e-mail addresses cannot: nobody passes for somebody else."""
    return f"{actor} ({actor.email})"[:200] if isinstance(actor, User) else actor[:200]


def _event(entry: Entry, account: Account, actor: User | str, request: HttpRequest | None) -> AuditEvent:
    return AuditEvent(
        account=account,
        actor=actor if isinstance(actor, User) else None,
        actor_label=label_of(actor),
        action=entry.action,
        target_type=entry.target._meta.model_name or "",
        target_id=entry.target.pk,
        target_label=str(entry.target)[:200],
        before=entry.before,
        after=entry.after,
        reason=entry.reason[:300],
        reference=entry.reference,
        address=request.META.get("REMOTE_ADDR") or None if request else None,
    )
