"""Secrets at rest: encrypted with the first of settings.FIELD_ENCRYPTION_KEYS, readable with any of them."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


@lru_cache(maxsize=4)
def fernet(keys: tuple[str, ...]) -> MultiFernet:
    """The cipher of these keys. Raises ImproperlyConfigured where there are none or one is malformed."""
    if not keys:
        raise ImproperlyConfigured("Set FIELD_ENCRYPTION_KEYS to one or more Fernet keys.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS holds something that is no Fernet key.") from error


class EncryptedTextField(TextField):
    """Text that is encrypted in the database. It cannot be searched; empty text stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        """What goes into the database."""
        text = super().get_prep_value(value)
        return cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, _expression: Any, _connection: "BaseDatabaseWrapper") -> str | None:
        """What comes out of it. Raises cryptography's InvalidToken where no key fits."""
        return cipher().decrypt(value.encode()).decode() if value else value


def cipher() -> MultiFernet:
    """The cipher of the keys in force."""
    return fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))
