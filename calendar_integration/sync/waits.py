"""The waits of this installation, from its settings."""

from datetime import timedelta

from django.conf import settings

from calendar_integration.sync.back_off import Waits


def waits() -> Waits:
    """After a first failure, and at most."""
    return Waits(
        timedelta(seconds=settings.SYNC_FIRST_BACK_OFF_SECONDS),
        timedelta(seconds=settings.SYNC_LONGEST_BACK_OFF_SECONDS),
    )
