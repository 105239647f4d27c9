"""What a certificate says of itself."""

import base64
import binascii
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes


@dataclass(frozen=True)
class Facts:
    """Times are in UTC; the fingerprint is SHA-256 in hexadecimal, without colons."""

    subject: str
    fingerprint: str
    not_before: datetime
    not_after: datetime

    @property
    def spaced_fingerprint(self) -> str:
        """As identity providers show it."""
        return ":".join(self.fingerprint[at : at + 2] for at in range(0, len(self.fingerprint), 2)).upper()


def facts_of(body: str) -> Facts | None:
    """Of a PEM body without its lines; None where it is no certificate."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(body))
        return Facts(
            subject=certificate.subject.rfc4514_string(),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )
    except (binascii.Error, ValueError, TypeError, x509.InvalidVersion):
        return None


def days_left(not_after: datetime, now: datetime) -> int:
    """Whole days until then, a begun one included; 0 or less once it has run out."""
    return math.ceil((not_after - now) / timedelta(days=1))
