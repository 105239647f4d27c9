"""Subscriptions to change notifications, and what they mean for how often a mailbox is polled."""

from django.db import models

from calendar_integration.models.connection import Connection
from calendar_integration.models.sync import StreamKind


class Subscription(models.Model):
    """One for each kind of item of a mailbox. Without a `remote_id` Microsoft knows of none, yet or any more.

    `level` and `doubted_at` say how far notifications are trusted; only calendar_integration.sync.listening writes
    them.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(max_length=10, choices=StreamKind)
    remote_id = models.CharField(max_length=64, blank=True, db_index=True)
    notification_url = models.CharField(max_length=300, blank=True, help_text="NOTIFICATION_URL when it was made.")
    state_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the clientState, which is secret.")
    subscribed_at = models.DateTimeField(null=True, help_text="Since when Microsoft notifies.")
    expires_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True, help_text="When it is made or renewed.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row, of making or renewing it.")
    last_error = models.CharField(max_length=300, blank=True)

    notified_at = models.DateTimeField(null=True, help_text="When a notification last arrived.")
    level = models.PositiveSmallIntegerField(default=0, help_text="How far it has been shown to work.")
    doubted_at = models.DateTimeField(null=True, help_text="When a change was found that nothing had announced.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="subscription_once_per_kind")]
        indexes = [models.Index(fields=["next_attempt_at"], name="subscriptions_by_due_time")]

    def __str__(self) -> str:
        return f"subscription to the {self.kind} of connection {self.connection_id}"


class Listening(models.Model):
    """What notifications have said of a mailbox since it was last read.

    It is a row of its own because a notification is answered at once: the connection's row is locked while a round is
    written.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="listening")
    read_at = models.DateTimeField(null=True, help_text="When the last good sync began.")
    unread_since = models.DateTimeField(null=True, help_text="When something first called for a sync after it.")
    told_at = models.DateTimeField(null=True, help_text="When something last called for a sync.")
    interval = models.DurationField(null=True, help_text="How long after the last good sync the next one was due.")

    class Meta:
        indexes = [
            models.Index(
                fields=["unread_since"], condition=models.Q(unread_since__isnull=False), name="mailboxes_unread_since"
            )
        ]

    def __str__(self) -> str:
        return f"listening to connection {self.connection_id}"
