"""Metadata as an administrator hands it in: by URL, as a file, or as text."""

from typing import Any

from django import forms

from accounts.safe_http import UnsafeUrlError, fetch
from sso import saml
from sso.configuration.forms import NO_ADDRESS, text
from sso.errors import SamlError
from sso.saml.metadata import LONGEST_URL

LARGEST_FILE = 512 * 1024  # bytes


class MetadataForm(forms.Form):
    """Metadata by one of three ways; `metadata` is what it says."""

    WAYS = ("url", "file", "paste")

    way = forms.ChoiceField(choices=[(way, way) for way in WAYS], error_messages={"required": "", "invalid_choice": ""})
    url = forms.CharField(label="Metadata URL", required=False, max_length=LONGEST_URL, widget=text(inputmode="url"))
    file = forms.FileField(
        label="Metadata file",
        required=False,
        widget=forms.FileInput(
            attrs={"class": "form-control", "accept": ".xml,text/xml,application/xml,application/samlmetadata+xml"}
        ),
    )
    paste = forms.CharField(
        label="Metadata as text", required=False, max_length=LARGEST_FILE, strip=False, widget=text(6)
    )

    metadata: saml.IdpMetadata

    def clean(self) -> dict[str, Any]:
        """Read it by the way that was chosen."""
        way = self.cleaned_data.get("way")
        if way is None or self.errors:
            return self.cleaned_data
        try:
            self.metadata = saml.parse_idp_metadata(self._document(way))
        except UnsafeUrlError as error:
            self.add_error("url", str(error))
        except SamlError as error:
            self.add_error(way, in_words(error))
        except forms.ValidationError as error:
            self.add_error(way, error)
        return self.cleaned_data

    def _document(self, way: str) -> bytes:
        """The XML. Raises ValidationError, UnsafeUrlError."""
        given = self.cleaned_data.get(way)
        if not given:
            raise forms.ValidationError(EMPTY[way])
        if way == "url":
            return fetch(str(given))
        if way == "paste":
            return str(given).strip().encode()
        if given.size > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 512 kB. Metadata of one identity provider is smaller.")
        return bytes(given.read())


EMPTY = {
    "url": NO_ADDRESS,
    "file": "Choose the file that you downloaded from your identity provider.",
    "paste": "Paste the whole XML text.",
}


def in_words(error: SamlError) -> str:
    """Why metadata cannot be used."""
    known = {
        "not XML": "This is not XML. Download the metadata once more, and take the file as it is.",
        "a DOCTYPE": "This XML has a DOCTYPE, which metadata never has. Download the metadata once more.",
    }
    return known.get(error.detail) or f"{error.detail[:1].upper()}{error.detail[1:]}."
