"""manage.py create_account: a new customer organisation with its first owner."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_domain_name
from django.db import transaction
from django.utils import timezone

from accounts import audit, directory
from accounts.models import Account, AuditAction, Domain, Role, User
from accounts.time_zones import known_time_zones


class Command(BaseCommand):
    """The operator vouches for the domain, so it counts as proven."""

    help = "Create an account with its first owner and a domain that counts as proven."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the operator names."""
        parser.add_argument("vanity", help="stands in the account's addresses, such as contoso")
        parser.add_argument("--name", required=True, help="the organisation's name")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="the first owner's e-mail")
        parser.add_argument("--owner-name", default="", help="the first owner's name")
        parser.add_argument("--domain", required=True, help="the organisation's mail domain")
        parser.add_argument("--time-zone", default="UTC", help="for people who have chosen none")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create everything, or nothing and say why."""
        account = Account(vanity=options["vanity"], name=options["name"], time_zone=options["time_zone"])
        try:
            validate_domain_name(options["domain"])
            Domain(name=options["domain"]).clean_fields(exclude={"account"})
            account.full_clean()
            User(email=options["owner"], name=owner_name(options)).clean_fields(exclude={"account", "password"})
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        if account.time_zone not in known_time_zones():
            raise CommandError(f"{account.time_zone} is not a time zone we know.")
        if Domain.objects.filter(name=options["domain"].lower(), proven_at__isnull=False).exists():
            raise CommandError(f"{options['domain']} is another account's already.")
        create(account, options)
        self.stdout.write(f"Account {account.vanity} created; its owner is {options['owner']}.")


@transaction.atomic
def create(account: Account, options: dict[str, Any]) -> None:
    """The account, its domain and its owner, audited."""
    account.save()
    Domain.objects.create(account=account, name=options["domain"].lower(), proven_at=timezone.now())
    after = {"name": account.name, "domain": options["domain"].lower()}
    audit.record(AuditAction.ACCOUNT_CREATED, account=account, actor=audit.OPERATOR, target=account, after=after)
    directory.create_user(account, options["owner"], name=owner_name(options), role=Role.OWNER, actor=audit.OPERATOR)


def owner_name(options: dict[str, Any]) -> str:
    """The owner's name, else what their e-mail suggests."""
    return str(options["owner_name"] or options["owner"].split("@")[0].title())
