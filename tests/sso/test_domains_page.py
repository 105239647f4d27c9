"""The Domains page: adding, instructions, removing, and what becomes of people from elsewhere."""

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditAction, AuditEvent, Domain, Role
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import store
from accounts.tiered_settings.store import Action, Change
from sso.models import DomainProof, IdentityProvider, SamlIdentity
from tests.accounts.making_history import elements, make_owner, signed_in, text_of
from tests.makers import make_account, make_user
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db

PAGE = "/account/sso/domains/"


def add(client: Client, name: str) -> Domain:
    """Type a domain; the new one."""
    answer = client.post(PAGE, {"name": name})
    assert answer.status_code == 302, text_of(answer)
    return Domain.objects.get(pk=answer["Location"].split("/")[-2])


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MEMBER, 403)])
def test_who_may_open_it(role: Role, status: int) -> None:
    assert signed_in(make_user(make_account(), role=role)).get(PAGE).status_code == status


def test_a_member_adds_nothing() -> None:
    client = signed_in(make_user(make_account()))
    assert client.post(PAGE, {"name": "another.example"}).status_code == 403
    assert Domain.objects.count() == 1


def test_adding_leads_to_instructions_with_values_to_copy() -> None:
    dana = make_owner()
    client = signed_in(dana)
    domain = add(client, " Bücher.Example ")
    assert (domain.account, domain.name, domain.proven_at) == (dana.account, "xn--bcher-kva.example", None)
    page = client.get(f"{PAGE}{domain.pk}/")
    value = f"atrium-domain-proof={DomainProof.objects.get().token}"
    fields = {element.get("id"): element.get("value") for element in elements(page.content, "//input[@readonly]")}
    assert fields == {
        "copy-host": "_atrium-challenge",
        "copy-value": value,
        "copy-url": "https://xn--bcher-kva.example/.well-known/atrium-domain-proof.txt",
        "copy-content": value,
    }
    assert "bücher.example" in text_of(page)
    event = AuditEvent.objects.get(action=AuditAction.DOMAIN_ADDED)
    assert (event.actor, event.target_label) == (dana, "xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("gmail.com", "public mail service"),
        ("contoso.example", "in the list already"),
        ("CONTOSO.example", "in the list already"),
        ("ana@contoso.example", "behind the @"),
        ("", "Enter a domain"),
        ("a\0b", "is not a domain"),
        ("<b>.example", "is not a domain"),
    ],
)
def test_what_is_no_domain_of_theirs_is_refused_and_nothing_typed_is_lost(typed: str, message: str) -> None:
    dana = make_owner()
    answer = signed_in(dana).post(PAGE, {"name": typed})
    assert answer.status_code == 422
    assert message in text_of(answer)
    (field,) = elements(answer.content, "//input[@name='name']")
    assert field.get("value") == typed.replace("\0", "")
    assert Domain.objects.count() == 1


def test_two_accounts_may_both_try() -> None:
    Domain.objects.create(account=make_account("fabrikam"), name="shared.example", proven_at=timezone.now())
    assert add(signed_in(make_owner()), "shared.example").proven_at is None


def test_a_proven_domain_is_not_checked_again() -> None:
    dana = make_owner()
    answer = signed_in(dana).post(f"{PAGE}{Domain.objects.get().pk}/check/", follow=True)
    assert "contoso.example is proven already" in text_of(answer)


def test_another_companys_domains_are_not_there() -> None:
    theirs = Domain.objects.get(account=make_account("fabrikam"))
    client = signed_in(make_owner())
    assert "fabrikam" not in text_of(client.get(PAGE))
    assert client.get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert client.get(f"{PAGE}{theirs.pk}/remove/").status_code == 404
    assert client.post(f"{PAGE}{theirs.pk}/remove/").status_code == 404
    assert Domain.objects.filter(pk=theirs.pk).exists()


