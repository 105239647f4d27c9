"""E-mail and password. An address may be known in several accounts: the password says whose it is."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User
from accounts.signing_in.password_policy import allows


class PasswordBackend(BaseBackend):
    """Signs in the one person whose e-mail and password these are; among several, `vanity` must choose."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - part of Django's interface
        username: str | None = None,
        password: str | None = None,
        vanity: str | None = None,
        **_others: Any,
    ) -> User | None:
        """The person, or None where nobody fits, or more than one, or they may not use a password."""
        people = [person for person in matching_people(username or "", password or "", vanity) if allows(person)]
        return people[0] if len(people) == 1 else None

    def get_user(self, user_id: int) -> User | None:
        """The active person with this id, with their account; asked at every request."""
        return User.objects.select_related("account").filter(pk=user_id, is_active=True).first()


def matching_people(email: str, password: str, vanity: str | None = None) -> list[User]:
    """Everyone active who has this e-mail and this password, in one account or in all of them."""
    people = User.objects.select_related("account").filter(email=email.strip().lower(), is_active=True)
    if vanity:
        people = people.filter(account__vanity=vanity)
    candidates = list(people.order_by("account__name", "pk"))
    if not candidates:
        make_password(password)  # an unknown address takes as long to refuse as a wrong password
    return [person for person in candidates if person.check_password(password)]


def name_for_lock_out(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """Under which name wrong passwords are counted: the e-mail in small letters, as it is looked up.

    After a success the credentials hold our opaque username, so that what was typed comes first.
    """
    typed = request.POST.get("username") or (credentials or {}).get("username", "")
    return typed.strip().lower()[:254]
