"""Who somebody is, by their attributes: pure."""

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


@dataclass(frozen=True)
class Person:
    """Who signed in, as their identity provider describes them."""

    email: str
    name: str


def person(attributes: Attributes, name_id: str, name_id_format: str, names: Names = USUAL) -> Person:
    """The person of an assertion. Raises SamlError where the e-mail is missing, is several, or is not one."""
    email = _email(attributes, names)
    if not email and not names.email and name_id_format == EMAIL_FORMAT:
        email = name_id.strip().lower()
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or len(email) > 254:
        raise SamlError(Reason.NO_EMAIL, f"{names.email or 'no attribute'} holds no e-mail address"[:200])
    return Person(email, _name(attributes, names) or email.split("@")[0][:200])


def refuse_several_emails(attributes: Attributes, names: Names = USUAL) -> None:
    """An answer that is unclear about who it means is not accepted for anybody. Raises SamlError."""
    _email(attributes, names)


def _email(attributes: Attributes, names: Names) -> str:
    """The one e-mail address; several different ones are refused, since it decides who somebody is."""
    for name in [names.email] if names.email else EMAIL_NAMES:
        values = {value.strip().lower() for value in attributes.get(name, ()) if value.strip()}
        if len(values) > 1:
            raise SamlError(Reason.SEVERAL_EMAILS, f"{name} has {len(values)} values")
        if values:
            return values.pop()
    return ""


def _name(attributes: Attributes, names: Names) -> str:
    if names.name:
        return _first(attributes, [names.name])[:200]
    parts = [_first(attributes, GIVEN_NAMES), _first(attributes, SURNAMES)]
    name = _first(attributes, DISPLAY_NAMES) or " ".join(part for part in parts if part)
    return name[:200]


def _first(attributes: Attributes, names: Sequence[str]) -> str:
    values = (value.strip() for name in names for value in attributes.get(name, ()))
    return next((value for value in values if value), "")
