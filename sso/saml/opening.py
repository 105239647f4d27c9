"""Opening an encrypted assertion without telling anybody who tries why it did not open."""

from copy import deepcopy
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from sso.errors import Reason, SamlError
from sso.saml.decoy import decoy
from sso.saml.encryption import FAILURES, opened, sealed_of
from sso.saml.message import ENCRYPTED, PLAIN, check_shape
from sso.saml.names import DSIG
from sso.saml.parsing import check_bounds, content, parse
from sso.saml.party import Party
from sso.saml.verifier import ASSERTION_SIGNATURE, RESPONSE_SIGNATURE, verify_signature

CANNOT = "the assertion cannot be opened with our keys, or is not signed"


def open_assertion(party: Party, root: Any) -> Any:
    """The response with its assertion in plain text, once a signature was seen to cover that. Raises SamlError.

    Where the response is signed, that covers the cipher text, and is checked before a key is used. Otherwise whatever
    is wrong up to the assertion's own signature is one and the same refusal, for about the same work.
    """
    is_signed = root.find(f"{{{DSIG}}}Signature") is not None
    if is_signed:
        verify_signature(party, root, RESPONSE_SIGNATURE)
    whole = deepcopy(root)
    encrypted = whole.find(ENCRYPTED)
    try:
        assertion = _plain(encrypted, opened(sealed_of(encrypted), party.keys))
        whole.replace(encrypted, assertion)
        check_bounds(whole)
        check_shape(whole)
        if not is_signed and assertion.find(f"{{{DSIG}}}Signature") is None:
            raise ValueError("nobody signed it")
    except (SamlError, *FAILURES):
        is_signed = False
        whole = deepcopy(root)
        whole.replace(whole.find(ENCRYPTED), decoy())
    if not is_signed or whole.find(f"{PLAIN}/{{{DSIG}}}Signature") is not None:
        _check_signature(party, whole)
    return whole


def _check_signature(party: Party, whole: Any) -> None:
    try:
        verify_signature(party, whole, ASSERTION_SIGNATURE)
    except SamlError as error:
        raise SamlError(Reason.UNDECRYPTABLE, CANNOT) from error


def _plain(encrypted: Any, text: bytes) -> Any:
    """The assertion in a plain text, with the prefixes that were known where it stood. Raises SamlError, ValueError."""
    known = {f"xmlns:{prefix}" if prefix else "xmlns": name for prefix, name in encrypted.nsmap.items()}
    names = " ".join(f"{name}={quoteattr(value)}" for name, value in known.items())
    inside = parse(b"<inside %s>%b</inside>" % (names.encode(), content(text)))
    if len(inside) != 1 or inside[0].tag != PLAIN or _has_text(inside):
        raise ValueError("something else than an assertion")
    assertion = inside[0]
    inside.remove(assertion)
    return assertion


def _has_text(inside: "etree._Element") -> bool:
    return bool((inside.text or "").strip() or (inside[0].tail or "").strip())
