"""Counting wrong passwords, by django-axes; only sign-ins by password have anything to do with it."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest

from accounts.models import User
from accounts.signing_in import sessions


class PasswordHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """axes's, which forgets wrong passwords after a right one. Single sign-on proves no password."""

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **signal: Any) -> None:
        """Forget them where a password was right."""
        if sessions.method_of(request) == sessions.PASSWORD:
            super().user_logged_in(sender, request, user, **signal)
