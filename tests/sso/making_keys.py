"""Key pairs and certificates of stories; the keys are short, so that they are made quickly."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from accounts.models import Account
from sso.models import KeyState, ServiceProviderKey

YEAR = timedelta(days=365)


def make_certificate(not_after: datetime | None = None, name: str = "idp.example") -> str:
    """A certificate's PEM body, valid until then, by default for a year."""
    return make_pair(not_after, name)[1]


def make_pair(not_after: datetime | None = None, name: str = "idp.example") -> tuple[str, str]:
    """A private key in PEM and its certificate's PEM body."""
    not_after = not_after or datetime.now(UTC) + YEAR
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(not_after - 2 * YEAR)
        .not_valid_after(not_after)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def make_key(
    account: Account, state: KeyState = KeyState.CURRENT, not_after: datetime | None = None, **fields: Any
) -> ServiceProviderKey:
    """A key pair of the account."""
    not_after = not_after or datetime.now(UTC) + YEAR
    private, body = make_pair(not_after, f"{account.vanity} {state}")
    known = {"private_key": private, "certificate": body, "not_after": not_after}
    return ServiceProviderKey.objects.create(account=account, state=state, **{**known, **fields})
