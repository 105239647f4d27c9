"""manage.py sync: one mailbox, in the foreground."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calendar_integration.models import Connection
from calendar_integration.sync.engine import Status, sync_connection


class Command(BaseCommand):
    """For operators, and for anyone who wants to see what a sync does."""

    help = "Synchronise one connection now and say what was read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which connection."""
        parser.add_argument("--connection", type=int, required=True, metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it; a failure is said in its own words."""
        connection_id = options["connection"]
        if not Connection.objects.filter(pk=connection_id).exists():
            raise CommandError(f"There is no connection {connection_id}.")
        result = sync_connection(connection_id)
        if result.status is Status.BUSY:
            raise CommandError("Another worker is synchronising this mailbox right now.")
        if result.status is Status.NOT_CONNECTED:
            raise CommandError("This connection is not active: its owner has to authorize Office 365 first.")
        if result.error:
            raise CommandError(str(result.error))
        for done in result.rounds:
            kind = "full" if done.is_full else "delta"
            self.stdout.write(f"{done.kind}: {kind} round, {done.changed} changed, {done.deleted} deleted")
