"""Misbehaviour of the token endpoint."""

from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.identity.claims import Subject
from sandbox.identity.errors import TokenError
from sandbox.world import World

_DEFAULT_WAIT = 5


class Unreadable(TokenError):  # noqa: N818 - what the client finds it to be
    """Ends a call with a body that is no token answer."""

    def response(self) -> Response:
        """The text as it is."""
        return Response(self.message, self.status, media_type="text/html" if self.status != 200 else "application/json")


def raise_fault(faults: Faults, upn: str | None, grant_type: str) -> None:
    """Raises the TokenError of a fault, if one is on."""
    if fault := faults.take("token.unavailable", upn):
        message = "The service is temporarily unavailable."
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        raise TokenError("temporarily_unavailable", 90033, message, status=503, headers=headers)
    if fault := faults.take("token.throttled", upn):
        wait = _DEFAULT_WAIT if fault.retry_after is None else fault.retry_after
        headers = {"Retry-After": str(wait)}
        raise TokenError("temporarily_unavailable", 90055, "Too many requests.", status=429, headers=headers)
    if faults.take("token.html", upn):
        raise Unreadable("", 0, "<h1>Too many requests</h1>", status=429)
    if faults.take("token.unreadable", upn):
        raise Unreadable("", 0, "{}", status=200)
    if faults.take("token.invalid_client", upn):
        message = "The provided client secret keys for the app are expired."
        raise TokenError("invalid_client", 7000222, message, status=401)
    if grant_type == "refresh_token" and faults.take("token.refresh_revoked", upn):
        message = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
        raise TokenError("invalid_grant", 50173, message, "bad_token")


def told_subject(world: World, subject: Subject) -> Subject:
    """Whom the id_token names: the person, unless a fault makes it somebody else or somewhere else."""
    upn = subject.person.upn
    if world.faults.take("token.wrong_person", upn):
        other = next(person for person in subject.tenant.people.values() if person.oid != subject.person.oid)
        return Subject(subject.tenant, other)
    if world.faults.take("token.wrong_tenant", upn):
        other_tenant = next(tenant for tenant in world.state.tenants if tenant.id != subject.tenant.id)
        return Subject(other_tenant, subject.person)
    return subject
