"""Celery's door to single sign-on."""

from celery import shared_task

from sso import sign_in


@shared_task(name="sso.forget_leftovers")
def forget_leftovers() -> None:
    """Delete what finished sign-ins left behind."""
    sign_in.forget_leftovers()
