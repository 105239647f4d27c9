"""Forms about the company's tenant, and what every step has: the account, and what the steps before it said."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.forms.sign_in import choice_field
from accounts.models import Account, Domain, User
from calendar_integration import tenants
from calendar_integration.errors import UnavailableError

UNREACHABLE = "Microsoft cannot be reached right now, so that nothing was saved. Try again in a few minutes."
ANOTHER_TENANT = "Microsoft names another tenant for this domain than before. Check its ID, then authorize."


class StepForm(forms.Form):
    """A step. `known` is what the steps before it said; `is_new` says that it is being left just now."""

    def __init__(self, *args: Any, user: User, known: Mapping[str, Any], is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.account, self.known, self.is_new = user, user.account, known, is_new

    @property
    def is_unreachable(self) -> bool:
        """Whether it fails only because Microsoft cannot be asked."""
        return any(error.code == "unreachable" for errors in self.errors.as_data().values() for error in errors)


class DomainForm(StepForm):
    """Which of the proven domains stands for the company at Microsoft, and the tenant that Microsoft names for it."""

    domain = forms.ChoiceField(
        label="Your company at Microsoft",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Choose a domain.", "invalid_choice": "Choose one of your proven domains."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proven = proven_domains(self.account)
        choice_field(self, "domain").choices = [(name, name) for name in self.proven]

    def clean_domain(self) -> str:
        """The domain; its tenant is looked up. Raises ValidationError."""
        domain = str(self.cleaned_data["domain"])
        try:
            self.tenant = tenants.find(domain)
        except tenants.NoTenantFoundError as error:
            message = (
                f"Microsoft knows no organisation with the domain {domain}. Choose another domain, or add it to your "
                "Microsoft 365 first. A company without any Microsoft 365, whose Exchange is only its own, cannot use "
                "this integration."
            )
            raise forms.ValidationError(message, code="no_tenant") from error
        except UnavailableError as error:
            raise forms.ValidationError(UNREACHABLE, code="unreachable") from error
        return domain

    def clean(self) -> dict[str, Any]:
        """The tenant besides its domain."""
        return {**(super().clean() or self.cleaned_data), "tenant": getattr(self, "tenant", None)}


class ConfirmTenantForm(StepForm):
    """The last look at the tenant."""

    def clean(self) -> dict[str, Any]:
        """What is saved is the tenant that was shown. Raises ValidationError."""
        if self.data.get("tenant_seen", "") != str(self.known["tenant"].id):
            raise forms.ValidationError(ANOTHER_TENANT)
        return self.cleaned_data


def proven_domains(account: Account) -> list[str]:
    """The account's proven domains by name: one query."""
    domains = Domain.objects.filter(account=account, proven_at__isnull=False)
    return list(domains.order_by("name").values_list("name", flat=True))
