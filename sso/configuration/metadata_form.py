"""Metadata as an administrator hands it in: by URL, as a file, or as text."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from accounts.safe_http import UnsafeUrlError, checked_place, fetch
from sso import saml
from sso.certificate_facts import facts_of
from sso.configuration.forms import NO_ADDRESS, in_words, text
from sso.errors import SamlError
from sso.saml.metadata import LONGEST_ENTITY_ID, SeveralProvidersError
from sso.saml.no_metadata import OURS, is_ours
from sso.saml.provider_parts import LONGEST_URL

LARGEST_FILE = 512 * 1024  # bytes
MOST_CHOICES = 200
TOO_MUCH = "Take the metadata of your identity provider alone: it is far smaller."
BY_FILE = "You can also open the address in your browser, save what it shows, and choose that file below."


class MetadataForm(forms.Form):
    """Metadata by one of three ways; `metadata` is what it says.

    Where it describes several identity providers, they are in `several`, and `document` is what was handed in, so that
    the next attempt can say which one by its `entity_id`.
    """

    WAYS = ("url", "file", "paste")

    way = forms.ChoiceField(choices=[(way, way) for way in WAYS], error_messages={"required": "", "invalid_choice": ""})
    entity_id = forms.CharField(required=False, max_length=LONGEST_ENTITY_ID)
    url = forms.CharField(
        label="Metadata URL",
        required=False,
        max_length=LONGEST_URL,
        widget=text(inputmode="url"),
        error_messages={"max_length": "That is too long for a web address."},
    )
    file = forms.FileField(
        label="Metadata file",
        required=False,
        allow_empty_file=True,  # it is refused in our words
        widget=forms.FileInput(
            attrs={"class": "form-control", "accept": ".xml,text/xml,application/xml,application/samlmetadata+xml"}
        ),
    )
    paste = forms.CharField(
        label="Metadata as text",
        required=False,
        max_length=LARGEST_FILE,
        strip=False,
        widget=text(6),
        error_messages={"max_length": f"The text is too long. {TOO_MUCH}"},
    )

    metadata: saml.IdpMetadata
    several: tuple[str, ...] = ()
    document: str = ""

    def clean(self) -> dict[str, Any]:
        """Read it by the way that was chosen."""
        way = self.cleaned_data.get("way")
        if way is None or self.errors:
            return self.cleaned_data
        try:
            self._read(self._document(way))
        except UnsafeUrlError as error:
            self.add_error("url", str(error))
        except SamlError as error:
            self.add_error(way, in_words(error.detail))
        except forms.ValidationError as error:
            self.add_error(way, error)
        return self.cleaned_data

    def _document(self, way: str) -> bytes:
        """The XML. Raises ValidationError, UnsafeUrlError."""
        given = self.cleaned_data.get(way)
        if given is None or given == "":
            raise forms.ValidationError(EMPTY[way])
        if way == "url":
            return loaded(str(given))
        if way == "paste":
            return str(given).strip().encode()
        if given.size > LARGEST_FILE:
            raise forms.ValidationError(f"The file is larger than 512 kB. {TOO_MUCH}")
        return bytes(given.read())

    def _read(self, document: bytes) -> None:
        """Keep what it says. Raises ValidationError, SamlError."""
        try:
            metadata = saml.parse_idp_metadata(document, entity_id=self.cleaned_data["entity_id"])
        except SeveralProvidersError as error:
            if len(error.entity_ids) > MOST_CHOICES:
                raise forms.ValidationError(f"This describes {len(error.entity_ids)} providers. {TOO_MUCH}") from error
            self.several, self.document = error.entity_ids, document.decode("utf-8", "replace")
            raise
        refuse_run_out(metadata)
        self.metadata = metadata


EMPTY = {
    "url": NO_ADDRESS,
    "file": "Choose the file that you downloaded from your identity provider.",
    "paste": "Paste the whole XML text.",
}


def loaded(url: str) -> bytes:
    """What is at an address. Raises UnsafeUrlError, with another way where the address alone is not the problem."""
    if is_ours(url):
        raise UnsafeUrlError(in_words(OURS))
    checked_place(url)
    try:
        return fetch(url, largest=LARGEST_FILE)
    except UnsafeUrlError as error:
        raise UnsafeUrlError(f"{error} {BY_FILE}") from error


def refuse_run_out(metadata: saml.IdpMetadata) -> None:
    """Raises ValidationError where no certificate is valid any more: then it is most likely an old file."""
    ends = [facts.not_after for body in metadata.certificates if (facts := facts_of(body)) is not None]
    if ends and max(ends) <= timezone.now():
        raise forms.ValidationError(
            f"The signing certificate in this metadata ran out on {date_format(max(ends), 'j F Y')}. Take the current "
            "metadata, or renew the certificate at your identity provider first. If it goes on using this one, enter "
            "the details by hand."
        )
