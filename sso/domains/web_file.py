"""Reading the file that proves a domain from its web server."""

from accounts.safe_http import UnsafeUrlError, fetch

LARGEST = 1024  # bytes
PATIENCE_SECONDS = 6.0


class FileError(Exception):
    """There is no such file to be had; the words say why."""


def text_at(url: str) -> str:
    """What stands in the file; redirects are not followed, since they may lead to somebody else. Raises FileError."""
    try:
        return fetch(url, largest=LARGEST, patience=PATIENCE_SECONDS).decode("utf-8", "replace")
    except UnsafeUrlError as error:
        raise FileError(f"The file was not found: {error}") from error
