"""The audit log only grows, whoever asks."""

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts import audit
from accounts.models import AuditAction, AuditEvent
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


def make_event() -> AuditEvent:
    account = make_account()
    user = make_user(account)
    return audit.record(AuditAction.SIGNED_IN, account=account, actor=user, target=user, after={"method": "sso"})


def outside_retention() -> None:
    """As in production: the test database's connections are opened as the retention command's are."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL atrium.retention = 'off'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET actor_label = 'nobody'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
    ],
)
def test_the_database_refuses_to_change_what_happened(statement: str) -> None:
    make_event()
    outside_retention()
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 1


def test_the_retention_command_may_delete() -> None:
    event = make_event()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL atrium.retention = 'on'")
    event.delete()
    assert not AuditEvent.objects.exists()


def test_an_event_says_who_did_what_to_whom() -> None:
    event = make_event()
    assert (event.actor_label, event.action, event.target_type) == (
        "Ana Lima (ana@contoso.example)",
        "sign_in.succeeded",
        "user",
    )
    assert event.after == {"method": "sso"}
