"""Typed readers of environment variables: the only place that looks at os.environ for configuration."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def text(name: str, default: str | None = None) -> str:
    """The variable as text. Raises ImproperlyConfigured where it is unset and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """The variable as a truth value. Raises ImproperlyConfigured on any word it does not know."""
    word = os.environ.get(name, "yes" if default else "no").strip().lower()
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise ImproperlyConfigured(f"{name} must be yes or no, not {word!r}.")


def integer(name: str, default: int) -> int:
    """The variable as a whole number. Raises ImproperlyConfigured where it is not one."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str) -> list[str]:
    """The variable as a list, separated by commas; empty where it is unset."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def url(name: str, default: str) -> str:
    """The variable as an http or https URL without a trailing slash."""
    value = os.environ.get(name, default).rstrip("/")
    if not value.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"{name} must begin with http:// or https://, not {value!r}.")
    return value


def public_url(name: str) -> str:
    """The variable as a URL that others call us by, without a trailing slash; empty where it is unset.

    It is https; http too, on this machine. Raises ImproperlyConfigured for anything else.
    """
    value = os.environ.get(name, "").rstrip("/")
    parts = urlsplit(value)
    is_good = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if value and not (is_good and parts.hostname):
        raise ImproperlyConfigured(f"{name} must begin with https://, not {value!r}.")
    return value


def var_dir(base: Path) -> Path:
    """Where this checkout keeps its data between runs: ATRIUM_VAR, or var/ beside manage.py."""
    return (base / os.environ.get("ATRIUM_VAR", "var")).resolve()
