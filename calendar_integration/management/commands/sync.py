"""manage.py sync: one mailbox, in the foreground."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from calendar_integration.models import Connection
from calendar_integration.sync.engine import Status, sync_connection


class Command(BaseCommand):
    """For operators, and for anyone who wants to see what a sync does."""

    help = "Synchronise one connection now and say what was read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, by e-mail or by number."""
        parser.add_argument("email", nargs="?", help="the person's e-mail")
        parser.add_argument("--connection", type=int, metavar="ID", help="or the connection's number")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it; a failure is said in its own words."""
        result = sync_connection(find(options["email"], options["connection"]))
        if result.status is Status.BUSY:
            raise CommandError("Another worker is synchronising this mailbox right now.")
        if result.status is Status.NOT_CONNECTED:
            raise CommandError("This connection is not active: its owner has to authorize Office 365 first.")
        if result.error:
            raise CommandError(str(result.error))
        for done in result.rounds:
            kind = "full" if done.is_full else "delta"
            self.stdout.write(f"{done.kind}: {kind} round, {done.changed} changed, {done.deleted} deleted")


def find(email: str | None, number: int | None) -> int:
    """The number of the one connection that is meant. Raises CommandError."""
    if (email is None) == (number is None):
        raise CommandError("Name a person by e-mail, or a connection with --connection ID.")
    meant = Q(pk=number) if email is None else Q(user__email=email.lower())
    found = list(Connection.objects.filter(meant).select_related("account").order_by("pk"))
    if not found:
        raise CommandError(f"There is no connection {number}." if email is None else f"{email} has no connection.")
    if len(found) > 1:
        numbers = ", ".join(f"{connection.pk} ({connection.account.vanity})" for connection in found)
        raise CommandError(f"{email} is known in several companies. Choose one with --connection: {numbers}.")
    return found[0].pk
