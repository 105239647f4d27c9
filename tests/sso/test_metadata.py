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
from sso.models import IdentityProvider, KeyState, ServiceProviderKey
from sso.saml import IdpMetadata, parse_idp_metadata
from sso.saml.metadata import SeveralProvidersError
from sso.saml.toolkit import sp_settings
from tests.makers import make_account
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import make_provider, metadata_file
from tests.sso.making_metadata import POST, SOAP, SSO, make_key, make_metadata, make_service, several, together

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def make_certificate(name: str) -> str:
    """A certificate's PEM body."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.DER)).decode()


ONE, TWO, THREE = (make_certificate(name) for name in ("one", "two", "three"))


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
    assert parse_idp_metadata(together(service_provider, wanted)).entity_id == "https://login.contoso.example/"


def test_of_several_identity_providers_the_one_that_is_asked_for_is_taken() -> None:
    document = several(ONE, "https://one.example/", "https://two.example/", "https://two.example/")
    with pytest.raises(SeveralProvidersError, match="describes 2 identity providers") as refused:
        parse_idp_metadata(document)
    assert refused.value.entity_ids == ("https://one.example/", "https://two.example/")
    assert parse_idp_metadata(document, entity_id="https://one.example/").entity_id == "https://one.example/"
    for unclear in ("https://two.example/", "https://three.example/"):
        with pytest.raises(SamlError, match="exactly once"):
            parse_idp_metadata(document, entity_id=unclear)


def test_the_ends_of_an_entity_id_are_trimmed() -> None:
    spaced = make_metadata(make_key(ONE), make_service(), entity_id="\n https://login.contoso.example/ ")
    assert parse_idp_metadata(spaced).entity_id == "https://login.contoso.example/"


GOOD = make_metadata(make_key(ONE), make_service())
BAD_FILES = {
    "nothing": (b"", "there is nothing in it"),
    "garbage": (b"%PDF-1.7", "not XML"),
    "a web page": (b"<html/>", "a web page"),
    "a web page with a declaration": (b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE HTML><html/>', "a web page"),
    "JSON": (b'{"issuer": "https://idp.example"}', "JSON, as OpenID Connect uses it"),
    "a certificate": (b"-----BEGIN CERTIFICATE-----", "a certificate without the addresses"),
    "half of it": (make_metadata(make_key(ONE))[:200], "damaged or not complete"),
    "other XML": (b"<rss/>", "does not describe an identity provider"),
    "a service provider": (make_metadata(role="SPSSODescriptor"), "an application .a service provider."),
    "our own": (make_metadata(role="SPSSODescriptor", entity_id=f"{PORTAL}/sso/contoso/metadata/"), "Atrium's own"),
    "a DOCTYPE": (b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + GOOD, "a DOCTYPE"),
    "no certificate": (make_metadata(make_service()), "no signing certificate"),
    "a certificate for encryption": (make_metadata(make_key(ONE, 'use="encryption"'), make_service()), "no signing"),
    "three certificates": (
        make_metadata(make_key(ONE), make_key(TWO), make_key(THREE), make_service()),
        "3 signing certificates, and at most 2",
    ),
    "a certificate that is no base64": (make_metadata(make_key("%%%"), make_service()), "cannot be used"),
    "a certificate that is none": (make_metadata(make_key("QUJD"), make_service()), "cannot be used"),
    "no address": (make_metadata(make_key(ONE)), "no sign-in address"),
    "no binding of a browser": (make_metadata(make_key(ONE), make_service(SOAP)), "no sign-in address"),
    "an http address": (
        make_metadata(make_key(ONE), make_service(location="http://login.contoso.example/sso")),
        "does not begin with https://",
    ),
    "an http address that looks like this machine": (
        make_metadata(make_key(ONE), make_service(location="http://localhost.evil.example/sso")),
        "does not begin with https://",
    ),
    "an address that is none": (make_metadata(make_key(ONE), make_service(location="https://[")), "not begin with"),
    "an address that runs": (make_metadata(make_key(ONE), make_service(location="javascript:alert(1)")), "https://"),
    "no entity id": (make_metadata(make_key(ONE), make_service(), entity_id=""), "no entity ID"),
    "an endless entity id": (make_metadata(make_key(ONE), make_service(), entity_id="x" * 2000), "at most 1024"),
    "an entity id of two": (make_metadata(make_key(ONE), make_service(), entity_id="https://a https://b"), "no spaces"),
    "an endless address": (
        make_metadata(make_key(ONE), make_service(location=f"{SSO}?{'x' * 3000}")),
        "over 2000 characters",
    ),
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
        key = ServiceProviderKey.objects.get()
        assert (key.account, key.state) == (account, KeyState.CURRENT), "so that answers can be encrypted for us"

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
        with pytest.raises(CommandError, match=r"no usable metadata: the metadata has no signing certificate"):
            call_command("configure_idp", "contoso", metadata=file)
        assert not IdentityProvider.objects.exists()
        assert not AuditEvent.objects.exists()
