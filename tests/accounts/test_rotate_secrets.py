"""A new encryption key: every secret is encrypted anew while people work, and nothing newer is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db.models import Model, TextField, Value
from pytest_django.fixtures import Settings

from accounts import secret_rotation
from accounts.models import Account, AuditAction, AuditEvent
from calendar_integration.models import AuthorizationAttempt, Connection
from sso.models import KeyState, ServiceProviderKey
from tests.makers import make_account, make_attempt, make_connection, make_user
from tests.sso.making_keys import make_key

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
TOKENS = '{"RefreshToken": "0.AXoA-größe"}'


def make_secrets(settings: Settings) -> Account:
    """An account with a secret of every kind, of the time when there was only the old key; the new one is in front."""
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    account = make_account()
    ana = make_user(account)
    make_connection(ana, token_cache=TOKENS)
    make_connection(make_user(account, "bo"), token_cache="")
    make_attempt(ana, flow='{"code_verifier": "v"}')
    make_key(account, KeyState.CURRENT)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    return account


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_secrets", *arguments, stdout=out)
    return out.getvalue()


def held() -> str:
    """What the database itself holds of Ana's tokens."""
    with database.cursor() as cursor:
        cursor.execute("SELECT token_cache FROM calendar_integration_connection WHERE token_cache <> ''")
        return str(cursor.fetchone()[0])


def test_the_old_key_can_go_afterwards(settings: Settings) -> None:
    make_secrets(settings)
    private_key = ServiceProviderKey.objects.get().private_key
    said = run()
    assert "calendar_integration.Connection.token_cache: 1 with an older key, 0 with the first key" in said
    assert "sso.ServiceProviderKey.private_key: 1 with an older key" in said
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Connection.objects.get(user__email="ana@contoso.example").token_cache == TOKENS
    assert AuthorizationAttempt.objects.get().flow == '{"code_verifier": "v"}'
    assert ServiceProviderKey.objects.get().private_key == private_key


def test_it_is_remembered_in_the_audit_log_of_every_account_where_something_was_done(settings: Settings) -> None:
    contoso = make_secrets(settings)
    fabrikam = make_account("fabrikam")
    with pytest.raises(CommandError):
        run("--check")
    remembered = AuditEvent.objects.filter(action=AuditAction.SECRETS_ROTATED)
    assert not remembered.exists(), "nothing was changed"
    for _ in range(2):
        run()
    rows = remembered.order_by("pk").values_list("account", "target_id", "actor_label", "after")
    assert list(rows) == [(one.pk, one.pk, "Operator command", {}) for one in (contoso, fabrikam)]


def test_what_was_done_before_it_was_stopped_is_remembered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(settings)
    done = secret_rotation.rotate

    def stopped_later(model: type[Model], column: str, *, only_count: bool = False) -> secret_rotation.Count:
        if model is ServiceProviderKey:
            raise KeyboardInterrupt
        return done(model, column, only_count=only_count)

    monkeypatch.setattr(secret_rotation, "rotate", stopped_later)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert AuditEvent.objects.filter(action=AuditAction.SECRETS_ROTATED).count() == 1


def test_every_encrypted_column_of_every_app_is_found() -> None:
    found = {f"{model._meta.label}.{column}" for model, column in secret_rotation.columns()}
    assert found >= {
        "calendar_integration.Connection.token_cache",
        "calendar_integration.AuthorizationAttempt.flow",
        "sso.ServiceProviderKey.private_key",
    }


def test_a_second_run_has_nothing_to_do_and_writes_nothing(settings: Settings) -> None:
    make_secrets(settings)
    run()
    before = held()
    assert "Connection.token_cache: 0 with an older key, 1 with the first key" in run()
    assert held() == before


def test_check_changes_nothing_and_fails_while_an_old_key_is_needed(settings: Settings) -> None:
    make_secrets(settings)
    before = held()
    with pytest.raises(CommandError, match="3 rows still need an older key"):
        run("--check")
    assert held() == before
    run()
    assert "Every secret is encrypted with the first key" in run("--check")


