"""manage.py configure_calendar: an account's tenant, and whether people are asked to connect."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.models import Account
from accounts.tiered_settings import store
from calendar_integration import tenants
from calendar_integration.calendar_service import service
from calendar_integration.errors import UnavailableError
from calendar_integration.models import AskMode
from calendar_integration.setting_definitions import ASK


class Command(BaseCommand):
    """The tenant is looked up at Microsoft, so that a typing error cannot name somebody else's."""

    help = "Set an account's Entra tenant, by one of its domains, and when sign-ins lead to Office 365."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to set; what is not named stays."""
        parser.add_argument("vanity")
        parser.add_argument("--tenant", metavar="DOMAIN", help="a domain of the tenant, or its id")
        parser.add_argument("--ask", choices=AskMode.values)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Set it, audited."""
        account = Account.objects.filter(vanity=options["vanity"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['vanity']}.")
        if options["tenant"]:
            tenant = find(options["tenant"])
            service.configure(account, tenant)
            self.stdout.write(f"The Office 365 of {account.vanity} is tenant {tenant.id}.")
        if options["ask"]:
            store.set_value(account, ASK.key, options["ask"], actor=audit.OPERATOR)
            self.stdout.write(f"People of {account.vanity} are asked: {AskMode(options['ask']).label.lower()}.")


def find(domain: str) -> tenants.Tenant:
    """The tenant at Microsoft. Raises CommandError."""
    try:
        return tenants.find(domain)
    except (UnavailableError, tenants.NoTenantFoundError) as error:
        raise CommandError(str(error)) from error
