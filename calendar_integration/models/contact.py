"""Contacts as they stand in a mailbox's default folder."""

from django.db import models

from calendar_integration.models.connection import Connection


class Contact(models.Model):
    """One contact. `emails` is a list of addresses, `phones` a list of [kind, number]."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="contacts")
    remote_id = models.TextField()
    change_key = models.TextField(blank=True)
    name = models.TextField(blank=True)
    company = models.TextField(blank=True)
    job_title = models.TextField(blank=True)
    department = models.TextField(blank=True)
    emails = models.JSONField(default=list)
    phones = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="contact_once_per_mailbox")]
        indexes = [models.Index(fields=["connection", "name"], name="contacts_by_name")]

    def __str__(self) -> str:
        return self.remote_id
