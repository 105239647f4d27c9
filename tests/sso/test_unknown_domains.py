"""People whose domain the account has not proven: they confirm their address by mail, or are refused."""

import pytest
from django.core import mail

from accounts.models import Account, Role, User
from sso import provisioning
from sso.errors import Reason, SamlError
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, UnknownDomain
from tests.accounts.making_people import make_group
from tests.makers import make_account, make_user
from tests.sso.arriving import user_of
from tests.sso.making import make_assertion, make_provider
from tests.sso.making_mapping import make_rule, saying

pytestmark = pytest.mark.django_db

MAIL = "ana@partner.example"


@pytest.fixture
def provider() -> IdentityProvider:
    return make_provider(make_account(), unknown_domain=UnknownDomain.CONFIRM)


def refusal(provider: IdentityProvider, email: str = MAIL) -> Reason:
    """Why they do not come in at once."""
    with pytest.raises(SamlError) as refused:
        user_of(provider, saying(make_assertion(mail=email), groups=["Sales"]))
    return refused.value.reason


def make_confirmation(account: Account, **fields: str) -> IdentityConfirmation:
    """Somebody who was sent a mail."""
    known = {"issuer": f"https://{account.vanity}.example/idp", "name_id": "id-of-ana", "email": MAIL, "name": "Ana"}
    return IdentityConfirmation.objects.create(
        account=account, attributes={"groups": ["Sales"]}, token_digest=MAIL, **(known | fields)
    )


def test_somebody_new_is_sent_a_mail_and_not_let_in(provider: IdentityProvider) -> None:
    assert refusal(provider) is Reason.CONFIRM_ADDRESS
    waiting = IdentityConfirmation.objects.get()
    assert (waiting.email, waiting.name_id, waiting.attributes["groups"]) == (MAIL, "id-of-ana", ["Sales"])
    assert [message.to for message in mail.outbox] == [[MAIL]]
    assert not User.objects.exists()


def test_where_it_is_not_allowed_they_are_refused(provider: IdentityProvider) -> None:
    provider.unknown_domain = UnknownDomain.REFUSE
    assert refusal(provider) is Reason.FOREIGN_DOMAIN
    assert not mail.outbox


def test_a_proven_domain_needs_no_mail(provider: IdentityProvider) -> None:
    assert user_of(provider, make_assertion()).email == "ana@contoso.example"
    assert not mail.outbox


def test_a_mail_never_links_somebody_who_is_there_already(provider: IdentityProvider) -> None:
    make_user(provider.account, email=MAIL)
    assert refusal(provider) is Reason.FOREIGN_DOMAIN
    assert not mail.outbox
    with pytest.raises(SamlError) as refused:
        provisioning.confirmed(provider, make_confirmation(provider.account))
    assert refused.value.reason is Reason.FOREIGN_DOMAIN
    assert not SamlIdentity.objects.exists()


def test_once_confirmed_they_are_there_with_role_and_groups(provider: IdentityProvider) -> None:
    make_rule(provider.account, "groups", "Sales", make_group(provider.account, "Sales"))
    make_rule(provider.account, "groups", "Sales", Role.ADMIN)
    ana = provisioning.confirmed(provider, make_confirmation(provider.account))
    assert (ana.email, ana.name, ana.role) == (MAIL, "Ana", Role.ADMIN)
    assert [membership.group.name for membership in ana.memberships.all()] == ["Sales"]
    assert user_of(provider, make_assertion(mail=MAIL)) == ana


def test_confirming_twice_is_the_same_person(provider: IdentityProvider) -> None:
    confirmation = make_confirmation(provider.account)
    assert provisioning.confirmed(provider, confirmation) == provisioning.confirmed(provider, confirmation)
    assert User.objects.count() == 1


@pytest.mark.parametrize("foreign", ["issuer", "account"])
def test_a_confirmation_of_another_provider_lets_nobody_in(provider: IdentityProvider, foreign: str) -> None:
    if foreign == "issuer":
        confirmation = make_confirmation(provider.account, issuer="https://old.example/idp")
    else:
        confirmation = make_confirmation(make_account("fabrikam"), issuer=provider.entity_id)
    with pytest.raises(SamlError) as refused:
        provisioning.confirmed(provider, confirmation)
    assert refused.value.reason is Reason.WRONG_ISSUER
    assert not User.objects.exists()
