"""Forms of the ground floor."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import Q
from django.utils import timezone

from accounts import extensions
from accounts.models import Account, User
from accounts.models.account import VANITY_PATTERN
from accounts.password_sign_in import matching_people
from accounts.signing_in import password_policy
from accounts.time_zones import FOLLOW_ACCOUNT, known_time_zones

if TYPE_CHECKING:
    SetPasswordForm = auth_forms.SetPasswordForm[User]
else:
    SetPasswordForm = auth_forms.SetPasswordForm  # generic for the type checker only


BETWEEN_PASSWORD_MAILS = timedelta(minutes=2)


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A form's field that is declared as one with choices; Django types all fields alike."""
    return cast(forms.ChoiceField, form.fields[name])


class PasswordSignInForm(AuthenticationForm):
    """E-mail and password; where both fit in several accounts, it asks which one."""

    username = forms.CharField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "class": "form-control", "autofocus": True}),
    )
    vanity = forms.ChoiceField(
        label="Company", required=False, widget=forms.HiddenInput(attrs={"class": "form-select"})
    )

    error_messages = {
        "invalid_login": "That e-mail and password do not match. Passwords are case-sensitive.",
    }

    def __init__(self, *args: Any, vanity: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed_vanity = vanity
        self.fields["password"].widget.attrs["class"] = "form-control"
        chosen = self.data.get("vanity", "")
        choice_field(self, "vanity").choices = [(chosen, chosen)] if re.match(VANITY_PATTERN, chosen) else []

    def clean(self) -> dict[str, Any]:
        """Sign in, or ask for the company, or say that it does not fit."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        vanity = self.fixed_vanity or self.cleaned_data.get("vanity") or None
        user = authenticate(self.request, username=email, password=password, vanity=vanity)
        if isinstance(user, User):
            self.user_cache = user
            return self.cleaned_data
        people = matching_people(email, password, vanity)
        allowed = [person for person in people if password_policy.allows(person)]
        self._ask_for_company([person.account for person in allowed])
        if people and not allowed:  # the password was right, so that this tells strangers nothing
            raise forms.ValidationError(password_policy.REFUSED, code="switched_off")
        raise self.get_invalid_login_error()

    def _ask_for_company(self, accounts: list[Account]) -> None:
        """Show the companies to choose from, where the password fits in several."""
        if len(accounts) < 2:
            return
        field = choice_field(self, "vanity")
        field.widget = forms.Select(attrs={"class": "form-select"})
        field.choices = [(account.vanity, account.name) for account in accounts]
        self.fields["password"].widget.attrs["autofocus"] = True
        raise forms.ValidationError(
            "You are known in several companies. Choose one and enter the password again.",
            code="which_company",
        )


class PasswordResetForm(auth_forms.PasswordResetForm):
    """The e-mail to send the way to a new password to."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control", "autofocus": True}),
    )

    def get_users(self, email: str) -> Iterator[User]:
        """Whoever has a password, or has been here without one and could not come back otherwise.

        Not those who may not sign in with one, or were sent a mail a moment ago.
        """
        people = User.objects.select_related("account").filter(email=email.strip().lower(), is_active=True)
        able = (person for person in people if person.has_usable_password() or is_stranded(person))
        return (person for person in able if password_policy.allows(person) and is_due(person))


def is_stranded(person: User) -> bool:
    """Whether they came without a password, by a way that is no longer there."""
    return person.last_login is not None and not extensions.has_way_in(person.account)


def is_due(person: User) -> bool:
    """Whether another mail may go to them, which then counts as sent: nobody's mailbox is filled by a stranger."""
    now = timezone.now()
    long_ago = Q(password_mail_at=None) | Q(password_mail_at__lt=now - BETWEEN_PASSWORD_MAILS)
    return bool(User.objects.filter(long_ago, pk=person.pk).update(password_mail_at=now))


class NewPasswordForm(SetPasswordForm):
    """A new password, twice."""

    def save(self, commit: bool = True) -> User:  # noqa: ARG002 - part of Django's interface
        """Write the password and nothing else: what else changed meanwhile, such as a role, stays changed."""
        self.user.set_password(self.cleaned_data["new_password1"])
        self.user.save(update_fields=["password"])
        return self.user

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class TimeZoneForm(forms.Form):
    """The time zone a person's pages are drawn in."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "%(value)s is not a time zone we know."},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name.replace("_", " ")) for name in known_time_zones()]
        choice_field(self, "time_zone").choices = [
            (FOLLOW_ACCOUNT, f"Same as {account.name} ({account.time_zone})"),
            *names,
        ]
