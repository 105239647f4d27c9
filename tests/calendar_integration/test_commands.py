"""What operators type."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.models import AuditEvent, SettingValue
from calendar_integration.models import CalendarService
from tests.calendar_integration.synced import make_connected
from tests.makers import CONTOSO_TENANT, make_account, make_connection, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_sync_says_what_it_read(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    first = run("sync", "--connection", str(connection.pk))
    assert "events: full round" in first
    assert "contacts: full round, 180 changed, 0 deleted" in first
    assert "events: delta round, 0 changed, 0 deleted" in run("sync", "--connection", str(connection.pk))


def test_sync_takes_a_person_by_e_mail(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    assert "events: full round" in run("sync", connection.user.email.upper())
    with pytest.raises(CommandError, match=r"nobody@contoso\.example has no connection"):
        run("sync", "nobody@contoso.example")
    with pytest.raises(CommandError, match="Name a person by e-mail"):
        run("sync")
    there = make_account("fabrikam")
    make_connection(make_user(there, "mia", email=connection.user.email))
    with pytest.raises(CommandError, match=r"several companies.*\(contoso\).*\(fabrikam\)"):
        run("sync", connection.user.email)


def test_sync_says_why_not(microsoft: Sandbox) -> None:
    with pytest.raises(CommandError, match="There is no connection 7"):
        run("sync", "--connection", "7")
    connection = make_connected(microsoft)
    microsoft.fault("graph.unavailable", count=1)
    with pytest.raises(CommandError, match="Graph answered 503"):
        run("sync", "--connection", str(connection.pk))
    microsoft.control("POST", "/reset")


def test_sync_of_a_connection_that_is_not_active_says_so() -> None:
    connection = make_connection(make_user(make_account()), "none")  # type: ignore[arg-type]  # the value itself
    with pytest.raises(CommandError, match="has to authorize"):
        run("sync", "--connection", str(connection.pk))


def test_the_tenant_is_looked_up_at_microsoft(microsoft: Sandbox) -> None:
    make_account()
    run("configure_calendar", "contoso", "--tenant", "contoso.example", "--ask", "every")
    service = CalendarService.objects.get()
    assert service.tenant_id == CONTOSO_TENANT
    assert SettingValue.objects.get().value == "every"
    assert AuditEvent.objects.filter(action="calendar.service_configured").exists()


def test_a_domain_without_tenant_changes_nothing(microsoft: Sandbox) -> None:
    make_account()
    with pytest.raises(CommandError, match="knows no tenant"):
        run("configure_calendar", "contoso", "--tenant", "nobody.example")
    with pytest.raises(CommandError, match="no account nobody"):
        run("configure_calendar", "nobody", "--ask", "off")
    assert not CalendarService.objects.exists()


def test_microsoft_out_of_reach_is_said(microsoft: Sandbox, settings: Settings) -> None:
    make_account()
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    with pytest.raises(CommandError, match="could not be read"):
        run("configure_calendar", "contoso", "--tenant", str(uuid.UUID(int=1)))
