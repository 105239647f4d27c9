"""Attempts to authorize Office 365: begun, and how they ended. One that never ended is how a stranded person looks."""

from datetime import timedelta

from django.conf import settings
from django.db import models

from accounts.fields import EncryptedTextField
from accounts.models import Account
from accounts.references import new_reference
from calendar_integration.models.connection import ConnectionState
from calendar_integration.models.permissions import WithPermissions

LIFETIME = timedelta(minutes=15)


class Outcome(models.TextChoices):
    """How an attempt ended."""

    CONNECTED = "connected", "Connected"
    DECLINED = "declined", "Declined"
    CONSENT_REQUIRED = "consent_required", "An Office 365 admin has to approve"
    FEWER_SCOPES = "fewer_scopes", "Fewer permissions than needed"
    WRONG_MAILBOX = "wrong_mailbox", "Another person's mailbox"
    WRONG_TENANT = "wrong_tenant", "Another company's Office 365"
    INVALID_TOKEN = "invalid_token", "Microsoft's answer did not check out"
    UNAVAILABLE = "unavailable", "Microsoft could not be reached"
    ERROR = "error", "Microsoft answered with an error"
    EXPIRED = "expired", "Never came back"
    SWITCHED_OFF = "switched_off", "The integration was switched off meanwhile"
    SETTING_CHANGED = "setting_changed", "Other permissions were locked meanwhile"


class AuthorizationAttempt(WithPermissions):
    """One way to Microsoft and back, with what it asked for.

    `state` is used once; `flow` is what MSAL needs to redeem the code.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authorization_attempts")
    reference = models.CharField(max_length=20, unique=True, default=new_reference)
    state = models.CharField(max_length=64, unique=True)
    flow = EncryptedTextField(blank=True)
    next_path = models.CharField(max_length=2000)
    ews_url = models.CharField(max_length=500, blank=True, help_text="The Exchange server, where the method is EWS.")
    is_silent = models.BooleanField(default=False, help_text="Microsoft was told to ask nothing (prompt=none).")
    state_before = models.CharField(max_length=24, choices=ConnectionState)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    refused_by_microsoft = models.BooleanField(
        default=False,
        help_text="Its token endpoint told us how it ended; what a browser brings may be typed by anybody.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["account", "-ended_at"], name="attempts_by_end"),
            models.Index(fields=["started_at"], condition=models.Q(ended_at=None), name="attempts_open"),
            models.Index(fields=["ended_at"], name="attempts_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.outcome or 'open'}"
