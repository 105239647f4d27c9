"""/authorize: who is it, may they consent, did they.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.identity.answers import send_back
from sandbox.identity.authorize_faults import interrupted, told_state
from sandbox.identity.authorize_request import AuthorizeRequest, ProtocolError
from sandbox.identity.codes import issue_code
from sandbox.identity.consent_page import approval_page, consent_page
from sandbox.identity.errors import PageError
from sandbox.identity.resources import unknown_resource
from sandbox.identity.scopes import needs_admin
from sandbox.identity.tenants import tenant_for
from sandbox.saml_idp.sign_in import picker_url, signed_in
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of


async def authorize(request: Request) -> Response:
    """The authorization endpoint, by GET or POST."""
    world = world_of(request)
    parameters = request.query_params if request.method == "GET" else await request.form()
    asked = AuthorizeRequest.read({name: str(value) for name, value in parameters.items()})
    try:
        asked.check(world.config)
        tenant = tenant_for(request, asked.login_hint, asked.domain_hint)
        return _decide(request, world, tenant, asked)
    except (PageError, ProtocolError) as error:
        return error.response()


def _decide(request: Request, world: World, tenant: Tenant, asked: AuthorizeRequest) -> Response:
    person = signed_in(request, tenant)
    if person is None and asked.prompt == "none":
        raise ProtocolError(
            asked, "login_required", 50058, "A silent sign-in request was sent but no user is signed in."
        )
    hinted = _hinted(tenant, asked)
    if person is None or asked.prompt in ("login", "select_account") or hinted not in (None, person):
        here = f"/{tenant.id}/oauth2/v2.0/authorize?{asked.for_somebody().packed}"
        return RedirectResponse(picker_url(tenant, here, hinted), 302)
    request.state.upn = person.upn
    told = replace(asked, state=told_state(world, asked.state, person))
    return interrupted(world, told, person) or _consented(world, tenant, told, person)


def _hinted(tenant: Tenant, asked: AuthorizeRequest) -> Person | None:
    if not asked.login_hint:
        return None
    hinted = tenant.person(asked.login_hint)
    if hinted is None and "@" in asked.login_hint and not asked.login_hint.endswith(f"@{tenant.domain}"):
        raise PageError(
            50020,
            f"User account '{asked.login_hint}' does not exist in tenant '{tenant.name}' and cannot"
            " access the application in that tenant.",
        )
    return hinted


def _consented(world: World, tenant: Tenant, asked: AuthorizeRequest, person: Person) -> Response:
    if refused := unknown_resource(world.config, tenant, asked.scopes):
        raise ProtocolError(asked, *refused)
    wanted = asked.scopes.permissions
    may_ask = world.faults.take("identity.approval_workflow", person.upn) is not None
    stranded = may_ask or world.faults.take("identity.admin_approval_required", person.upn) is not None
    if not stranded and asked.prompt != "consent" and wanted <= tenant.granted(person.oid):
        return hand_out_code(world, tenant, asked, person)
    if asked.prompt == "none":
        message = "The user or administrator has not consented to use the application."
        raise ProtocolError(asked, "consent_required", 65001, message)
    if stranded or not may_consent(tenant, person, wanted):
        return approval_page(tenant, person, asked, workflow=may_ask or tenant.policy.request_workflow)
    return consent_page(tenant, person, asked)


def may_consent(tenant: Tenant, person: Person, wanted: frozenset[str]) -> bool:
    """Whether the tenant lets this person consent for themselves."""
    return person.is_admin or (tenant.policy.user_consent == "allowed" and not needs_admin(wanted))


def hand_out_code(world: World, tenant: Tenant, asked: AuthorizeRequest, person: Person) -> Response:
    """Sends the browser back with a code."""
    parameters = {
        "code": issue_code(world, tenant, person, asked),
        "client_info": client_info(person.oid, tenant.id) if asked.client_info == "1" else "",
        "state": asked.state,
        "session_state": str(uuid4()),
    }
    return send_back(asked.redirect_uri, parameters, asked.response_mode)


def client_info(oid: str, tenant_id: str) -> str:
    """Who signed in, in the form from which MSAL makes its account id."""
    content = json.dumps({"uid": oid, "utid": tenant_id}).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def logout(request: Request) -> Response:
    """Ends the sign-in session, then returns to the application if it asked for that."""
    world = world_of(request)
    tenant = tenant_for(request)
    target = request.query_params.get("post_logout_redirect_uri", "")
    after = target if target.startswith(f"{world.config.portal_url}/") else "/"
    return RedirectResponse(f"/saml/{tenant.domain}/logout-session?{urlencode({'return_to': after})}", 302)
