"""Everyone is in one company, and the others do not exist for them."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Domain, User
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


def test_people_of_two_companies_see_their_own(client: Client) -> None:
    ana = make_user(make_account())
    una = make_user(make_account("fabrikam"), "una")
    for person, vanity, name in ((ana, "contoso", "Contoso"), (una, "fabrikam", "Fabrikam")):
        client.force_login(person)
        answer = client.get("/api/v1/me")
        assert answer.status_code == 200
        assert answer.json() == {
            "id": person.pk,
            "email": person.email,
            "name": person.name,
            "account": {"vanity": vanity, "name": name},
        }


def test_one_address_in_two_companies_is_two_people(client: Client) -> None:
    first, second = (
        make_user(make_account(vanity), "kim", email="kim@consult.example") for vanity in ("contoso", "fabrikam")
    )
    client.force_login(second)
    me = client.get("/api/v1/me").json()
    assert (me["id"], me["account"]["vanity"]) == (second.pk, "fabrikam")
    assert first.pk != second.pk


def test_a_page_of_one_company_never_names_another(client: Client) -> None:
    make_user(make_account("fabrikam"), "una")
    client.force_login(make_user(make_account()))
    for address in ("/profile/", "/meetings/", "/contacts/"):
        text = client.get(address).content.decode()
        assert "Contoso" in text
        assert "abrikam" not in text


@pytest.mark.parametrize("spelling", ["ana@contoso.example", "ANA@Contoso.example"])
def test_an_address_is_one_person_within_a_company(spelling: str) -> None:
    ana = make_user(make_account())
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(account=ana.account, email=spelling, name="Another Ana")


def test_a_domain_is_proven_by_one_company_only() -> None:
    make_account()
    fabrikam = make_account("fabrikam")
    claimed = Domain.objects.create(account=fabrikam, name="CONTOSO.example")
    claimed.proven_at = fabrikam.created_at
    with pytest.raises(IntegrityError), transaction.atomic():
        claimed.save()


def test_nobody_is_told_that_they_are_nobody_with_a_redirect(client: Client) -> None:
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")


def test_who_am_i_is_only_asked(client: Client) -> None:
    client.force_login(make_user(make_account()))
    assert client.post("/api/v1/me").status_code == 405
