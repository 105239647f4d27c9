"""A tested draft is put into use, enforced, and switched off: each asks first, and nobody is locked out."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditAction, AuditEvent, Role, SettingValue, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.signing_in import password_policy
from accounts.tiered_settings import store
from sso.models import IdentityProvider, ProviderDraft
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
    assert "Passwords are not used" in Client().get("/sso/?username=ana@contoso.example").content.decode()


def test_the_domain_of_another_company_is_left_alone(dana: Admin) -> None:
    make_provider(dana.user.account)
    dana.confirm("enforce")
    finn = make_user(make_account("fabrikam"), "finn")
    _, refused = with_password(finn, password="x")
    assert 'type="password"' in refused.content.decode()
    client, _ = with_password(finn)
    assert is_signed_in(client)


@pytest.mark.parametrize("change", ["activate", "enforce", "stop-enforcing", "off", "on"])
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
