"""The one door into the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest

from accounts.models import Account, AuditAction, AuditEvent, User

OPERATOR = "Operator command"
NOBODY = "Nobody signed in"
WORKER = "Synchronisation"
LABELS = (OPERATOR, NOBODY, WORKER)
ROWS_AT_ONCE = 1_000


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
    return AuditEvent.objects.create(
        account=account,
        actor=actor if isinstance(actor, User) else None,
        actor_label=label_of(actor),
        action=action,
        target_type=target._meta.model_name or "",
        target_id=target.pk,
        target_label=str(target)[:200],
        before=before or {},
        after=after or {},
        reason=reason[:300],
        reference=reference,
        address=request.META.get("REMOTE_ADDR") or None if request else None,
    )


def label_of(actor: User | str) -> str:
    """How an actor stays readable. Names can be changed, e-mail addresses cannot: nobody passes for somebody else."""
    return f"{actor} ({actor.email})"[:200] if isinstance(actor, User) else actor[:200]


@dataclass(frozen=True)
class Entry:
    """One of many things that happened together. `before` and `after` must hold no secrets."""

    action: AuditAction
    target: models.Model
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def record_many(
    entries: Iterable[Entry], *, account: Account, actor: User | str, request: HttpRequest | None = None
) -> None:
    """Remember all of them, as `record` does, in one statement for each thousand."""
    events = [
        AuditEvent(
            account=account,
            actor=actor if isinstance(actor, User) else None,
            actor_label=label_of(actor),
            action=entry.action,
            target_type=entry.target._meta.model_name or "",
            target_id=entry.target.pk,
            target_label=str(entry.target)[:200],
            before=entry.before,
            after=entry.after,
            address=request.META.get("REMOTE_ADDR") or None if request else None,
        )
        for entry in entries
    ]
    AuditEvent.objects.bulk_create(events, batch_size=ROWS_AT_ONCE)
