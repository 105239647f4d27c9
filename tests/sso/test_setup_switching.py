"""A tested draft is put into use, enforced, and switched off: each asks first, and nobody is locked out."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditAction, AuditEvent, Role, SettingValue, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.signing_in import password_policy
from accounts.tiered_settings import store
from sso.configuration.reach import reach_of
from sso.models import IdentityConfirmation, IdentityProvider, ProviderDraft, SamlIdentity
from tests.accounts.tiered_settings.doors import make_group
from tests.makers import PASSWORD, make_account, make_user
from tests.pages import Page
from tests.sandbox.running import Sandbox
from tests.sso.making import is_signed_in, make_provider, sign_in
from tests.sso.making_setup import SETUP, Admin, make_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def contoso() -> Account:
    return make_account()


@pytest.fixture
def dana(contoso: Account) -> Admin:
    return make_admin(contoso)


def with_password(person: User, address: str = "/sign-in/", password: str = PASSWORD) -> tuple[Client, Page]:
    """A fresh browser in which somebody tries their password."""
    client = Client(HTTP_USER_AGENT="Firefox/140.0")
    return client, client.post(address, {"username": person.email, "password": password})


def test_from_nothing_to_enforced_the_page_says_how_it_stands(dana: Admin, microsoft: Sandbox) -> None:
    assert "Not set up" in dana.page()
    dana.take(microsoft)
    assert "Draft, not tested" in dana.page()
    dana.test(microsoft)
    assert "Tested, not in use" in dana.page()
    assert dana.confirm("activate").status_code == 302
    assert '<span class="pill pill-good" id="state">In use</span>' in dana.page()
    assert dana.confirm("enforce").status_code == 302
    assert "In use and enforced" in dana.page()
    assert dana.confirm("stop-enforcing").status_code == 302
    assert dana.confirm("off").status_code == 302
    assert "Switched off" in dana.page()
    assert dana.confirm("on").status_code == 302
    assert "enforce single sign-on" in dana.page()


def test_people_sign_in_once_the_draft_is_in_use_and_not_before(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    ana = Client()
    assert ana.get("/sso/contoso/login/").status_code == 403
    dana.confirm("activate")
    sign_in(ana, microsoft)
    assert is_signed_in(ana)
    assert not ProviderDraft.objects.exists()
    event = AuditEvent.objects.get(action=AuditAction.IDENTITY_PROVIDER_CONFIGURED)
    assert (event.actor, event.after["tested_by"]) == (dana.user, str(dana.user))
    assert AuditEvent.objects.get(action=AuditAction.SSO_SWITCHED).after == {"on": True}


def test_a_draft_that_was_not_tested_is_not_put_into_use(dana: Admin, microsoft: Sandbox) -> None:
    draft = dana.take(microsoft)
    answer = dana.client.post(f"{SETUP}activate/", {"seen": draft.settings_digest()})
    assert answer.status_code == 409
    assert "Test it first" in answer.content.decode()
    assert not IdentityProvider.objects.exists()


def test_a_draft_that_changed_since_its_test_or_the_confirmation_is_not_put_into_use(
    dana: Admin, microsoft: Sandbox
) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    seen = ProviderDraft.objects.get().settings_digest()
    ProviderDraft.objects.update(allows_idp_initiated=True)
    assert dana.client.post(f"{SETUP}activate/", {"seen": seen}).status_code == 409
    assert dana.post(f"{SETUP}activate/").status_code == 409
    ProviderDraft.objects.update(allows_idp_initiated=False)
    assert dana.client.post(f"{SETUP}activate/").status_code == 409
    assert dana.post(f"{SETUP}activate/").status_code == 302


def test_a_replaced_provider_no_longer_signs_anybody_in(dana: Admin, microsoft: Sandbox) -> None:
    make_provider(dana.user.account, is_enabled=False)
    dana.take(microsoft)
    dana.test(microsoft)
    dana.confirm("activate")
    provider = IdentityProvider.objects.get()
    assert (provider.entity_id, provider.is_enabled) == (f"{microsoft.http}/saml/contoso.example/metadata", True)


def test_enforcing_needs_something_in_use(dana: Admin) -> None:
    for provider in (None, make_provider(dana.user.account, is_enabled=False)):
        answer = dana.client.get(f"{SETUP}enforce/")
        assert answer.status_code == 409, provider
        assert "not in use" in answer.content.decode()
    assert not SettingValue.objects.exists()


def test_enforced_means_no_password_but_for_owners_whatever_a_group_says(dana: Admin) -> None:
    account = dana.user.account
    make_provider(account)
    ana, lee = make_user(account, "ana"), make_user(account, "lee", role=Role.ADMIN)
    store.set_value(make_group(account, "Sales", 1, ana), PASSWORD_SIGN_IN.key, True, actor="a test")
    assert "Download CSV" in dana.page(f"{SETUP}enforce/")
    dana.confirm("enforce")
    row = SettingValue.objects.get(tier="account")
    assert (row.value, row.locked, row.reason) == (False, True, "Single sign-on is enforced")
    for person in (ana, lee):
        client, _ = with_password(person)
        assert not is_signed_in(client)
    client, _ = with_password(dana.user)
    assert is_signed_in(client)
    assert AuditEvent.objects.get(action=AuditAction.SSO_ENFORCED).after == {"enforced": True}
    dana.confirm("stop-enforcing")
    client, _ = with_password(ana)
    assert is_signed_in(client)


def test_a_confirmation_of_before_gets_a_fresh_preview(dana: Admin) -> None:
    make_provider(dana.user.account)
    seen = dana.client.get(f"{SETUP}enforce/").context["impact"].revision
    make_group(dana.user.account, "Sales", 1)
    store.set_value(dana.user.account, "security.idle_timeout", "1-hour", actor="a test")
    stale = dana.client.post(f"{SETUP}enforce/", {"seen": seen})
    assert (stale.status_code, password_policy.is_enforced(dana.user.account)) == (409, False)
    assert dana.client.post(f"{SETUP}enforce/", {"seen": stale.context["impact"].revision}).status_code == 302


def test_unlocking_the_setting_ends_enforcing_since_there_is_one_truth(dana: Admin) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    change = store.Change(dana.user.account, PASSWORD_SIGN_IN.key, store.Action.UNLOCK)
    store.apply(change, actor=dana.user)
    assert "In use and enforced" not in dana.page()


@pytest.mark.parametrize("where", ["enforced", "account", "group"])
def test_nobody_is_locked_out_by_switching_off(dana: Admin, where: str) -> None:
    account = dana.user.account
    make_provider(account)
    if where == "enforced":
        dana.confirm("enforce")
    else:
        target = account if where == "account" else make_group(account, "Sales", 1, make_user(account, "ana"))
        store.set_value(target, PASSWORD_SIGN_IN.key, False, actor="a test")
    answer = dana.client.post(f"{SETUP}off/")
    assert answer.status_code == 409
    assert "nobody there could sign in any more" in answer.content.decode()
    assert IdentityProvider.objects.get().is_enabled


def test_switched_off_nobody_signs_in_with_it(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    dana.confirm("activate")
    dana.confirm("off")
    ana = Client()
    assert ana.get("/sso/contoso/login/").status_code == 403
    dana.confirm("on")
    sign_in(ana, microsoft)
    assert is_signed_in(ana)


def test_an_emergency_password_is_audited_and_mailed_to_every_owner(dana: Admin) -> None:
    account = dana.user.account
    make_provider(account)
    make_user(account, "olga", role=Role.OWNER)
    make_user(account, "gone", role=Role.OWNER, is_active=False)
    make_user(make_account("fabrikam"), "finn", role=Role.OWNER)
    with_password(dana.user)
    assert mail.outbox == [], "nothing is enforced yet"
    dana.confirm("enforce")
    with_password(dana.user)
    assert sorted(message.to[0] for message in mail.outbox) == ["dana@contoso.example", "olga@contoso.example"]
    assert "signed in to Contoso with an emergency password" in mail.outbox[0].subject
    assert "Firefox" in mail.outbox[0].body
    event = AuditEvent.objects.filter(action=AuditAction.SIGNED_IN).order_by("-pk")[0]
    assert event.after == {"method": "password", "break_glass": True}


def test_a_mail_server_that_fails_stops_nobody_in_an_emergency(dana: Admin, settings: Settings) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    client, _ = with_password(dana.user)
    assert is_signed_in(client)


def test_the_sign_in_page_leads_people_of_the_domain_on_and_hides_the_password(dana: Admin) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    ana = make_user(dana.user.account, "ana")
    nobody = User(email="nobody@contoso.example")
    pages = [with_password(person, password=password)[1] for person in (ana, nobody) for password in (PASSWORD, "x")]
    pages += [with_password(dana.user, password="x")[1], Client().get("/sign-in/contoso/")]
    for page in pages:
        text = page.content.decode()
        assert 'type="password"' not in text
        assert "/sso/contoso/login/" in text
    assert 'type="password"' in Client().get("/sign-in/").content.decode()
    assert 'type="password"' in Client().get("/sign-in/contoso/?emergency=1").content.decode()
    client, _ = with_password(dana.user, "/sign-in/contoso/?emergency=1")
    assert is_signed_in(client)
    assert "Passwords are not used" in Client().get("/sso/contoso/").content.decode()


def test_the_domain_of_another_company_is_left_alone(dana: Admin) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    finn = make_user(make_account("fabrikam"), "finn")
    _, refused = with_password(finn, password="x")
    assert 'type="password"' in refused.content.decode()
    client, _ = with_password(finn)
    assert is_signed_in(client)


@pytest.mark.parametrize("change", ["activate", "enforce", "stop-enforcing", "off", "on", "remove"])
def test_members_may_not_and_other_companies_are_not_touched(dana: Admin, change: str) -> None:
    provider = make_provider(dana.user.account)
    member = Client()
    member.force_login(make_user(dana.user.account, "ana"))
    assert member.post(f"{SETUP}{change}/").status_code == 403
    finn = make_admin(make_account("fabrikam"), "finn")
    assert finn.client.post(f"{SETUP}{change}/").status_code == 409
    provider.refresh_from_db()
    assert provider.is_enabled
    assert not SettingValue.objects.exists()


def test_at_a_companys_own_address_only_that_company_counts(dana: Admin) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    kim = make_user(make_account("fabrikam"), "kim", email="kim@contoso.example")
    _, refused = with_password(kim, "/sign-in/fabrikam/", password="x")
    assert 'type="password"' in refused.content.decode()
    client, _ = with_password(kim, "/sign-in/fabrikam/")
    assert is_signed_in(client)


def test_the_confirmation_says_in_numbers_what_changes_for_whom(dana: Admin, microsoft: Sandbox) -> None:
    account = dana.user.account
    make_user(account, "ana")
    make_user(account, "gone", is_active=False)
    make_user(account, email="cy@partner.example")
    make_user(make_account("fabrikam"), "finn")
    dana.take(microsoft)
    dana.test(microsoft)
    shown = words(dana.page(f"{SETUP}activate/"))
    for part in (
        "leads people to 127.0.0.1",
        "2 of 3 people here can sign in with it",
        "One person would be refused until the domain of their address is proven",
        "your proven domain (contoso.example)",
        "Whoever is signed in stays signed in",
        "Passwords keep working beside it",
    ):
        assert part in shown
    assert ProviderDraft.objects.get().entity_id not in shown, "a name is no place"
    make_provider(account, entity_id="https://old.example/")
    dana.confirm("enforce")
    shown = words(dana.page(f"{SETUP}activate/"))
    assert "everybody is recognised anew, by their address" in shown
    assert "only owners can use a password" in shown


def words(page: str) -> str:
    """The text of a page, in one line."""
    return " ".join(strip_tags(page).split()).replace("&#x27;", "'")


def test_an_admin_reads_that_owners_stay_outside(dana: Admin, microsoft: Sandbox) -> None:
    lee = make_admin(dana.user.account, "lee", Role.ADMIN)
    lee.take(microsoft)
    lee.test(microsoft)
    assert "owners cannot sign in with it until an owner agrees" in words(lee.page(f"{SETUP}activate/"))
    assert "until an owner agrees" not in words(dana.page(f"{SETUP}activate/"))


def test_owners_are_not_among_those_who_lose_their_passwords(dana: Admin) -> None:
    account = dana.user.account
    make_provider(account)
    make_user(account, "olga", role=Role.OWNER)
    make_user(account, "lee", role=Role.ADMIN)
    make_user(account, "ana")
    make_user(account, "gone", is_active=False)
    asked = dana.client.get(f"{SETUP}enforce/")
    assert (asked.context["impact"].affected, asked.context["impact"].people) == (2, 2)
    assert "The 2 owners are not counted" in words(asked.content.decode())
    listed = dana.page(f"{SETUP}enforce/?who=list")
    table = listed[listed.index("<table") : listed.index("</table>")]
    assert "lee@contoso.example" in table
    assert "ana@contoso.example" in table
    assert "olga@contoso.example" not in table
    assert "dana@contoso.example" not in table
    csv = b"".join(dana.client.get(f"{SETUP}enforce/?who=csv")).decode()
    assert ("olga" in csv, "gone" in csv, csv.count("@")) == (False, False, 2)


def test_enforcing_says_who_could_not_sign_in_at_all(dana: Admin) -> None:
    provider = make_provider(dana.user.account)
    cy = make_user(dana.user.account, email="cy@partner.example")
    make_user(dana.user.account, email="olga@partner.example", role=Role.OWNER)
    assert "One person could not sign in at all" in words(dana.page(f"{SETUP}enforce/"))
    SamlIdentity.objects.create(user=cy, issuer=provider.entity_id, name_id="cy")
    assert "could not sign in at all" not in words(dana.page(f"{SETUP}enforce/"))


def test_switched_off_the_page_says_so_and_what_to_do(dana: Admin, microsoft: Sandbox) -> None:
    make_provider(dana.user.account)
    make_passwordless(dana.user.account, "bo")
    assert "1 of 2 never had one" in words(dana.page(f"{SETUP}off/"))
    dana.confirm("off")
    shown = words(dana.page())
    for part in ("Single sign-on is switched off", "Nobody can sign in with it", "1 of 2 never had one", "Switch on"):
        assert part in shown
    dana.take(microsoft)
    shown = words(dana.page())
    assert "Next: test the draft" in shown
    assert "Until then single sign-on stays switched off" in shown
    assert '<span class="pill pill-waiting" id="state">Switched off</span>' in dana.page()


def make_passwordless(account: Account, name: str) -> User:
    """Somebody who has only ever come by single sign-on."""
    person = User.objects.create_user(account, f"{name}@{account.vanity}.example", name=name.title())
    person.last_login = timezone.now()
    person.save()
    return person


def test_whoever_only_had_single_sign_on_chooses_a_password_once_it_is_off(dana: Admin) -> None:
    make_provider(dana.user.account)
    make_passwordless(dana.user.account, "bo")

    def ask() -> int:
        Client().post("/password-reset/", {"email": "bo@contoso.example"})
        return len(mail.outbox)

    assert ask() == 0, "they have another way in"
    dana.confirm("off")
    assert ask() == 1
    assert mail.outbox[0].to == ["bo@contoso.example"]


def test_removed_it_is_forgotten_with_what_it_called_people(dana: Admin) -> None:
    account = dana.user.account
    provider = make_provider(account)
    ana = make_user(account)
    SamlIdentity.objects.create(user=ana, issuer=provider.entity_id, name_id="ana")
    SamlIdentity.objects.create(user=dana.user, issuer="https://other.example/", name_id="dana")
    IdentityConfirmation.objects.create(account=account, issuer=provider.entity_id, name_id="cy", token_digest="x")
    finn = make_user(make_account("fabrikam"), "finn")
    SamlIdentity.objects.create(user=finn, issuer=provider.entity_id, name_id="finn")
    asked = words(dana.page(f"{SETUP}remove/"))
    for part in ("People sign in with their passwords", "is forgotten, for 1 person", "whoever is signed in stays"):
        assert part in asked
    assert dana.confirm("remove").status_code == 302
    assert not IdentityProvider.objects.exists()
    assert not IdentityConfirmation.objects.exists()
    assert set(SamlIdentity.objects.values_list("name_id", flat=True)) == {"dana", "finn"}
    assert User.objects.filter(account=account).count() == 2
    assert "Not set up" in dana.page()
    event = AuditEvent.objects.get(action=AuditAction.IDENTITY_PROVIDER_CONFIGURED)
    assert (event.actor, event.before["entity_id"]) == (dana.user, provider.entity_id)
    assert event.after == {"removed": True, "identities_forgotten": 1}
    assert AuditEvent.objects.get(action=AuditAction.SSO_SWITCHED).after == {"on": False}
    assert dana.client.get("/api/v1/me").status_code == 200


def test_those_who_would_not_be_recognised_are_counted(dana: Admin) -> None:
    provider = make_provider(dana.user.account, is_enabled=False)
    cy = make_user(dana.user.account, email="cy@partner.example")
    SamlIdentity.objects.create(user=cy, issuer=provider.entity_id, name_id="cy")
    assert "One of them has an address in no proven domain" in words(dana.page(f"{SETUP}remove/"))
    assert dana.confirm("remove").status_code == 302
    assert not AuditEvent.objects.filter(action=AuditAction.SSO_SWITCHED).exists(), "it was off already"


def test_what_is_enforced_is_not_removed(dana: Admin) -> None:
    make_provider(dana.user.account)
    seen = dana.client.get(f"{SETUP}remove/").context["seen"]
    dana.confirm("enforce")
    assert f'href="{SETUP}remove/"' not in dana.page()
    for answer in (dana.client.get(f"{SETUP}remove/"), dana.client.post(f"{SETUP}remove/", {"seen": seen})):
        assert answer.status_code == 409
        assert "nobody there could sign in any more" in answer.content.decode()
    assert IdentityProvider.objects.exists()


def test_what_changed_since_the_confirmation_is_not_removed(dana: Admin) -> None:
    make_provider(dana.user.account)
    seen = dana.client.get(f"{SETUP}remove/").context["seen"]
    IdentityProvider.objects.update(sso_url="https://new.example/sso")
    stale = dana.client.post(f"{SETUP}remove/", {"seen": seen})
    assert stale.status_code == 409
    assert "Somebody changed it meanwhile" in stale.content.decode()
    assert IdentityProvider.objects.exists()
    assert dana.client.post(f"{SETUP}remove/", {"seen": stale.context["seen"]}).status_code == 302
    assert dana.client.post(f"{SETUP}remove/", {"seen": seen}).status_code == 409
    assert dana.client.get(f"{SETUP}remove/").status_code == 409, "there is nothing left to remove"


def test_the_numbers_take_one_query_however_many_people_there_are(dana: Admin) -> None:
    for number in range(30):
        make_user(dana.user.account, f"p{number}")
    with CaptureQueriesContext(connection) as queries:
        reach = reach_of(dana.user.account, "https://idp.example/")
    assert (len(queries), reach.everyone, reach.inside, reach.owners) == (1, 31, 31, 1)
