"""Encrypted assertions: their shape, checked before a key of ours is used, and what is inside.

RSA 1.5 key transport is refused: its padding tells whoever may try often enough what a key is.
https://www.w3.org/TR/xmlenc-core1/
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sso.errors import Reason, SamlError
from sso.saml.keys import private_key
from sso.saml.names import DSIG, DSIG_MORE, ENC, ENC_11
from sso.saml.party import KeyPair
from sso.saml.signatures import KEY_PARTS

Hash = hashes.HashAlgorithm

CBC = {f"{ENC}aes128-cbc": 16, f"{ENC}aes192-cbc": 24, f"{ENC}aes256-cbc": 32}  # bytes of key
GCM = {f"{ENC_11}aes128-gcm": 16, f"{ENC_11}aes192-gcm": 24, f"{ENC_11}aes256-gcm": 32}
CIPHERS = CBC | GCM
OAEP = {f"{ENC}rsa-oaep-mgf1p", f"{ENC_11}rsa-oaep"}
# Inside OAEP SHA-1 is sound, and what most identity providers use.
DIGESTS: dict[str, Hash] = {
    f"{DSIG}sha1": hashes.SHA1(),  # noqa: S303 - see above
    f"{ENC}sha256": hashes.SHA256(),
    f"{DSIG_MORE}sha384": hashes.SHA384(),
    f"{ENC}sha512": hashes.SHA512(),
}
MASKS: dict[str, Hash] = {
    f"{ENC_11}mgf1sha1": hashes.SHA1(),  # noqa: S303 - see above
    f"{ENC_11}mgf1sha256": hashes.SHA256(),
    f"{ENC_11}mgf1sha384": hashes.SHA384(),
    f"{ENC_11}mgf1sha512": hashes.SHA512(),
}
# The older name of OAEP has no other mask than this; some say so all the same.
SHA1_MASK = {f"{ENC_11}mgf1sha1": MASKS[f"{ENC_11}mgf1sha1"]}
BLOCK = 16  # bytes
NONCE = 12
# Whatever goes wrong with a key, a padding or a tag.
FAILURES = (ValueError, TypeError, InvalidTag, binascii.Error)


@dataclass(frozen=True)
class Sealed:
    """An encrypted assertion taken apart: the wrapped key, how it was wrapped, and the text under it."""

    wrapped_key: str
    digest: Hash
    mask: Hash
    cipher: str
    text: str


def check_encryption(encrypted: Any) -> None:
    """Raise SamlError unless an EncryptedAssertion has the one shape and the algorithms that are let through."""
    sealed_of(encrypted)


def sealed_of(encrypted: Any) -> Sealed:
    """An EncryptedAssertion's parts. Raises SamlError before any of them is touched."""
    data, key = _data(encrypted), _key(encrypted)
    cipher = _algorithm(data, set(CIPHERS))
    method = key.find(f"{{{ENC}}}EncryptionMethod")
    algorithm = _algorithm(key, OAEP)
    digest, mask = _digests(method, MASKS if algorithm == f"{ENC_11}rsa-oaep" else SHA1_MASK)
    return Sealed(_cipher_value(key), digest, mask, cipher, _cipher_value(data))


def _data(encrypted: Any) -> Any:
    """The one EncryptedData; beside it at most the key."""
    tags = [child.tag for child in encrypted]
    if tags not in ([f"{{{ENC}}}EncryptedData"], [f"{{{ENC}}}EncryptedData", f"{{{ENC}}}EncryptedKey"]):
        raise _odd("not one EncryptedData")
    data = encrypted[0]
    _expect(data, ["EncryptionMethod", f"{{{DSIG}}}KeyInfo", "CipherData"], ["EncryptionMethod", "CipherData"])
    return data


def _key(encrypted: Any) -> Any:
    """The one EncryptedKey, inside the data's KeyInfo or right beside the data."""
    keys = list(encrypted.iter(f"{{{ENC}}}EncryptedKey"))
    if len(keys) != 1:
        raise _odd(f"{len(keys)} encrypted keys")
    key = keys[0]
    beside = key.getparent() is encrypted
    if not beside and key.getparent() is not encrypted[0].find(f"{{{DSIG}}}KeyInfo"):
        raise _odd("a key in a strange place")
    _check_key_info(encrypted[0].find(f"{{{DSIG}}}KeyInfo"), key)
    _check_key_info(key.find(f"{{{DSIG}}}KeyInfo"), None)
    usual = ["EncryptionMethod", f"{{{DSIG}}}KeyInfo", "CipherData", "ReferenceList", "CarriedKeyName"]
    present = {child.tag for child in key}
    _expect(key, [name for name in usual if name in ("EncryptionMethod", "CipherData") or _tag(name) in present])
    return key


