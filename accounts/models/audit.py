"""The audit log's rows. They are only ever added: a database trigger refuses anything else."""

from django.conf import settings
from django.db import models

from accounts.models.account import Account


class AuditAction(models.TextChoices):
    """Everything that is worth remembering, in the order of a person's life with the product."""

    ACCOUNT_CREATED = "account.created", "Account created"
    USER_CREATED = "user.created", "User created"
    TIME_ZONE_CHANGED = "user.time_zone_changed", "Time zone changed"
    PASSWORD_RESET = "user.password_reset", "Password reset"
    SETTING_CHANGED = "setting.changed", "Setting changed"
    SIGNED_IN = "sign_in.succeeded", "Signed in"
    SIGN_IN_REFUSED = "sign_in.refused", "Sign-in refused"
    IDENTITY_PROVIDER_CONFIGURED = "sso.configured", "Identity provider configured"
    IDENTITY_LINKED = "sso.identity_linked", "Identity linked to a user"
    CALENDAR_SERVICE_CONFIGURED = "calendar.service_configured", "Calendar service configured"
    AUTHORIZATION_ENDED = "calendar.authorization_ended", "Office 365 authorization ended"
    CONNECTED = "calendar.connected", "Mailbox connected"
    CONNECTION_LOST = "calendar.connection_lost", "Mailbox connection lost"


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
        indexes = [models.Index(fields=["account", "-id"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_label}"
