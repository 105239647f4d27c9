"""Forms about people: inviting, creating, renaming, and their role."""

from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied

from accounts import audit
from accounts.forms.sign_in import choice_field
from accounts.models import Group, Role, User
from accounts.permissions import assignable_roles

GROUPS_OFFERED = 50
ROLE_MEANINGS = {
    Role.OWNER: "Manages everything, including other owners.",
    Role.ADMIN: "Manages people, groups and settings, but not owners.",
    Role.MEMBER: "Uses Atrium, and manages the groups they are admin of.",
}


class NameField(forms.CharField):
    """A person's name; blanks and line breaks become single spaces."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
        super().__init__(label="Name", max_length=200, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        """The name on one line."""
        return " ".join(str(super().to_python(value) or "").split())

    def validate(self, value: str) -> None:
        """Nobody is called what the audit log calls those who are no people."""
        super().validate(value)
        if value.casefold() in {label.casefold() for label in audit.LABELS}:
            raise forms.ValidationError("The audit log uses this name for itself. Choose another one.")


class RoleField(forms.ChoiceField):
    """One of the roles that the person asking may give."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.RadioSelect(attrs={"class": "form-check-input"}), **kwargs)


class RoleForm(forms.Form):
    """Another role for somebody."""

    role = RoleField(label="Role", error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."})

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assignable = assignable_roles(actor)
        choice_field(self, "role").choices = [(role.value, role.label) for role in self.assignable]

    def clean(self) -> dict[str, Any]:
        """A role that exists but is not theirs to give is forbidden, not merely a wrong choice."""
        wanted = self.data.get("role")
        if wanted in Role.values and wanted not in self.assignable:
            raise PermissionDenied
        return self.cleaned_data

    @property
    def role_options(self) -> list[tuple[forms.boundfield.BoundWidget, str]]:
        """Each radio button with what the role means."""
        return [(option, ROLE_MEANINGS[Role(str(option.data["value"]))]) for option in self["role"].subwidgets]


class NewUserForm(RoleForm):
    """Somebody new. `known` is the person of the account who has the e-mail already, if that is why it is refused."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    name = NameField()
    groups = forms.ModelMultipleChoiceField(
        label="Groups",
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={
            "invalid_choice": "One of these groups is gone. Choose again.",
            "invalid_pk_value": "One of these groups is gone. Choose again.",
        },
    )

    field_order = ("email", "name", "role", "groups")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, initial={"role": Role.MEMBER.value}, **kwargs)
        self.account_id = actor.account_id
        self.known: User | None = None
        self._offer_groups()

    def _offer_groups(self) -> None:
        """The account's groups, where they are few enough to be read through."""
        groups = Group.objects.filter(account=self.account_id).order_by("name")
        if groups[: GROUPS_OFFERED + 1].count() in range(1, GROUPS_OFFERED + 1):
            cast("forms.ModelMultipleChoiceField[Group]", self.fields["groups"]).queryset = groups
        else:
            del self.fields["groups"]

    def clean_email(self) -> str:
        """The address in small letters, unless somebody has it."""
        email = str(self.cleaned_data["email"]).strip().lower()
        self.refuse_if_known(email)
        return email

    def refuse_if_known(self, email: str) -> None:
        """Name whoever of the account has this e-mail already."""
        self.known = User.objects.filter(account=self.account_id, email__iexact=email).first()
        if self.known is not None:
            deactivated = "" if self.known.is_active else ", who is deactivated,"
            self.add_error("email", f"{self.known}{deactivated} has this e-mail already.")


class NameForm(forms.Form):
    """Another name for somebody."""

    name = NameField()
