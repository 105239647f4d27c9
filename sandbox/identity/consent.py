"""What happens when a button of the consent or approval page is pressed."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.identity.authorize import hand_out_code, may_consent
from sandbox.identity.authorize_request import AuthorizeRequest, ProtocolError
from sandbox.identity.consent_page import approval_page, request_sent_page
from sandbox.identity.errors import PageError
from sandbox.identity.tenants import tenant_for
from sandbox.saml_idp.sign_in import signed_in
from sandbox.tenant.model import Person, Tenant
from sandbox.world import world_of


async def cancel(request: Request) -> Response:
    """ "Return to the application without granting consent"."""
    asked = AuthorizeRequest.read(request.query_params)
    try:
        asked.check(world_of(request).config)
    except (PageError, ProtocolError) as error:
        return error.response()
    return asked.cancelled()


async def decide(request: Request) -> Response:
    """Accept, Cancel or Request approval."""
    world, form = world_of(request), await request.form()
    asked, action = AuthorizeRequest.unpack(str(form.get("request", ""))), form.get("action")
    try:
        asked.check(world.config)
        tenant = tenant_for(request)
        person = signed_in(request, tenant)
        if person is None:
            raise PageError(50058, "Nobody is signed in. Start again from the application.")
    except (PageError, ProtocolError) as error:
        return error.response()
    request.state.upn = person.upn
    if action == "request":
        _remember_request(tenant, person, str(form.get("justification", "")))
        world.changed()
        return request_sent_page(tenant, asked)
    if action != "accept":
        return asked.cancelled()
    if not may_consent(tenant, person, asked.scopes.permissions):
        return approval_page(tenant, person, asked, workflow=tenant.policy.request_workflow)
    _grant(tenant, person, asked, for_everyone=person.is_admin and "organisation" in form)
    world.changed()
    return hand_out_code(world, tenant, asked, person)


def _grant(tenant: Tenant, person: Person, asked: AuthorizeRequest, *, for_everyone: bool) -> None:
    wanted = set(asked.scopes.permissions)
    if for_everyone:
        tenant.grant_tenant_wide(wanted)
    else:
        tenant.grant_personal(person.oid, wanted)


def _remember_request(tenant: Tenant, person: Person, justification: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    tenant.approval_requests.append({"upn": person.upn, "justification": justification, "at": at})
