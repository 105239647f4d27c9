"""What has been set, where, by whom. A tier stores a row or none, never a copy of the tier above."""

from django.conf import settings
from django.db import models

from accounts.models.account import Account, Group


class SettingTier(models.TextChoices):
    """The tier a row belongs to; the same words as tiered_settings.definitions.Tier."""

    ACCOUNT = "account", "Account"
    GROUP = "group", "Group"
    USER = "user", "User"


class SettingValue(models.Model):
    """A value on one tier. `locked` is apart from the value; users' rows are never locked."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="setting_values")
    tier = models.CharField(max_length=7, choices=SettingTier)
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="setting_values")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="setting_values"
    )
    key = models.CharField(max_length=60)
    value = models.JSONField()
    locked = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"], condition=models.Q(tier="account"), name="setting_once_per_account"
            ),
            models.UniqueConstraint(
                fields=["group", "key"], condition=models.Q(tier="group"), name="setting_once_per_group"
            ),
            models.UniqueConstraint(
                fields=["user", "key"], condition=models.Q(tier="user"), name="setting_once_per_user"
            ),
            models.CheckConstraint(
                condition=models.Q(tier="account", group=None, user=None)
                | models.Q(tier="group", group__isnull=False, user=None)
                | models.Q(tier="user", group=None, user__isnull=False, locked=False),
                name="setting_has_its_tiers_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.tier}"
