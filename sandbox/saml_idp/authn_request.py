"""Reading an AuthnRequest from the Redirect or the POST binding.

https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf (3.4, 3.5)
"""

import base64
import binascii
import time
import zlib
from dataclasses import dataclass, field

from lxml import etree

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"

_LARGEST = 100_000


class UnreadableRequest(ValueError):  # noqa: N818 - named for what it is
    """Not an AuthnRequest."""


@dataclass(frozen=True)
class AuthnRequest:
    """What a service provider asks; no `id` if it never asked. `at` is seconds since the epoch."""

    id: str
    issuer: str
    acs_url: str
    name_id_format: str = ""
    force: bool = False
    relay_state: str = ""
    at: float = field(default_factory=time.time)


def read_request(message: str, relay_state: str, *, deflated: bool) -> AuthnRequest:
    """From the SAMLRequest parameter. Raises UnreadableRequest."""
    root = decoded(message, deflated=deflated)
    if root.tag != f"{{{PROTOCOL}}}AuthnRequest":
        raise UnreadableRequest("the message is not an AuthnRequest")
    policy = root.find(f"{{{PROTOCOL}}}NameIDPolicy")
    return AuthnRequest(
        id=str(root.get("ID", "")),
        issuer=(root.findtext(f"{{{ASSERTION}}}Issuer") or "").strip(),
        acs_url=str(root.get("AssertionConsumerServiceURL", "")),
        name_id_format=str(policy.get("Format", "")) if policy is not None else "",
        force=root.get("ForceAuthn") in ("true", "1"),
        relay_state=relay_state,
    )


def decoded(message: str, *, deflated: bool) -> etree._Element:
    """The root element of a message. Raises UnreadableRequest."""
    return _parse(_decode(message, deflated=deflated))


def _decode(message: str, *, deflated: bool) -> bytes:
    try:
        content = base64.b64decode(message, validate=False)
        return zlib.decompressobj(-15).decompress(content, _LARGEST) if deflated else content[:_LARGEST]
    except (binascii.Error, ValueError, zlib.error) as error:
        raise UnreadableRequest("SAMLRequest is not encoded as its binding says") from error


def _parse(document: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableRequest("SAMLRequest is not XML") from error
