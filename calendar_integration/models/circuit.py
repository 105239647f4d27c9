"""What is known of a cause that an account's mailboxes fail by together."""

from django.db import models

from accounts.models import Account


class Circuit(models.Model):
    """An account whose mailboxes fail by one cause; none where all is well. Decided in sync.circuit.

    Until it opens it only counts. While it is open the account pauses, and one mailbox at a time is tried.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="circuit")
    cause = models.CharField(max_length=24)
    mailboxes = models.JSONField(default=list, help_text="The connections that failed by it in a row, a few of them.")
    since = models.DateTimeField(help_text="When the first of them failed.")
    opened_at = models.DateTimeField(null=True)
    probes = models.PositiveIntegerField(default=0, help_text="Tries that failed since it opened.")
    probe = models.BigIntegerField(null=True, help_text="The connection that is being tried.")
    next_probe_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.cause} of account {self.account_id}"
