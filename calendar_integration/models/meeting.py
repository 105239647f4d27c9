"""Meetings as they stand in a mailbox's window."""

from datetime import datetime

from django.db import models

from calendar_integration.models.connection import Connection


class MeetingKind(models.TextChoices):
    """Graph's event types. Masters are held for the occurrences that lack their text; no page shows them."""

    SINGLE = "singleInstance", "Single"
    OCCURRENCE = "occurrence", "Occurrence of a series"
    EXCEPTION = "exception", "Changed occurrence of a series"
    MASTER = "seriesMaster", "Series"


class Meeting(models.Model):
    """One row of a calendar. All-day meetings have dates (the end is exclusive), the others times in UTC."""

    # Without an index of its own: that of the constraint below begins with it, and every index costs every row.
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="meetings", db_index=False)
    remote_id = models.TextField()
    change_key = models.TextField(blank=True)
    kind = models.CharField(max_length=20, choices=MeetingKind)
    master_id = models.TextField(blank=True)
    pattern = models.CharField(max_length=20, blank=True, help_text="How a series repeats, in Graph's word.")
    subject = models.TextField(blank=True)
    preview = models.TextField(blank=True)
    location = models.TextField(blank=True)
    organizer_name = models.TextField(blank=True)
    organizer_email = models.TextField(blank=True)
    is_organizer = models.BooleanField(default=False)
    attendee_count = models.PositiveIntegerField(default=0)
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    zone = models.CharField(max_length=64, blank=True, help_text="IANA name of the zone it was planned in.")
    join_url = models.TextField(blank=True)
    join_provider = models.CharField(max_length=30, blank=True)
    is_cancelled = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    show_as = models.CharField(max_length=20, blank=True)
    response = models.CharField(max_length=20, blank=True)
    wants_response = models.BooleanField(default=False, help_text="The organizer asked for an answer.")
    web_link = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "remote_id"], name="meeting_once_per_mailbox"),
            models.CheckConstraint(
                condition=models.Q(start_at__isnull=False, end_at__isnull=False, start_date=None, end_date=None)
                | models.Q(start_date__isnull=False, end_date__isnull=False, start_at=None, end_at=None),
                name="meeting_times_or_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "start_at"], name="meetings_by_start"),
            # Most meetings are of no series.
            models.Index(
                fields=["connection", "master_id"], condition=~models.Q(master_id=""), name="meetings_by_master"
            ),
        ]

    def __str__(self) -> str:
        return self.remote_id

    @property
    def is_all_day(self) -> bool:
        """Whether it has dates instead of times."""
        return self.start_date is not None

    @property
    def times(self) -> tuple[datetime, datetime]:
        """Start and end in UTC. Raises ValueError for an all-day meeting, which has none."""
        if self.start_at is None or self.end_at is None:
            raise ValueError("An all-day meeting has dates, no times.")
        return self.start_at, self.end_at
