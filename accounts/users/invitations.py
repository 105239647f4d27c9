"""Invitations by mail: a link that works for two weeks and once, at which somebody chooses a password."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import audit, directory
from accounts.models import Account, AuditAction, Role, User
from accounts.signing_in import password_policy

VALID_FOR = timedelta(days=14)
SALT = "accounts.invitations"

logger = logging.getLogger(__name__)


@transaction.atomic
def invite(
    account: Account, email: str, *, name: str, role: Role, actor: User, request: HttpRequest | None = None
) -> User:
    """A new person without a password who is waited for; call `send` after the transaction.

    Raises IntegrityError where the account knows the e-mail already.
    """
    person = directory.create_user(account, email, name=name, role=role, actor=actor, request=request)
    wait_for(person, actor=actor, request=request)
    return person


def may_be_invited(person: User) -> bool:
    """Whether a mail makes sense: they are active, have never been here, and have no password yet."""
    return person.is_active and person.last_login is None and not person.has_usable_password()


@transaction.atomic
def wait_for(person: User, *, actor: User, request: HttpRequest | None = None) -> None:
    """Remember that somebody is invited, for the first time or again."""
    person.invited_at = timezone.now()
    person.save(update_fields=["invited_at"])
    _record(AuditAction.USER_INVITED, person, actor, request, {"email": person.email})


def send(person: User, *, invited_by: User) -> bool:
    """Send the mail with the link; False where the mail server did not take it, which is logged."""
    context = {
        "person": person,
        "invited_by": invited_by,
        "account": person.account,
        "portal_url": settings.PORTAL_URL,
        "by_password": password_policy.allows(person),
        "link": settings.PORTAL_URL + reverse("invitation", args=[new_token(person)]),
        "days": VALID_FOR.days,
    }
    subject = " ".join(render_to_string("accounts/users/invitation_subject.txt", context).split())
    text = render_to_string("accounts/users/invitation_mail.txt", context)
    try:
        send_mail(subject, text, None, [person.email])
    except OSError:  # every failure of a mail server or of the way to it
        logger.exception("the invitation of user %s could not be sent", person.pk)
        return False
    return True


def new_token(person: User) -> str:
    """What stands in the link. It says who, and dies with the password it is made to replace and the next mail."""
    return signing.dumps({"user": person.pk, "fingerprint": _fingerprint(person)}, salt=SALT)


def invited_person(token: str, *, lock: bool = False) -> User | None:
    """Whom a link invites; None where it is forged, too old, used already, or no longer meant.

    `lock` keeps anyone else from using it until the transaction ends.
    """
    try:
        payload = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    people = User.objects.select_related("account").filter(is_active=True, invited_at__isnull=False)
    if lock:
        people = people.select_for_update(of=("self",))
    person = people.filter(pk=payload["user"]).first()
    return person if person and constant_time_compare(payload["fingerprint"], _fingerprint(person)) else None


def accepted(person: User, *, method: str, request: HttpRequest | None) -> None:
    """Stop waiting for somebody who has chosen a password or signed in; call it in the transaction of that."""
    if not User.objects.filter(pk=person.pk, invited_at__isnull=False).update(invited_at=None):
        return
    person.invited_at = None
    _record(AuditAction.INVITATION_ACCEPTED, person, person, request, {"method": method})


def signed_in(sender: object, user: User, request: HttpRequest | None = None, **_others: Any) -> None:  # noqa: ARG001
    """Receiver of user_logged_in: whoever is here has accepted, whichever way they came."""
    if user.invited_at is not None:
        with transaction.atomic():
            accepted(user, method="sign_in", request=request)


def _fingerprint(person: User) -> str:
    state = f"{person.pk}:{person.password}:{person.is_active}:{person.invited_at}"
    return salted_hmac(SALT, state, algorithm="sha256").hexdigest()[:32]


def _record(action: AuditAction, person: User, actor: User, request: HttpRequest | None, after: dict[str, Any]) -> None:
    audit.record(action, account=person.account, actor=actor, target=person, after=after, request=request)
