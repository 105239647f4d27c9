"""/token: access tokens for codes and refresh tokens.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.connections import reset
from sandbox.identity.authorize import client_info
from sandbox.identity.claims import Subject, access_token, id_token
from sandbox.identity.client_authentication import check_client
from sandbox.identity.errors import TokenError, unknown_tenant
from sandbox.identity.grant import Grant, claims_of_grant, person_of_grant, read_grant, tenant_of_grant
from sandbox.identity.registration import CLIENT_ID
from sandbox.identity.resources import unknown_resource
from sandbox.identity.scopes import OPENID, Scopes, UnknownScope, full_name, least_missed, parse_scopes
from sandbox.identity.token_faults import raise_fault, spoilt_claims, told_subject
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Tenant
from sandbox.world import RefreshToken, World, world_of


async def token(request: Request) -> Response:
    """The token endpoint."""
    world = world_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        tenant = _tenant(request, world, form)
        await _hinder(request, world, tenant)
        answer = _answer(request, world, tenant, form)
        return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
    except TokenError as error:
        return error.response()


def _tenant(request: Request, world: World, form: dict[str, str]) -> Tenant:
    """Whom the path means; notes whose the grant is. Raises TokenError."""
    name = request.path_params["tenant"]
    tenant = world.tenant(name) or (tenant_of_grant(world, form) if name in ("common", "organizations") else None)
    if tenant is None:
        raise unknown_tenant(name)
    person = person_of_grant(world, tenant, form)
    request.state.upn = person.upn if person else None
    return tenant


async def _hinder(request: Request, world: World, tenant: Tenant) -> None:
    """Waits, or breaks the connection, where a fault says so."""
    if slow := world.faults.take("token.slow", request.state.upn, tenant.domain):
        await asyncio.sleep(1 if slow.seconds is None else slow.seconds)
    if world.faults.take("token.reset", request.state.upn, tenant.domain):
        await reset(request)
        raise TokenError("temporarily_unavailable", 90033, "Nobody reads this.", status=503)


def _answer(request: Request, world: World, tenant: Tenant, form: dict[str, str]) -> Json:
    raise_fault(
        world.faults, request.state.upn, tenant.domain, form.get("grant_type", ""), proven=claims_of_grant(world, form)
    )
    check_client(request, world, form)
    return _tokens(world, read_grant(world, tenant, form), form)


def _scopes(world: World, grant: Grant, form: dict[str, str]) -> Scopes:
    """The scopes asked for, of one resource and consented to. Raises TokenError."""
    try:
        scopes = parse_scopes(form.get("scope") or grant.scopes)
    except UnknownScope as error:
        raise TokenError("invalid_scope", 70011, f"The scope '{error}' does not exist.") from error
    if len(scopes.resources) > 1:
        message = "The value of the input parameter scope is not valid: it contains more than one resource."
        raise TokenError("invalid_scope", 28000, message)
    if refused := unknown_resource(world.config, grant.tenant, scopes):
        raise TokenError(*refused)
    if not scopes.permissions <= grant.tenant.honoured(grant.person.oid, time.time()):
        message = f"The user or administrator has not consented to use the application with ID '{CLIENT_ID}'."
        raise TokenError("invalid_grant", 65001, message, "consent_required")
    return scopes


def _tokens(world: World, grant: Grant, form: dict[str, str]) -> Json:
    scopes = _scopes(world, grant, form)
    (resource,) = scopes.resources
    granted = _granted(world, grant, scopes, resource)
    seen_by_resource = [name.rpartition("/")[2] for name in granted]
    subject = told_subject(world, Subject(grant.tenant, grant.person))
    openid = [name for name in OPENID if name in scopes.openid and name != "offline_access"]
    answer: Json = {
        "token_type": "Bearer",
        "scope": " ".join([full_name(name) if scopes.written_in_full else name for name in granted] + openid),
        "expires_in": world.state.token_lifetime,
        "ext_expires_in": world.state.token_lifetime,
        "access_token": access_token(world, Subject(grant.tenant, grant.person), resource, seen_by_resource + openid),
    }
    asked_before = parse_scopes(grant.scopes)
    if "offline_access" in scopes.openid | asked_before.openid:
        kept = RefreshToken(grant.tenant.id, grant.person.oid, grant.scopes.split(), claims=grant.claims)
        answer["refresh_token"] = world.keep_refresh_token(kept)
    if "openid" in scopes.openid:
        nonce = "not-the-nonce-of-this-request" if _wrong_nonce(world, grant) else grant.nonce
        answer["id_token"] = id_token(world, subject, nonce, spoilt_claims(world.faults, grant.person.upn))
    if form.get("client_info") == "1":
        answer["client_info"] = client_info(subject.person.oid, subject.tenant.id)
    return answer


def _wrong_nonce(world: World, grant: Grant) -> bool:
    return bool(grant.nonce) and world.faults.take("token.wrong_nonce", grant.person.upn) is not None


def _granted(world: World, grant: Grant, scopes: Scopes, resource: str) -> list[str]:
    """Everything consented to on the resource, which may be more than was asked for."""
    consented = parse_scopes(" ".join(grant.tenant.honoured(grant.person.oid, time.time()))).permissions
    granted = sorted(name for name in consented if resource in Scopes(frozenset({name}), frozenset()).resources)
    if len(scopes.permissions) > 0 and world.faults.take("token.fewer_scopes", grant.person.upn):
        granted = [name for name in granted if name != least_missed(scopes.permissions)]
    return granted
