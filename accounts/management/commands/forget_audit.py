"""`manage.py forget_audit --older-than-days 365`: forget the oldest rows of the audit log."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit_log import retention
from accounts.models import Account

FEWEST_DAYS = 30


class Command(BaseCommand):
    """Deletes what is older than so many days, in one account or in all of them."""

    help = "Delete rows of the audit log that are older than so many days."

    def add_arguments(self, parser: CommandParser) -> None:
        """How old, and of which account."""
        parser.add_argument("--older-than-days", type=int, required=True, help=f"at least {FEWEST_DAYS}")
        parser.add_argument("--account", default="", metavar="VANITY", help="this account only")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Forget, and say how many rows of which account it was."""
        older_than = moment(options["older_than_days"])
        for account in chosen_accounts(options["account"]):
            count = retention.forget(account, older_than)
            self.stdout.write(f"{account.vanity}: {count} rows deleted.")


def moment(days: int) -> datetime:
    """So many days ago. Raises CommandError where that is too recent, or before there were days."""
    if days < FEWEST_DAYS:
        raise CommandError(
            f"The last {FEWEST_DAYS} days are always kept: give --older-than-days {FEWEST_DAYS} or more."
        )
    try:
        return timezone.now() - timedelta(days=days)
    except OverflowError as error:
        raise CommandError(f"{days} days ago is before there were dates.") from error


def chosen_accounts(vanity: str) -> list[Account]:
    """The account of this name, or all. Raises CommandError where there is none."""
    accounts = Account.objects.order_by("vanity")
    chosen = list(accounts.filter(vanity=vanity) if vanity else accounts)
    if vanity and not chosen:
        raise CommandError(f"There is no account called {vanity!r}.")
    return chosen
