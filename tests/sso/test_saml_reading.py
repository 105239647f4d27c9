"""What is accepted besides the usual: skew, two confirmations, answers that nobody asked for; and bounds of time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from sso import saml
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider, KeyState
from sso.saml import Party, keys
from sso.saml.keys import certificate_pem
from sso.saml.toolkit import sp_settings
from tests.makers import make_account
from tests.sandbox.running import PORTAL
from tests.sso.attacks.forging import ASSERTION, ISSUER, Scene, encoded, instant, the
from tests.sso.attacks.sealing import keep_key, make_key_pair
from tests.sso.attacks.signing import make_signer
from tests.sso.conftest import REAL_BITS

REQUEST = "_request"
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


def make_party(**fields: Any) -> Party:
    """An account whose identity provider signs as scenes do."""
    settings = IdentityProvider(
        entity_id=ISSUER, sso_url="https://login.contoso.example/", certificate=make_signer("contoso").certificate
    )
    for name, value in fields.items():
        setattr(settings, name, value)
    return Party("contoso", settings)


def read(root: Any, *, request_id: str = REQUEST, **fields: Any) -> saml.Assertion:
    """What it says, signed."""
    message = encoded(Scene(REQUEST).sign(root))
    return saml.read_response(
        make_party(**fields), saml.read_message(message), request_id=request_id, now=datetime.now(UTC)
    )


def refused(root: Any, **fields: Any) -> Reason:
    with pytest.raises(SamlError) as error:
        read(root, **fields)
    return error.value.reason


def off_by(minutes: float) -> str:
    return instant(datetime.now(UTC) + timedelta(minutes=minutes))


@pytest.mark.parametrize("signed", [("Assertion",), ("Response",), ("Assertion", "Response")])
def test_the_session_index_is_told(signed: tuple[str, ...]) -> None:
    scene = Scene(REQUEST, signed=signed)
    got = saml.read_response(
        make_party(), saml.read_message(encoded(scene.honest())), request_id=REQUEST, now=datetime.now(UTC)
    )
    assert got.session_index == "_session-of-ana"
    assert saml.Assertion.from_json(got.to_json()) == got


def test_the_end_of_a_session_has_skew_too() -> None:
    root = Scene(REQUEST).unsigned()
    the(root, "AuthnStatement").set("SessionNotOnOrAfter", off_by(-2.5))
    assert read(root).name_id


@pytest.mark.parametrize("fraction", [".1", ".123", ".1234567", ".123456789"])
def test_times_have_fractions_of_any_length(fraction: str) -> None:
    """.NET writes seven digits, Java up to nine."""
    root = Scene(REQUEST).unsigned()
    for node in root.iter():
        for name in ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant"):
            if name in node.attrib:
                node.set(name, node.get(name).replace("Z", f"{fraction}Z"))
    assert read(root).name_id


def add_confirmation(root: Any, **changes: str) -> None:
    """One more in front of the good one."""
    good = the(root, "SubjectConfirmation")
    other = etree.fromstring(etree.tostring(good))
    for name, value in changes.items():
        (other if name == "Method" else other[0]).set(name, value)
    good.addprevious(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"Recipient": "https://other.example/"},
        {"InResponseTo": "_another"},
        {"Method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"},
        {"NotOnOrAfter": "2001-01-01T00:00:00Z"},
    ],
)
def test_of_two_confirmations_one_is_enough(changes: dict[str, str]) -> None:
    root = Scene(REQUEST).unsigned()
    add_confirmation(root, **changes)
    assert read(root).name_id


def unasked() -> Any:
    """An answer that nobody asked for."""
    root = Scene(REQUEST).unsigned()
    for node in (root, the(root, "SubjectConfirmationData")):
        del node.attrib["InResponseTo"]
    return root


def test_an_answer_that_nobody_asked_for_is_read_where_that_is_allowed() -> None:
    assert read(unasked(), request_id="", allows_idp_initiated=True).name_id
    assert refused(unasked(), request_id="") == Reason.UNSOLICITED


def test_an_answer_to_a_request_is_never_taken_for_one_that_nobody_asked_for() -> None:
    """Otherwise an answer that was stolen could be used where requests are not compared."""
    assert refused(Scene(REQUEST).unsigned(), request_id="", allows_idp_initiated=True) == Reason.UNKNOWN_REQUEST
    half = Scene(REQUEST).unsigned()
    del half.attrib["InResponseTo"]
    assert refused(half, request_id="", allows_idp_initiated=True) == Reason.UNKNOWN_REQUEST
    assert refused(unasked(), allows_idp_initiated=True) == Reason.UNKNOWN_REQUEST


def test_the_second_certificate_counts_as_well() -> None:
    other = make_signer("tomorrow").certificate
    fields = {"certificate": other, "next_certificate": make_signer("contoso").certificate}
    assert read(Scene(REQUEST).unsigned(), **fields).name_id


def test_somebody_in_two_thousand_groups() -> None:
    root = Scene(REQUEST).unsigned()
    groups = etree.SubElement(the(root, "AttributeStatement"), f"{{{ASSERTION}}}Attribute", Name="groups")
    for number in range(2_000):
        etree.SubElement(groups, f"{{{ASSERTION}}}AttributeValue").text = f"group {number}"
    assert len(read(root).attributes["groups"]) == 2_000


def test_the_worst_that_fits_is_read_within_a_second() -> None:
    """As many elements, namespaces and prefixes as the bounds allow, in a message that nobody signed."""
    root = Scene(REQUEST).honest()
    names = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(3_000))
    prefixes = " ".join(f"n{number}" for number in range(30))
    values = "<n2999:a/>" * 5_000
    text = (
        etree.tostring(root)
        .decode()
        .replace("<samlp:Response ", f"<samlp:Response {names} ")
        .replace(
            '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>',
            '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces '
            f'xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{prefixes}"/></ds:Transform>',
        )
        .replace("Ana Lima", values)
    )
    began = time.monotonic()
    with pytest.raises(SamlError) as error:
        saml.read_response(
            make_party(), saml.read_message(encoded(text.encode())), request_id=REQUEST, now=datetime.now(UTC)
        )
    assert error.value.reason is Reason.BAD_SIGNATURE
    assert time.monotonic() - began < 3


def test_a_new_key_pair_fits_together_and_lasts_three_years(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KEY_BITS", REAL_BITS)
    pair, not_after = saml.generate_key_pair("contoso")
    certificate = x509.load_pem_x509_certificate(certificate_pem(pair.certificate).encode())
    private = serialization.load_pem_private_key(pair.private_key.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    assert private.key_size == 3072
    assert private.public_key() == certificate.public_key()
    assert certificate.not_valid_after_utc == not_after
    assert timedelta(days=1094) < not_after - datetime.now(UTC) < timedelta(days=1096)
    assert "PRIVATE" not in repr(pair)


@pytest.mark.django_db
def test_our_metadata_has_the_certificate_of_now_and_of_next() -> None:
    account = make_account()
    pairs = [make_key_pair(name) for name in ("contoso", "next", "previous")]
    for pair, state in zip(pairs, (KeyState.CURRENT, KeyState.NEXT, KeyState.PREVIOUS), strict=True):
        keep_key(account, pair, state)
    party = saml.party_of(account, make_party(sign_requests=True).settings)
    document = saml.sp_metadata(party)
    settings = OneLogin_Saml2_Settings(sp_settings("contoso"), sp_validation_only=True)
    assert settings.validate_metadata(document) == []
    root = etree.fromstring(document)
    found = [
        (key.get("use"), node.text)
        for key in root.iter(f"{METADATA}KeyDescriptor")
        for node in key.iter(f"{SIGNATURE}X509Certificate")
    ]
    assert found == [(use, pair.certificate) for use in ("signing", "encryption") for pair in pairs[:2]]
    assert {node.get("Location") for node in root.iter(f"{METADATA}SingleLogoutService")} == {
        f"{PORTAL}/sso/contoso/logout/"
    }
    assert root[0].get("AuthnRequestsSigned") == "true"
    assert party.keys == (pairs[0], pairs[1], pairs[2])


@pytest.mark.parametrize("text", ["", "x", "QUJD", "-----BEGIN CERTIFICATE-----"])
def test_a_certificate_that_is_none(text: str) -> None:
    with pytest.raises(SamlError):
        saml.checked_certificate(text)


def test_a_certificate_between_its_lines_is_known() -> None:
    body = make_signer("contoso").certificate
    assert saml.checked_certificate(certificate_pem(body)) == body
