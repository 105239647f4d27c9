"""Where people are signed in: one row of ours beside each of Django's sessions, which do not say whose they are."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, SignInSession, User
from accounts.prepared import insert
from accounts.signing_in import browsers, idle_timeout

ROW_WRITTEN_EVERY = timedelta(minutes=5)
SHOWN_AT_MOST = 50
PASSWORD, SSO = "password", "sso"
_METHOD = "atrium_sign_in_method"


def say_method(request: HttpRequest, method: str) -> None:
    """Say how the sign-in that follows in this request is done; unsaid, it is by password."""
    setattr(request, _METHOD, method)


def method_of(request: HttpRequest) -> str:
    """How the sign-in of this request was done."""
    return str(getattr(request, _METHOD, PASSWORD))


def remember(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Receiver of user_logged_in: write the row of the session that begins."""
    if request.session.session_key is None:
        request.session.create()  # another person's session was just ended in this browser, and this one has no key yet
    _note_sign_in(user)
    insert(_row(request, user, method=method_of(request)), instead_of="session_key")
    idle_timeout.begin(request.session, user)


def forget(*, request: HttpRequest, **_signal: Any) -> None:
    """Receiver of user_logged_out: the row goes with the session."""
    SignInSession.objects.filter(session_key=request.session.session_key or "").delete()


def seen(request: HttpRequest, user: User) -> None:
    """Note that the person was there just now."""
    key = request.session.session_key
    if not SignInSession.objects.filter(session_key=key).update(last_seen_at=timezone.now()):
        insert(_row(request, user, method=""), instead_of="session_key")  # a session from before there were rows


def of_person(person: User) -> QuerySet[SignInSession]:
    """The sessions that somebody could go on with, the latest first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    return SignInSession.objects.filter(Exists(alive), user=person).order_by("-last_seen_at", "-pk")


@transaction.atomic
def revoke(
    person: User, chosen: QuerySet[SignInSession], *, actor: User, request: HttpRequest
) -> Sequence[SignInSession]:
    """End these sessions of the person, audited; answers those that there still were."""
    ended = list(chosen.filter(user=person).select_for_update(of=("self",)))
    if not ended:
        return []
    _delete(ended)
    where = [f"{browsers.in_words(session.user_agent)}, {session.address or 'unknown address'}" for session in ended]
    audit.record(
        AuditAction.SESSION_REVOKED,
        account=person.account,
        actor=actor,
        target=person,
        before={"sessions": where[:SHOWN_AT_MOST], "number": len(ended)},
        request=request,
    )
    return ended


def end_all(person: User, _by: User | str = "") -> None:
    """End every session of somebody who was deactivated or has a new password; the change itself is audited."""
    _delete(list(SignInSession.objects.filter(user=person)))


def forget_gone() -> None:
    """Delete the rows whose session has ended by itself. One that begins is written after its row, at once."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    settled = SignInSession.objects.filter(last_seen_at__lt=timezone.now() - ROW_WRITTEN_EVERY)
    settled.exclude(Exists(alive)).delete()


def end(session_keys: Collection[str]) -> None:
    """End these sessions; why they end is audited by whoever knows it."""
    Session.objects.filter(session_key__in=session_keys).delete()
    SignInSession.objects.filter(session_key__in=session_keys).delete()


def _delete(sessions: Sequence[SignInSession]) -> None:
    end([session.session_key for session in sessions])


def _note_sign_in(user: User) -> None:
    """What Django's own receiver does, in a third of its time."""
    user.last_login = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET last_login = %s WHERE id = %s", [user.last_login, user.pk])


def _row(request: HttpRequest, user: User, *, method: str) -> SignInSession:
    return SignInSession(
        session_key=request.session.session_key or "",
        user=user,
        method=method,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:300],
        address=request.META.get("REMOTE_ADDR") or None,
        last_seen_at=timezone.now(),
    )
