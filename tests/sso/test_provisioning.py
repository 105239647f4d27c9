"""Whom a verified answer signs in: somebody known, somebody linked by a proven domain, or somebody new."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import AuditAction, AuditEvent, Domain, Role, User
from sso.errors import Reason, SamlError
from sso.models import SamlIdentity
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
from tests.sso.arriving import user_of
from tests.sso.making import assert_refused, make_assertion, make_company, make_provider, sign_in

pytestmark = pytest.mark.django_db


def test_somebody_new_becomes_a_member_without_a_password() -> None:
    provider = make_provider(make_account())

    ana = user_of(provider, make_assertion())

    assert (ana.account, ana.email, ana.name) == (provider.account, "ana@contoso.example", "Ana Lima")
    assert ana.role == Role.MEMBER
    assert not ana.has_usable_password()
    assert list(ana.saml_identities.values_list("issuer", "name_id")) == [(provider.entity_id, "id-of-ana")]


def test_somebody_new_is_remembered_with_who_vouched_for_them() -> None:
    provider = make_provider(make_account())
    user_of(provider, make_assertion())
    created, linked = AuditEvent.objects.order_by("pk")
    assert (created.action, created.actor_label) == (AuditAction.USER_CREATED, f"SSO: {provider.entity_id}")
    assert created.after == {"email": "ana@contoso.example", "name": "Ana Lima", "role": "member"}
    assert (linked.action, linked.actor_label) == (AuditAction.IDENTITY_LINKED, "Ana Lima (ana@contoso.example)")
    assert linked.after == {"issuer": provider.entity_id, "name_id": "id-of-ana"}


def test_somebody_known_is_found_by_their_name_id_alone() -> None:
    provider = make_provider(make_account())
    first = user_of(provider, make_assertion())
    events = AuditEvent.objects.count()

    again = user_of(provider, make_assertion(mail="ana.costa@elsewhere.example", name="Ana Costa"))

    assert again == first
    again.refresh_from_db()
    assert (again.email, again.name) == ("ana@contoso.example", "Ana Lima"), "both are taken at the first sign-in only"
    assert AuditEvent.objects.count() == events


def test_somebody_who_had_a_password_is_linked_by_their_mail_once() -> None:
    provider = make_provider(make_account())
    ana = make_user(provider.account, role=Role.ADMIN)

    assert user_of(provider, make_assertion(mail="Ana@Contoso.Example", name="Somebody")) == ana
    assert user_of(provider, make_assertion()) == ana

    ana.refresh_from_db()
    assert (ana.name, ana.role, ana.has_usable_password()) == ("Ana Lima", Role.ADMIN, True)
    assert AuditEvent.objects.filter(action=AuditAction.IDENTITY_LINKED).count() == 1
    assert SamlIdentity.objects.count() == 1


def refusal(*arguments: object) -> Reason:
    """Why the provisioning refuses."""
    with pytest.raises(SamlError) as refused:
        user_of(*arguments)  # type: ignore[arg-type]
    return refused.value.reason


def test_another_name_id_does_not_take_over_somebody_by_their_mail() -> None:
    provider = make_provider(make_account())
    user_of(provider, make_assertion())
    assert refusal(provider, make_assertion("id-of-mallory")) is Reason.OTHER_IDENTITY
    assert SamlIdentity.objects.get().name_id == "id-of-ana"


@pytest.mark.parametrize("mail", ["ana@contoso.example", "ana@evil.example", "ana@sub.contoso.example"])
def test_a_domain_that_is_not_proven_lets_nobody_in(mail: str) -> None:
    provider = make_provider(make_account(proven=False))
    assert refusal(provider, make_assertion(mail=mail)) is Reason.FOREIGN_DOMAIN
    assert not User.objects.exists()


def test_a_domain_that_is_not_proven_links_nobody() -> None:
    provider = make_provider(make_account(proven=False))
    make_user(provider.account)
    assert refusal(provider, make_assertion()) is Reason.FOREIGN_DOMAIN
    assert not SamlIdentity.objects.exists()


def test_a_domain_that_another_company_has_proven_lets_nobody_in() -> None:
    provider = make_provider(make_account())
    make_user(make_account("fabrikam"))
    assert refusal(provider, make_assertion(mail="ana@fabrikam.example")) is Reason.FOREIGN_DOMAIN
    assert not SamlIdentity.objects.exists()


def test_a_domain_that_is_lost_later_keeps_nobody_out_who_is_known() -> None:
    provider = make_provider(make_account())
    ana = user_of(provider, make_assertion())
    Domain.objects.all().delete()
    assert user_of(provider, make_assertion()) == ana


@pytest.mark.parametrize("is_known", [True, False])
def test_somebody_deactivated_stays_out(*, is_known: bool) -> None:
    provider = make_provider(make_account())
    if is_known:
        user_of(provider, make_assertion())
        User.objects.update(is_active=False)
    else:
        make_user(provider.account, is_active=False)
    assert refusal(provider, make_assertion()) is Reason.DEACTIVATED


def test_one_name_id_at_two_companies_is_two_people() -> None:
    shared = "https://login.example/idp"
    contoso = make_provider(make_account(), entity_id=shared)
    fabrikam = make_provider(make_account("fabrikam"), entity_id=shared)

    ana = user_of(contoso, make_assertion("1"))
    una = user_of(fabrikam, make_assertion("1", mail="una@fabrikam.example", name="Una Berg"))

    assert (ana.account, una.account) == (contoso.account, fabrikam.account)
    assert user_of(contoso, make_assertion("1")) == ana
    assert user_of(fabrikam, make_assertion("1")) == una


def test_a_new_provider_binds_people_anew() -> None:
    provider = make_provider(make_account())
    ana = user_of(provider, make_assertion("old"))
    provider.entity_id = "https://login.example/new"
    provider.save()

    assert user_of(provider, make_assertion("new")) == ana
    assert set(ana.saml_identities.values_list("name_id", flat=True)) == {"old", "new"}


def test_a_new_provider_does_not_inherit_the_name_ids_of_the_old_one() -> None:
    provider = make_provider(make_account())
    user_of(provider, make_assertion("1"))
    provider.entity_id = "https://login.example/new"
    provider.save()
    dana = user_of(provider, make_assertion("1", mail="dana@contoso.example", name="Dana Reyes"))
    assert dana.email == "dana@contoso.example"


def test_a_refusal_is_a_page_with_the_reason_behind_it(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_user(make_company(microsoft, tmp_path), is_active=False)
    refused = sign_in(client, microsoft)
    assert_refused(refused, Reason.DEACTIVATED)
    assert "Your user is deactivated" in refused.content.decode()
