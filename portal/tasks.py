"""Celery's door to the top floor."""

from celery import shared_task
from django.core.management import call_command

from portal.health import worker_heartbeat

__all__ = ["forget_sessions", "worker_heartbeat"]


@shared_task(name="portal.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions that have expired."""
    call_command("clearsessions")
