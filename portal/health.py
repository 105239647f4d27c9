"""Whether this process lives (/healthz), and whether all it needs is there (/readyz)."""

import redis
from celery import shared_task
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from calendar_integration.queueing import redis_client

WORKER_SEEN_KEY = "atrium:worker-seen"
WORKER_SILENT_AFTER_SECONDS = 60


@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 where the database, Redis and a worker are there, else 503; either way which of them."""
    parts = {"database": database_answers(), **redis_and_worker()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    """Whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:  # a DatabaseError, or the InterfaceError of a connection that was cut
        return False
    return True


def redis_and_worker() -> dict[str, bool]:
    """Whether Redis answers, and whether a worker was heard of within a minute."""
    try:
        with redis_client() as client:
            is_seen = bool(client.exists(WORKER_SEEN_KEY))
    except redis.RedisError:
        return {"redis": False, "worker": False}
    return {"redis": True, "worker": is_seen}


def queue_lengths() -> dict[str, int]:
    """How many tasks wait in each queue that workers take from; nothing where Redis does not answer."""
    names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    try:
        with redis_client() as client:
            return {name: int(str(client.llen(name))) for name in names}
    except redis.RedisError:
        return {}


@shared_task(name="portal.worker_heartbeat")
def worker_heartbeat() -> None:
    """Leave a sign where readyz looks for it. Redis forgets it by its own clock: a worker's may be minutes off."""
    with redis_client() as client:
        client.set(WORKER_SEEN_KEY, 1, ex=WORKER_SILENT_AFTER_SECONDS)
