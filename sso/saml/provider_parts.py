"""What metadata says of an identity provider, part by part. Raises SamlError, with a detail for the administrator."""

from typing import Any
from urllib.parse import urlsplit

from sso.errors import Reason, SamlError
from sso.models import Binding
from sso.saml.keys import checked_certificate
from sso.saml.names import DSIG, HTTP_POST, HTTP_REDIRECT, METADATA

MOST_CERTIFICATES = 2
LONGEST_URL = 2000
# In the order we prefer them: a redirect needs no page in between.
BINDINGS = {HTTP_REDIRECT: Binding.REDIRECT, HTTP_POST: Binding.POST}


def is_private(url: str) -> bool:
    """Whether nobody between a browser and this address reads along."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def service(idp: Any, name: str) -> tuple[str, str]:
    """The binding and address of a service; by Redirect and none where there is none that we can use."""
    services = idp.findall(f"{{{METADATA}}}{name}")
    for urn, binding in BINDINGS.items():
        for service in services:
            url = str(service.get("Location", "")).strip()
            if service.get("Binding") == urn and is_private(url):
                if len(url) > LONGEST_URL:
                    raise SamlError(Reason.MALFORMED, f"an address in the metadata has over {LONGEST_URL} characters")
                return binding, url
    return Binding.REDIRECT, ""


def why_no_address(idp: Any) -> str:
    """What is missing where there is no sign-in address, in words without a full stop."""
    services = idp.findall(f"{{{METADATA}}}SingleSignOnService")
    if any(service.get("Binding") in BINDINGS for service in services):
        return (
            "the sign-in address in the metadata does not begin with https://. Let your identity provider use https, "
            "then download the metadata once more"
        )
    return (
        "the metadata has no sign-in address that a browser can be sent to. Switch on SAML sign-in by HTTP-Redirect or "
        "HTTP-POST at your identity provider, then download the metadata once more"
    )


def name_id_formats(idp: Any) -> tuple[str, ...]:
    """The formats of name ids that it offers, each once."""
    found = [(node.text or "").strip() for node in idp.findall(f"{{{METADATA}}}NameIDFormat")]
    return tuple(dict.fromkeys(name for name in found if name))


def _certificate(text: str) -> str:
    try:
        return checked_certificate(text)
    except SamlError as error:
        raise SamlError(
            Reason.MALFORMED,
            "a signing certificate in the metadata cannot be used: it is damaged, or its key is neither of RSA with at "
            "least 2048 bits nor of an elliptic curve. Renew it at your identity provider",
        ) from error


def certificates(idp: Any) -> tuple[str, ...]:
    """The signing certificates, each once; more than two are refused rather than some dropped."""
    found: list[str] = []
    for key in idp.findall(f"{{{METADATA}}}KeyDescriptor"):
        if key.get("use") in (None, "signing"):
            found += [_certificate(node.text or "") for node in key.iter(f"{{{DSIG}}}X509Certificate")]
    unique = tuple(dict.fromkeys(found))
    if not unique:
        raise SamlError(
            Reason.MALFORMED,
            "the metadata has no signing certificate. Create one at your identity provider, then download the metadata "
            "once more",
        )
    if len(unique) > MOST_CERTIFICATES:
        raise SamlError(
            Reason.MALFORMED,
            f"the metadata has {len(unique)} signing certificates, and at most {MOST_CERTIFICATES} can count at a "
            "time. Remove those that are no longer used at your identity provider, or enter two by hand",
        )
    return unique
