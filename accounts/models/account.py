"""Accounts (customer organisations), their domains, and their groups."""

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

VANITY_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"


class Account(models.Model):
    """A customer organisation. Its vanity name stands in the addresses its people sign in at."""

    vanity = models.CharField(
        max_length=63,
        unique=True,
        validators=[RegexValidator(VANITY_PATTERN, "Use small letters, digits and hyphens.")],
    )
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="For people who have chosen none.")
    settings_revision = models.PositiveBigIntegerField(default=0, help_text="Raised by every change of settings.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A mail domain an account says is its own; it counts once it is proven, and for one account only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    proven_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="domain_once_per_account"),
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(proven_at__isnull=False),
                name="domain_proven_by_one_account",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """People of an account whose settings are decided together. The lowest priority number wins."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=500, blank=True)
    priority = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="groups")

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("name"), name="group_name_once_per_account"),
            models.UniqueConstraint(fields=["account", "priority"], name="group_priority_once_per_account"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a group; is_admin makes them that group's admin."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    is_admin = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
