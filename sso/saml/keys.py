"""Key pairs of ours, and certificates as everybody writes them."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

from sso.errors import Reason, SamlError
from sso.saml.party import KeyPair

KEY_BITS = 3072
VALID_FOR = timedelta(days=3 * 365)
LEAST_CURVE_BITS = 256
LEAST_RSA_BITS = 2048  # https://doi.org/10.6028/NIST.SP.800-131Ar2
LONGEST_NAME = 64  # characters, as X.509 allows

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def generate_key_pair(vanity: str) -> tuple[KeyPair, datetime]:
    """A new key pair with a certificate of its own making, and when that runs out (UTC)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    host = urlsplit(settings.PORTAL_URL).hostname
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{vanity} at {host}"[:LONGEST_NAME])])
    now = datetime.now(UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + VALID_FOR).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    body = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    return KeyPair(private.decode(), body), now + VALID_FOR


# What a certificate that is none, or of no kind we know, raises when it is read.
UNUSABLE = (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


def checked_certificate(text: str) -> str:
    """The PEM body of a certificate, with or without its lines, once it has been seen to hold a key that we can use.

    Raises SamlError (MALFORMED) where it is none, or its key is of another kind or too short.
    """
    body = "".join(text.replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", "").split())
    try:
        key = public_key(body)
    except UNUSABLE as error:
        raise SamlError(Reason.MALFORMED, "the metadata has a certificate that is none") from error
    if key.key_size < (LEAST_RSA_BITS if isinstance(key, rsa.RSAPublicKey) else LEAST_CURVE_BITS):
        raise SamlError(Reason.MALFORMED, f"the metadata has a certificate with a key of {key.key_size} bits only")
    return body


@lru_cache(maxsize=256)
def public_key(certificate: str) -> PublicKey:
    """The public key of a certificate (PEM body). Raises ValueError, TypeError where it is not one we can use."""
    key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TypeError("a key that is neither RSA nor of an elliptic curve")
    return key


def certificate_pem(certificate: str) -> str:
    """A PEM body between its lines."""
    lines = [certificate[start : start + 64] for start in range(0, len(certificate), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def private_key(pair: KeyPair) -> rsa.RSAPrivateKey:
    """The private key of a pair of ours. Raises ValueError, TypeError where it is none.

    Its numbers are not proven anew, which takes 100 ms, for every message that anybody may send: we made them.
    """
    text = pair.private_key.encode()
    key = serialization.load_pem_private_key(text, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("our keys are RSA keys")
    return key