def _check_key_info(key_info: Any, key: Any) -> None:
    """Certificates and names, the key itself, or a pointer to the key beside; nothing that is fetched."""
    for node in () if key_info is None else key_info:
        points = node.tag == f"{{{DSIG}}}RetrievalMethod" and key is not None and not len(node)
        if node is key or (points and key.get("Id") and node.get("URI") == f"#{key.get('Id')}"):
            continue
        if {part.tag for part in node.iter()} - KEY_PARTS:
            raise _odd("a key that is fetched, or of another kind")


def _algorithm(node: Any, allowed: set[str]) -> str:
    algorithm = str(node.find(f"{{{ENC}}}EncryptionMethod").get("Algorithm"))
    if algorithm not in allowed:
        raise SamlError(Reason.WEAK_ALGORITHM, algorithm[:200])
    return algorithm


def _digests(method: Any, masks: Mapping[str, Hash]) -> tuple[Hash, Hash]:
    """OAEP's hash and the hash of its mask, one of these; both are SHA-1 where nothing is said."""
    found: dict[str, Hash] = {}
    for node in method:
        name = {f"{{{DSIG}}}DigestMethod": "digest", f"{{{ENC_11}}}MGF": "mask"}.get(node.tag, "")
        known = masks if name == "mask" else DIGESTS
        if not name or name in found or len(node):
            raise _odd("a key that is wrapped in another way")
        if node.get("Algorithm") not in known:
            raise SamlError(Reason.WEAK_ALGORITHM, str(node.get("Algorithm"))[:200])
        found[name] = known[node.get("Algorithm")]
    return found.get("digest", hashes.SHA1()), found.get("mask", hashes.SHA1())  # noqa: S303 - see above


def _cipher_value(node: Any) -> str:
    """The text under a CipherData; never one that is kept elsewhere."""
    data = node.find(f"{{{ENC}}}CipherData")
    _expect(data, ["CipherValue"])
    _expect(data[0], [])
    return data[0].text or ""


def _expect(node: Any, *shapes: list[str]) -> None:
    tags = [child.tag for child in node]
    if tags not in [[_tag(name) for name in shape] for shape in shapes]:
        raise _odd(f"an encryption of another shape, in {node.tag.rpartition('}')[2]}"[:200])


def _tag(name: str) -> str:
    return name if name[0] == "{" else f"{{{ENC}}}{name}"


def _odd(detail: str) -> SamlError:
    return SamlError(Reason.MALFORMED, detail)


def opened(sealed: Sealed, keys: tuple[KeyPair, ...]) -> bytes:
    """The text under an encryption, with any of the keys. Raises one of FAILURES.

    Every key is tried, and where none fits a made-up one goes on in its place, so that the time it takes does not
    tell which step failed.
    """
    wrapped = base64.b64decode(sealed.wrapped_key)
    wrap = padding.OAEP(padding.MGF1(sealed.mask), sealed.digest, label=None)
    size = CIPHERS[sealed.cipher]
    fitting = [key for key in (_unwrapped(pair, wrapped, wrap) for pair in keys) if len(key) == size]
    return _decrypted(sealed.cipher, [*fitting, os.urandom(size)][0], base64.b64decode(sealed.text))


def _unwrapped(pair: KeyPair, wrapped: bytes, wrap: padding.OAEP) -> bytes:
    try:
        return private_key(pair).decrypt(wrapped, wrap)
    except FAILURES:
        return b""


def _decrypted(cipher: str, key: bytes, text: bytes) -> bytes:
    if cipher in GCM:
        return AESGCM(key).decrypt(text[:NONCE], text[NONCE:], None)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(text[:BLOCK])).decryptor()
    padded = decryptor.update(text[BLOCK:]) + decryptor.finalize()
    if not padded or not 1 <= padded[-1] <= BLOCK:
        raise ValueError("padding")
    return padded[: -padded[-1]]
