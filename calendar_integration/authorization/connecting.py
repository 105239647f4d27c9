"""From tokens to a connection that synchronises."""

from django.db import transaction

from accounts import audit
from accounts.models import AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration import client_secret, clock, policy
from calendar_integration.availability import integration_of
from calendar_integration.company_consent import consent_evidence
from calendar_integration.ending import forgetting
from calendar_integration.integration_setting import Integration, Permissions
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    Outcome,
)
from calendar_integration.queueing import enqueue_sync
from calendar_integration.tokens import Grant
from calendar_integration.tokens.id_token import Identity

NO_SERVICE = "An admin has changed or removed your company's calendar service."


class MeanwhileForbiddenError(Exception):
    """The integration was switched off or locked to something else, or the person deactivated, while at Microsoft."""

    def __init__(self, outcome: Outcome, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome
        self.words = words


@transaction.atomic
def connect(attempt: AuthorizationAttempt, identity: Identity, grant: Grant) -> Connection:
    """Make the person's connection active, as the attempt asked for it, and queue its sync on commit.

    The same mailbox as before keeps what was synchronised; another one begins empty. Raises MeanwhileForbiddenError
    where a mailbox with these permissions may not be connected any more.
    """
    # Whoever changes a setting meanwhile does so before this, which then sees it, or after, and then sees this.
    user, permissions = attempt.user, attempt.permissions
    revision.lock(user.account)
    _refuse_if_ended(attempt)
    _refuse_if_forbidden(user, permissions)
    _refuse_without_service(user, identity)
    connection, _ = Connection.objects.select_for_update().get_or_create(user=user, defaults={"account": user.account})
    if connection.to_forget:
        forgetting.forget_at_once(connection)
    elif not _is_read_on(connection, identity, permissions):
        forgetting.forget_rows(connection)
    elif not permissions.reads_contacts:
        forgetting.forget_contacts(connection)
    _take_over(connection, identity, grant)
    connection.permissions, connection.ews_url = permissions, attempt.ews_url
    connection.next_attempt_at = connection.connected_at
    enqueue_sync(connection.pk)
    connection.save()
    CalendarService.objects.filter(account=user.account).update(tenant_confirmed_at=connection.connected_at)
    client_secret.note_taken(user.account_id)
    consent_evidence.note(user.account, grant.granted_scopes, permissions, user)
    audit.record(
        AuditAction.CONNECTED,
        account=user.account,
        actor=user,
        target=user,
        after={"mailbox": connection.mailbox, "permissions": permissions.in_words(), "granted": grant.granted_scopes},
    )
    return connection


def _is_read_on(connection: Connection, identity: Identity, permissions: Permissions) -> bool:
    """Whether what was read stays good: of the same mailbox, by the same method, since each has ids of its own."""
    return connection.is_same_mailbox(identity.tenant_id, identity.oid) and connection.method == permissions.method


def _refuse_if_ended(attempt: AuthorizationAttempt) -> None:
    """Somebody may have disconnected, or a setting ended the attempt, while its code was being redeemed."""
    ended = AuthorizationAttempt.objects.filter(pk=attempt.pk).exclude(outcome="").first()
    if ended is not None:
        raise MeanwhileForbiddenError(Outcome(ended.outcome), ended.detail)


def _refuse_if_forbidden(user: User, permissions: Permissions) -> None:
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise MeanwhileForbiddenError(Outcome.SWITCHED_OFF, policy.DEACTIVATED)
    answer = integration_of(user)
    if not Integration.of(answer.value).on:
        raise MeanwhileForbiddenError(Outcome.SWITCHED_OFF, policy.why_off(answer))
    reason = policy.must_disconnect(permissions, answer)
    if reason is not None:
        raise MeanwhileForbiddenError(Outcome.SETTING_CHANGED, policy.why_disconnected(reason, answer))


def _refuse_without_service(user: User, identity: Identity) -> None:
    """The service may have been removed, switched off, or moved to another tenant."""
    if not CalendarService.objects.ready().filter(account=user.account_id, tenant_id=identity.tenant_id).exists():
        raise MeanwhileForbiddenError(Outcome.SWITCHED_OFF, NO_SERVICE)


def _take_over(connection: Connection, identity: Identity, grant: Grant) -> None:
    now = clock.now()
    connection.tenant_id, connection.oid = identity.tenant_id, identity.oid
    connection.mailbox = identity.user_principal_name
    connection.granted_scopes = grant.granted_scopes
    connection.token_cache = grant.cache
    connection.token_cache_version += 1
    connection.state = ConnectionState.ACTIVE
    connection.connected_at, connection.next_attempt_at = now, None
    connection.disconnected_at, connection.disconnected_because = None, ""
    connection.failures, connection.last_error, connection.invalid_grant_at = 0, "", None
    connection.failure_kind = connection.set_aside_because = connection.claims_challenge = ""
    connection.worker_deaths = connection.our_mistakes = 0
    connection.told_to_reauthorize_at = connection.set_aside_at = connection.claimed_until = None
    connection.failing_since = connection.no_mailbox_at = None
    # A worker that is reading with the old tokens, perhaps from another mailbox, must not write any more.
    connection.lease_id = connection.lease_until = None
