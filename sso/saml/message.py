"""The outside of a message, read before any cryptography: its size, its shape, and what it answers."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from sso.errors import Reason, SamlError
from sso.saml.signatures import check_signatures

LARGEST_MESSAGE = 256 * 1024  # bytes of XML; real responses have 5,000 to 60,000

TIMES = ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", re.ASCII)

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"


@dataclass(frozen=True)
class MessageHeader:
    """What a response says of itself; nothing of it is trusted before the signature is checked."""

    in_response_to: str


def read_header(encoded: str) -> MessageHeader:
    """Which request a base64-encoded response answers. Raises SamlError where it is no response at all."""
    root = parse(decode(encoded))
    if root.tag != f"{{{PROTOCOL}}}Response":
        raise SamlError(Reason.MALFORMED, "not a Response")
    assertions = list(root.iter(f"{{{ASSERTION}}}Assertion"))
    if len(assertions) > 1 or any(assertion.getparent() is not root for assertion in assertions):
        raise SamlError(Reason.MALFORMED, f"{len(assertions)} assertions, or one in a strange place")
    if next(root.iter(f"{{{ENCRYPTION}}}EncryptedData"), None) is not None:
        raise SamlError(Reason.MALFORMED, "something encrypted, though no key of ours was published")
    _refuse_odd_times(root)
    check_signatures(root, signable={root.tag, f"{{{ASSERTION}}}Assertion"})
    return MessageHeader(in_response_to=root.get("InResponseTo", ""))


def _refuse_odd_times(root: Any) -> None:
    """Times are in UTC and end in Z, as SAML demands; python3-saml raises a bare Exception over any other."""
    for node in root.iter():
        for name in TIMES:
            if not TIME.fullmatch(node.get(name, "1970-01-01T00:00:00Z")):
                raise SamlError(Reason.MALFORMED, f"{name} is no time in UTC")


def decode(encoded: str) -> bytes:
    """The XML of a base64-encoded message. Raises SamlError."""
    if len(encoded) > LARGEST_MESSAGE * 3 // 2:
        raise SamlError(Reason.TOO_LARGE, f"{len(encoded)} characters")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "not base64") from error


def parse(xml: bytes) -> Any:
    """The root element. No DOCTYPE, no entities, no network, no processing instructions; raises SamlError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SamlError(Reason.MALFORMED, "a DOCTYPE")
    for node in root.iter():
        if not isinstance(node.tag, str):
            raise SamlError(Reason.MALFORMED, "a comment or processing instruction")
    return root
