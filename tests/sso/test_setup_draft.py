"""Taking the identity provider's details into a draft: by file, as text, by URL, or by hand; nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditAction, AuditEvent, Role
from sso.models import IdentityProvider, KeyState, ProviderDraft, ServiceProviderKey
from tests.accounts.making_history import elements, text_of
from tests.accounts.making_servers import serving, whole
from tests.makers import make_account
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import make_provider
from tests.sso.making_keys import make_certificate
from tests.sso.making_metadata import make_key, make_metadata, make_service, several
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

CERTIFICATE_FILE = f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----"


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
        ("paste", "<a/>", "does not describe an identity provider"),
        ("paste", "<!DOCTYPE html><html><body>Sign in</body></html>", "a web page, often one to sign in"),
        ("paste", '{"issuer": "https://idp.example"}', "OpenID Connect"),
        ("paste", CERTIFICATE_FILE, "a certificate without the addresses"),
        ("paste", "<EntityDescriptor", "damaged or not complete"),
        ("url", f"{PORTAL}/sso/contoso/metadata/", "Atrium's own metadata"),
        ("url", "https://127.0.0.1/metadata", "save what it shows, and choose that file"),
        ("file", SimpleUploadedFile("m.xml", b"\x89PNG\0\0"), "This is not"),
        ("file", SimpleUploadedFile("m.xml", b""), "There is nothing in it"),
        ("file", SimpleUploadedFile("m.xml", b"x" * (512 * 1024 + 1)), "larger than 512 kB"),
        ("file", "", "Choose the file"),
        ("paste", "<" * (512 * 1024 + 1), "Take the metadata of your identity provider alone"),
        ("url", f"https://idp.example/{'x' * 2000}", "too long for a web address"),
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


def test_a_server_that_leads_to_an_address_without_encryption_is_explained(dana: Admin, settings: Settings) -> None:
    with serving(whole(b"", "302 Found", "Location: http://idp.example/")) as server:
        settings.PRIVATE_URLS_ALLOWED = {f"http://127.0.0.1:{server.port}"}
        answer = dana.client.post(METADATA, {"way": "url", "url": f"http://127.0.0.1:{server.port}/m"})
    assert "not encrypted" in answer.context["form"].errors["url"][0]


@pytest.mark.parametrize("way", ["paste", "file"])
def test_of_several_identity_providers_one_is_chosen(dana: Admin, way: str) -> None:
    document = several(CERTIFICATE, "https://one.example/", "https://two.example/")
    given = document.decode() if way == "paste" else SimpleUploadedFile("m.xml", document)
    answer = dana.client.post(METADATA, {"way": way, way: given})
    assert answer.status_code == 422
    assert "describes 2 identity providers" in answer.context["form"].errors[way][0]
    assert not ProviderDraft.objects.exists()
    fields = {field.get("name"): field.get("value") for field in elements(answer.content, "//form[1]//input")}
    choices = [field.get("value") for field in elements(answer.content, "//input[@name='entity_id']")]
    assert choices == ["https://one.example/", "https://two.example/"]
    sent = {"way": fields["way"], "paste": fields["paste"], "entity_id": choices[1]}
    assert dana.client.post(METADATA, sent).status_code == 302
    assert ProviderDraft.objects.get().entity_id == "https://two.example/"


def test_a_whole_federation_is_too_much_to_choose_from(dana: Admin) -> None:
    document = several(CERTIFICATE, *(f"https://{number}.example/" for number in range(201)))
    answer = dana.client.post(METADATA, {"way": "file", "file": SimpleUploadedFile("m.xml", document)})
    assert answer.status_code == 422
    assert "describes 201 providers" in answer.context["form"].errors["file"][0]
    assert not elements(answer.content, "//input[@name='entity_id']")


def test_one_that_is_not_among_them_cannot_be_chosen(dana: Admin) -> None:
    document = several(CERTIFICATE, "https://one.example/", "https://two.example/")
    answer = dana.client.post(
        METADATA, {"way": "paste", "paste": document.decode(), "entity_id": "https://three.example/"}
    )
    assert answer.status_code == 422
    assert "does not describe https://three.example/" in answer.context["form"].errors["paste"][0]


def test_metadata_whose_certificate_ran_out_is_old(dana: Admin) -> None:
    yesterday, later = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=900)
    old, new = make_certificate(yesterday, "old"), make_certificate(later, "new")
    alone, both = (
        make_metadata(*keys, make_service()).decode() for keys in ([make_key(old)], [make_key(old), make_key(new)])
    )
    answer = dana.client.post(METADATA, {"way": "paste", "paste": alone})
    assert answer.status_code == 422
    assert "ran out on" in answer.context["form"].errors["paste"][0]
    assert dana.client.post(METADATA, {"way": "paste", "paste": both}).status_code == 302, "one of them counts"


def test_the_ends_of_an_entity_id_are_trimmed(dana: Admin) -> None:
    dana.post(DRAFT, **typed(entity_id=" https://idp.example/ \n"))
    assert ProviderDraft.objects.get().entity_id == "https://idp.example/"


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
        ("entity_id", "é" * 1000, "at most 1024"),
        ("entity_id", "https://idp.example/ of-ours", "no spaces and no line breaks"),
        ("entity_id", "https://idp.example/\nhttps://other.example/", "no spaces and no line breaks"),
        ("entity_id", "https://idp.example/\u00a0x", "no spaces and no line breaks"),
        ("entity_id", "https://idp.example/\u200bx", "cannot be seen"),
        ("entity_id", f"{PORTAL}/sso/contoso/metadata/", "Atrium's own entity ID"),
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


def test_who_changed_it_and_what_differs_is_said(dana: Admin) -> None:
    dana.post(DRAFT, **typed(wants_encryption="on"))
    kim = make_admin(dana.user.account, "kim", role=Role.ADMIN)
    kim.post(DRAFT, **typed(sso_url="https://idp.example/kims", next_certificate=OTHER_CERTIFICATE))
    answer = dana.client.post(DRAFT, {**typed(sso_url="https://idp.example/mine", sign_requests="on"), "seen": "old"})
    assert answer.status_code == 409
    said = text_of(answer)
    assert f"{kim.user} saved it on" in said
    found = {line.label: (line.saved, line.typed) for line in answer.context["differences"]}
    assert found["Sign-in address"] == ("https://idp.example/kims", "https://idp.example/mine")
    assert found["Sign the requests that Atrium sends"] == ("No", "Yes")
    assert found["Second signing certificate"][0].startswith("CN=idp at")
    assert found["Second signing certificate"][1] == "Nothing"
    assert len(found) == 3, "what is the same is not listed"
    assert ProviderDraft.objects.get().sso_url == "https://idp.example/kims"


def test_a_draft_that_is_gone_meanwhile_is_begun_anew(dana: Admin) -> None:
    dana.post(DRAFT, **typed())
    seen = ProviderDraft.objects.get().settings_digest()
    ProviderDraft.objects.all().delete()
    answer = dana.client.post(DRAFT, {**typed(sso_url="https://idp.example/mine"), "seen": seen})
    assert answer.status_code == 409
    assert "It was discarded, or put into use." in text_of(answer)
    assert "https://idp.example/mine" in answer.content.decode()
    again = dana.client.post(DRAFT, {**typed(sso_url="https://idp.example/mine"), "seen": answer.context["seen"]})
    assert again.status_code == 302


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


def test_single_logout_needs_a_certificate_of_ours_as_well(dana: Admin) -> None:
    dana.post(DRAFT, **typed(slo_url="https://idp.example/slo"))
    assert ServiceProviderKey.objects.get().state == KeyState.CURRENT
    event = AuditEvent.objects.get(action=AuditAction.KEY_CREATED)
    assert event.actor == dana.user
    assert "single logout, which" not in dana.page("/account/sso/certificates/"), "nothing is missing"


def test_the_guides_have_every_value_to_copy(dana: Admin) -> None:
    page = dana.client.get(SETUP)
    shown = [field.get("value") for field in elements(page.content, "//*[@class='guides']//input")]
    for address in ("metadata", "acs", "logout"):
        assert shown.count(f"{PORTAL}/sso/contoso/{address}/") >= 3, "for each of the three"
    ids = [field.get("id") for field in elements(page.content, "//*[@id]")]
    assert len(ids) == len(set(ids)), "each button copies its own field"


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