def test_more_rows_than_one_batch_are_all_done_and_a_stopped_run_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    account = make_account()
    for number in range(7):
        make_connection(make_user(account, f"p{number}"), token_cache=f"tokens {number}")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    monkeypatch.setattr(secret_rotation, "BATCH", 3)
    rows = secret_rotation._rows(Connection, "token_cache")
    pk, first = next(rows)
    Connection.objects.filter(pk=pk).update(token_cache="tokens 0")  # as far as a run that was stopped had come
    assert first
    count = secret_rotation.rotate(Connection, "token_cache")
    assert (count.rotated, count.current) == (6, 1)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert [row.token_cache for row in Connection.objects.order_by("pk")] == [f"tokens {n}" for n in range(7)]


def test_a_token_that_a_worker_saves_meanwhile_stays(settings: Settings) -> None:
    make_secrets(settings)
    rows = secret_rotation._rows(Connection, "token_cache")
    pk, seen = next(rows)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]  # a worker that has not been restarted with the new key yet
    Connection.objects.filter(pk=pk).update(token_cache="newer tokens")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    count = secret_rotation.Count(Connection, "token_cache")
    secret_rotation._rotate_row(count, pk, seen, only_count=False)
    assert Connection.objects.get(pk=pk).token_cache == "newer tokens"
    assert count.rotated == 1
    assert secret_rotation.is_current(held()), "the newer one was encrypted anew as well"


def test_a_row_that_was_emptied_meanwhile_stays_empty(settings: Settings) -> None:
    make_secrets(settings)
    pk, seen = next(secret_rotation._rows(Connection, "token_cache"))
    Connection.objects.filter(pk=pk).update(token_cache="")
    count = secret_rotation.Count(Connection, "token_cache")
    secret_rotation._rotate_row(count, pk, seen, only_count=False)
    assert count.rotated == 0
    assert Connection.objects.get(pk=pk).token_cache == ""


def test_the_version_that_workers_compare_by_is_not_moved(settings: Settings) -> None:
    make_secrets(settings)
    Connection.objects.update(token_cache_version=7)
    run()
    assert set(Connection.objects.values_list("token_cache_version", flat=True)) == {7}


def test_a_row_that_no_key_reads_is_named_and_holds_up_no_other(settings: Settings) -> None:
    account = make_secrets(settings)
    settings.FIELD_ENCRYPTION_KEYS = [LOST]
    cy = make_connection(make_user(account, "cy"), token_cache="tokens nobody reads")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    with pytest.raises(CommandError) as refused:
        run()
    message = str(refused.value)
    assert f"calendar_integration.Connection {cy.pk}." in message
    assert "No key of FIELD_ENCRYPTION_KEYS can read these rows" in message
    assert LOST not in message
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Connection.objects.get(user__email="ana@contoso.example").token_cache == TOKENS
    settings.FIELD_ENCRYPTION_KEYS = [LOST]
    assert Connection.objects.get(pk=cy.pk).token_cache == "tokens nobody reads"


@pytest.mark.parametrize("keys", [[], ["too short"], ["too short", OLD]])
def test_keys_that_are_none_are_named_before_anything_is_read(settings: Settings, keys: list[str]) -> None:
    make_secrets(settings)
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        run()


def save_often(ana: int) -> list[str]:
    """A worker with the old key only, that saves newer tokens again and again; which of them were gone right after."""
    lost = []
    try:
        for number in range(300):
            newer = f"tokens {number}"
            kept = Value(Fernet(OLD).encrypt(newer.encode()).decode(), output_field=TextField())
            Connection.objects.filter(pk=ana).update(token_cache=kept)
            if Connection.objects.get(pk=ana).token_cache != newer:
                lost.append(newer)
    finally:
        database.close()
    return lost


@pytest.mark.django_db(transaction=True)
def test_workers_that_go_on_saving_lose_nothing(settings: Settings) -> None:
    make_secrets(settings)
    ana, rotated = Connection.objects.get(user__email="ana@contoso.example").pk, 0
    with ThreadPoolExecutor(1) as workers:
        worker = workers.submit(save_often, ana)
        while not worker.done():
            rotated += secret_rotation.rotate(Connection, "token_cache").rotated
        assert worker.result() == []
    assert rotated > 1, "they did not race"
