"""The outside of a response, read before any cryptography: its size, its shape, and what it answers."""

import re
from dataclasses import dataclass, field
from typing import Any

from sso.errors import Reason, SamlError
from sso.saml.encryption import check_encryption
from sso.saml.names import ASSERTION, ENC, PROTOCOL
from sso.saml.parsing import decode, parse
from sso.saml.signatures import check_signatures

TIMES = ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", re.ASCII)

RESPONSE = f"{{{PROTOCOL}}}Response"
PLAIN = f"{{{ASSERTION}}}Assertion"
ENCRYPTED = f"{{{ASSERTION}}}EncryptedAssertion"


@dataclass(frozen=True)
class Message:
    """A response as it was parsed. Nothing of it is trusted before its shape and its signature are checked."""

    root: Any = field(repr=False)

    @property
    def in_response_to(self) -> str:
        """Which request it says that it answers, or nothing."""
        return str(self.root.get("InResponseTo", ""))


def read_message(encoded: str) -> Message:
    """A base64-encoded response. Raises SamlError where it is no response at all."""
    root = parse(decode(encoded))
    if root.tag != RESPONSE:
        raise SamlError(Reason.MALFORMED, "not a Response")
    return Message(root)


def check_shape(root: Any) -> None:
    """Raise SamlError unless a response holds at most one assertion, plain or encrypted, as its child."""
    assertions = list(root.iter(PLAIN, ENCRYPTED))
    if len(assertions) > 1 or any(assertion.getparent() is not root for assertion in assertions):
        raise SamlError(Reason.MALFORMED, f"{len(assertions)} assertions, or one in a strange place")
    encrypted = root.find(ENCRYPTED)
    if encrypted is not None:
        check_encryption(encrypted)
    if len(list(root.iter(f"{{{ENC}}}EncryptedData"))) != (0 if encrypted is None else 1):
        raise SamlError(Reason.MALFORMED, "something encrypted that is no assertion")
    refuse_odd_times(root)
    check_signatures(root, signable={RESPONSE, PLAIN})


def refuse_odd_times(root: Any) -> None:
    """Times are in UTC and end in Z, as SAML demands; python3-saml raises a bare Exception over any other."""
    for node in root.iter():
        for name in TIMES:
            if not TIME.fullmatch(node.get(name, "1970-01-01T00:00:00Z")):
                raise SamlError(Reason.MALFORMED, f"{name} is no time in UTC")
