"""Forgetting the oldest rows of the audit log: by the operator's command only, and never without a trace."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.audit_log import retention
from accounts.models import Account, AuditAction, AuditEvent
from tests.accounts.making_history import make_rows
from tests.makers import make_account

pytestmark = pytest.mark.django_db(transaction=True)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _as_in_production() -> Iterator[None]:
    """The connections of the tests are opened with the setting on; see tests/conftest.py."""
    execute("SET atrium.retention = 'off'")
    yield
    execute("RESET atrium.retention")


def make_old(account: Account, days: int, number: int = 1, **fields: str) -> None:
    """Rows from so many days ago."""
    made = make_rows(account, number, **fields)
    with transaction.atomic():
        execute("SET LOCAL atrium.retention = 'on'")
        AuditEvent.objects.filter(pk__in=[event.pk for event in made]).update(at=timezone.now() - timedelta(days=days))


def forget(days: int, **options: str) -> str:
    """Run the command; what it says."""
    said = StringIO()
    call_command("forget_audit", older_than_days=days, stdout=said, **options)
    return said.getvalue()


def kept(account: Account) -> list[str]:
    """The rows that are still there, without those about forgetting."""
    rows = AuditEvent.objects.filter(account=account).exclude(action=AuditAction.AUDIT_FORGOTTEN)
    return list(rows.order_by("pk").values_list("target_label", flat=True))


def test_what_is_older_goes_and_the_rest_stays() -> None:
    contoso = make_account()
    make_old(contoso, 91, target_label="Old")
    make_old(contoso, 89, target_label="Younger")
    make_rows(contoso, target_label="New")
    assert forget(90) == "contoso: 1 rows deleted.\n"
    assert kept(contoso) == ["Younger", "New"]


def test_forgetting_is_remembered_with_its_number() -> None:
    contoso = make_account()
    make_old(contoso, 400, 3)
    forget(365)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_label, event.target_id) == ("audit.forgotten", "Operator command", contoso.pk)
    assert event.after["rows"] == 3


def test_nothing_to_forget_is_no_event() -> None:
    make_account()
    assert forget(365) == "contoso: 0 rows deleted.\n"
    assert not AuditEvent.objects.exists()


def test_one_account_only() -> None:
    contoso, fabrikam = make_account(), make_account("fabrikam")
    for account in (contoso, fabrikam):
        make_old(account, 400, target_label="Old")
    assert forget(365, account="fabrikam") == "fabrikam: 1 rows deleted.\n"
    assert (kept(contoso), kept(fabrikam)) == (["Old"], [])


def test_many_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    contoso = make_account()
    make_old(contoso, 400, 25)
    assert forget(365) == "contoso: 25 rows deleted.\n"
    assert [event.after["rows"] for event in AuditEvent.objects.order_by("pk")] == [10, 10, 5]


@pytest.mark.parametrize(
    ("days", "account", "sentence"),
    [
        (29, "", "The last 30 days are always kept: give --older-than-days 30 or more."),
        (-1, "", "The last 30 days are always kept"),
        (10**7, "", "10000000 days ago is before there were dates."),
        (10**12, "", "before there were dates."),
        (365, "northwind", "There is no account called 'northwind'."),
    ],
)
def test_what_the_command_refuses(days: int, account: str, sentence: str) -> None:
    contoso = make_account()
    make_old(contoso, 400, target_label="Old")
    with pytest.raises(CommandError, match=sentence):
        forget(days, account=account)
    assert kept(contoso) == ["Old"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET reason = 'x'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
    ],
)
def test_the_permission_ends_with_the_commands_transaction(statement: str) -> None:
    contoso = make_account()
    make_old(contoso, 400)
    forget(365)
    with connection.cursor() as cursor:
        cursor.execute("SHOW atrium.retention")
        assert cursor.fetchone() == ("off",)
    with pytest.raises((InternalError, ProgrammingError), match="append-only"):
        execute(statement)
    assert AuditEvent.objects.count() == 1


def test_it_refuses_to_run_inside_another_transaction() -> None:
    contoso = make_account()
    make_old(contoso, 400)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        forget(365)
    assert AuditEvent.objects.count() == 1
