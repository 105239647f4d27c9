"""The Certificates page: generate, publish the next one, promote, roll back; private keys never leave."""

from datetime import timedelta

import pytest
from cryptography import x509
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, AuditAction, AuditEvent, Role
from sso import saml
from sso.certificate_facts import facts_of
from sso.models import KeyState, ServiceProviderKey
from tests.accounts.making_history import elements, make_owner, signed_in, text_of
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sandbox.running import PORTAL
from tests.sso.making import make_provider
from tests.sso.making_keys import make_certificate, make_key

pytestmark = pytest.mark.django_db

PAGE = "/account/sso/certificates/"


def change(client: Client, what: str) -> Page:
    """Open the confirmation and press its button."""
    asked = client.get(f"{PAGE}{what}/")
    (seen,) = elements(asked.content, "//input[@name='seen']")
    return client.post(f"{PAGE}{what}/", {"seen": seen.get("value")})


def states(account: Account) -> dict[str, int]:
    """Which key pair is in which state."""
    return dict(ServiceProviderKey.objects.filter(account=account).values_list("state", "pk"))


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MEMBER, 403)])
def test_who_may_open_it(role: Role, status: int) -> None:
    user = make_user(make_account(), role=role)
    key = make_key(user.account)
    client = signed_in(user)
    assert client.get(PAGE).status_code == status
    assert client.get(f"{PAGE}generate/").status_code == status
    assert client.get(f"{PAGE}{key.pk}.pem").status_code == status
    assert client.post(f"{PAGE}generate/", {"seen": f"current:{key.pk}"}).status_code == (302 if status == 200 else 403)
    assert ServiceProviderKey.objects.count() == (2 if status == 200 else 1)


def test_the_first_one_is_in_use_and_published_at_once() -> None:
    dana = make_owner()
    client = signed_in(dana)
    assert change(client, "generate").status_code == 302
    key = ServiceProviderKey.objects.get()
    assert key.state == KeyState.CURRENT
    assert "PRIVATE KEY" in key.private_key
    facts = facts_of(key.certificate)
    assert facts is not None
    assert facts.not_after == key.not_after
    event = AuditEvent.objects.get(action=AuditAction.KEY_CREATED)
    assert (event.actor, event.after) == (dana, {"state": "current", "fingerprint": facts.fingerprint})
    assert key.certificate in saml.sp_metadata("contoso").decode()
    assert facts.spaced_fingerprint in text_of(client.get(PAGE))


def test_the_private_key_is_encrypted_and_never_shown() -> None:
    dana = make_owner()
    key = make_key(dana.account)
    with database.cursor() as cursor:
        cursor.execute("SELECT private_key FROM sso_serviceproviderkey")
        (stored,) = cursor.fetchone()
    assert "PRIVATE KEY" not in stored
    client = signed_in(dana)
    for address in (PAGE, f"{PAGE}{key.pk}.pem", f"{PAGE}generate/", "/account/audit/"):
        assert "PRIVATE KEY" not in client.get(address).content.decode()


def test_generate_promote_roll_back() -> None:
    dana = make_owner()
    client, account = signed_in(dana), dana.account
    first = make_key(account)
    change(client, "generate")
    second = ServiceProviderKey.objects.get(state=KeyState.NEXT)
    published = saml.sp_metadata("contoso").decode()
    assert first.certificate in published
    assert second.certificate in published
    change(client, "promote")
    assert states(account) == {"current": second.pk, "previous": first.pk}
    assert first.certificate not in saml.sp_metadata("contoso").decode()
    change(client, "roll-back")
    assert states(account) == {"current": first.pk, "next": second.pk}
    change(client, "promote")
    change(client, "generate")
    third = ServiceProviderKey.objects.get(state=KeyState.NEXT)
    change(client, "roll-back")
    assert states(account) == {"current": first.pk, "next": third.pk, "previous": second.pk}
    change(client, "promote")
    assert states(account) == {"current": third.pk, "previous": first.pk}
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    made, promoted, back = AuditAction.KEY_CREATED, AuditAction.KEY_PROMOTED, AuditAction.KEY_ROLLED_BACK
    assert list(actions) == [made, promoted, back, promoted, made, back, promoted]


