"""The keys that outlive a reset: token signing, one SAML key per tenant, and the seal of delta tokens."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox.files import write_private

_VALIDITY = timedelta(days=3650)


@dataclass(frozen=True)
class SigningKey:
    """An RSA key and its self-signed certificate, both PEM."""

    private_pem: str
    certificate_pem: str

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The key, read once."""
        key = serialization.load_pem_private_key(self.private_pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("a signing key must be RSA")
        return key

    @property
    def certificate_base64(self) -> str:
        """The certificate's DER in base64, as XML signatures and metadata carry it."""
        return "".join(self.certificate_pem.split("-----")[2].split())


@dataclass(frozen=True)
class Keys:
    """`saml` is keyed by the tenant's domain; `seal` is a secret for authenticating what clients echo."""

    token: SigningKey
    saml: dict[str, SigningKey]
    seal: str


def load_keys(data_dir: Path, domains: list[str]) -> Keys:
    """The keys of earlier runs, or new ones, kept in `keys.json`."""
    path = data_dir / "keys.json"
    if path.exists():
        saved = json.loads(path.read_text())
        return Keys(
            token=SigningKey(**saved["token"]),
            saml={domain: SigningKey(**key) for domain, key in saved["saml"].items()},
            seal=saved["seal"],
        )
    keys = Keys(
        token=_new_key("Atrium sandbox tokens"),
        saml={domain: _new_key(f"{domain} sandbox identity provider") for domain in domains},
        seal=secrets.token_hex(32),
    )
    write_private(path, json.dumps(asdict(keys)).encode())
    return keys


def _new_key(common_name: str) -> SigningKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALIDITY)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())
