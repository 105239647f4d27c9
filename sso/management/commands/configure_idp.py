"""manage.py configure_idp: an account's identity provider from its metadata, enabled at once."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.models import Account
from sso import configuration, saml
from sso.errors import SamlError


class Command(BaseCommand):
    """The operator vouches for it, which stands in for the test sign-in that administrators make."""

    help = "Configure and enable an account's identity provider from its metadata file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and from where."""
        parser.add_argument("vanity")
        parser.add_argument("--metadata", required=True, type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Configure it, or say what is wrong with the file."""
        account = Account.objects.filter(vanity=options["vanity"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['vanity']}.")
        try:
            metadata = saml.parse_idp_metadata(options["metadata"].read_bytes())
        except OSError as error:
            raise CommandError(f"{options['metadata']} cannot be read: {error.strerror}.") from error
        except SamlError as error:
            raise CommandError(f"{options['metadata']} is no usable metadata: {error.detail}.") from error
        provider = configuration.configure(account, metadata, actor=audit.OPERATOR)
        self.stdout.write(f"{account.vanity} signs in at {provider.entity_id}.")
