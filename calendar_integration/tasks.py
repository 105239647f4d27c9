"""Celery's doors: ids in, one call. No retry policy of Celery's: the schedule is in the database."""

import logging
from collections.abc import Callable

from celery import shared_task
from django.conf import settings

from calendar_integration import notices, queueing
from calendar_integration.authorization import admin_consent, attempts
from calendar_integration.company_consent import consent_links, consent_mails, consent_requests
from calendar_integration.ending import forgetting
from calendar_integration.exchange_servers import server_trials
from calendar_integration.health import alarm
from calendar_integration.subscriptions import due as subscriptions_due
from calendar_integration.subscriptions import keeping
from calendar_integration.sync import chunks, circuits, engine, failures, hurrying, schedule, set_aside

logger = logging.getLogger(__name__)


@shared_task(name=queueing.SYNC_TASK)
def sync_connection(connection_id: int) -> None:
    """Synchronise one mailbox, unless it was told to wait since this was queued."""
    if not schedule.may_run_now(connection_id):
        return
    result = engine.sync_connection(connection_id)
    rounds = ", ".join(f"{r.kind} {'full' if r.is_full else 'delta'} +{r.changed} -{r.deleted}" for r in result.rounds)
    logger.info("connection %s: %s %s", connection_id, result.status, rounds)
    if settings.NOTIFICATION_URL and any(round_.is_full for round_ in result.rounds):
        queueing.nudge(queueing.RENEW_TASK)  # somebody who has just connected is not left waiting for the schedule


@shared_task(name=queueing.CHUNK_TASK)
def sync_chunk(connection_ids: list[int]) -> None:
    """Synchronise mailboxes that the dispatcher has claimed."""
    counted = chunks.sync_chunk(connection_ids)
    logger.info("%s mailboxes: %s", len(connection_ids), ", ".join(f"{n} {status}" for status, n in counted.items()))


@shared_task(name=queueing.DISPATCH_TASK)
def dispatch_due() -> None:
    """Queue the mailboxes that are due, and one of every account that pauses and is to be tried.

    Each part is its own: one that fails is raised when the others are done.
    """
    queueing.nudge_is_heard(queueing.DISPATCH_TASK)
    if not queueing.queue_answers():
        return  # claimed mailboxes would wait for nothing
    mistakes = [mistake for part in (_bury, _queue_probes, _queue_due) if (mistake := _mistake_of(part))]
    if mistakes:
        raise mistakes[0]


def _bury() -> None:
    if not queueing.was_database_away():  # or workers that waited for it would look dead
        set_aside.bury()


def _queue_probes() -> None:
    queueing.send_chunks(circuits.choose_probes(), size=1)


def _queue_due() -> None:
    queueing.send_chunks(schedule.claim_due())


def _mistake_of(part: Callable[[], object]) -> Exception | None:
    """What went wrong with one part of the dispatching, which is logged."""
    try:
        part()
    except Exception as mistake:
        logger.exception("dispatching: %s", part.__name__)
        if failures.is_out_of_reach(mistake):
            queueing.note_database_away()
        return mistake
    return None


@shared_task(name="calendar_integration.mark_stale")
def mark_stale() -> None:
    """Say which mailboxes are no longer up to date."""
    schedule.mark_stale()


@shared_task(name="calendar_integration.watch_freshness")
def watch_freshness() -> None:
    """Tell the admins of accounts whose mailboxes are out of date, once until that is over."""
    alarm.watch()


@shared_task(name=queueing.RENEW_TASK)
def renew_subscriptions() -> None:
    """Queue the mailboxes with subscriptions to make or renew, and find those that a notification has missed.

    Without notifications, have those polled at the base again whose polls were stretched.
    """
    queueing.nudge_is_heard(queueing.RENEW_TASK)
    hurrying.hurry_forgotten()
    hurrying.bring_back()
    if queueing.queue_answers():
        queueing.send_subscribing(subscriptions_due.claim_due())


@shared_task(name=queueing.SUBSCRIBE_TASK)
def keep_subscriptions(connection_ids: list[int]) -> None:
    """Make and renew the subscriptions of these mailboxes; our own mistake with one holds up no other."""
    for connection_id in connection_ids:
        try:
            keeping.keep(connection_id)
        except Exception:
            logger.exception("subscriptions of connection %s", connection_id)


@shared_task(name="calendar_integration.expire_attempts")
def expire_attempts() -> None:
    """End authorizations that nobody came back from; delete those that ended long ago, and what goes with them."""
    attempts.expire()
    attempts.delete_old()
    admin_consent.delete_old()
    consent_links.forget_old()
    server_trials.delete_old()


@shared_task(name=queueing.FORGET_TASK)
def forget_mailboxes(connection_ids: list[int]) -> None:
    """Delete what is held of mailboxes that were disconnected."""
    for connection_id in connection_ids:
        forgetting.forget(connection_id)


@shared_task(name="calendar_integration.forget_left_over")
def forget_left_over() -> None:
    """Finish what a killed worker, or a queue out of reach, has left."""
    forget_mailboxes(forgetting.left_over())


@shared_task(name=notices.REAUTHORIZE_TASK)
def tell_to_reauthorize(connection_id: int) -> None:
    """Tell somebody that they have to connect again."""
    notices.tell_to_reauthorize(connection_id)


@shared_task(name="calendar_integration.tell_untold")
def tell_untold() -> None:
    """Tell those whom a queue or a mail server out of reach has kept waiting."""
    for connection_id in notices.untold():
        notices.tell_to_reauthorize(connection_id)
    for account_id in notices.accounts_untold():
        notices.tell_secret_refused(account_id)
    consent_mails.catch_up()


@shared_task(name=notices.SECRET_TASK)
def tell_secret_refused(account_id: int) -> None:
    """Tell an account's owners and admins that Microsoft refuses our client secret."""
    notices.tell_secret_refused(account_id)


@shared_task(name=consent_requests.MAIL_ADMINS_TASK)
def mail_admins_about_consent(account_id: int) -> None:
    """Tell an account's owners and admins who waits for an Office 365 admin."""
    consent_mails.mail_admins(account_id)


@shared_task(name=consent_requests.TELL_WAITING_TASK)
def tell_waiting_for_consent(account_id: int) -> None:
    """Tell those who waited that they can go on."""
    consent_mails.tell_waiting(account_id)
