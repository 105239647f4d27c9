"""The steps of adding or changing the calendar service: one form for each."""

from typing import Any

from django import forms

from accounts.tiered_settings.kinds import ImpossibleValueError
from calendar_integration import ews_url
from calendar_integration.exchange_servers import server_trials
from calendar_integration.integration_setting import (
    CALENDARS,
    CONTACTS,
    CalendarAccess,
    ContactAccess,
    Method,
    Permissions,
)
from calendar_integration.setting_definitions import named_origins
from calendar_integration.views.company.tenant_forms import ConfirmTenantForm, DomainForm, StepForm

OFFICE_365 = "office365"
METHODS = ((Method.GRAPH.value, "OAuth 2.0 (Microsoft Graph)"), (Method.EWS.value, "Authorize with EWS URL"))
AGREE = "I'm an Office 365 admin and agree on behalf of the company"
EWS_PERMISSIONS = Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ)


def radios(label: str, choices: tuple[tuple[str, str], ...]) -> forms.ChoiceField:
    """A choice of a few, each beside a round button."""
    widget = forms.RadioSelect(attrs={"class": "form-check-input"})
    messages = {"required": "Choose one.", "invalid_choice": "Choose one of these."}
    return forms.ChoiceField(label=label, choices=choices, widget=widget, error_messages=messages)


class ServiceForm(StepForm):
    """Which service. There is one, and people look for its name."""

    service = radios("Calendar service", ((OFFICE_365, "Office 365"),))


class MethodForm(StepForm):
    """How mailboxes are reached."""

    method = radios("Method", METHODS)
    ews_url = forms.CharField(
        label="EWS URL",
        required=False,
        max_length=ews_url.LONGEST,
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "inputmode": "url",
                "placeholder": f"https://mail.contoso.com{ews_url.NORMAL_PATH}",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The URL counts with EWS only, and is tried when the step is left."""
        values = self.cleaned_data
        if values.get("method") == Method.EWS and "ews_url" in values:
            try:
                values["ews_url"] = ews_url.canonical(values["ews_url"], named_origins())
                if self.is_new:
                    server_trials.check(values["ews_url"], self.user)
            except ImpossibleValueError as error:
                self.add_error("ews_url", str(error))
        return values


class PermissionsForm(StepForm):
    """What Atrium may do. By EWS there is nothing to choose."""

    calendars = radios("Calendars", CALENDARS)
    contacts = radios("Contacts", CONTACTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_ews = self.known.get("method") == Method.EWS
        if self.by_ews:
            full = {"calendars": EWS_PERMISSIONS.calendars.value, "contacts": EWS_PERMISSIONS.contacts.value}
            self.initial = {**self.initial, **full}
            for name in full:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Both choices as one value."""
        values = super().clean() or self.cleaned_data
        if self.by_ews:
            values["permissions"] = EWS_PERMISSIONS
        elif "calendars" in values and "contacts" in values:
            chosen = CalendarAccess(values["calendars"]), ContactAccess(values["contacts"])
            values["permissions"] = Permissions(Method.GRAPH, *chosen)
        return values


class PermissionsAndDomainForm(DomainForm, PermissionsForm):
    """What Atrium may do, and in which company at Microsoft."""


class AuthorizeForm(ConfirmTenantForm):
    """The last look at everything, and whether they are the one who may agree for the company."""

    agree = forms.BooleanField(
        label=AGREE, required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
