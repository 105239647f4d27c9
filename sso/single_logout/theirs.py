"""A logout that the identity provider begins: it names a person, and their sessions end wherever they are.

The browser that brings the message is another site's page or frame, so that it comes without our cookies.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from accounts.signing_in import sessions
from sso import saml
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider, SamlSession, UsedAssertion
from sso.single_logout.ours import Said

LONGEST_RELAY_STATE = 1_000
REMEMBERED_FOR = timedelta(hours=1)  # well beyond the time for which a message is in time


@transaction.atomic
def end_sessions(provider: IdentityProvider, said: Said, request: HttpRequest) -> saml.LogoutAsked:
    """End every session that the request names, audited. Raises SamlError; then nothing has ended."""
    party = saml.party_of(provider.account, provider)
    asked = saml.read_logout_request(party, said.parameters, said.binding, said.query_string, timezone.now())
    _use_up(asked)
    for user, number in _end(provider, asked).items():
        audit.record(
            AuditAction.SINGLE_LOGOUT,
            account=provider.account,
            actor=f"SSO: {provider.entity_id}",
            target=user,
            after={"begun_by": "identity provider", "sessions": number},
            request=request,
        )
    return asked


def answer_to(provider: IdentityProvider, asked: saml.LogoutAsked, relay_state: str) -> saml.Outgoing | None:
    """What the identity provider is told; None where it named no address for it, or we have no key to sign with."""
    if not provider.slo_url:
        return None
    if len(relay_state) > LONGEST_RELAY_STATE:
        relay_state = ""  # the standard has 80 bytes; what is far longer fits into no redirect
    try:
        return saml.logout_response(
            saml.party_of(provider.account, provider),
            in_response_to=asked.message_id,
            succeeded=True,
            relay_state=relay_state,
        )
    except saml.NoKeyError:
        return None


def _end(provider: IdentityProvider, asked: saml.LogoutAsked) -> dict[User, int]:
    """End them; how many each person had."""
    named = SamlSession.objects.filter(
        issuer=asked.issuer, name_id=asked.name_id, user__account=provider.account_id
    ).select_related("user")
    if asked.session_indexes:
        # One whose index never came may be any of them.
        named = named.filter(Q(session_index__in=asked.session_indexes) | Q(session_index=""))
    rows = list(named.select_for_update(of=("self",)))
    sessions.end({row.session_key for row in rows})
    SamlSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
    ended: dict[User, int] = {}
    for row in rows:
        ended[row.user] = ended.get(row.user, 0) + 1
    return ended


def _use_up(asked: saml.LogoutAsked) -> None:
    """A request counts once."""
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                issuer=asked.issuer,
                assertion_id=f"logout {asked.message_id}"[:500],
                expires_at=timezone.now() + REMEMBERED_FOR,
            )
    except IntegrityError as error:
        raise SamlError(Reason.REPLAYED, "the logout was asked for before") from error
