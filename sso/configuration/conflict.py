"""Two people edit one draft: what the one saved beside what the other typed, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from sso.certificate_facts import facts_of
from sso.configuration.forms import DraftForm
from sso.configuration.values import CERTIFICATES, of_settings
from sso.models import Binding, NameIdFormat, ProviderDraft

CHOICES: Mapping[str, Mapping[str, str]] = {
    "sso_binding": {binding.value: str(binding.label) for binding in Binding},
    "slo_binding": {binding.value: str(binding.label) for binding in Binding},
    "name_id_format": {name.value: str(name.label) for name in NameIdFormat},
}
NOTHING = "Nothing"


@dataclass(frozen=True)
class Difference:
    """A setting that is saved in one way and typed in another."""

    label: str
    saved: str
    typed: str


def differences(form: DraftForm, saved: ProviderDraft) -> list[Difference]:
    """The settings in which a form that is valid differs from the draft, in the form's order."""
    theirs = of_settings(saved)
    return [
        Difference(str(field.label), in_words(name, theirs[name]), in_words(name, form.cleaned_data[name]))
        for name, field in form.fields.items()
        if theirs[name] != form.cleaned_data[name]
    ]


def in_words(name: str, value: Any) -> str:
    """A setting as a person would name it; a certificate by its owner, its end and its fingerprint."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in CERTIFICATES and value:
        return _certificate(value)
    return CHOICES.get(name, {}).get(value) or value or NOTHING


def _certificate(body: str) -> str:
    facts = facts_of(body)
    if facts is None:
        return "A certificate that cannot be read"
    return f"{facts.subject}, until {date_format(facts.not_after, 'j M Y')}, SHA-256 {facts.spaced_fingerprint[:23]}…"
