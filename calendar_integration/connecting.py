"""From tokens to a connection that synchronises."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from calendar_integration.id_token import Identity
from calendar_integration.models import (
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Contact,
    Meeting,
    Stream,
)
from calendar_integration.queueing import enqueue_sync
from calendar_integration.tokens import Grant


@transaction.atomic
def connect(user: User, identity: Identity, grant: Grant) -> Connection:
    """Make the person's connection active and queue its sync on commit.

    The same mailbox as before keeps what was synchronised; another one begins empty.
    """
    connection, _ = Connection.objects.select_for_update().get_or_create(user=user, defaults={"account": user.account})
    if not connection.is_same_mailbox(identity.tenant_id, identity.oid):
        forget_mailbox(connection)
    _take_over(connection, identity, grant)
    connection.save()
    CalendarService.objects.filter(account=user.account).update(consent_state=ConsentState.CONFIRMED)
    audit.record(
        AuditAction.CONNECTED,
        account=user.account,
        actor=user,
        target=user,
        after={"mailbox": connection.mailbox, "permissions": connection.granted_scopes},
    )
    enqueue_sync(connection.pk)
    return connection


def _take_over(connection: Connection, identity: Identity, grant: Grant) -> None:
    now = timezone.now()
    connection.tenant_id, connection.oid = identity.tenant_id, identity.oid
    connection.mailbox = identity.user_principal_name
    connection.granted_scopes = grant.granted_scopes
    connection.token_cache = grant.cache
    connection.token_cache_version += 1
    connection.state = ConnectionState.ACTIVE
    connection.connected_at = connection.next_attempt_at = now
    connection.failures, connection.last_error, connection.invalid_grant_at = 0, "", None
    # A worker that is reading with the old tokens, perhaps from another mailbox, must not write any more.
    connection.lease_id = connection.lease_until = None


def forget_mailbox(connection: Connection) -> None:
    """Drop what was read from the mailbox so far, and how far it was read."""
    for rows in (Meeting, Contact, Stream):
        rows.objects.filter(connection=connection).delete()
    connection.last_good_sync_at = None
