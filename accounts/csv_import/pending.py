"""Checked files between their preview and their confirmation; each person has one, for a day."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.csv_import.rows import FileRow
from accounts.models import PendingImport, User

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep(actor: User, file_name: str, rows: Sequence[FileRow]) -> PendingImport:
    """Keep the rows for the person's confirmation, instead of those of an earlier file. Old ones of anybody go."""
    PendingImport.objects.filter(created_by=actor).delete()
    forget_old()
    stored = [[row.line, row.email, row.name, row.role, list(row.groups)] for row in rows]
    return PendingImport.objects.create(account=actor.account, created_by=actor, file_name=file_name[:200], rows=stored)


def find(actor: User, import_id: int) -> PendingImport:
    """The person's own file. Raises PendingImport.DoesNotExist for any other, and for one that is too old."""
    fresh = PendingImport.objects.filter(created_at__gt=timezone.now() - KEPT_FOR)
    return fresh.select_related("account").get(account=actor.account_id, created_by=actor, pk=import_id)


def rows_of(pending: PendingImport) -> list[FileRow]:
    """The rows as they were checked."""
    return [FileRow(line, email, name, role, tuple(groups)) for line, email, name, role, groups in pending.rows]


def use_up(pending: PendingImport) -> None:
    """Delete it, in the transaction of the import. Raises PendingImport.DoesNotExist where it was used already."""
    deleted, _by_model = PendingImport.objects.filter(pk=pending.pk).delete()
    if not deleted:
        raise PendingImport.DoesNotExist


def forget_old() -> None:
    """Delete those that nobody confirmed within a day."""
    PendingImport.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()
