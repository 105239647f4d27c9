"""How far each stream of a mailbox has been read."""

from django.db import models

from calendar_integration.models.connection import Connection


class StreamKind(models.TextChoices):
    """What is read from a mailbox."""

    EVENTS = "events", "Events"
    CONTACTS = "contacts", "Contacts"


class Stream(models.Model):
    """One kind of item of one mailbox. The delta link is saved in the transaction that applies its round."""

    # The constraint's index serves whoever looks for a mailbox's streams.
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="streams", db_index=False)
    kind = models.CharField(max_length=10, choices=StreamKind)
    delta_link = models.TextField(blank=True)
    window_start = models.DateTimeField(null=True)
    window_end = models.DateTimeField(null=True)
    items_read = models.PositiveIntegerField(default=0, help_text="In the round under way, for its progress.")
    finished_at = models.DateTimeField(null=True, help_text="When a round was last applied whole.")
    unreadable = models.JSONField(default=list, db_default=[], help_text="Ids of items that could not be read.")
    emptied_at = models.DateTimeField(null=True, help_text="When a full round first claimed that all is gone.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="stream_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of connection {self.connection_id}"
