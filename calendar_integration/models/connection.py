"""A person's connection to their mailbox."""

import uuid

from django.conf import settings
from django.db import models

from accounts.fields import EncryptedTextField
from accounts.models import Account
from calendar_integration.models.permissions import WithPermissions


class ConnectionState(models.TextChoices):
    """Where a connection stands."""

    NONE = "none", "Not connected"
    PENDING = "pending", "Waiting for Microsoft"
    ACTIVE = "active", "Connected"
    STALE = "stale", "Not up to date"
    NEEDS_REAUTHORIZATION = "needs_reauthorization", "Has to be authorized again"
    BLOCKED_BY_ADMIN = "blocked_by_admin", "Waiting for an Office 365 admin"
    MAILBOX_UNSUPPORTED = "mailbox_unsupported", "This mailbox cannot be reached"
    DISCONNECTED_BY_USER = "disconnected_by_user", "Disconnected"
    DISCONNECTED_BY_POLICY = "disconnected_by_policy", "Disconnected by the company's settings"


ACTIVE_STATES = (ConnectionState.ACTIVE, ConnectionState.STALE)
DISCONNECTED_STATES = (ConnectionState.DISCONNECTED_BY_USER, ConnectionState.DISCONNECTED_BY_POLICY)


class Connections(models.QuerySet["Connection"]):
    """Queries of connections."""

    def with_mailbox(self) -> "Connections":
        """Those that were authorized and not disconnected since, whatever became of them."""
        return self.filter(connected_at__isnull=False)


class ConnectionManager(models.Manager["Connection"]):
    """Leaves the tokens in the database until somebody uses them: most readers never do."""

    def get_queryset(self) -> Connections:
        """Connections without their tokens, which are loaded and decrypted when they are touched."""
        return Connections(self.model, using=self._db).defer("token_cache")

    def with_mailbox(self) -> Connections:
        """Those that were authorized and not disconnected since."""
        return self.get_queryset().with_mailbox()


class Connection(WithPermissions):
    """One per person, from the first time they are asked. `tenant_id` and `oid` say whose mailbox it is."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connection")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="connections")
    state = models.CharField(max_length=24, choices=ConnectionState, default=ConnectionState.NONE)
    asked_at = models.DateTimeField(null=True, help_text="When a sign-in first led to Microsoft by itself.")

    tenant_id = models.UUIDField(null=True)
    oid = models.UUIDField(null=True)
    mailbox = models.CharField(max_length=254, blank=True)
    granted_scopes = models.TextField(blank=True)
    ews_url = models.CharField(max_length=500, blank=True, help_text="The Exchange server, where the method is EWS.")
    connected_at = models.DateTimeField(null=True, help_text="Empty again from when it is disconnected.")
    disconnected_at = models.DateTimeField(null=True)
    disconnected_because = models.CharField(max_length=700, blank=True, help_text="In words, for its owner.")
    to_forget = models.BooleanField(default=False, help_text="Tokens and rows are still held that have to go.")

    token_cache = EncryptedTextField(blank=True)
    token_cache_version = models.PositiveIntegerField(default=0)

    lease_id = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    last_good_sync_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True, help_text="Queued, and until when a worker may take its time.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row, since the last good sync.")
    last_error = models.CharField(max_length=300, blank=True)
    failure_kind = models.CharField(
        max_length=24, blank=True, default="", db_default="", help_text="Of the last error."
    )
    failing_since = models.DateTimeField(null=True, help_text="When the first of these failures was.")
    worker_deaths = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="In a row, while reading it.")
    our_mistakes = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="In a row.")
    set_aside_at = models.DateTimeField(null=True, help_text="Since when it is tried once a day only.")
    set_aside_because = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="In words, for admins."
    )
    told_to_reauthorize_at = models.DateTimeField(null=True, help_text="One mail each time it is needed.")
    claims_challenge = models.TextField(blank=True, help_text="What Microsoft wants proven at the next sign-in.")
    invalid_grant_at = models.DateTimeField(null=True, help_text="The first refusal of the refresh token in a row.")
    no_mailbox_at = models.DateTimeField(null=True, help_text="When it was first said, in a row, that there is none.")

    objects = ConnectionManager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["active", "stale"]),
                name="connections_by_due_time",
            ),
            models.Index(fields=["id"], condition=models.Q(to_forget=True), name="connections_to_forget"),
            models.Index(
                fields=["account", "next_attempt_at"],
                condition=models.Q(state__in=["active", "stale"]),
                name="connections_due_by_account",
            ),
            models.Index(
                fields=["account"],
                condition=models.Q(claimed_until__isnull=False) | models.Q(lease_until__isnull=False),
                name="connections_under_way",
            ),
            models.Index(fields=["account"], condition=models.Q(state="stale"), name="connections_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox or 'no mailbox'} of {self.user_id}"

    @property
    def is_active(self) -> bool:
        """Whether tokens are held that worked last time they were tried."""
        return self.state in ACTIVE_STATES

    def is_same_mailbox(self, tenant_id: uuid.UUID, oid: uuid.UUID) -> bool:
        """Whether this connection is, or last was, to that mailbox."""
        return (self.tenant_id, self.oid) == (tenant_id, oid)
