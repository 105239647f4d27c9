"""manage.py configure_calendar: an account's tenant, and whether people are asked to connect."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit
from accounts.models import Account, AuditAction
from accounts.tiered_settings import store
from calendar_integration import tenants
from calendar_integration.errors import UnavailableError
from calendar_integration.models import AskMode, CalendarService
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
            tenant_id = look_up(options["tenant"])
            save(account, {"tenant_id": tenant_id, "tenant_domain": options["tenant"]})
            self.stdout.write(f"The Office 365 of {account.vanity} is tenant {tenant_id}.")
        if options["ask"]:
            store.set_value(account, ASK.key, options["ask"], actor=audit.OPERATOR)
            self.stdout.write(f"People of {account.vanity} are asked: {AskMode(options['ask']).label.lower()}.")


def look_up(domain: str) -> Any:
    """The tenant's id at Microsoft. Raises CommandError."""
    try:
        tenant_id = tenants.look_up(domain)
    except UnavailableError as error:
        raise CommandError(str(error)) from error
    if tenant_id is None:
        raise CommandError(f"Microsoft knows no tenant with the domain {domain}.")
    return tenant_id


@transaction.atomic
def save(account: Account, changes: dict[str, Any]) -> None:
    """Change the account's calendar service."""
    service, _ = CalendarService.objects.select_for_update().get_or_create(account=account)
    before = {name: str(getattr(service, name)) for name in changes}
    for name, value in changes.items():
        setattr(service, name, value)
    service.save()
    after = {name: str(value) for name, value in changes.items()}
    audit.record(
        AuditAction.CALENDAR_SERVICE_CONFIGURED,
        account=account,
        actor=audit.OPERATOR,
        target=service,
        before=before,
        after=after,
    )
