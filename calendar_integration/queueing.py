"""Putting a mailbox into the queue. The queue only makes it sooner: the schedule is in the database."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

SYNC_TASK = "calendar_integration.sync_connection"
CHUNK_TASK = "calendar_integration.sync_chunk"
CHUNK = 50  # mailboxes per task
DISPATCH_TASK = "calendar_integration.dispatch_due"
RENEW_TASK = "calendar_integration.renew_subscriptions"
SUBSCRIBE_TASK = "calendar_integration.keep_subscriptions"
FORGET_TASK = "calendar_integration.forget_mailboxes"
FORGOTTEN_TOGETHER = 50  # mailboxes per task
SUBSCRIBED_TOGETHER = 10
NUDGE_SECONDS = 15  # how long a nudge is good for: the schedule comes by itself then
REST_MS = 1000  # between two runs that nudges ask for, however many there are
PATIENCE_SECONDS = 1
DATABASE_AWAY = "atrium:database-away"
AWAY_SECONDS = 30  # in which workers that waited for the database give back what they hold
# How long a queued mailbox waits for a worker before it is queued again.
SKEW = timedelta(minutes=15)  # by which clocks may differ: Celery compares the sender's time with the worker's
CLAIM = timedelta(seconds=settings.SYNC_CLAIM_SECONDS)


def enqueue_sync(connection_id: int) -> None:
    """Ask for a sync of this connection once the transaction under way commits."""
    transaction.on_commit(lambda: send(connection_id))


def send(connection_id: int) -> None:
    """Ask for it now. With the queue out of reach nothing is lost: the schedule finds it when it is due."""
    try:
        _send(SYNC_TASK, [[connection_id]])
    except OperationalError as error:
        logger.warning("connection %s waits for the schedule, the queue is out of reach: %s", connection_id, error)


def send_chunks(connection_ids: Sequence[int], *, size: int = CHUNK) -> None:
    """Ask for syncs of these mailboxes, `size` to a task. What is not queued, the schedule finds again."""
    starts = range(0, len(connection_ids), size)
    if not connection_ids:
        return
    try:
        _send(CHUNK_TASK, [[list(connection_ids[start : start + size])] for start in starts])
    except OperationalError as error:
        logger.warning("%s mailboxes wait for the schedule, the queue is out of reach: %s", len(connection_ids), error)


def enqueue_forgetting(connection_ids: Sequence[int]) -> None:
    """Ask for the deletion of what is held of these mailboxes once the transaction under way commits."""
    if connection_ids:
        transaction.on_commit(lambda: send_forgetting(connection_ids))


def send_forgetting(connection_ids: Sequence[int]) -> None:
    """Ask for it now. With the queue out of reach nothing is lost: a scheduled task looks for what is left over."""
    starts = range(0, len(connection_ids), FORGOTTEN_TOGETHER)
    try:
        _send(FORGET_TASK, [[list(connection_ids[start : start + FORGOTTEN_TOGETHER])] for start in starts])
    except OperationalError as error:
        logger.warning("%s mailboxes wait to be forgotten, the queue is out of reach: %s", len(connection_ids), error)


def send_subscribing(connection_ids: Sequence[int]) -> None:
    """Have the subscriptions of these mailboxes made or renewed. What is not queued is found again when it is due."""
    starts = range(0, len(connection_ids), SUBSCRIBED_TOGETHER)
    try:
        _send(SUBSCRIBE_TASK, [[list(connection_ids[start : start + SUBSCRIBED_TOGETHER])] for start in starts])
    except OperationalError as error:
        logger.warning("%s mailboxes wait for subscriptions, the queue is out of reach: %s", len(connection_ids), error)


def nudge(task: str) -> None:
    """Have a scheduled task run now, rather than when it is due. However many ask, one waits in the queue.

    Where it began less than a second ago, it waits for the rest of that: it runs once a second at most, and after the
    last nudge. A worker whose clock is behind begins it so much later, and the schedule comes by itself before.
    """
    try:
        with redis_client() as client:
            is_first = client.set(_nudged(task), 1, nx=True, ex=NUDGE_SECONDS)
            rest = max(int(client.pttl(_rests(task))), 0) / 1000 if is_first else 0
        if is_first:
            expires = NUDGE_SECONDS + SKEW.total_seconds()
            current_app.send_task(task, retry=False, countdown=rest or None, expires=expires)
    except (redis.RedisError, OperationalError) as error:
        logger.info("%s waits for its time, the queue is out of reach: %s", task, error)


def nudge_is_heard(task: str) -> None:
    """The task begins: whoever asks from now on asks for another one."""
    with suppress(redis.RedisError), redis_client() as client, client.pipeline() as both:
        both.set(_rests(task), 1, px=REST_MS).delete(_nudged(task)).execute()


def _rests(task: str) -> str:
    return f"atrium:rests:{task}"


def _nudged(task: str) -> str:
    return f"atrium:nudged:{task}"


def note_database_away() -> None:
    """The database is away: for a while after it is back, nobody is dead for having said nothing."""
    with suppress(redis.RedisError), redis_client() as client:
        client.set(DATABASE_AWAY, 1, ex=AWAY_SECONDS)


def was_database_away() -> bool:
    """Whether that was a moment ago."""
    try:
        with redis_client() as client:
            return bool(client.exists(DATABASE_AWAY))
    except redis.RedisError:
        return False


def send_notice(task: str, row_id: int) -> None:
    """Ask for a mail about this row. It waits for a worker as long as it takes: nobody asks for it a second time."""
    try:
        _send(task, [[row_id]], expires=None)
    except OperationalError as error:
        logger.warning("%s of %s was not queued, the queue is out of reach: %s", task, row_id, error)


def _send(task: str, calls: list[list[object]], *, expires: timedelta | None = CLAIM) -> None:
    """Queue the task once for each list of arguments. Raises OperationalError where the queue is out of reach."""
    if not queue_answers():
        raise OperationalError("Redis does not answer")
    kept = (expires + SKEW).total_seconds() if expires else None
    for arguments in calls:
        current_app.send_task(task, arguments, retry=False, expires=kept)


def queue_answers() -> bool:
    """Whether Redis answers at once. Celery's own connection would try for seconds, and somebody may be waiting."""
    try:
        with redis_client() as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def redis_client() -> redis.Redis:
    """A client that gives up after a second and never tries twice."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
