"""Attributes of an assertion into what we know of a person: pure."""

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
class Person:
    """Who signed in, as their identity provider describes them."""

    email: str
    name: str


def person(attributes: Attributes, name_id: str, name_id_format: str) -> Person:
    """The person of an assertion. Raises SamlError where the e-mail is missing, or is not one."""
    email = _email(attributes) or (name_id.strip().lower() if name_id_format == EMAIL_FORMAT else "")
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or len(email) > 254:
        raise SamlError(Reason.NO_EMAIL, "no attribute holds an e-mail address")
    return Person(email, _name(attributes) or email.split("@")[0])


def _email(attributes: Attributes) -> str:
    """The one e-mail address; several different ones are refused, since it decides who somebody is."""
    for name in EMAIL_NAMES:
        values = {value.strip().lower() for value in attributes.get(name, ()) if value.strip()}
        if len(values) > 1:
            raise SamlError(Reason.SEVERAL_EMAILS, f"{name} has {len(values)} values")
        if values:
            return values.pop()
    return ""


def _name(attributes: Attributes) -> str:
    parts = [_first(attributes, GIVEN_NAMES), _first(attributes, SURNAMES)]
    name = _first(attributes, DISPLAY_NAMES) or " ".join(part for part in parts if part)
    return name[:200]


def _first(attributes: Attributes, names: Sequence[str]) -> str:
    values = (value.strip() for name in names for value in attributes.get(name, ()))
    return next((value for value in values if value), "")
