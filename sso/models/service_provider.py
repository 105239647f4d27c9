"""Our own side towards an account's identity provider: key pairs, and notices about certificates that run out."""

from django.db import models

from accounts.fields import EncryptedTextField
from accounts.models import Account


class KeyState(models.TextChoices):
    """Where a key pair stands in its life."""

    CURRENT = "current", "Current"
    NEXT = "next", "Next"
    PREVIOUS = "previous", "Previous"


class ServiceProviderKey(models.Model):
    """A key pair that requests are signed with and assertions are encrypted for. One of each state at a time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="service_provider_keys")
    state = models.CharField(max_length=8, choices=KeyState)
    private_key = EncryptedTextField()
    certificate = models.TextField(help_text="PEM body, without the lines around it.")
    not_after = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "state"], name="one_key_of_each_state")]

    def __str__(self) -> str:
        return f"{self.state} key of {self.account_id}"


class CertificateNotice(models.Model):
    """A notice that has been sent: for this certificate, so many days before it runs out (negative: after)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    days = models.SmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint", "days"], name="certificate_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.days} days"
