"""Who somebody is, by their attributes: pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sso.errors import Reason, SamlError

Attributes = Mapping[str, Sequence[str]]

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
# The names that Entra ID, Okta, Ping, Keycloak and ADFS use, most specific first.
EMAIL_NAMES = (
    f"{CLAIMS}emailaddress",
    "mail",
    "email",
    "emailAddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "upn",
    f"{CLAIMS}upn",
)
DISPLAY_NAMES = (
    "displayName",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
)
GIVEN_NAMES = ("givenName", "firstName", f"{CLAIMS}givenname", "urn:oid:2.5.4.42")
SURNAMES = ("surname", "sn", "lastName", f"{CLAIMS}surname", "urn:oid:2.5.4.4")


@dataclass(frozen=True)
class Names:
    """The attributes that hold e-mail and name; empty: the names that identity providers usually use.

    A name that is given here counts alone: nothing else stands in for an attribute that does not arrive.
    """

    email: str = ""
    name: str = ""


USUAL = Names()
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{LABEL}(?:\.{LABEL})+")


@dataclass(frozen=True)
class Person:
    """Who signed in, as their identity provider describes them."""

    email: str
    name: str


def person(attributes: Attributes, name_id: str, name_id_format: str, names: Names = USUAL) -> Person:
    """The person of an assertion. Raises SamlError where the e-mail is missing, is several, or is not one."""
    email = _email(attributes, names)
    if not email and not names.email and name_id_format == EMAIL_FORMAT:
        email = _folded(name_id)
    if not is_email(email):
        raise SamlError(Reason.NO_EMAIL, f"{names.email or 'no attribute'} holds no e-mail address"[:200])
    return Person(email, _name(attributes, names) or email.split("@")[0][:200])


def is_email(text: str) -> bool:
    """Whether it is an address that a mail can go to, in characters that have one spelling only.

    Others fold: the Kelvin sign becomes a k in small letters, and somebody else's address with it.
    """
    return len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def holds_several(attributes: Attributes) -> bool:
    """Whether anything in them has more than one value."""
    return any(len(values) > 1 for values in attributes.values())


def refuse_several_emails(attributes: Attributes, names: Names = USUAL) -> None:
    """An answer that is unclear about who it means is not accepted for anybody. Raises SamlError."""
    _email(attributes, names)


def _email(attributes: Attributes, names: Names) -> str:
    """The one e-mail address; several different ones are refused, since it decides who somebody is."""
    for name in [names.email] if names.email else EMAIL_NAMES:
        values = {_folded(value) for value in attributes.get(name, ()) if value.strip()}
        if len(values) > 1:
            raise SamlError(Reason.SEVERAL_EMAILS, f"{name} has {len(values)} values")
        if values:
            return values.pop()
    return ""


def _folded(value: str) -> str:
    """In small letters; what is not ASCII stays as it is, and is no address then."""
    text = value.strip()
    return text.lower() if text.isascii() else text


def _name(attributes: Attributes, names: Names) -> str:
    if names.name:
        return _first(attributes, [names.name])[:200]
    parts = [_first(attributes, GIVEN_NAMES), _first(attributes, SURNAMES)]
    name = _first(attributes, DISPLAY_NAMES) or " ".join(part for part in parts if part)
    return name[:200]


def _first(attributes: Attributes, names: Sequence[str]) -> str:
    values = (value.strip() for name in names for value in attributes.get(name, ()))
    return next((value for value in values if value), "")
