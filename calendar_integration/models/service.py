"""The account's calendar service: its Entra tenant, and what is known of consent."""

from django.db import models

from accounts.models import Account


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


class CalendarServices(models.QuerySet["CalendarService"]):
    """Queries of services."""

    def ready(self) -> "CalendarServices":
        """Those through which people can be sent to Microsoft."""
        return self.filter(is_enabled=True, tenant_id__isnull=False)


class CalendarService(models.Model):
    """One per account. Without a tenant nobody can be sent to Microsoft."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="calendar_service")
    tenant_id = models.UUIDField(null=True, blank=True)
    tenant_domain = models.CharField(max_length=253, blank=True)
    is_enabled = models.BooleanField(default=True)
    consent_state = models.CharField(max_length=12, choices=ConsentState, default=ConsentState.UNKNOWN)
    consent_reported_at = models.DateTimeField(null=True, help_text="When Microsoft last said that an admin agreed.")

    objects = CalendarServices.as_manager()

    def __str__(self) -> str:
        return f"Office 365 of {self.account}"
