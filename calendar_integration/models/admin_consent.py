"""An administrator's way to Microsoft and back, to agree on behalf of the company."""

from django.conf import settings
from django.db import models

from accounts.models import Account
from accounts.references import new_reference
from calendar_integration.models.permissions import WithPermissions


class AdminConsentOutcome(models.TextChoices):
    """What came back. Nothing proves it: a token that works does."""

    REPORTED = "reported", "Consent reported"
    DECLINED = "declined", "Declined"
    WRONG_TENANT = "wrong_tenant", "Another company's Office 365"
    ERROR = "error", "Microsoft answered with an error"


class AdminConsentAttempt(WithPermissions):
    """One way there and back. `state` is used once, by the person who began it, within fifteen minutes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=20, unique=True, default=new_reference)
    state = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=2000)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=AdminConsentOutcome, blank=True)

    def __str__(self) -> str:
        return f"{self.reference} {self.outcome or 'open'}"
