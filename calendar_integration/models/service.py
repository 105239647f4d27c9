"""The account's calendar service: its Entra tenant, and what is known of consent."""

from django.conf import settings
from django.db import models

from accounts.models import Account
from calendar_integration.models.permissions import WithPermissions


class AskMode(models.TextChoices):
    """When an SSO sign-in leads on to Office 365."""

    OFF = "off", "Never"
    FIRST = "first", "The first time they sign in"
    EVERY = "every", "Every time they sign in, until they integrate"


class ConsentState(models.TextChoices):
    """What is known of the tenant's consent to the permissions Atrium wants."""

    UNKNOWN = "unknown", "Unknown"
    REPORTED = "reported", "Reported"
    CONFIRMED = "confirmed", "Confirmed"
    PARTIAL = "partial", "Partial"
    WITHDRAWN = "withdrawn", "Withdrawn"


AGREED = (ConsentState.REPORTED, ConsentState.CONFIRMED)


class CalendarServices(models.QuerySet["CalendarService"]):
    """Queries of services."""

    def ready(self) -> "CalendarServices":
        """Those through which people can be sent to Microsoft."""
        return self.filter(is_enabled=True, tenant_id__isnull=False)

    def agreed(self) -> "CalendarServices":
        """Those whose company has agreed for everyone, as far as is known."""
        return self.filter(consent_state__in=AGREED, consent_for_everyone_at__isnull=False)


class CalendarService(WithPermissions):
    """The company's Office 365 authorization, one per account. Without a tenant nobody can be sent to Microsoft.

    The permissions are those that the company is asked to agree to.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="calendar_service")
    tenant_id = models.UUIDField(null=True, blank=True)
    tenant_domain = models.CharField(max_length=253, blank=True)
    tenant_confirmed_at = models.DateTimeField(null=True, help_text="When a token last named this tenant.")
    is_enabled = models.BooleanField(default=True)
    added_by = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(auto_now_add=True, null=True)

    consent_state = models.CharField(max_length=12, choices=ConsentState, default=ConsentState.UNKNOWN)
    consent_changed_at = models.DateTimeField(null=True, help_text="When the state became what it is.")
    consent_reported_at = models.DateTimeField(null=True, help_text="When Microsoft last said that an admin agreed.")
    consent_for_everyone_at = models.DateTimeField(
        null=True, help_text="Since when it is said, or shown by several people, to be for the whole company."
    )
    consent_shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Whose token first covered all of it; another person's shows that it is for the whole company.",
    )
    missing_scopes = models.TextField(blank=True, help_text="Graph's names, of the last token that lacked some.")

    secret_refused_at = models.DateTimeField(null=True, help_text="Since when Microsoft refuses our client secret.")
    secret_told_at = models.DateTimeField(null=True, help_text="When the admins were mailed about it.")
    stale_told_at = models.DateTimeField(
        null=True,
        help_text="When the admins were mailed that mailboxes are out of date; empty again once that is over.",
    )
    stale_well_since = models.DateTimeField(
        null=True, help_text="Since when that seems over; it is when it has been for long enough."
    )
    federation_attested_at = models.DateTimeField(null=True)
    federation_attested_by = models.CharField(max_length=200, blank=True)
    federation_shown_at = models.DateTimeField(null=True, help_text="When somebody was authorized without being asked.")

    objects = CalendarServices.as_manager()

    def __str__(self) -> str:
        return f"Office 365 of {self.account}"

    @property
    def is_agreed(self) -> bool:
        """Whether the company has agreed for everyone, as far as is known.

        One person's token does not show it: Microsoft may have let that person agree for themselves only.
        """
        return self.consent_state in AGREED and self.consent_for_everyone_at is not None