@pytest.mark.parametrize(
    ("there", "what", "said"),
    [
        ([KeyState.CURRENT, KeyState.NEXT], "generate", "There is a next certificate already"),
        ([KeyState.CURRENT], "promote", "There is no next certificate"),
        ([KeyState.CURRENT], "roll-back", "There is no previous certificate"),
        ([], "promote", "There is no next certificate"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(there: list[KeyState], what: str, said: str) -> None:
    dana = make_owner()
    keys = {state: make_key(dana.account, state) for state in there}
    seen = " ".join(sorted(f"{state}:{key.pk}" for state, key in keys.items())) or "none"
    client = signed_in(dana)
    assert said in text_of(client.get(f"{PAGE}{what}/"))
    answer = client.post(f"{PAGE}{what}/", {"seen": seen})
    assert answer.status_code == 409
    assert said in text_of(answer)
    assert len(states(dana.account)) == len(there)


@pytest.mark.parametrize("what", ["generate", "promote", "roll-back"])
def test_a_page_from_before_somebody_else_changed_them_asks_again(what: str) -> None:
    dana = make_owner()
    make_key(dana.account)
    make_key(dana.account, KeyState.PREVIOUS)
    if what == "promote":
        make_key(dana.account, KeyState.NEXT)
    before = states(dana.account)
    answer = signed_in(dana).post(f"{PAGE}{what}/", {"seen": "current:1"})
    assert answer.status_code == 409
    assert "Somebody has changed the certificates meanwhile" in text_of(answer)
    assert states(dana.account) == before


def test_an_unknown_change_is_not_found() -> None:
    client = signed_in(make_owner())
    assert client.get(f"{PAGE}delete/").status_code == 404
    assert client.post(f"{PAGE}delete/").status_code == 404


def test_the_certificate_as_a_file() -> None:
    dana = make_owner()
    key = make_key(dana.account)
    answer = signed_in(dana).get(f"{PAGE}{key.pk}.pem")
    assert answer["Content-Disposition"] == 'attachment; filename="atrium-contoso-current.pem"'
    assert x509.load_pem_x509_certificate(answer.content).not_valid_after_utc > timezone.now()


def test_another_companys_certificates_are_not_there() -> None:
    theirs = make_key(make_account("fabrikam"))
    client = signed_in(make_owner())
    assert client.get(f"{PAGE}{theirs.pk}.pem").status_code == 404
    assert "None yet" in text_of(client.get(PAGE))


def test_the_identity_providers_are_listed_with_their_expiry() -> None:
    dana = make_owner()
    soon = timezone.now() + timedelta(days=12)
    make_provider(
        dana.account, certificate=make_certificate(soon, "old"), next_certificate=make_certificate(name="new")
    )
    page = signed_in(dana).get(PAGE)
    pills = [
        pill.text_content().strip()
        for pill in elements(page.content, "//section[last()]//span[contains(@class, 'pill')]")
    ]
    assert pills[0] == "12 days left"
    assert pills[1].endswith("days left")
    assert "CN=old" in text_of(page)


def test_what_single_logout_needs_is_said_with_one_clear_action() -> None:
    dana = make_owner()
    make_provider(dana.account, slo_url="https://idp.example/slo")
    client = signed_in(dana)
    page = client.get(PAGE)
    assert "Your settings ask for single logout, which needs a certificate of Atrium's." in text_of(page)
    (action,) = elements(page.content, "//*[contains(@class, 'btn-primary')]")
    assert (action.get("href"), action.text_content()) == (f"{PAGE}generate/", "Generate certificate")
    change(client, "generate")
    page = client.get(PAGE)
    assert "which needs a certificate" not in text_of(page)
    assert "In use for single logout." in text_of(page)


def test_the_addresses_that_belong_to_it_are_there_to_copy() -> None:
    page = signed_in(make_owner()).get(PAGE)
    shown = {field.get("id"): field.get("value") for field in elements(page.content, "//input[@readonly]")}
    assert shown == {"metadata-url": f"{PORTAL}/sso/contoso/metadata/", "slo-url": f"{PORTAL}/sso/contoso/logout/"}
    assert len(elements(page.content, "//button[@data-copy]")) == 2


def test_a_certificate_that_cannot_be_read_is_no_error() -> None:
    dana = make_owner()
    make_provider(dana.account, certificate="nonsense", next_certificate="")
    assert "cannot be read" in text_of(signed_in(dana).get(PAGE))


def test_few_queries() -> None:
    dana = make_owner()
    client = signed_in(dana)
    numbers = []
    for state in (KeyState.CURRENT, KeyState.NEXT):
        make_key(dana.account, state)
        with CaptureQueriesContext(database) as queries:
            client.get(PAGE)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
