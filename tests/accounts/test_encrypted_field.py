"""Secrets at rest: unreadable in the database, readable through the keys in force."""

from collections.abc import Sequence

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from calendar_integration.models import Connection
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db

SECRET = '{"RefreshToken": "0.AXoA-größe"}'
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def make_secret(settings: Settings, keys: Sequence[str]) -> Connection:
    """A connection whose tokens were kept under these keys."""
    settings.FIELD_ENCRYPTION_KEYS = list(keys)
    return make_connection(make_user(make_account()), token_cache=SECRET)


def row() -> str:
    """What the database itself holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token_cache FROM calendar_integration_connection")
        return str(cursor.fetchone()[0])


def test_the_database_never_sees_the_text(settings: Settings) -> None:
    make_secret(settings, [OLD])
    assert "RefreshToken" not in row()
    assert Fernet(OLD).decrypt(row()).decode() == SECRET
    assert Connection.objects.get().token_cache == SECRET


def test_one_text_is_never_the_same_twice(settings: Settings) -> None:
    kept = make_secret(settings, [OLD])
    before = row()
    kept.save()
    assert row() != before


def test_updates_are_encrypted_too(settings: Settings) -> None:
    make_secret(settings, [OLD])
    Connection.objects.update(token_cache="another")
    assert Fernet(OLD).decrypt(row()) == b"another"


def test_empty_text_stays_empty(settings: Settings) -> None:
    make_secret(settings, [OLD])
    Connection.objects.update(token_cache="")
    assert row() == ""
    assert Connection.objects.get().token_cache == ""


def test_a_new_first_key_encrypts_and_the_old_one_still_reads(settings: Settings) -> None:
    make_secret(settings, [OLD])
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    kept = Connection.objects.get()
    assert kept.token_cache == SECRET
    kept.save()

    assert Fernet(NEW).decrypt(row()).decode() == SECRET
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Connection.objects.get().token_cache == SECRET


def test_without_the_old_key_the_text_is_lost_and_not_garbled(settings: Settings) -> None:
    make_secret(settings, [OLD])
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    kept = Connection.objects.get()
    with pytest.raises(InvalidToken):
        _ = kept.token_cache


@pytest.mark.parametrize("keys", [[], ["too short"], [OLD, ""], ["ä" * 44]])
def test_keys_that_are_none_are_named_at_once(settings: Settings, keys: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        make_secret(settings, keys)
