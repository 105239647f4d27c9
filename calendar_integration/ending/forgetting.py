"""Deleting what is held of a mailbox after it was disconnected: tokens first, then rows, a bounded number at a time.

`Connection.to_forget` says that something is left. It falls in the transaction that finds nothing more, so that a
worker that was killed half-way is followed by another one, and two at once do no harm.
"""

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import AuditAction
from calendar_integration.models import Connection, Contact, Listening, Meeting, Stream, StreamKind, Subscription
from calendar_integration.subscriptions import ending

BATCH = 1000  # rows per transaction
MOST_CONNECTIONS = 100  # per run of the task that finishes what others left

# Listening before subscriptions, in the order in which a notification takes their locks.
ROWS = (Meeting, Contact, Stream, Listening, Subscription)
FORGOTTEN = (
    "tenant_id",
    "oid",
    "mailbox",
    "ews_url",
    "granted_scopes",
    "last_good_sync_at",
    "last_error",
    "claims_challenge",
    "told_to_reauthorize_at",
    "to_forget",
)


def forget(connection_id: int) -> None:
    """Delete everything that has to go from this connection; nothing where nothing has to.

    With the tokens, Microsoft is asked to notify no more; without them, as after a person's own disconnecting, it was.
    """
    _end_subscriptions(connection_id)
    held = Connection.objects.filter(pk=connection_id, to_forget=True).exclude(token_cache="")
    held.update(token_cache="", token_cache_version=F("token_cache_version") + 1)
    while _delete_some(connection_id):
        pass


def _end_subscriptions(connection_id: int) -> None:
    connection = Connection.objects.filter(pk=connection_id, to_forget=True).exclude(token_cache="").first()
    if connection is not None:
        ending.end(ending.leaving(connection))


def left_over() -> list[int]:
    """The ids of connections of which something has to be deleted still."""
    return list(Connection.objects.filter(to_forget=True).values_list("pk", flat=True)[:MOST_CONNECTIONS])


@transaction.atomic
def _delete_some(connection_id: int) -> bool:
    """Delete a batch; whether there may be more. Whoever connects anew waits, and finds the rest to do."""
    waiting = Connection.objects.select_for_update(of=("self",)).select_related("account", "user")
    connection = waiting.filter(pk=connection_id, to_forget=True).first()
    if connection is None:
        return False
    for rows in ROWS:
        some = list(rows.objects.filter(connection=connection).values_list("pk", flat=True)[:BATCH])
        if some:
            rows.objects.filter(pk__in=some).delete()
            return True
    _finish(connection)
    connection.save(update_fields=FORGOTTEN)
    return False


def forget_at_once(connection: Connection) -> None:
    """Delete the rest in the caller's transaction, in which the connection is locked; the caller saves it."""
    forget_rows(connection)
    _finish(connection)


def forget_rows(connection: Connection) -> None:
    """Drop what was read from the mailbox so far, and how far it was read."""
    for rows in ROWS:
        rows.objects.filter(connection=connection).delete()
    connection.last_good_sync_at = None


def forget_contacts(connection: Connection) -> None:
    """Drop the contacts of a mailbox that was authorized without them."""
    Contact.objects.filter(connection=connection).delete()
    for rows in (Stream, Subscription):
        rows.objects.filter(connection=connection, kind=StreamKind.CONTACTS).delete()


def _finish(connection: Connection) -> None:
    mailbox = connection.mailbox
    connection.tenant_id = connection.oid = None
    connection.last_good_sync_at = connection.told_to_reauthorize_at = None
    connection.mailbox = connection.ews_url = connection.granted_scopes = connection.last_error = ""
    connection.claims_challenge = ""
    connection.to_forget = False
    audit.record(
        AuditAction.MAILBOX_FORGOTTEN,
        account=connection.account,
        actor=audit.WORKER,
        target=connection.user,
        before={"mailbox": mailbox},
    )
