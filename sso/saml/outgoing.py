"""Messages of ours on their way through the browser, by either binding, signed where they are to be.

https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf (3.4, 3.5)
"""

import base64
import secrets
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sso.models import Binding
from sso.saml.keys import certificate_pem, private_key
from sso.saml.names import ASSERTION, PROTOCOL, RSA_SHA256
from sso.saml.party import KeyPair, Party
from sso.saml.toolkit import entity_id


class NoKeyError(Exception):
    """A message was to be signed, and the account has no key pair."""


@dataclass(frozen=True)
class Outgoing:
    """A message to an identity provider.

    By HTTP-Redirect `url` carries everything and `fields` is empty; by HTTP-POST `fields` are the hidden fields of a
    form that is sent to `url`.
    """

    message_id: str
    binding: str
    url: str
    fields: dict[str, str] = field(default_factory=dict)


def new_message(kind: str, party: Party, destination: str, **attributes: str) -> Any:
    """The beginning of a message: its head and who sends it."""
    message = etree.Element(f"{{{PROTOCOL}}}{kind}", nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
    head = {
        "ID": f"_{secrets.token_hex(20)}",
        "Version": "2.0",
        "IssueInstant": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": destination,
    }
    for name, value in (head | attributes).items():
        message.set(name, value)
    etree.SubElement(message, f"{{{ASSERTION}}}Issuer").text = entity_id(party.vanity)
    return message


def send(message: Any, parameter: str, url: str, binding: str, key: KeyPair | None, relay_state: str = "") -> Outgoing:
    """The message on its way: `parameter` is SAMLRequest or SAMLResponse; signed where a key is given."""
    message_id = str(message.get("ID"))
    extra = {"RelayState": relay_state} if relay_state else {}
    if binding == Binding.POST:
        xml = _signed(message, key) if key else etree.tostring(message)
        return Outgoing(message_id, Binding.POST, url, {parameter: base64.b64encode(xml).decode(), **extra})
    query = _query({parameter: _deflated(etree.tostring(message)), **extra}, key)
    separator = "&" if "?" in url else "?"
    return Outgoing(message_id, Binding.REDIRECT, f"{url}{separator}{query}")


def signing_key(party: Party) -> KeyPair:
    """The key pair that signs. Raises NoKeyError where the account has none."""
    if party.current_key is None:
        raise NoKeyError(f"{party.vanity} has no key pair to sign with")
    return party.current_key


def _signed(message: Any, key: KeyPair) -> bytes:
    """The message with an enveloped signature, right after its Issuer."""
    xml = OneLogin_Saml2_Utils.add_sign(
        etree.tostring(message), key.private_key, certificate_pem(key.certificate), sign_algorithm=RSA_SHA256
    )
    return xml if isinstance(xml, bytes) else str(xml).encode()


def _deflated(xml: bytes) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(xml) + packer.flush()).decode()


def _query(values: dict[str, str], key: KeyPair | None) -> str:
    """The query; its signature covers exactly the text before it."""
    if key is None:
        return urlencode(values, quote_via=quote, safe="")
    text = urlencode({**values, "SigAlg": RSA_SHA256}, quote_via=quote, safe="")
    signature = private_key(key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"
