"""From tokens to a connection that synchronises."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration import forgetting, policy, scopes
from calendar_integration.availability import company_permissions, integration_of
from calendar_integration.id_token import Identity
from calendar_integration.integration_setting import Integration, Permissions
from calendar_integration.models import (
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
)
from calendar_integration.queueing import enqueue_sync
from calendar_integration.tokens import Grant


class MeanwhileForbiddenError(Exception):
    """The integration was switched off or locked to something else, or the person deactivated, while at Microsoft."""

    def __init__(self, outcome: Outcome, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome
        self.words = words


@transaction.atomic
def connect(user: User, identity: Identity, grant: Grant, permissions: Permissions) -> Connection:
    """Make the person's connection active and queue its sync on commit.

    The same mailbox as before keeps what was synchronised; another one begins empty. Raises MeanwhileForbiddenError
    where a mailbox with these permissions may not be connected any more.
    """
    # Whoever changes a setting meanwhile does so before this, which then sees it, or after, and then sees this.
    revision.lock(user.account)
    _refuse_if_forbidden(user, permissions)
    connection, _ = Connection.objects.select_for_update().get_or_create(user=user, defaults={"account": user.account})
    if connection.to_forget:
        forgetting.forget_at_once(connection)
    elif not connection.is_same_mailbox(identity.tenant_id, identity.oid):
        forgetting.forget_rows(connection)
    elif not permissions.reads_contacts:
        forgetting.forget_contacts(connection)
    _take_over(connection, identity, grant)
    connection.permissions = permissions
    connection.save()
    _confirm_consent(user, grant, permissions)
    audit.record(
        AuditAction.CONNECTED,
        account=user.account,
        actor=user,
        target=user,
        after={"mailbox": connection.mailbox, "permissions": permissions.in_words(), "granted": grant.granted_scopes},
    )
    enqueue_sync(connection.pk)
    return connection


def _refuse_if_forbidden(user: User, permissions: Permissions) -> None:
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise MeanwhileForbiddenError(Outcome.SWITCHED_OFF, policy.DEACTIVATED)
    answer = integration_of(user)
    if not Integration.of(answer.value).on:
        raise MeanwhileForbiddenError(Outcome.SWITCHED_OFF, policy.why_off(answer))
    reason = policy.must_disconnect(permissions, answer)
    if reason is not None:
        raise MeanwhileForbiddenError(Outcome.SETTING_CHANGED, policy.why_disconnected(reason, answer))


def _confirm_consent(user: User, grant: Grant, permissions: Permissions) -> None:
    """A token proves the company's consent where it covers what the company wants, not only what this person does."""
    wanted = scopes.wanted(company_permissions(user.account, permissions))
    if not scopes.missing(grant.granted_scopes, wanted):
        CalendarService.objects.filter(account=user.account).update(consent_state=ConsentState.CONFIRMED)


def _take_over(connection: Connection, identity: Identity, grant: Grant) -> None:
    now = timezone.now()
    connection.tenant_id, connection.oid = identity.tenant_id, identity.oid
    connection.mailbox = identity.user_principal_name
    connection.granted_scopes = grant.granted_scopes
    connection.token_cache = grant.cache
    connection.token_cache_version += 1
    connection.state = ConnectionState.ACTIVE
    connection.connected_at = connection.next_attempt_at = now
    connection.disconnected_at, connection.disconnected_because = None, ""
    connection.failures, connection.last_error, connection.invalid_grant_at = 0, "", None
    # A worker that is reading with the old tokens, perhaps from another mailbox, must not write any more.
    connection.lease_id = connection.lease_until = None
