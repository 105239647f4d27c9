"""Celery's door to single sign-on."""

from celery import shared_task

from sso import confirmation, notices, sign_in, sign_in_log, single_logout
from sso.single_logout import ours


@shared_task(name="sso.forget_leftovers")
def forget_leftovers() -> None:
    """Delete what finished sign-ins and sign-outs left behind."""
    sign_in.forget_leftovers()
    single_logout.forget_gone()
    ours.forget_old()


@shared_task(name="sso.forget_old")
def forget_old() -> None:
    """Delete attempts after 30 days, and confirmations that nobody needs any more."""
    sign_in_log.forget_old()
    confirmation.forget_old()


@shared_task(name="sso.send_certificate_notices")
def send_certificate_notices() -> None:
    """Tell owners and admins about certificates that run out."""
    notices.send_due()
