"""Celery's door to the top floor."""

from celery import shared_task
from django.core.management import call_command

from accounts.csv_import import pending
from accounts.signing_in import sessions
from portal.health import worker_heartbeat

__all__ = ["forget_sessions", "worker_heartbeat"]


@shared_task(name="portal.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions that have expired, what is known about where they were, and imports nobody confirmed."""
    call_command("clearsessions")
    sessions.forget_gone()
    pending.forget_old()
