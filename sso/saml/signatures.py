"""The shape of signatures, checked before any of them is verified.

Verifying runs the transforms a message asks for and reads what its references point at, so that a message nobody
signed could make us run a style sheet or read a file. Only what identity providers really send is let through.
https://www.w3.org/TR/xmldsig-core1/
"""

from typing import Any

from sso.errors import Reason, SamlError

DSIG = "http://www.w3.org/2000/09/xmldsig#"
DSIG_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

ENVELOPED = f"{DSIG}enveloped-signature"
SIGNATURES = {f"{DSIG_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)}
DIGESTS = {f"{ENC}sha256", f"{DSIG_MORE}sha384", f"{ENC}sha512"}
# Exactly these two, in this order: the signature itself taken out, then exclusive canonicalization.
TRANSFORMS = [ENVELOPED, EXCLUSIVE]

ID_NAMES = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
SIGNATURE_PARTS = {f"{{{DSIG}}}{name}" for name in ("SignedInfo", "SignatureValue", "KeyInfo")}
KEY_PARTS = {
    f"{{{DSIG}}}{name}"
    for name in (
        "X509Data", "X509Certificate", "X509SubjectName", "X509IssuerSerial", "X509IssuerName", "X509SerialNumber",
        "X509SKI", "KeyName", "KeyValue", "RSAKeyValue", "Modulus", "Exponent",
    )
}  # fmt: skip


def check_signatures(root: Any, signable: set[str]) -> None:
    """Raise SamlError unless every signature signs exactly its parent, in the one way that is let through.

    `signable`: the tags that may carry one.
    """
    _refuse_repeated_ids(root)
    for signature in root.iter(f"{{{DSIG}}}Signature"):
        parent = signature.getparent()
        if parent is None or parent.tag not in signable:
            raise SamlError(Reason.MALFORMED, "a signature in a strange place")
        _check_parts(signature)
        _check_algorithms(signature)
        _check_reference(signature, parent.get("ID", ""))


def _refuse_repeated_ids(root: Any) -> None:
    """Two elements with one id: which of them a reference means depends on who resolves it."""
    seen: set[str] = set()
    for node in root.iter():
        for value in {node.get(name) for name in ID_NAMES} - {None}:
            if value in seen:
                raise SamlError(Reason.MALFORMED, "an id that stands twice")
            seen.add(value)


def _check_parts(signature: Any) -> None:
    """No Object, no Manifest, no key that is to be fetched from somewhere."""
    if {child.tag for child in signature} - SIGNATURE_PARTS:
        raise SamlError(Reason.MALFORMED, "a signature with more than its parts")
    for key_info in signature.findall(f"{{{DSIG}}}KeyInfo"):
        if {node.tag for node in key_info.iterdescendants()} - KEY_PARTS:
            raise SamlError(Reason.MALFORMED, "a key that is no certificate")


def _check_algorithms(signature: Any) -> None:
    methods = {
        "SignatureMethod": SIGNATURES,
        "DigestMethod": DIGESTS,
        "CanonicalizationMethod": {EXCLUSIVE},
    }
    for name, allowed in methods.items():
        for node in signature.iter(f"{{{DSIG}}}{name}"):
            if node.get("Algorithm") not in allowed:
                raise SamlError(Reason.WEAK_ALGORITHM, str(node.get("Algorithm"))[:200])


def _check_reference(signature: Any, parent_id: str) -> None:
    """One reference, to the parent, by the two transforms; inclusive prefixes are all a transform may hold."""
    references = list(signature.iter(f"{{{DSIG}}}Reference"))
    if len(references) != 1 or not parent_id or references[0].get("URI") != f"#{parent_id}":
        raise SamlError(Reason.MALFORMED, "a signature of something else than its parent")
    transforms = list(signature.iter(f"{{{DSIG}}}Transform"))
    if [node.get("Algorithm") for node in transforms] != TRANSFORMS:
        raise SamlError(Reason.MALFORMED, "a signature with other transforms")
    inside = {node.tag for transform in transforms for node in transform.iterdescendants()}
    if inside - {f"{{{EXCLUSIVE}}}InclusiveNamespaces"}:
        raise SamlError(Reason.MALFORMED, "a transform with something inside")