def test_removing_says_who_comes_from_there_first() -> None:
    dana = make_owner()
    provider = make_provider(dana.account)
    ana = make_user(dana.account)
    SamlIdentity.objects.create(user=ana, issuer=provider.entity_id, name_id="id-of-ana")
    make_user(dana.account, "bo")
    make_user(dana.account, "cy", is_active=False)
    make_user(dana.account, "di", email="di@sub.contoso.example")
    make_user(make_account("fabrikam"), "ed", email="ed@contoso.example")
    domain = dana.account.domains.get()
    client = signed_in(dana)
    page = client.get(f"{PAGE}{domain.pk}/remove/").content
    assert [line.text_content() for line in elements(page, "//div[@class='line']")] == [
        "People with an address in this domain3",
        "Never came by single sign-on: they could no longer begin to2",
    ]
    assert Domain.objects.filter(pk=domain.pk).exists()
    assert client.post(f"{PAGE}{domain.pk}/remove/").status_code == 302
    assert not Domain.objects.filter(pk=domain.pk).exists()
    event = AuditEvent.objects.get(action=AuditAction.DOMAIN_REMOVED)
    assert (event.actor, event.target_label) == (dana, "contoso.example")


def test_the_last_proven_domain_stays_while_single_sign_on_is_enforced() -> None:
    dana = make_owner()
    make_provider(dana.account)
    for change in (
        Change(dana.account, PASSWORD_SIGN_IN.key, Action.SET, False),
        Change(dana.account, PASSWORD_SIGN_IN.key, Action.LOCK),
    ):
        store.apply(change, actor="a test")
    domain = dana.account.domains.get()
    Domain.objects.create(account=dana.account, name="unproven.example")
    client = signed_in(dana)
    assert "is the last proven domain" in text_of(client.get(f"{PAGE}{domain.pk}/remove/"))
    answer = client.post(f"{PAGE}{domain.pk}/remove/")
    assert answer.status_code == 409
    assert "is the last proven domain" in text_of(answer)
    assert Domain.objects.filter(pk=domain.pk).exists()
    Domain.objects.filter(name="unproven.example").update(proven_at=timezone.now())
    assert client.post(f"{PAGE}{domain.pk}/remove/").status_code == 302


def test_what_becomes_of_people_from_elsewhere_can_be_chosen() -> None:
    dana = make_owner()
    make_provider(dana.account)
    client = signed_in(dana)
    assert "Saved." in text_of(client.post(f"{PAGE}unknown/", {"unknown_domain": "confirm"}, follow=True))
    assert IdentityProvider.objects.get().unknown_domain == "confirm"
    event = AuditEvent.objects.get(action=AuditAction.SSO_OPTION_CHANGED)
    assert (event.before, event.after) == ({"unknown_domain": "refuse"}, {"unknown_domain": "confirm"})
    client.post(f"{PAGE}unknown/", {"unknown_domain": "confirm"})
    assert AuditEvent.objects.filter(action=AuditAction.SSO_OPTION_CHANGED).count() == 1
    answer = client.post(f"{PAGE}unknown/", {"unknown_domain": "anybody"})
    assert answer.status_code == 422
    assert IdentityProvider.objects.get().unknown_domain == "confirm"


def test_without_a_provider_there_is_nothing_to_choose() -> None:
    client = signed_in(make_owner())
    assert elements(client.get(PAGE).content, "//fieldset[@disabled]")
    answer = client.post(f"{PAGE}unknown/", {"unknown_domain": "confirm"})
    assert answer.status_code == 422
    assert "Set up an identity provider first" in text_of(answer)


def test_two_hundred_domains_cost_as_many_queries_as_one() -> None:
    dana = make_owner()
    client = signed_in(dana)
    numbers = []
    for more in (0, 200):
        Domain.objects.bulk_create(Domain(account=dana.account, name=f"d{number}.example") for number in range(more))
        with CaptureQueriesContext(database) as queries:
            client.get(PAGE)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert len(elements(client.get(PAGE).content, "//tbody/tr")) == 50
