"""What an administrator types about their identity provider: checked, and refused in their words."""

from typing import Any

from django import forms

from sso import saml
from sso.errors import SamlError
from sso.models import Binding, NameIdFormat
from sso.saml.metadata import why_no_entity_id
from sso.saml.no_metadata import is_ours
from sso.saml.provider_parts import LONGEST_URL, is_private

LONGEST_CERTIFICATE = 20_000
NO_ADDRESS = "Type the whole address, beginning with https://."


def text(rows: int = 0, **attributes: Any) -> forms.Widget:
    """A field for addresses and certificates: nothing in them is spelling."""
    kind = forms.Textarea if rows else forms.TextInput
    return kind(
        attrs={
            "class": "form-control",
            "spellcheck": "false",
            "autocomplete": "off",
            "autocapitalize": "off",
            **({"rows": rows} if rows else {}),
            **attributes,
        }
    )


def in_words(detail: str) -> str:
    """A detail of a refusal as a sentence."""
    return f"{detail[:1].upper()}{detail[1:]}."


class AddressField(forms.CharField):
    """Where a browser is sent: https, as messages hold names and addresses of people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_URL, widget=text(inputmode="url"), **options)

    def clean(self, value: Any) -> str:
        """The address. Raises ValidationError."""
        address = str(super().clean(value))
        if address and (not address.isascii() or not address.isprintable() or not is_private(address)):
            raise forms.ValidationError(NO_ADDRESS)
        return address


class CertificateField(forms.CharField):
    """A certificate with or without the lines around it, kept without."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_CERTIFICATE, widget=text(5), **options)

    def clean(self, value: Any) -> str:
        """The PEM body. Raises ValidationError."""
        typed = str(super().clean(value))
        try:
            return saml.checked_certificate(typed) if typed else ""
        except SamlError as error:
            message = (
                "That is no certificate we can use. Copy all of the PEM text, from BEGIN CERTIFICATE to END "
                "CERTIFICATE, of one certificate with an RSA or elliptic-curve key."
            )
            raise forms.ValidationError(message) from error


class DraftForm(forms.Form):
    """Every setting by hand."""

    entity_id = forms.CharField(
        label="Entity ID (issuer)",
        widget=text(),
        error_messages={"required": "Type the entity ID exactly as your identity provider shows it."},
    )
    sso_url = AddressField(label="Sign-in address", error_messages={"required": NO_ADDRESS})
    sso_binding = forms.ChoiceField(label="How sign-in requests are sent", choices=Binding, widget=forms.RadioSelect)
    slo_url = AddressField(label="Single logout address", required=False)
    slo_binding = forms.ChoiceField(label="How logout messages are sent", choices=Binding, widget=forms.RadioSelect)
    certificate = CertificateField(
        label="Signing certificate",
        error_messages={"required": "Paste the certificate that your identity provider signs with."},
    )
    next_certificate = CertificateField(label="Second signing certificate", required=False)
    name_id_format = forms.ChoiceField(
        label="Name ID to ask for", choices=NameIdFormat, widget=forms.Select(attrs={"class": "form-select"})
    )
    sign_requests = forms.BooleanField(label="Sign the requests that Atrium sends", required=False)
    wants_encryption = forms.BooleanField(label="Accept encrypted answers only", required=False)
    allows_idp_initiated = forms.BooleanField(
        label="Allow sign-ins that begin at the identity provider", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
                field.widget.attrs["class"] = "form-check-input"

    def clean_entity_id(self) -> str:
        """In one piece, and as long as an index has room for."""
        entity_id = str(self.cleaned_data["entity_id"])
        problem = why_no_entity_id(entity_id)
        if problem:
            raise forms.ValidationError(in_words(problem))
        if is_ours(entity_id):
            raise forms.ValidationError("This is Atrium's own entity ID. Type the one of your identity provider.")
        return entity_id

    def clean(self) -> dict[str, Any]:
        """Twice the same certificate is a slip of the hand."""
        values = self.cleaned_data
        if values.get("next_certificate") and values.get("next_certificate") == values.get("certificate"):
            self.add_error(
                "next_certificate", "This is the first certificate once more. Leave it empty if there is one."
            )
        return values
