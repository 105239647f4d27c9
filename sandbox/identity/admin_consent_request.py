"""The parameters of the page for administrators, and its answers.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from sandbox.identity.answers import send_back
from sandbox.identity.errors import PageError, description, unknown_app, wrong_redirect
from sandbox.identity.registration import CLIENT_ID, REGISTERED_SCOPES, redirect_uris
from sandbox.identity.scopes import Scopes, UnknownScope, full_name, parse_scopes
from sandbox.tenant.model import Tenant
from sandbox.world import World


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
    def scopes(self) -> Scopes:
        """What is to be granted. Raises PageError."""
        try:
            return parse_scopes(self.scope or " ".join(REGISTERED_SCOPES))
        except UnknownScope as error:
            raise PageError(70011, f"The scope '{error}' does not exist.") from error

    @property
    def permissions(self) -> set[str]:
        """The permissions in it. Raises PageError."""
        return set(self.scopes.permissions)

    def accepted(self, tenant_id: str) -> Response:
        """Tells the application; nothing in it proves anything."""
        granted = " ".join(sorted(full_name(name) for name in self.permissions)) if self.scope else ""
        parameters = {"admin_consent": "True", "tenant": tenant_id, "scope": granted, "state": self.state}
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
