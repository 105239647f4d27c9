"""Forgetting what is old: the one way by which rows leave the log."""

from datetime import datetime

from django.db import connection, transaction

from accounts import audit
from accounts.models import Account, AuditAction, AuditEvent

BATCH = 20_000


def forget(account: Account, older_than: datetime) -> int:
    """Delete the account's rows from before that moment; answers how many there were.

    Each batch is a transaction of its own with a row that says what was deleted, so that nothing goes unsaid if the
    work is interrupted.
    """
    forgotten = 0
    while batch := _forget_batch(account, older_than):
        forgotten += batch
    return forgotten


@transaction.atomic(durable=True)  # what follows must end with this transaction, and not with one around it
def _forget_batch(account: Account, older_than: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL atrium.retention = 'on'")
    old = AuditEvent.objects.filter(account=account, at__lt=older_than).order_by("at").values_list("pk", flat=True)
    # One statement: nothing refers to these rows, so that Django need not look at each.
    deleted, _by_model = AuditEvent.objects.filter(pk__in=old[:BATCH]).delete()
    if deleted:
        audit.record(
            AuditAction.AUDIT_FORGOTTEN,
            account=account,
            actor=audit.OPERATOR,
            target=account,
            after={"rows": deleted, "older_than": older_than.isoformat()},
        )
    return deleted
