"""Taking the identity provider's details into a draft: by file, as text, by URL, or by hand; nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from accounts.models import AuditAction, AuditEvent
from sso.models import IdentityProvider, KeyState, ProviderDraft, ServiceProviderKey
from tests.accounts.making_servers import serving, whole
from tests.makers import make_account
from tests.sandbox.running import Sandbox
from tests.sso.making import make_provider
from tests.sso.making_setup import (
    CERTIFICATE,
    DRAFT,
    METADATA,
    OTHER_CERTIFICATE,
    SETUP,
    Admin,
    make_admin,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> Admin:
    return make_admin(make_account())


def metadata_of(microsoft: Sandbox) -> bytes:
    """The sandbox's, as a document."""
    return microsoft.client.get(f"{microsoft.http}/saml/contoso.example/metadata").content


def test_by_file_as_text_and_by_url_say_the_same(dana: Admin, microsoft: Sandbox, settings: Settings) -> None:
    settings.PRIVATE_URLS_ALLOWED = {microsoft.http}
    document = metadata_of(microsoft)
    ways = {
        "file": SimpleUploadedFile("m.xml", document),
        "paste": document.decode(),
        "url": f"{microsoft.http}/saml/contoso.example/metadata",
    }
    for way, given in ways.items():
        ProviderDraft.objects.all().delete()
        answer = dana.client.post(METADATA, {"way": way, way: given})
        assert (answer.status_code, answer["Location"]) == (302, SETUP), answer.content
        draft = ProviderDraft.objects.get()
        assert draft.entity_id == f"{microsoft.http}/saml/contoso.example/metadata"
        assert draft.sso_url == f"{microsoft.http}/saml/contoso.example/sso"
        assert len(draft.certificates) == 1
        assert draft.saved_by == str(dana.user)
    assert not IdentityProvider.objects.exists(), "a draft is not in use"


@pytest.mark.parametrize(
    ("way", "given", "words"),
    [
        ("url", "https://127.0.0.1/metadata", "private network"),
        ("url", "https://localhost/metadata", "private network"),
        ("url", "http://idp.example/metadata", "begin with https://"),
        ("url", "", "beginning with https://"),
        ("url", "https://169.254.169.254/latest/", "private network"),
        ("paste", "", "Paste the whole XML text"),
        ("paste", "hello", "not XML"),
        ("paste", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE"),
        ("paste", "<a/>", "0 identity providers"),
        ("file", SimpleUploadedFile("m.xml", b"\x89PNG\0\0"), "This is not"),
        ("file", SimpleUploadedFile("m.xml", b"x" * (512 * 1024 + 1)), "larger than 512 kB"),
        ("file", "", "Choose the file"),
    ],
)
def test_what_cannot_be_used_is_explained_and_kept(dana: Admin, way: str, given: object, words: str) -> None:
    answer = dana.client.post(METADATA, {"way": way, way: given})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in answer.context["form"].errors[way][0]
    if isinstance(given, str) and given.startswith("h"):
        assert given in text
    assert not ProviderDraft.objects.exists()


def test_a_server_that_leads_on_is_explained(dana: Admin, settings: Settings) -> None:
    with serving(whole(b"", "302 Found", "Location: https://idp.example/")) as server:
        settings.PRIVATE_URLS_ALLOWED = {f"http://127.0.0.1:{server.port}"}
        answer = dana.client.post(METADATA, {"way": "url", "url": f"http://127.0.0.1:{server.port}/m"})
    assert answer.status_code == 422
    assert "leads on to another address" in answer.content.decode()


def test_by_hand(dana: Admin) -> None:
    pem = f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n"
    answer = dana.post(DRAFT, **typed(certificate=pem, next_certificate=OTHER_CERTIFICATE, allows_idp_initiated="on"))
    assert answer.status_code == 302, answer.context["form"].errors
    draft = ProviderDraft.objects.get()
    assert draft.certificates == [CERTIFICATE, OTHER_CERTIFICATE]
    assert (draft.allows_idp_initiated, draft.sign_requests, draft.wants_encryption) == (True, False, False)
    event = AuditEvent.objects.get(action=AuditAction.DRAFT_SAVED)
    assert event.after["entity_id"] == "https://idp.example/"
    assert CERTIFICATE not in str(event.after)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("entity_id", "", "entity ID exactly"),
        ("entity_id", "x" * 1025, "at most 1024"),
        ("entity_id", "é" * 1000, "too long"),
        ("entity_id", "a\0b", "ull"),
        ("sso_url", "", "https://"),
        ("sso_url", "http://idp.example/sso", "https://"),
        ("sso_url", "javascript:alert(1)", "https://"),
        ("sso_url", "https://", "https://"),
        ("sso_url", "https://idp.example/" + "x" * 2000, "at most 2000"),
        ("slo_url", "ftp://idp.example/", "https://"),
        ("certificate", "", "Paste the certificate"),
        ("certificate", "hello", "no certificate"),
        ("certificate", CERTIFICATE[:-8], "no certificate"),
        ("next_certificate", CERTIFICATE, "first certificate once more"),
        ("sso_binding", "carrier pigeon", "not one of"),
        ("name_id_format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "not one of"),
    ],
)
def test_what_is_typed_wrong_is_explained_and_kept(dana: Admin, field: str, value: str, words: str) -> None:
    answer = dana.post(DRAFT, **typed(**{"slo_url": "https://idp.example/typed-before", field: value}))
    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]
    assert field == "slo_url" or "https://idp.example/typed-before" in answer.content.decode()
    assert not ProviderDraft.objects.exists()


