"""Encrypting every secret at rest anew with the first key, while everything runs.

A row is written only while it is what was read (compare and swap), so that no newer token is overwritten. What is
encrypted with the first key already is left alone: a run that was stopped is simply started again.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, TextField, Value

from accounts import audit
from accounts.fields import EncryptedTextField, cipher
from accounts.models import Account, AuditAction

BATCH = 500
TRIES = 5  # of a row that somebody else writes at the same moment

logger = logging.getLogger(__name__)


@dataclass
class Count:
    """What was found in one column. `unreadable` are the primary keys of rows that no key in force can read."""

    model: type[models.Model]
    column: str
    rotated: int = 0
    current: int = 0
    busy: int = 0
    unreadable: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        """One line for the operator."""
        others = f", {self.busy} were written too often to be caught" if self.busy else ""
        return (
            f"{self.model._meta.label}.{self.column}: {self.rotated} with an older key, "
            f"{self.current} with the first key, {len(self.unreadable)} unreadable{others}"
        )


def columns() -> list[tuple[type[models.Model], str]]:
    """Every encrypted column of every app."""
    return [
        (model, column.attname)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, EncryptedTextField) and column.model is model
    ]


def rotate(model: type[models.Model], column: str, *, only_count: bool = False) -> Count:
    """Encrypt a column anew, or say what that would do: what no key can read stays as it is and is named."""
    count = Count(model, column)
    for pk, held in _rows(model, column):
        _rotate_row(count, pk, held, only_count=only_count)
    return count


def record() -> None:
    """Remember it in the audit log of every account: one key is for all of them. How many there were is of nobody's."""
    for account in Account.objects.order_by("pk"):
        audit.record(AuditAction.SECRETS_ROTATED, account=account, actor=audit.OPERATOR, target=account)


def _rows(model: type[models.Model], column: str) -> Iterator[tuple[int, str]]:
    """The rows as the database holds them, in batches by primary key; no transaction stays open in between."""
    last = None
    while True:
        rows = _undecrypted(model, column).exclude(held="").order_by("pk")
        batch = list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", "held")[:BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1][0]


def _undecrypted(model: type[models.Model], column: str) -> "models.QuerySet[models.Model]":
    """The rows with what the column holds, encrypted, as `held`."""
    return model._base_manager.annotate(held=ExpressionWrapper(F(column), output_field=TextField()))


def _rotate_row(count: Count, pk: int, held: str, *, only_count: bool) -> None:
    for _ in range(TRIES):
        if is_current(held):
            count.current += 1
            return
        try:
            anew = cipher().rotate(held.encode()).decode()
        except InvalidToken:
            count.unreadable.append(pk)
            return
        if only_count or _swap(count, pk, held, anew):
            count.rotated += 1
            return
        newer = _undecrypted(count.model, count.column).filter(pk=pk).exclude(held="").values_list("held", flat=True)
        held = newer.first() or ""
        if not held:  # deleted, or emptied, since
            return
    count.busy += 1


def _swap(count: Count, pk: int, held: str, anew: str) -> bool:
    """Whether the row still was what had been read."""
    rows = _undecrypted(count.model, count.column).filter(pk=pk, held=held)
    return bool(rows.update(**{count.column: Value(anew, output_field=TextField())}))


def is_current(held: str) -> bool:
    """Whether the first key encrypted this."""
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(held.encode())
    except InvalidToken:
        return False
    return True
