"""Metadata: ours for the identity provider, and theirs for us."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from sso.errors import Reason, SamlError
from sso.saml.message import parse
from sso.saml.toolkit import sp_settings

METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
MOST_CERTIFICATES = 2
LONGEST_ENTITY_ID = 1024  # bytes
LONGEST_URL = 2000


@dataclass(frozen=True)
class IdpMetadata:
    """What we need of an identity provider. Certificates are PEM bodies."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


def sp_metadata(vanity: str) -> bytes:
    """Our metadata for this account's identity provider, as XML."""
    document = OneLogin_Saml2_Settings(sp_settings(vanity), sp_validation_only=True).get_sp_metadata()
    return document if isinstance(document, bytes) else str(document).encode()


def parse_idp_metadata(xml: bytes) -> IdpMetadata:
    """An identity provider's metadata. Raises SamlError with a detail that says what is missing."""
    root = parse(xml)
    entities = [node for node in root.iter(f"{{{METADATA}}}EntityDescriptor") if _idp(node) is not None]
    if len(entities) != 1:
        raise SamlError(Reason.MALFORMED, f"{len(entities)} identity providers in the metadata, one is needed")
    entity, idp = entities[0], _idp(entities[0])
    certificates = _certificates(idp)
    if not entity.get("entityID") or not certificates:
        raise SamlError(Reason.MALFORMED, "the metadata has no entity id or no signing certificate")
    if len(entity.get("entityID").encode()) > LONGEST_ENTITY_ID:
        raise SamlError(Reason.MALFORMED, "the metadata has an entity id that is too long")
    return IdpMetadata(entity.get("entityID"), _redirect_url(idp), certificates)


def _idp(entity: Any) -> Any:
    return entity.find(f"{{{METADATA}}}IDPSSODescriptor")


def _redirect_url(idp: Any) -> str:
    for service in idp.findall(f"{{{METADATA}}}SingleSignOnService"):
        url = str(service.get("Location", ""))
        if service.get("Binding") == REDIRECT and _is_private(url):
            if len(url) > LONGEST_URL:
                raise SamlError(Reason.MALFORMED, "the metadata has an address that is too long")
            return url
    raise SamlError(Reason.MALFORMED, "the metadata has no HTTP-Redirect address that begins with https://")


def _is_private(url: str) -> bool:
    """Whether nobody between a browser and this address reads along."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))


def _certificates(idp: Any) -> tuple[str, ...]:
    """The signing certificates, each once; more than two are refused rather than some dropped."""
    found: list[str] = []
    for key in idp.findall(f"{{{METADATA}}}KeyDescriptor"):
        if key.get("use") in (None, "signing"):
            found += [_checked(node.text or "") for node in key.iter(f"{{{SIGNATURE}}}X509Certificate")]
    unique = tuple(dict.fromkeys(found))
    if len(unique) > MOST_CERTIFICATES:
        raise SamlError(Reason.MALFORMED, f"{len(unique)} signing certificates, at most {MOST_CERTIFICATES} are kept")
    return unique


def _checked(text: str) -> str:
    """The certificate without white space, once it has been seen to be one."""
    body = "".join(text.split())
    try:
        x509.load_der_x509_certificate(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "the metadata has a certificate that is none") from error
    return body
