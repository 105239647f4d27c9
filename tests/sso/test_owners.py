"""An admin sets single sign-on up alone, and becomes nobody else by it: owners come in once an owner agrees."""

import pytest
from django.test import Client

from accounts.models import Account, AuditAction, AuditEvent, Role, User
from sso import linking, mapping
from sso.configuration import switching
from sso.errors import Reason, SamlError
from sso.mapping import Names, Outcome, Person, writing
from sso.models import IdentityProvider
from tests.makers import make_account, make_user
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db


def make_people(account: Account) -> tuple[User, User]:
    return make_user(account, "dana", role=Role.OWNER), make_user(account, "lee", role=Role.ADMIN)


def come_in(provider: IdentityProvider, email: str) -> User:
    """A first sign-in with this address."""
    outcome = Outcome(None, frozenset(), frozenset(), Person(email, "Somebody"))
    return linking.link_or_create(provider, f"id of {email}", outcome, None)


def test_what_an_admin_put_into_use_signs_in_everyone_but_owners(client: Client) -> None:
    account = make_account()
    dana, lee = make_people(account)
    provider = make_provider(account, owners_may_use=False)
    assert come_in(provider, lee.email) == lee
    with pytest.raises(SamlError) as refused:
        come_in(provider, dana.email)
    assert refused.value.reason is Reason.OWNER_NOT_VOUCHED
    assert not dana.saml_identities.exists()
    client.force_login(lee)
    assert client.post("/account/sso/vouch/").status_code == 403
    client.force_login(dana)
    assert "Let owners use it" in client.get("/account/sso/").content.decode()
    assert client.post("/account/sso/vouch/").status_code == 302
    assert come_in(IdentityProvider.objects.get(), dana.email) == dana
    event = AuditEvent.objects.get(action=AuditAction.SSO_OPTION_CHANGED)
    assert (event.actor, event.after) == (dana, {"owners_may_use": True})


def test_an_admin_who_names_the_attribute_of_the_address_has_owners_look_at_it() -> None:
    account = make_account()
    dana, lee = make_people(account)
    make_provider(account)
    writing.name_attributes(account, Names(email="alias"), actor=dana)
    assert IdentityProvider.objects.get().owners_may_use
    writing.name_attributes(account, Names(email="nickname"), actor=lee)
    assert not IdentityProvider.objects.get().owners_may_use


def test_without_a_proven_domain_nothing_is_enforced(client: Client) -> None:
    account = make_account(proven=False)
    dana, _lee = make_people(account)
    make_provider(account)
    client.force_login(dana)
    assert "Prove a domain first" in client.get("/account/sso/enforce/").content.decode()


def test_vouching_for_nothing_changes_nothing() -> None:
    account = make_account()
    dana, _lee = make_people(account)
    make_provider(account)
    assert switching.vouch(account, actor=dana, request=None) is None  # type: ignore[arg-type]  # nothing is recorded
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["a\nb@partner.example", "x@é..example", "<x>@p.example", "x@p example", "a@b", "@x.example", "x@x.example.", ""],
)
def test_what_no_mail_can_be_sent_to_is_no_address(text: str) -> None:
    assert not mapping.is_email(text)


@pytest.mark.parametrize("text", ["ana@contoso.example", "o'neil+x@mail.contoso.example", "a.b-c@x1.example"])
def test_addresses_are_addresses(text: str) -> None:
    assert mapping.is_email(text)


def test_a_sign_in_form_with_a_nul_is_answered(client: Client) -> None:
    assert client.post("/sign-in/", {"username": "x@\0", "password": "y"}).status_code == 200
