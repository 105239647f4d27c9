"""Who may come in: proofs of domains, addresses confirmed by mail, and the log of every attempt."""

from django.conf import settings
from django.db import models

from accounts.models import Account, Domain


class DomainProof(models.Model):
    """What the account puts into its DNS or onto its web server to show that a domain is its own."""

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, related_name="proof")
    token = models.CharField(max_length=64)
    checked_at = models.DateTimeField(null=True)
    last_problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"proof of {self.domain_id}"


class IdentityConfirmation(models.Model):
    """Somebody of an unknown domain signed in: they confirm their address by a mail, once, within a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=1024)
    name_id = models.CharField(max_length=1024)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    attributes = models.JSONField(default=dict)
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.email


class SignInAttempt(models.Model):
    """One answer of an identity provider and what came of it, redacted. Kept for 30 days."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_in_attempts")
    at = models.DateTimeField(auto_now_add=True)
    reference = models.CharField(max_length=20)
    is_test = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it was refused; empty where it succeeded.")
    detail = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.CharField(max_length=254, blank=True)
    name_id = models.CharField(max_length=60, blank=True, help_text="Its beginning only.")
    issuer = models.CharField(max_length=1024, blank=True)
    attributes = models.JSONField(default=dict, help_text="Names with values; only of verified answers.")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="attempts_newest_first"),
            models.Index(fields=["at"], name="attempts_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.reason or 'succeeded'}"
