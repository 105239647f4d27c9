"""An administrator's way to Microsoft and back, to agree on behalf of the company, and how others ask for that."""

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


class ConsentLink(WithPermissions):
    """A link that lets an Office 365 admin without a user here agree for the company. Its address is signed.

    It works until it expires or is revoked, and can do nothing but begin a consent of this account.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consent_links")
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(null=True, help_text="When somebody last opened it.")

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="consent_links_newest_first")]

    def __str__(self) -> str:
        return f"Consent link {self.pk}"


class AdminConsentAttempt(WithPermissions):
    """One way there and back. `state` is used once, by whoever began it, within fifteen minutes.

    That is a person who is signed in, or the browser that opened a consent link: its key's digest is kept.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(ConsentLink, null=True, on_delete=models.CASCADE, related_name="attempts")
    browser_digest = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=20, unique=True, default=new_reference)
    state = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=2000)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=AdminConsentOutcome, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, link=None) | models.Q(user=None, link__isnull=False),
                name="consent_by_a_person_or_a_link",
            )
        ]
        indexes = [
            models.Index(fields=["account", "-started_at"], name="consents_newest_first"),
            models.Index(fields=["started_at"], name="consents_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.outcome or 'open'}"


class ConsentRequest(WithPermissions):
    """Somebody waits for an Office 365 admin: from when they asked until they are told that they can go on."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consent_requests")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consent_request")
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True, help_text="What they wrote to their admins.")
    mailed_at = models.DateTimeField(null=True, help_text="When the admins were last mailed about it.")
    told_at = models.DateTimeField(null=True, help_text="When the person was told that they can go on.")

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "asked_at"], condition=models.Q(told_at=None), name="consent_requests_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"Consent request of {self.user_id}"
