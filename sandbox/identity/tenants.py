"""Which tenant a path means."""

from starlette.requests import Request

from sandbox.identity.errors import PageError
from sandbox.saml_idp.sign_in import signed_in
from sandbox.tenant.model import Tenant
from sandbox.world import world_of

_ANY = ("common", "organizations")


def tenant_for(request: Request, login_hint: str = "", domain_hint: str = "") -> Tenant:
    """By GUID or domain; for `common` by the hints, or by who is signed in. Raises PageError."""
    world, name = world_of(request), request.path_params["tenant"].casefold()
    if name not in _ANY:
        tenant = world.tenant(name)
        if tenant is None:
            raise PageError(90002, f"Tenant '{name}' not found.")
        return tenant
    for domain in (domain_hint, login_hint.rpartition("@")[2]):
        if tenant := world.tenant(domain):
            return tenant
    for tenant in world.state.tenants:
        if signed_in(request, tenant):
            return tenant
    raise PageError(50059, "No tenant-identifying information found in either the request or implied by credentials.")
