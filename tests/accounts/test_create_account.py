"""manage.py create_account: a company with its first owner, or nothing and the reason."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.management.commands.create_account import create
from accounts.models import Account, AuditAction, AuditEvent, Domain, Role, User
from tests.makers import make_account

pytestmark = pytest.mark.django_db


def create_account(vanity: str = "contoso", **options: Any) -> str:
    """Run the command; what it says."""
    told = io.StringIO()
    contoso = {"name": "Contoso Ltd", "owner": "Dana@contoso.example", "domain": "Contoso.example"}
    call_command("create_account", vanity, **{**contoso, **options}, stdout=told)
    return told.getvalue()


def test_a_company_gets_an_owner_and_a_proven_domain() -> None:
    assert create_account(time_zone="Europe/Madrid") == "Account contoso created; its owner is Dana@contoso.example.\n"

    account = Account.objects.get()
    assert (account.vanity, account.name, account.time_zone) == ("contoso", "Contoso Ltd", "Europe/Madrid")
    domain = account.domains.get()
    assert domain.name == "contoso.example"
    assert domain.proven_at is not None
    owner = account.users.get()
    assert (owner.email, owner.name, owner.role) == ("dana@contoso.example", "Dana", Role.OWNER)
    assert not owner.has_usable_password()


def test_the_operator_is_on_record() -> None:
    create_account(owner_name="Dana Reyes")
    created, owner = AuditEvent.objects.order_by("pk")
    assert (created.action, created.actor_label) == (AuditAction.ACCOUNT_CREATED, "Operator command")
    assert created.after == {"name": "Contoso Ltd", "domain": "contoso.example"}
    assert (owner.action, owner.actor_label) == (AuditAction.USER_CREATED, "Operator command")
    assert owner.after == {"email": "dana@contoso.example", "name": "Dana Reyes", "role": "owner"}


def assert_nothing_was_written() -> None:
    """Not even a part of it."""
    assert not Account.objects.exists()
    assert not Domain.objects.exists()
    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "vanity", ["", "Contoso", "con toso", "contoso.example", "contoso-", "contoso\n", "größe", "c" * 64]
)
def test_a_vanity_that_cannot_stand_in_an_address(vanity: str) -> None:
    with pytest.raises(CommandError, match=r"Use small letters, digits and hyphens|cannot be blank|at most 63"):
        create_account(vanity)
    assert_nothing_was_written()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"owner": "dana"}, "Enter a valid email address"),
        ({"owner": "dana@"}, "Enter a valid email address"),
        ({"owner": f"dana@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example"}, "at most 254 characters"),
        ({"owner_name": "D" * 201}, "at most 200 characters"),
        ({"domain": "contoso"}, "Enter a valid domain name"),
        ({"domain": "https://contoso.example/"}, "Enter a valid domain name"),
        ({"domain": "dana@contoso.example"}, "Enter a valid domain name"),
        ({"name": ""}, "cannot be blank"),
        ({"name": "C" * 201}, "at most 200 characters"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone we know"),
    ],
)
def test_a_mistake_is_named(options: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create_account(**options)
    assert_nothing_was_written()


def test_a_vanity_is_taken_once() -> None:
    make_account("contoso")
    with pytest.raises(CommandError, match="already exists"):
        create_account(domain="contoso.test")
    assert Account.objects.count() == 1


@pytest.mark.parametrize("domain", ["fabrikam.example", "FABRIKAM.example"])
def test_a_domain_of_another_company(domain: str) -> None:
    make_account("fabrikam")
    with pytest.raises(CommandError, match="is another account's already"):
        create_account(domain=domain)
    assert not Account.objects.filter(vanity="contoso").exists()


def test_a_domain_that_another_company_only_claims() -> None:
    make_account("fabrikam", proven=False)
    create_account(domain="fabrikam.example")
    assert Domain.objects.get(proven_at__isnull=False).account.vanity == "contoso"


def test_nothing_is_half_written_where_the_domain_is_taken_in_the_same_moment() -> None:
    make_account("fabrikam")
    options = {"domain": "fabrikam.example", "owner": "dana@contoso.example", "owner_name": ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        create(Account(vanity="contoso", name="Contoso"), options)
    assert not Account.objects.filter(vanity="contoso").exists()
    assert not AuditEvent.objects.exists()
