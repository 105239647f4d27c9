"""The present moment, as Graph writes it."""

from datetime import UTC, datetime


def timestamp() -> str:
    """Now, in UTC with Graph's seven decimals."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
