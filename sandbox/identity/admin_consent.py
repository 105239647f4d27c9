"""Consent for the whole tenant.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from dataclasses import dataclass
from html import escape
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.identity.answers import send_back
from sandbox.identity.consent_page import RETURN, permissions_list
from sandbox.identity.errors import PageError, description, unknown_app, wrong_redirect
from sandbox.identity.registration import CLIENT_ID, NAME, REGISTERED_SCOPES, redirect_uris
from sandbox.identity.scopes import UnknownScope, full_name, parse_scopes
from sandbox.identity.tenants import tenant_for
from sandbox.pages import link_button, page
from sandbox.saml_idp.sign_in import picker_url, signed_in
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of


@dataclass(frozen=True)
class AdminConsentRequest:
    """As sent; without a scope it is the older endpoint, which means the registered permissions."""

    client_id: str
    redirect_uri: str
    state: str
    scope: str

    @classmethod
    def read(cls, parameters: QueryParams | FormData) -> Self:
        """From the query, or the form that carried it along."""
        return cls(*(str(parameters.get(name, "")) for name in cls.__dataclass_fields__))

    @property
    def packed(self) -> str:
        """As a query string."""
        return urlencode({name: getattr(self, name) for name in self.__dataclass_fields__})

    def check(self, world: World) -> None:
        """Raises PageError."""
        if self.client_id != CLIENT_ID:
            raise unknown_app(self.client_id)
        if self.redirect_uri not in redirect_uris(world.config):
            raise wrong_redirect(self.redirect_uri)

    @property
    def permissions(self) -> set[str]:
        """What is to be granted. Raises PageError."""
        try:
            return set(parse_scopes(self.scope).permissions if self.scope else REGISTERED_SCOPES)
        except UnknownScope as error:
            raise PageError(70011, f"The scope '{error}' does not exist.") from error

    def accepted(self, tenant: Tenant) -> Response:
        """Tells the application; nothing in it proves anything."""
        granted = " ".join(sorted(full_name(name) for name in self.permissions)) if self.scope else ""
        parameters = {"admin_consent": "True", "tenant": tenant.id, "scope": granted, "state": self.state}
        return send_back(self.redirect_uri, parameters)

    def declined(self, tenant: Tenant) -> Response:
        """An error, which carries admin_consent=True as well."""
        parameters = {
            "error": "consent_required",
            "error_subcode": "cancel",
            "error_description": description(65004, "The resource owner or authorization server denied the request."),
            "admin_consent": "True",
            "tenant": tenant.id,
            "state": self.state,
        }
        return send_back(self.redirect_uri, parameters)


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
        return _decide(world, tenant, person, asked, form, here)
    except PageError as error:
        return error.response()


def _decide(
    world: World, tenant: Tenant, person: Person, asked: AdminConsentRequest, form: FormData | None, here: str
) -> Response:
    action = form.get("action") if form else None
    if action == "cancel" or world.faults.take("identity.decline", person.upn):
        return asked.declined(tenant)
    if not person.is_admin:
        return _not_an_admin_page(tenant, person, asked, here)
    if action == "accept":
        tenant.grant_tenant_wide(asked.permissions)
        world.changed()
        return asked.accepted(tenant)
    return _page(tenant, person, asked)


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
