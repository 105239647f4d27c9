"""manage.py demo: two companies to try everything with, served by the sandbox."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import requests
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import audit, directory
from accounts.models import Account, Group, Membership, Role, User

PASSWORD = "atrium-demo"  # noqa: S105 - of a demo on this machine; the command refuses to run without the sandbox
SANDBOX_ANSWERS_WITHIN_SECONDS = 30

COMPANIES = (
    ("contoso", "Contoso", "dana", "Dana Reyes", "Europe/Madrid"),
    ("fabrikam", "Fabrikam", "finn", "Finn Carter", "America/New_York"),
)
# Others become users at their first sign-in.
CONTOSO_PEOPLE = (("lee", "Lee Park", Role.ADMIN), ("sam", "Sam Okafor", Role.MEMBER))


class Command(BaseCommand):
    """Does nothing that is done already."""

    help = "Create the demo accounts of make run: Contoso and Fabrikam, with the sandbox as their Microsoft 365."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Create what is missing."""
        sandbox = os.environ.get("SANDBOX_URL", "")
        if not sandbox:
            raise CommandError("The demo needs the sandbox: it is part of make run.")
        wait_for(f"{sandbox}/healthz")
        for vanity, name, owner, owner_name, time_zone in COMPANIES:
            domain = f"{vanity}.example"
            if not Account.objects.filter(vanity=vanity).exists():
                create_company(vanity, name, f"{owner}@{domain}", owner_name, time_zone)
                call_command("configure_calendar", vanity, tenant=domain, ask="first", verbosity=0)
            configure_idp(vanity, f"{sandbox}/saml/{domain}/metadata")


@transaction.atomic
def create_company(vanity: str, name: str, owner: str, owner_name: str, time_zone: str) -> None:
    """The account with its owner; Contoso has an admin and a group with its admin as well."""
    domain = f"{vanity}.example"
    names = {"name": name, "owner": owner, "owner_name": owner_name, "domain": domain, "time_zone": time_zone}
    call_command("create_account", vanity, **names, verbosity=0)
    account = Account.objects.get(vanity=vanity)
    first_owner = User.objects.get(account=account, email=owner)
    first_owner.set_password(PASSWORD)
    first_owner.save()
    if vanity == "contoso":
        people_of_contoso(account)


def people_of_contoso(account: Account) -> None:
    """An admin, the Sales group with the person who runs it, and a second group, so that priorities mean something."""
    for first_name, name, role in CONTOSO_PEOPLE:
        directory.create_user(account, f"{first_name}@contoso.example", name=name, role=role, actor=audit.OPERATOR)
    sales = Group.objects.create(account=account, name="Sales", priority=1, description="Everyone who sells")
    Group.objects.create(account=account, name="Interns", priority=2, description="Here for a few months")
    sam = User.objects.get(account=account, email="sam@contoso.example")
    Membership.objects.create(group=sales, user=sam, is_admin=True)


def configure_idp(vanity: str, url: str) -> None:
    """Take the sandbox's metadata over: it may have new keys since the last run."""
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.xml"
        file.write_bytes(answer.content)
        call_command("configure_idp", vanity, metadata=file, verbosity=0)


def wait_for(url: str) -> None:
    """Wait until the sandbox answers. Raises CommandError where it does not."""
    deadline = time.monotonic() + SANDBOX_ANSWERS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)  # it starts beside us; nothing else is waited for in this process
    raise CommandError(f"The sandbox does not answer at {url}.")
