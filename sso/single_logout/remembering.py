"""What an identity provider calls the sessions that began with it."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.prepared import insert
from sso.models import IdentityProvider, SamlSession
from sso.saml import Assertion

LONGEST_FORMAT, LONGEST_INDEX = 200, 500
SETTLED = timedelta(minutes=5)


def remember(request: HttpRequest, user: User, assertion: Assertion, provider: IdentityProvider) -> None:
    """Keep what the identity provider calls the session that has just begun; call it after Django's login."""
    session_index = str(getattr(assertion, "session_index", ""))
    row = SamlSession(
        user=user,
        issuer=provider.entity_id,
        name_id=assertion.name_id,
        name_id_format=_if_short(assertion.name_id_format, LONGEST_FORMAT),
        session_index=_if_short(session_index, LONGEST_INDEX),
        session_key=str(request.session.session_key),
    )
    insert(row, instead_of="session_key")


def _if_short(text: str, longest: int) -> str:
    """Half an identifier names nothing: without it the logout is about all sessions of the name id."""
    return text if len(text) <= longest else ""


def forget_gone() -> int:
    """Delete the rows whose session has ended; answers how many. One that is just being signed out has no row left.

    One that begins is written after its row here, at the end of the same request.
    """
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    settled = SamlSession.objects.filter(created_at__lt=timezone.now() - SETTLED)
    return settled.exclude(Exists(alive)).delete()[0]
