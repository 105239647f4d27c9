"""An identity provider's metadata, as an administrator gives it to us."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sso.errors import Reason, SamlError
from sso.models import Binding
from sso.saml.keys import checked_certificate
from sso.saml.names import DSIG, HTTP_POST, HTTP_REDIRECT, METADATA
from sso.saml.parsing import parse_document

MOST_CERTIFICATES = 2
LARGEST_DOCUMENT = 2 * 1024 * 1024  # bytes; ADFS writes 100,000
LONGEST_ENTITY_ID = 1024  # bytes
LONGEST_URL = 2000
# In the order we prefer them: a redirect needs no page in between.
BINDINGS = {HTTP_REDIRECT: Binding.REDIRECT, HTTP_POST: Binding.POST}


@dataclass(frozen=True)
class IdpMetadata:
    """What we need of an identity provider. Certificates are PEM bodies; `slo_url` is empty where there is none."""

    entity_id: str
    sso_url: str
    sso_binding: str = Binding.REDIRECT
    slo_url: str = ""
    slo_binding: str = Binding.REDIRECT
    certificates: tuple[str, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    wants_signed_requests: bool = False


def parse_idp_metadata(xml: bytes) -> IdpMetadata:
    """An identity provider's metadata. Raises SamlError with a detail that says what is missing."""
    if len(xml) > LARGEST_DOCUMENT:
        raise SamlError(Reason.TOO_LARGE, "the metadata is larger than 2 MB")
    root = parse_document(xml)
    entities = [node for node in root.iter(f"{{{METADATA}}}EntityDescriptor") if _idp(node) is not None]
    if len(entities) != 1:
        raise SamlError(Reason.MALFORMED, f"{len(entities)} identity providers in the metadata, one is needed")
    entity, idp = entities[0], _idp(entities[0])
    certificates = _certificates(idp)
    if not entity.get("entityID") or not certificates:
        raise SamlError(Reason.MALFORMED, "the metadata has no entity id or no signing certificate")
    if len(entity.get("entityID").encode()) > LONGEST_ENTITY_ID:
        raise SamlError(Reason.MALFORMED, "the metadata has an entity id that is too long")
    sso_binding, sso_url = _service(idp, "SingleSignOnService")
    if not sso_url:
        raise SamlError(
            Reason.MALFORMED, "the metadata has no HTTP-Redirect address or HTTP-POST address that begins with https://"
        )
    slo_binding, slo_url = _service(idp, "SingleLogoutService")
    return IdpMetadata(
        entity_id=entity.get("entityID"),
        sso_url=sso_url,
        sso_binding=sso_binding,
        slo_url=slo_url,
        slo_binding=slo_binding,
        certificates=certificates,
        name_id_formats=_name_id_formats(idp),
        wants_signed_requests=idp.get("WantAuthnRequestsSigned", "").strip() in ("true", "1"),
    )


def _idp(entity: Any) -> Any:
    return entity.find(f"{{{METADATA}}}IDPSSODescriptor")


def _service(idp: Any, name: str) -> tuple[str, str]:
    """The binding and address of a service; both by Redirect and no address where there is none that we can use."""
    services = idp.findall(f"{{{METADATA}}}{name}")
    for urn, binding in BINDINGS.items():
        for service in services:
            url = str(service.get("Location", "")).strip()
            if service.get("Binding") == urn and is_private(url):
                if len(url) > LONGEST_URL:
                    raise SamlError(Reason.MALFORMED, "the metadata has an address that is too long")
                return binding, url
    return Binding.REDIRECT, ""


def is_private(url: str) -> bool:
    """Whether nobody between a browser and this address reads along."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def _name_id_formats(idp: Any) -> tuple[str, ...]:
    found = [(node.text or "").strip() for node in idp.findall(f"{{{METADATA}}}NameIDFormat")]
    return tuple(dict.fromkeys(name for name in found if name))


def _certificates(idp: Any) -> tuple[str, ...]:
    """The signing certificates, each once; more than two are refused rather than some dropped."""
    found: list[str] = []
    for key in idp.findall(f"{{{METADATA}}}KeyDescriptor"):
        if key.get("use") in (None, "signing"):
            found += [checked_certificate(node.text or "") for node in key.iter(f"{{{DSIG}}}X509Certificate")]
    unique = tuple(dict.fromkeys(found))
    if len(unique) > MOST_CERTIFICATES:
        raise SamlError(Reason.MALFORMED, f"{len(unique)} signing certificates, at most {MOST_CERTIFICATES} are kept")
    return unique
