"""The Redirect binding's signature: over the query string as it came, not over what somebody made of it.

https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf (3.4.4.1)
"""

import base64
import binascii
from collections.abc import Iterable
from urllib.parse import unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from sso.errors import Reason, SamlError
from sso.saml.keys import UNUSABLE, public_key
from sso.saml.names import DSIG_MORE

HASHES = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}
RSA = {f"{DSIG_MORE}rsa-sha{bits}": found for bits, found in HASHES.items()}
ECDSA = {f"{DSIG_MORE}ecdsa-sha{bits}": found for bits, found in HASHES.items()}
OURS = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature")
LONGEST_QUERY = 512 * 1024


def signed_parameters(query_string: str, parameter: str, certificates: Iterable[str]) -> dict[str, str]:
    """The parameters of a query that one of these certificates signed; `parameter` is what holds the message.

    Raises SamlError where one of them stands twice, or the signature is missing, weak or wrong.
    """
    raw = _raw(query_string)
    if parameter not in raw or {"SAMLRequest", "SAMLResponse"} <= set(raw):
        raise SamlError(Reason.MALFORMED, f"no {parameter}, or another message beside it")
    values = {name: unquote_plus(text) for name, text in raw.items()}
    if not values.get("Signature") or not values.get("SigAlg"):
        raise SamlError(Reason.UNSIGNED, "no Signature in the query")
    signed = "&".join(f"{name}={raw[name]}" for name in (parameter, "RelayState", "SigAlg") if name in raw)
    _verify(signed.encode(), values["SigAlg"], values["Signature"], certificates)
    return values


def _raw(query_string: str) -> dict[str, str]:
    """The parameters as they are written. A name is only known as it is written plainly, and once."""
    if len(query_string) > LONGEST_QUERY:
        raise SamlError(Reason.TOO_LARGE, f"{len(query_string)} characters")
    found: dict[str, str] = {}
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        plain = unquote_plus(name)
        if plain in OURS and (name != plain or plain in found):
            raise SamlError(Reason.MALFORMED, f"{plain} twice, or in disguise")
        if plain in OURS:
            found[plain] = value
    return found


def _verify(text: bytes, algorithm: str, signature: str, certificates: Iterable[str]) -> None:
    if algorithm not in RSA | ECDSA:
        raise SamlError(Reason.WEAK_ALGORITHM, algorithm[:200])
    try:
        value = base64.b64decode("".join(signature.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "a signature that is not base64") from error
    if not any(_fits(certificate, text, algorithm, value) for certificate in certificates):
        raise SamlError(Reason.BAD_SIGNATURE, "no certificate of the provider fits")


def _fits(certificate: str, text: bytes, algorithm: str, signature: bytes) -> bool:
    try:
        key = public_key(certificate)
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in ECDSA:
            key.verify(_encoded(signature), text, ec.ECDSA(ECDSA[algorithm]))
            return True
        if not isinstance(key, ec.EllipticCurvePublicKey) and algorithm in RSA:
            key.verify(signature, text, padding.PKCS1v15(), RSA[algorithm])
            return True
    except (InvalidSignature, *UNUSABLE):
        return False
    return False


def _encoded(signature: bytes) -> bytes:
    """XML signatures write the two numbers side by side, cryptography wants them in DER."""
    half = len(signature) // 2
    return utils.encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
