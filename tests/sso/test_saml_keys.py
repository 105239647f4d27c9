"""Which keys of identity providers are strong enough, and what a private key of ours costs."""

import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sso.errors import SamlError
from sso.saml import checked_certificate, generate_key_pair
from sso.saml.keys import private_key
from tests.sso.attacks.signing import certificate_of


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_curve_that_is_strong_enough(curve: ec.EllipticCurve) -> None:
    certificate = certificate_of(ec.generate_private_key(curve), "contoso")
    assert checked_certificate(certificate) == certificate


@pytest.mark.parametrize("curve", [ec.SECP192R1(), ec.SECP224R1()])
def test_a_curve_that_is_too_small(curve: ec.EllipticCurve) -> None:
    with pytest.raises(SamlError, match="bits only"):
        checked_certificate(certificate_of(ec.generate_private_key(curve), "contoso"))


def test_an_rsa_key_that_is_too_short() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - which is what is refused
    with pytest.raises(SamlError, match="1024 bits only"):
        checked_certificate(certificate_of(short, "contoso"))


def test_a_private_key_is_read_in_no_time() -> None:
    """Anybody may send us something encrypted: 100 ms for each would be a way to keep us busy."""
    pair = generate_key_pair("contoso")[0]
    began = time.perf_counter()
    for _once in range(20):
        private_key(pair)
    slow = serialization.load_pem_private_key
    took, began = time.perf_counter() - began, time.perf_counter()
    slow(pair.private_key.encode(), password=None)
    assert took < time.perf_counter() - began
