"""Which Entra tenant a domain belongs to.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
"""

import uuid
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import requests
from django.conf import settings

from calendar_integration.errors import UnavailableError
from calendar_integration.wire.http import session


@dataclass(frozen=True)
class Tenant:
    """An Entra tenant, and the domain by which it was found."""

    id: uuid.UUID
    domain: str


class NoTenantFoundError(Exception):
    """Microsoft knows no tenant with this domain."""


def sign_in_origin(tenant_id: uuid.UUID) -> str:
    """Scheme and host of the pages at which people of this tenant sign in. Raises UnavailableError.

    A browser may reach them under another name than we reach the token endpoint.
    """
    try:
        response = session().get(_discovery_url(str(tenant_id)))
        response.raise_for_status()
        parts = urlsplit(response.json()["authorization_endpoint"])
    except (requests.RequestException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnavailableError("Microsoft's discovery document could not be read.") from error
    return f"{parts.scheme}://{parts.netloc}"


def _discovery_url(name: str) -> str:
    return f"{settings.MS_AUTHORITY_HOST}/{quote(name, safe='')}/v2.0/.well-known/openid-configuration"


def look_up(domain: str) -> uuid.UUID | None:
    """The tenant of a domain or GUID, or None where Microsoft knows none. Raises UnavailableError."""
    try:
        response = session().get(_discovery_url(domain))
        if response.status_code == requests.codes.bad_request:
            return None
        response.raise_for_status()
        # The path's first part is the tenant: https://login.microsoftonline.com/<GUID>/oauth2/v2.0/token
        return uuid.UUID(urlsplit(response.json()["token_endpoint"]).path.split("/")[1])
    except (requests.RequestException, KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise UnavailableError("Microsoft's discovery document could not be read.") from error


def find(domain: str) -> Tenant:
    """The tenant of a domain. Raises NoTenantFoundError where Microsoft knows none, or UnavailableError."""
    tenant_id = look_up(domain)
    if tenant_id is None:
        raise NoTenantFoundError(f"Microsoft knows no tenant with the domain {domain}.")
    return Tenant(tenant_id, domain)
