"""Metadata: ours as an identity provider reads it, theirs as we do, and the command that takes it over."""

import base64
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.test import Client
from lxml import etree
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from accounts.models import AuditAction, AuditEvent
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider
from sso.saml import IdpMetadata, parse_idp_metadata
from sso.saml.toolkit import sp_settings
from tests.makers import make_account
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import make_provider, metadata_file

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
SSO = "https://login.contoso.example/sso"


def make_certificate(name: str) -> str:
    """A certificate's PEM body."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.DER)).decode()


ONE, TWO, THREE = (make_certificate(name) for name in ("one", "two", "three"))


def make_key(certificate: str, use: str = 'use="signing"') -> str:
    """A KeyDescriptor."""
    return (
        f'<md:KeyDescriptor {use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def make_service(binding: str = REDIRECT, location: str = SSO) -> str:
    """A SingleSignOnService."""
    return f'<md:SingleSignOnService Binding="{binding}" Location="{location}"/>'


def make_metadata(
    *parts: str, entity_id: str = "https://login.contoso.example/", role: str = "IDPSSODescriptor"
) -> bytes:
    """An EntityDescriptor with these parts."""
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">'
        f"<md:{role}>{''.join(parts)}</md:{role}></md:EntityDescriptor>"
    ).encode()


def test_a_good_file_is_understood() -> None:
    assert parse_idp_metadata(make_metadata(make_key(ONE), make_service(POST), make_service())) == IdpMetadata(
        "https://login.contoso.example/", SSO, certificates=(ONE,)
    )


def test_a_certificate_may_be_broken_into_lines() -> None:
    lines = "\n      ".join(ONE[start : start + 64] for start in range(0, len(ONE), 64))
    assert parse_idp_metadata(make_metadata(make_key(f"\n{lines}\n"), make_service())).certificates == (ONE,)


def test_two_certificates_are_a_rotation() -> None:
    keys = make_key(ONE), make_key(TWO, use=""), make_key(ONE)
    assert parse_idp_metadata(make_metadata(*keys, make_service())).certificates == (ONE, TWO)


def test_a_certificate_for_encryption_is_not_one_for_signing() -> None:
    keys = make_key(ONE), make_key(TWO, use='use="encryption"')
    assert parse_idp_metadata(make_metadata(*keys, make_service())).certificates == (ONE,)


def test_the_one_identity_provider_among_several_entities_is_found() -> None:
    service_provider = make_metadata(role="SPSSODescriptor", entity_id="https://app.example/")
    wanted = make_metadata(make_key(ONE), make_service())
    both = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">%b</md:EntitiesDescriptor>'
    assert parse_idp_metadata(both % (service_provider + wanted)).entity_id == "https://login.contoso.example/"


GOOD = make_metadata(make_key(ONE), make_service())
BAD_FILES = {
    "nothing": (b"", "not XML"),
    "garbage": (b"%PDF-1.7", "not XML"),
    "a web page": (b"<html/>", "0 identity providers"),
    "a service provider": (make_metadata(role="SPSSODescriptor"), "0 identity providers"),
    "a DOCTYPE": (b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + GOOD, "a DOCTYPE"),
    "no certificate": (make_metadata(make_service()), "no signing certificate"),
    "a certificate for encryption": (make_metadata(make_key(ONE, 'use="encryption"'), make_service()), "no signing"),
    "three certificates": (
        make_metadata(make_key(ONE), make_key(TWO), make_key(THREE), make_service()),
        "3 signing certificates, at most 2",
    ),
    "a certificate that is no base64": (make_metadata(make_key("%%%"), make_service()), "a certificate that is none"),
    "a certificate that is none": (make_metadata(make_key("QUJD"), make_service()), "a certificate that is none"),
    "no address": (make_metadata(make_key(ONE)), "no HTTP-Redirect address"),
    "no binding of a browser": (make_metadata(make_key(ONE), make_service(SOAP)), "no HTTP-Redirect address"),
    "an http address": (
        make_metadata(make_key(ONE), make_service(location="http://login.contoso.example/sso")),
        "begins with https://",
    ),
    "an http address that looks like this machine": (
        make_metadata(make_key(ONE), make_service(location="http://localhost.evil.example/sso")),
        "begins with https://",
    ),
    "an address that is none": (make_metadata(make_key(ONE), make_service(location="https://[")), "begins with"),
    "an address that runs": (make_metadata(make_key(ONE), make_service(location="javascript:alert(1)")), "https://"),
    "no entity id": (make_metadata(make_key(ONE), make_service(), entity_id=""), "no entity id"),
    "an endless entity id": (make_metadata(make_key(ONE), make_service(), entity_id="x" * 2000), "too long"),
    "an endless address": (make_metadata(make_key(ONE), make_service(location=f"{SSO}?{'x' * 3000}")), "too long"),
}


@pytest.mark.parametrize(("xml", "message"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_what_is_wrong(xml: bytes, message: str) -> None:
    with pytest.raises(SamlError, match=message) as refused:
        parse_idp_metadata(xml)
    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.django_db
class TestOurs:
    """What an administrator gives to their identity provider."""

    def test_it_is_valid_and_names_its_own_address(self, client: Client) -> None:
        make_account()
        page = client.get("/sso/contoso/metadata/")
        assert page["Content-Type"] == "application/samlmetadata+xml"
        assert (
            OneLogin_Saml2_Settings(sp_settings("contoso"), sp_validation_only=True).validate_metadata(page.content)
            == []
        )
        root = etree.fromstring(page.content)
        assert root.get("entityID") == f"{PORTAL}/sso/contoso/metadata/"
        (service,) = root.iter(f"{METADATA}AssertionConsumerService")
        assert (service.get("Location"), service.get("Binding")) == (f"{PORTAL}/sso/contoso/acs/", POST)

    def test_every_company_has_its_own(self, client: Client) -> None:
        make_account()
        make_account("fabrikam")
        root = etree.fromstring(client.get("/sso/fabrikam/metadata/").content)
        assert root.get("entityID") == f"{PORTAL}/sso/fabrikam/metadata/"


@pytest.mark.django_db
class TestTheCommand:
    """manage.py configure_idp."""

    def test_it_takes_a_provider_over_and_enables_it(self, microsoft: Sandbox, tmp_path: Path) -> None:
        account = make_account()
        told = io.StringIO()
        call_command("configure_idp", "contoso", metadata=metadata_file(microsoft, tmp_path), stdout=told)
        issuer = f"{microsoft.http}/saml/contoso.example/metadata"
        assert told.getvalue() == f"contoso signs in at {issuer}.\n"
        provider = IdentityProvider.objects.get(account=account)
        assert (provider.entity_id, provider.is_enabled) == (issuer, True)
        assert provider.sso_url == f"{microsoft.http}/saml/contoso.example/sso"
        event = AuditEvent.objects.get(action=AuditAction.IDENTITY_PROVIDER_CONFIGURED)
        assert (event.actor_label, event.before) == ("Operator command", {})
        assert (event.after["entity_id"], event.after["sso_url"]) == (issuer, provider.sso_url)
        assert provider.certificate not in str(event.after), "a fingerprint says which certificate it is"

    def test_a_second_run_replaces_the_provider_and_its_certificates(self, tmp_path: Path) -> None:
        old = make_provider(make_account(), certificate=ONE, next_certificate=TWO, is_enabled=False)
        file = tmp_path / "new.xml"
        file.write_bytes(make_metadata(make_key(TWO), make_service()))
        call_command("configure_idp", "contoso", metadata=file, verbosity=0, stdout=io.StringIO())
        provider = IdentityProvider.objects.get()
        assert (provider.pk, provider.certificates, provider.is_enabled) == (old.pk, [TWO], True)
        event = AuditEvent.objects.get(action=AuditAction.IDENTITY_PROVIDER_CONFIGURED)
        assert event.before["entity_id"] == old.entity_id

    def test_it_says_that_there_is_no_such_account(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"There is no account contoso\."):
            call_command("configure_idp", "contoso", metadata=tmp_path / "idp.xml")

    def test_it_says_that_there_is_no_such_file(self, tmp_path: Path) -> None:
        make_account()
        with pytest.raises(CommandError, match=r"idp\.xml cannot be read: No such file or directory\."):
            call_command("configure_idp", "contoso", metadata=tmp_path / "idp.xml")

    def test_it_says_what_is_wrong_with_the_file_and_changes_nothing(self, tmp_path: Path) -> None:
        make_account()
        file = tmp_path / "idp.xml"
        file.write_bytes(make_metadata(make_service()))
        with pytest.raises(CommandError, match=r"no usable metadata: the metadata has no entity id or no signing"):
            call_command("configure_idp", "contoso", metadata=file)
        assert not IdentityProvider.objects.exists()
        assert not AuditEvent.objects.exists()
