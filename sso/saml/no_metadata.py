"""What people hand in instead of an identity provider's metadata, in words without a full stop. Pure."""

import re
from typing import Any

from django.conf import settings

from sso.saml.names import METADATA

DOWNLOAD = "Download the metadata from your identity provider, which is an XML file, and take it as it is"
# What the parser says of XML that it does not read.
NOBODYS_METADATA = {
    "not XML": f"this XML is damaged or not complete. {DOWNLOAD}",
    "a DOCTYPE": f"this XML has a DOCTYPE, which metadata never has. {DOWNLOAD}",
}
WEB_PAGE = re.compile(rb"\s*(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)*(<!doctype\s+html|<html)", re.IGNORECASE | re.DOTALL)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
HEAD = 4_000  # bytes; as much as it takes to recognise something


def what_it_is_instead(document: bytes) -> str:
    """What a document is that cannot be XML; nothing where it may be."""
    head = document[:HEAD].removeprefix(BYTE_ORDER_MARK).lstrip()
    if not head:
        return f"there is nothing in it. {DOWNLOAD}"
    if WEB_PAGE.match(head):
        return f"this is a web page, often one to sign in, and not metadata. {DOWNLOAD}"
    if head[:1] in (b"{", b"["):
        return f"this is JSON, as OpenID Connect uses it, and not SAML metadata. {DOWNLOAD}"
    if head.startswith(b"-----BEGIN"):
        return f"this is a certificate without the addresses that belong to it. {DOWNLOAD}, or enter all by hand"
    if not head.startswith((b"<", *UTF_16)):
        return f"this is not XML. {DOWNLOAD}"
    return ""


def without_provider(root: Any) -> str:
    """Why there is no identity provider in a tree of XML."""
    entities = list(root.iter(f"{{{METADATA}}}EntityDescriptor"))
    if any(is_ours(str(entity.get("entityID", ""))) for entity in entities):
        return OURS
    if any(entity.find(f"{{{METADATA}}}SPSSODescriptor") is not None for entity in entities):
        return (
            "this metadata describes an application (a service provider), and not your identity provider. Take the "
            "metadata that your identity provider shows for Atrium"
        )
    return f"this XML does not describe an identity provider. {DOWNLOAD}"


def is_ours(address: str) -> bool:
    """Whether this is the entity id of one of our accounts, which is where its metadata is, too."""
    return address.strip().startswith(f"{settings.PORTAL_URL}/sso/")


OURS = (
    "this is Atrium's own metadata, which your identity provider needs. Here the metadata of your identity provider is "
    "needed"
)
