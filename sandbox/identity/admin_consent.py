"""Consent for the whole tenant.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

import time
from dataclasses import replace
from html import escape

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.identity.admin_consent_request import AdminConsentRequest
from sandbox.identity.authorize_faults import raise_distrust, told_state
from sandbox.identity.consent_page import RETURN, permissions_list
from sandbox.identity.errors import PageError, description
from sandbox.identity.registration import NAME
from sandbox.identity.resources import unknown_resource
from sandbox.identity.scopes import least_missed
from sandbox.identity.tenants import tenant_for
from sandbox.pages import link_button, page
from sandbox.saml_idp.sign_in import picker_url, signed_in
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of

_USUAL_DELAY = 60


async def admin_consent(request: Request) -> Response:
    """The page, the answer of its buttons, or the way to sign in first."""
    world = world_of(request)
    form = await request.form() if request.method == "POST" else None
    asked = AdminConsentRequest.read(request.query_params if form is None else form)
    try:
        asked.check(world)
        tenant = tenant_for(request)
        person = signed_in(request, tenant)
        here = f"{request.url.path}?{asked.packed}"
        if person is None:
            return RedirectResponse(picker_url(tenant, here), 302)
        request.state.upn = person.upn
        if form is None:
            raise_distrust(world, asked.client_id, asked.redirect_uri, person)
            asked = replace(asked, state=told_state(world, asked.state, person))
        if refused := unknown_resource(world.config, tenant, asked.scopes):
            raise PageError(*refused[1:])
        return _decide(world, tenant, person, asked, form, here)
    except PageError as error:
        return error.response()


def _decide(
    world: World, tenant: Tenant, person: Person, asked: AdminConsentRequest, form: FormData | None, here: str
) -> Response:
    action = form.get("action") if form else None
    faults = world.faults
    declines = faults.take("admin_consent.decline", person.upn) or faults.take("identity.decline", person.upn)
    if action == "cancel" or declines:
        return asked.declined(tenant)
    if not person.is_admin or faults.take("admin_consent.not_admin", person.upn):
        return _not_an_admin_page(tenant, person, asked, here)
    if action == "accept":
        _grant(world, tenant, person, asked.permissions)
        elsewhere = faults.take("admin_consent.wrong_tenant", person.upn)
        return asked.accepted(world.other_tenant(tenant).id if elsewhere else tenant.id)
    return _page(tenant, person, asked)


def _grant(world: World, tenant: Tenant, person: Person, permissions: set[str]) -> None:
    """Consents for everyone, unless a fault makes it later, less or nothing."""
    if world.faults.take("admin_consent.not_granted", person.upn):
        return
    if world.faults.take("admin_consent.fewer_scopes", person.upn):
        permissions = permissions - {least_missed(permissions)}
    if delayed := world.faults.take("admin_consent.delayed", person.upn):
        tenant.settles_at = time.time() + (_USUAL_DELAY if delayed.seconds is None else delayed.seconds)
    tenant.grant_tenant_wide(permissions)
    world.changed()


def _hidden(asked: AdminConsentRequest) -> str:
    names = ("client_id", "redirect_uri", "state", "scope")
    return "".join(f'<input type="hidden" name="{name}" value="{escape(getattr(asked, name))}">' for name in names)


def _page(tenant: Tenant, person: Person, asked: AdminConsentRequest) -> Response:
    body = (
        f"<p class='quiet'>{escape(person.upn)}</p><h1>Permissions requested</h1>"
        f"<p><strong>Review for your organisation, {escape(tenant.name)}</strong></p>"
        f"<p><strong>{NAME}</strong> would like to:</p>{permissions_list(sorted(asked.permissions))}"
        "<p><small>If you accept, this app will get access to the specified resources for all users in your"
        " organisation. No one else will be prompted to review these permissions.</small></p>"
        f'<form method="post">{_hidden(asked)}<div class="row">'
        '<button name="action" value="cancel">Cancel</button>'
        '<button class="primary" name="action" value="accept">Accept</button></div></form>'
    )
    return page("Permissions requested", body)


def _not_an_admin_page(tenant: Tenant, person: Person, asked: AdminConsentRequest, here: str) -> Response:
    message = "This operation can only be performed by an administrator. Sign out and sign in as an administrator."
    body = (
        f"<p class='quiet'>{escape(person.upn)}</p><h1>Need admin approval</h1>"
        f'<p class="problem">{escape(description(90093, message))}</p>'
        f"<p>{link_button(picker_url(tenant, here), 'Have an admin account? Sign in with that account')}</p>"
        f'<form method="post">{_hidden(asked)}<button name="action" value="cancel">{RETURN}</button></form>'
    )
    return page("Need admin approval", body, status=403)
