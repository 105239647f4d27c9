"""The shape of signatures, checked before any of them is verified.

Verifying runs the transforms a message asks for and reads what its references point at, so that a message nobody
signed could make us run a style sheet or read a file. Only what identity providers really send is let through, and
only in one shape, so that no two readers can disagree about which part of it counts.
https://www.w3.org/TR/xmldsig-core1/
"""

import re
from collections.abc import Sequence
from typing import Any

from sso.errors import Reason, SamlError
from sso.saml.names import DSIG, DSIG_11, DSIG_MORE, ENC, EXCLUSIVE

ENVELOPED = f"{DSIG}enveloped-signature"
SIGNATURES = {f"{DSIG_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)}
DIGESTS = {f"{ENC}sha256", f"{DSIG_MORE}sha384", f"{ENC}sha512"}
# Exactly these two, in this order: the signature itself taken out, then exclusive canonicalization.
TRANSFORMS = [ENVELOPED, EXCLUSIVE]
PREFIXES = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
MOST_PREFIXES = 32  # each costs a search at every element; real lists have up to 6

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*", re.ASCII)  # and so never an XPointer, of which a reference may be made
ID_NAMES = ("ID", "Id", "id", "iD")  # in whatever namespace: the library that looks ids up goes by these alone
KEY_PARTS = {
    f"{{{DSIG}}}{name}"
    for name in (
        "X509Data", "X509Certificate", "X509SubjectName", "X509IssuerSerial", "X509IssuerName", "X509SerialNumber",
        "X509SKI", "X509CRL", "KeyName", "KeyValue", "RSAKeyValue", "Modulus", "Exponent",
    )
} | {
    f"{{{DSIG_11}}}{name}" for name in ("ECKeyValue", "NamedCurve", "PublicKey", "X509Digest", "DEREncodedKeyValue")
}  # fmt: skip


def check_signatures(root: Any, signable: set[str]) -> None:
    """Raise SamlError unless every signature signs exactly its parent, in the one way that is let through.

    `signable`: the tags that may carry one.
    """
    refuse_odd_ids(root)
    signed: list[Any] = []
    for signature in root.iter(f"{{{DSIG}}}Signature"):
        parent = signature.getparent()
        if parent is None or parent.tag not in signable or parent in signed:
            raise SamlError(Reason.MALFORMED, "a signature in a strange place, or a second one")
        signed.append(parent)
        _check_signature(signature, parent.get("ID", ""))


def refuse_odd_ids(root: Any) -> None:
    """Two elements with one id: which of them a reference means depends on who resolves it."""
    seen: set[str] = set()
    for node in root.iter():
        for value in {value for name, value in node.items() if name.rpartition("}")[2] in ID_NAMES}:
            if value in seen or not ID.fullmatch(value):
                raise SamlError(Reason.MALFORMED, "an id that stands twice, or is none")
            seen.add(value)


def _check_signature(signature: Any, parent_id: str) -> None:
    """SignedInfo with one reference, the value, and at most one KeyInfo: nothing twice, nothing else."""
    parts = ["SignedInfo", "SignatureValue"]
    _expect(signature, [*parts, "KeyInfo"] if len(signature) > len(parts) else parts)
    signed_info, value, *key_info = signature
    _expect(signed_info, ["CanonicalizationMethod", "SignatureMethod", "Reference"])
    _check_reference(signed_info[2], parent_id)
    _check_algorithms(signed_info)
    _expect(value, [])
    if key_info and {node.tag for node in key_info[0].iterdescendants()} - KEY_PARTS:
        raise SamlError(Reason.MALFORMED, "a key that is no certificate")


def _expect(node: Any, names: Sequence[str]) -> None:
    if [child.tag for child in node] != [f"{{{DSIG}}}{name}" for name in names]:
        raise SamlError(Reason.MALFORMED, f"a signature of another shape, in {node.tag.rpartition('}')[2]}"[:200])


def _check_reference(reference: Any, parent_id: str) -> None:
    """One reference, to the parent, by the two transforms; inclusive prefixes are all a transform may hold."""
    if not parent_id or reference.get("URI") != f"#{parent_id}" or set(reference.attrib) - {"URI", "Id"}:
        raise SamlError(Reason.MALFORMED, "a signature of something else than its parent")
    _expect(reference, ["Transforms", "DigestMethod", "DigestValue"])
    transforms = list(reference[0])
    _expect(reference[0], ["Transform"] * len(transforms))
    if [node.get("Algorithm") for node in transforms] != TRANSFORMS:
        raise SamlError(Reason.MALFORMED, "a signature with other transforms")
    _expect(transforms[0], [])
    _check_prefixes(transforms[1])
    _expect(reference[2], [])


def _check_prefixes(method: Any) -> None:
    """Exclusive canonicalization takes a list of prefixes, and nothing else."""
    if [child.tag for child in method] not in ([], [PREFIXES]):
        raise SamlError(Reason.MALFORMED, "a transform with something inside")
    for prefixes in method:
        if len(prefixes) or len(prefixes.get("PrefixList", "").split()) > MOST_PREFIXES:
            raise SamlError(Reason.MALFORMED, "a list of prefixes that is none")


def _check_algorithms(signed_info: Any) -> None:
    canonicalization, method, reference = signed_info
    digest = reference[1]
    for node, allowed in ((canonicalization, {EXCLUSIVE}), (method, SIGNATURES), (digest, DIGESTS)):
        if node.get("Algorithm") not in allowed:
            raise SamlError(Reason.WEAK_ALGORITHM, str(node.get("Algorithm"))[:200])
    _check_prefixes(canonicalization)
    _expect(method, [])
    _expect(digest, [])
