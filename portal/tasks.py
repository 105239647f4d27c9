"""Celery's door to the top floor."""

from portal.health import worker_heartbeat

__all__ = ["worker_heartbeat"]
