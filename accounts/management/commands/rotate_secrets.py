"""`manage.py rotate_secrets`: encrypt every secret at rest with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import secret_rotation
from accounts.fields import cipher
from accounts.secret_rotation import Count

NAMED = 20  # primary keys in a message


class Command(BaseCommand):
    """Encrypts anew while everything runs; started again, it goes on where it was."""

    help = (
        "Encrypt every secret in the database with the first of FIELD_ENCRYPTION_KEYS. First put the new key in front "
        "of the old ones and restart every process; then run this; then run it with --check; when that finds no row "
        "with an older key, take the old keys out and restart once more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to look only."""
        parser.add_argument("--check", action="store_true", help="change nothing; fail where an older key is needed")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Rotate every column, and say what was found in each."""
        _refuse_unusable_keys()
        counts: list[Count] = []
        try:
            for model, column in secret_rotation.columns():
                counts.append(secret_rotation.rotate(model, column, only_count=options["check"]))
                self.stdout.write(str(counts[-1]))
        finally:  # also where it is stopped with Ctrl-C
            if not options["check"] and any(count.rotated for count in counts):
                secret_rotation.record()
        self._refuse_unreadable(counts)
        left = sum(count.rotated if options["check"] else count.busy for count in counts)
        if left:
            raise CommandError(f"{left} rows still need an older key. Run rotate_secrets, and keep the older keys.")
        self.stdout.write("Every secret is encrypted with the first key.")

    def _refuse_unreadable(self, counts: list[Count]) -> None:
        """Raises CommandError where there are rows that no key can read; all others have been done by then."""
        unreadable = [count for count in counts if count.unreadable]
        if unreadable:
            raise CommandError(
                "No key of FIELD_ENCRYPTION_KEYS can read these rows: "
                + "; ".join(f"{count.model._meta.label} {_some(count.unreadable)}" for count in unreadable)
                + ". Put the key they were encrypted with at the end of the list and run this again; where it is lost, "
                "people have to connect again, and certificates have to be generated anew."
            )


def _refuse_unusable_keys() -> None:
    """Raises CommandError where there are no keys, or one is malformed."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error


def _some(keys: list[int]) -> str:
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return ", ".join(map(str, keys[:NAMED])) + more
