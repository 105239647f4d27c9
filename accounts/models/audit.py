"""The audit log's rows. They are only ever added: a database trigger refuses anything else."""

from django.conf import settings
from django.db import models

from accounts.models.account import Account


class AuditAction(models.TextChoices):
    """Everything that is worth remembering, in the order of a person's life with the product."""

    ACCOUNT_CREATED = "account.created", "Account created"
    USER_CREATED = "user.created", "User created"
    USER_INVITED = "user.invited", "User invited"
    INVITATION_ACCEPTED = "user.invitation_accepted", "Invitation accepted"
    USER_CHANGED = "user.changed", "User changed"
    ROLE_CHANGED = "user.role_changed", "Role changed"
    USER_DEACTIVATED = "user.deactivated", "User deactivated"
    USER_REACTIVATED = "user.reactivated", "User reactivated"
    USERS_IMPORTED = "user.imported", "Users imported"
    USERS_EXPORTED = "user.exported", "Users exported"
    TIME_ZONE_CHANGED = "user.time_zone_changed", "Time zone changed"
    PASSWORD_RESET = "user.password_reset", "Password reset"
    SESSION_REVOKED = "user.session_revoked", "Session signed out"
    GROUP_CREATED = "group.created", "Group created"
    GROUP_CHANGED = "group.changed", "Group changed"
    GROUP_DELETED = "group.deleted", "Group deleted"
    GROUPS_REORDERED = "group.reordered", "Group priorities changed"
    MEMBER_ADDED = "group.member_added", "Member added"
    MEMBER_REMOVED = "group.member_removed", "Member removed"
    GROUP_ADMIN_CHANGED = "group.admin_changed", "Group admin changed"
    SETTING_CHANGED = "setting.changed", "Setting changed"
    SETTING_LOCKED = "setting.locked", "Setting locked"
    SETTING_UNLOCKED = "setting.unlocked", "Setting unlocked"
    SETTING_RESET = "setting.reset", "Setting reset to inherited"
    SETTING_RESET_BELOW = "setting.reset_below", "Settings below reset"
    AUDIT_EXPORTED = "audit.exported", "Audit log exported"
    AUDIT_FORGOTTEN = "audit.forgotten", "Old audit rows deleted"
    SECRETS_ROTATED = "secrets.rotated", "Secrets encrypted with a new key"
    SIGNED_IN = "sign_in.succeeded", "Signed in"
    SIGN_IN_REFUSED = "sign_in.refused", "Sign-in refused"
    IDENTITY_PROVIDER_CONFIGURED = "sso.configured", "Identity provider configured"
    DRAFT_SAVED = "sso.draft_saved", "Single sign-on draft saved"
    DRAFT_TESTED = "sso.draft_tested", "Single sign-on draft tested"
    SSO_SWITCHED = "sso.switched", "Single sign-on switched on or off"
    SSO_ENFORCED = "sso.enforced", "Single sign-on enforcement changed"
    SSO_OPTION_CHANGED = "sso.option_changed", "Single sign-on option changed"
    KEY_CREATED = "sso.key_created", "Atrium certificate generated"
    KEY_PROMOTED = "sso.key_promoted", "Atrium certificate promoted"
    KEY_ROLLED_BACK = "sso.key_rolled_back", "Atrium certificate rolled back"
    MAPPING_CHANGED = "sso.mapping_changed", "Attribute mapping changed"
    DOMAIN_ADDED = "domain.added", "Domain added"
    DOMAIN_PROVEN = "domain.proven", "Domain proven"
    DOMAIN_REMOVED = "domain.removed", "Domain removed"
    SINGLE_LOGOUT = "sso.single_logout", "Signed out by single logout"
    ADDRESS_CONFIRMED = "sso.address_confirmed", "Address confirmed by mail"
    IDENTITY_LINKED = "sso.identity_linked", "Identity linked to a user"
    CALENDAR_SERVICE_CONFIGURED = "calendar.service_configured", "Calendar service configured"
    AUTHORIZATION_ENDED = "calendar.authorization_ended", "Office 365 authorization ended"
    CONNECTED = "calendar.connected", "Mailbox connected"
    CONNECTION_LOST = "calendar.connection_lost", "Mailbox connection lost"
    DISCONNECTED = "calendar.disconnected", "Mailbox disconnected"
    MAILBOX_FORGOTTEN = "calendar.mailbox_forgotten", "Mailbox data deleted"
    ADMIN_CONSENT_REPORTED = "calendar.admin_consent_reported", "Admin consent reported"
    CONSENT_CHANGED = "calendar.consent_changed", "Admin consent changed"
    CONSENT_REQUESTED = "calendar.consent_requested", "Admin consent requested"
    CONSENT_LINK_CREATED = "calendar.consent_link_created", "Consent link created"
    CONSENT_LINK_REVOKED = "calendar.consent_link_revoked", "Consent link revoked"
    CALENDAR_SERVICE_REMOVED = "calendar.service_removed", "Calendar service removed"
    FEDERATION_ATTESTED = "calendar.federation_attested", "Federation with Microsoft Entra attested"
    CLIENT_SECRET_REFUSED = "calendar.client_secret_refused", "Microsoft refused Atrium's client secret"
    CONNECTIONS_EXPORTED = "calendar.connections_exported", "Connections exported"
    SYNC_RETRIED = "calendar.sync_retried", "Synchronisation asked for"
    INVITATION_ANSWERED = "calendar.invitation_answered", "Invitation to a meeting answered"


class AuditEvent(models.Model):
    """One thing that happened. The actor's label stays readable after the person is gone."""

    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=40, choices=AuditAction)
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField(null=True)
    target_label = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=20, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="audit_newest_first"),
            models.Index(fields=["account", "action", "-id"], name="audit_by_action"),
            models.Index(fields=["account", "actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["account", "target_type", "target_id", "-id"], name="audit_by_target"),
            models.Index(fields=["account", "at"], name="audit_by_time"),
            models.Index(fields=["account", "reference"], condition=~models.Q(reference=""), name="audit_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_label}"
