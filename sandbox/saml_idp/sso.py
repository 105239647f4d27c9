"""Single sign-on: a request comes in, somebody is or gets signed in, a response goes out."""

import secrets
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.pages import auto_post, page
from sandbox.saml_idp.authn_request import AuthnRequest, UnreadableRequest, read_request
from sandbox.saml_idp.metadata import entity_id
from sandbox.saml_idp.participants import take_part
from sandbox.saml_idp.response import encoded_response
from sandbox.saml_idp.sign_in import picker_url, session_of, unknown_organisation
from sandbox.saml_idp.signed_messages import verify_sent
from sandbox.tenant.model import Tenant
from sandbox.world import World, world_of

_KEPT = 500


async def sso(request: Request) -> Response:
    """The SingleSignOnService, both bindings.

    A POST from another site carries no Lax cookie, so the journey goes on from a GET of our own.
    """
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    by_redirect = request.method == "GET"
    values = request.query_params if by_redirect else await request.form()
    message, relay_state = str(values.get("SAMLRequest", "")), str(values.get("RelayState", ""))
    try:
        if tenant.saml.verify_requests:
            verify_sent(tenant.saml.sp_certificates, "SAMLRequest", message, request.url.query if by_redirect else None)
        asked = read_request(message, relay_state, deflated=by_redirect)
    except UnreadableRequest as error:
        return _problem(str(error))
    return _begin(world, tenant, asked)


async def initiate(request: Request) -> Response:
    """Sign-in started by the identity provider: an answer nobody asked for."""
    world, given = world_of(request), request.query_params
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    asked = AuthnRequest("", given.get("audience", ""), given.get("acs", ""), relay_state=given.get("RelayState", ""))
    return _begin(world, tenant, asked)


def _begin(world: World, tenant: Tenant, asked: AuthnRequest) -> Response:
    if not asked.acs_url.startswith(f"{world.config.portal_url}/sso/"):
        return _problem(f"the AssertionConsumerServiceURL '{asked.acs_url}' is not one of the portal's")
    reference = secrets.token_urlsafe(16)
    world.pending[reference] = asked
    while len(world.pending) > _KEPT:
        world.pending.pop(next(iter(world.pending)))
    return RedirectResponse(f"/saml/{tenant.domain}/continue?request={reference}", 303)


async def proceed(request: Request) -> Response:
    """Answers if somebody is signed in, else lets them sign in first."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    asked: AuthnRequest | None = world.pending.get(request.query_params.get("request", ""))
    if asked is None:
        return _problem("this sign-in is no longer known; start again from the application")
    session = session_of(request, tenant)
    if session is None or (asked.force and session.at < asked.at):
        return RedirectResponse(picker_url(tenant, f"{request.url.path}?{request.url.query}"), 303)
    person = tenant.people[session.oid]
    request.state.upn = person.upn
    key = world.keys.saml[tenant.domain]
    seat = take_part(world, tenant, person, asked)
    message = encoded_response(tenant, person, asked, entity_id(world, tenant), key, world.faults, seat.session_index)
    fields = {"SAMLResponse": message, **({"RelayState": asked.relay_state} if asked.relay_state else {})}
    return auto_post(asked.acs_url, fields, "Signing you in")


def _problem(message: str) -> Response:
    said = f"The sandbox identity provider says: {escape(message)}."
    body = f'<h1>Sign-in not possible</h1><p class="problem">{said}</p>'
    return page("Sign-in not possible", body, status=400)
