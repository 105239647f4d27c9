"""The back door of a running stack: its first day again, time that has passed, whose tokens are held, and manage.py.

A process of its own, since the browser tests touch no table; it stays, since starting Django takes a second.
Every line that comes in is an order in JSON, its name and its arguments, and every line that goes out is the answer.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.db.models import F

from accounts.models import Account
from calendar_integration import tasks
from calendar_integration.models import (
    AdminConsentAttempt,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConsentLink,
    ConsentRequest,
)
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.making_health import make_crowd

KEPT = "first_day"  # the schema that holds every table as it was when this process started
CLOCKED: tuple[type[models.Model], ...] = (
    AdminConsentAttempt,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConsentLink,
    ConsentRequest,
)


def keep() -> None:
    """Copy every table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE")
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in tables():
            cursor.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE {table}")


def reset() -> None:
    """Every table as it was kept, in one transaction that waits for those under way. Ids are not used again."""
    restore = [f"DELETE FROM {table}; INSERT INTO {table} TABLE {KEPT}.{table};" for table in tables()]  # noqa: S608 - of Django's own names
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither foreign keys nor the trigger of the audit log, which refuses to be emptied, are asked.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"LOCK TABLE {', '.join(tables())} IN EXCLUSIVE MODE")
        cursor.execute("".join(restore))


def tables() -> list[str]:
    """Those that Django knows, quoted, in a fixed order."""
    return [f'"{table}"' for table in sorted(connection.introspection.django_table_names(only_existing=True))]


def pass_time(minutes: float) -> None:
    """Everything about authorization and consent that has happened, has happened that much earlier."""
    for model in CLOCKED:
        moments = [field.name for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
        model._base_manager.update(**{moment: F(moment) - timedelta(minutes=minutes) for moment in moments})


def holders_of_tokens() -> list[str]:
    """The addresses of those for whose mailboxes anything of Microsoft's is held."""
    return sorted(Connection.objects.exclude(token_cache="").values_list("user__email", flat=True))


def save_ews_url(vanity: str, url: str) -> None:
    """The account's Exchange server, saved on a day on which it was found to be one."""
    set_integration(Account.objects.get(vanity=vanity), method="ews", ews_url=url)


def add_crowd(vanity: str) -> None:
    """More people of the account, with long names and mailboxes in every kind of trouble."""
    make_crowd(Account.objects.get(vanity=vanity))


def manage(*arguments: str) -> str:
    """What a manage.py command prints, or says is wrong."""
    printed = StringIO()
    try:
        call_command(*arguments, stdout=printed)
    except CommandError as error:
        return str(error)
    return printed.getvalue()


ORDERS: dict[str, Callable[..., Any]] = {
    "reset": reset,
    "pass_time": pass_time,
    "expire_attempts": tasks.expire_attempts,
    "holders_of_tokens": holders_of_tokens,
    "save_ews_url": save_ews_url,
    "add_crowd": add_crowd,
    "manage": manage,
}


def serve() -> None:
    """Answer every order, until there are no more."""
    keep()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(ORDERS[name](*arguments)) + "\n")
        sys.stdout.flush()
