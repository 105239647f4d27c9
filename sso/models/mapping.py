"""What attributes of an assertion mean in an account: names, role and groups."""

from django.db import models

from accounts.models import Account, Group, Role


class AttributeNames(models.Model):
    """Which attributes hold the e-mail and the name; empty: the names that identity providers usually use."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="attribute_names")
    email = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"attribute names of {self.account_id}"


class Match(models.TextChoices):
    """How a rule compares."""

    EXACT = "exact", "is exactly"
    CONTAINS = "contains", "contains"


class MappingRule(models.Model):
    """If a value of the attribute matches, the person gets this role or is in this group.

    The first rule that matches gives the role; every rule that matches gives its group.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mapping_rules")
    position = models.PositiveIntegerField()
    attribute = models.CharField(max_length=300)
    match = models.CharField(max_length=8, choices=Match, default=Match.EXACT)
    value = models.CharField(max_length=300)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(group=None) & ~models.Q(role="")) | models.Q(group__isnull=False, role=""),
                name="rule_gives_a_role_or_a_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute} {self.match} {self.value}"
