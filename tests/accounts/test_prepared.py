"""A query that is written once says the same as one that Django writes anew."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Domain, SignInSession, User
from accounts.prepared import Prepared, insert
from calendar_integration.models import Connection
from sso.models import AttributeNames, ProviderDraft
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db

PEOPLE = User.objects.select_related("account")
BY_EMAIL = Prepared(lambda email: PEOPLE.filter(email=email), User, Account, email="an example")


def same(one: User | Connection | ProviderDraft, other: User | Connection | ProviderDraft) -> bool:
    """Whether every column is equal, in value and in type."""
    columns = [field.attname for field in type(other)._meta.concrete_fields]
    return [(type(getattr(one, name)), getattr(one, name)) for name in columns] == [
        (type(getattr(other, name)), getattr(other, name)) for name in columns
    ]


def test_it_finds_what_django_finds_in_one_query() -> None:
    ana = make_user(make_account())
    make_user(ana.account, "bo")
    with CaptureQueriesContext(connection) as queries:
        found = BY_EMAIL.one(email=ana.email)
    assert len(queries) == 1
    assert found is not None
    assert same(found[0], User.objects.get(pk=ana.pk))
    assert found[1] == ana.account
    assert not found[0]._state.adding, "saving it is an update"


def test_it_serves_every_value_and_not_its_example() -> None:
    account = make_account()
    people = [make_user(account, name) for name in ("ana", "bo", "cy")]
    for person in people:
        assert BY_EMAIL.one(email=person.email) == (person, account)
    assert BY_EMAIL.one(email="an example") is None
    assert BY_EMAIL.one(email="x' OR '1'='1") is None


def test_of_several_rows_none_is_the_one() -> None:
    account = make_account()
    make_user(account)
    make_user(account, "bo")
    of_account = Prepared(lambda account: User.objects.filter(account=account), User, account=-1)
    assert of_account.one(account=account.pk) is None
    assert len(of_account.rows(account=account.pk)) == 2


def test_json_and_encrypted_columns_are_read() -> None:
    account = make_account()
    person = make_user(account)
    held = make_connection(person, token_cache="a secret")
    draft = ProviderDraft.objects.create(account=account, entity_id="https://idp.example/", test_result={"a": [1, 2]})
    connections = Connection.objects.get_queryset().defer(None)
    of_person = Prepared(lambda user: connections.filter(user=user), Connection, user=-1)
    of_account = Prepared(lambda account: ProviderDraft.objects.filter(account=account), ProviderDraft, account=-1)
    found, kept = of_person.one(user=person.pk), of_account.one(account=account.pk)
    assert found is not None
    assert kept is not None
    assert found[0].token_cache == held.token_cache == "a secret"
    assert same(kept[0], ProviderDraft.objects.get(pk=draft.pk))


def test_what_an_outer_join_does_not_find_is_none() -> None:
    account = make_account()
    accounts = Account.objects.select_related("attribute_names")
    named = Prepared(lambda vanity: accounts.filter(vanity=vanity), Account, AttributeNames, vanity="an example")
    assert named.one(vanity=account.vanity) == (account, None)
    names = AttributeNames.objects.create(account=account, email="mail")
    assert named.one(vanity=account.vanity) == (account, names)


def test_a_tuple_of_columns() -> None:
    domains = Prepared(
        lambda account: Domain.objects.filter(account=account).order_by("name").values_list("name", "account_id"),
        account=-1,
    )
    account = make_account()
    Domain.objects.all().delete()
    for name in ("b.example", "a.example"):
        Domain.objects.create(account=account, name=name)
    assert domains.rows(account=account.pk) == [("a.example", account.pk), ("b.example", account.pk)]


def test_a_row_is_inserted_as_django_would_save_it() -> None:
    account = make_account()
    values = {"account": account, "entity_id": "https://idp.example/", "saved_by": "Dana", "test_result": {"a": [1, 2]}}
    inserted = ProviderDraft(**values)
    insert(inserted)
    kept = ProviderDraft.objects.get()
    assert kept.pk == inserted.pk
    assert not inserted._state.adding, "saving it again is an update"
    kept.delete()
    saved = ProviderDraft.objects.create(**values)
    saved.refresh_from_db()
    kept.pk, kept.saved_at = saved.pk, saved.saved_at
    assert same(kept, saved)


def test_a_row_takes_the_place_of_the_one_it_replaces() -> None:
    account = make_account()
    ana, bo = make_user(account), make_user(account, "bo")
    for person in (ana, bo):
        insert(SignInSession(user=person, session_key="one", last_seen_at=timezone.now()), instead_of="session_key")
    insert(SignInSession(user=ana, session_key="two", last_seen_at=timezone.now()), instead_of="session_key")
    assert list(SignInSession.objects.order_by("session_key").values_list("session_key", "user")) == [
        ("one", bo.pk),
        ("two", ana.pk),
    ]