def test_somebody_else_changed_it_meanwhile(dana: Admin) -> None:
    dana.post(DRAFT, **typed())
    answer = dana.client.post(DRAFT, {**typed(sso_url="https://idp.example/mine"), "seen": "of before"})
    assert answer.status_code == 409
    assert "https://idp.example/mine" in answer.content.decode()
    assert ProviderDraft.objects.get().sso_url == "https://idp.example/sso"
    again = dana.client.post(DRAFT, {**typed(sso_url="https://idp.example/mine"), "seen": answer.context["seen"]})
    assert again.status_code == 302
    assert ProviderDraft.objects.get().sso_url == "https://idp.example/mine"


def test_what_is_in_use_is_where_a_draft_begins(dana: Admin, microsoft: Sandbox) -> None:
    make_provider(dana.user.account, certificate=CERTIFICATE, allows_idp_initiated=True)
    assert dana.user.account.vanity in dana.client.get(DRAFT).context["form"]["entity_id"].value()
    draft = dana.take(microsoft)
    assert draft.allows_idp_initiated, "choices that metadata says nothing about stay"
    assert IdentityProvider.objects.get().entity_id == "https://contoso.example/idp"


def test_a_certificate_of_ours_is_there_when_it_is_needed(dana: Admin) -> None:
    dana.post(DRAFT, **typed())
    assert not ServiceProviderKey.objects.exists()
    dana.post(DRAFT, **typed(sign_requests="on"))
    key = ServiceProviderKey.objects.get()
    assert key.state == KeyState.CURRENT
    assert f"/account/sso/certificates/{key.pk}.pem" in dana.page()
    dana.post(DRAFT, **typed(sign_requests="on", wants_encryption="on"))
    assert ServiceProviderKey.objects.count() == 1


def test_discarding_asks_first(dana: Admin) -> None:
    dana.post(DRAFT, **typed())
    assert "Discard the draft?" in dana.page(f"{DRAFT}discard/")
    stale = dana.client.post(f"{DRAFT}discard/", {"seen": "of before"})
    assert (stale.status_code, ProviderDraft.objects.count()) == (409, 1)
    assert dana.post(f"{DRAFT}discard/").status_code == 302
    assert not ProviderDraft.objects.exists()


def test_another_companys_draft_is_never_touched(dana: Admin) -> None:
    finn = make_admin(make_account("fabrikam"), "finn")
    dana.post(DRAFT, **typed(entity_id="https://contoso-only.example/"))
    finn.post(DRAFT, **typed(entity_id="https://fabrikam-only.example/"))
    assert "contoso-only" not in finn.page() + finn.page(DRAFT)
    finn.post(f"{DRAFT}discard/")
    assert ProviderDraft.objects.get().entity_id == "https://contoso-only.example/"
