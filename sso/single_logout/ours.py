"""A logout that a person begins here: our session ends first, then the identity provider is asked to end its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso import saml
from sso.errors import Reason, SamlError
from sso.models import Binding, IdentityProvider, KeyState, LogoutRequest, SamlSession, ServiceProviderKey
from sso.saml.parsing import decode, inflate, parse

SALT = "sso.single_logout"
TICKET_LIVES = timedelta(minutes=5)
ANSWER_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Said:
    """What came from the identity provider by way of the browser."""

    parameters: Mapping[str, str]
    binding: Binding
    query_string: str


def farewell(request: HttpRequest, user: User) -> str:
    """Where somebody who signs out goes on to, if their session can be ended at the identity provider as well.

    The path names no person: only our row of the session, for a few minutes.
    """
    session = SamlSession.objects.filter(user=user, session_key=request.session.session_key or "").first()
    if session is None or not _is_offered(user.account, session.issuer):
        return ""
    return reverse("sso_leave", args=[user.account.vanity, signing.dumps(session.pk, salt=SALT)])


@transaction.atomic
def begin(account: Account, ticket: str, request: HttpRequest) -> saml.Outgoing | None:
    """The request to the identity provider, audited; None where the ticket is not, or no longer, good for one."""
    provider = IdentityProvider.objects.filter(account=account, is_enabled=True).first()
    session = _session_of(account, ticket)
    if provider is None or session is None or session.issuer != provider.entity_id or not provider.slo_url:
        return None
    session.delete()
    try:
        outgoing = saml.logout_request(
            saml.party_of(account, provider),
            name_id=session.name_id,
            name_id_format=session.name_id_format,
            session_index=session.session_index,
        )
    except saml.NoKeyError:
        return None
    LogoutRequest.objects.create(provider=provider, message_id=outgoing.message_id)
    audit.record(
        AuditAction.SINGLE_LOGOUT,
        account=account,
        actor=session.user,
        target=session.user,
        after={"begun_by": "person"},
        request=request,
    )
    return outgoing


def answered(provider: IdentityProvider, said: Said) -> bool:
    """Whether the identity provider signed the person out. Works once for each request of ours; raises SamlError."""
    request = LogoutRequest.objects.filter(provider=provider, message_id=_answers(said)).first()
    if request is None:
        raise SamlError(Reason.UNKNOWN_REQUEST, "no such logout of ours")
    now = timezone.now()
    succeeded = saml.read_logout_response(
        saml.party_of(provider.account, provider),
        said.parameters,
        said.binding,
        said.query_string,
        request_id=request.message_id,
        now=now,
    )
    if now - request.created_at > ANSWER_WITHIN:
        raise SamlError(Reason.EXPIRED, "the logout was begun too long ago")
    if not LogoutRequest.objects.filter(pk=request.pk, answered_at=None).update(answered_at=now):
        raise SamlError(Reason.REPLAYED, "the logout was answered before")
    return succeeded


def forget_old() -> None:
    """Delete the requests of yesterday."""
    LogoutRequest.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()


def _is_offered(account: Account, issuer: str) -> bool:
    """Whether the identity provider that began the session takes logouts, and we have a key to sign one with."""
    offering = IdentityProvider.objects.filter(account=account, is_enabled=True, entity_id=issuer).exclude(slo_url="")
    return offering.exists() and ServiceProviderKey.objects.filter(account=account, state=KeyState.CURRENT).exists()


def _session_of(account: Account, ticket: str) -> SamlSession | None:
    try:
        pk = signing.loads(ticket, salt=SALT, max_age=TICKET_LIVES)
    except signing.BadSignature:
        return None
    found = SamlSession.objects.filter(user__account=account, pk=pk)
    return found.select_related("user__account").select_for_update(of=("self",)).first()


def _answers(said: Said) -> str:
    """The id of the request that a message says it answers, before anything of it is verified. Raises SamlError."""
    encoded = said.parameters.get("SAMLResponse", "")
    root = parse(inflate(encoded) if said.binding == Binding.REDIRECT else decode(encoded))
    return str(root.get("InResponseTo", ""))
