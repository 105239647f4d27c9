"""Which Entra tenant a domain belongs to.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
"""

import uuid
from urllib.parse import quote, urlsplit

import requests
from django.conf import settings

from calendar_integration.errors import UnavailableError
from calendar_integration.http import session


def look_up(domain: str) -> uuid.UUID | None:
    """The tenant of a domain or GUID, or None where Microsoft knows none. Raises UnavailableError."""
    url = f"{settings.MS_AUTHORITY_HOST}/{quote(domain, safe='')}/v2.0/.well-known/openid-configuration"
    try:
        response = session().get(url)
        if response.status_code == requests.codes.bad_request:
            return None
        response.raise_for_status()
        # The path's first part is the tenant: https://login.microsoftonline.com/<GUID>/oauth2/v2.0/token
        return uuid.UUID(urlsplit(response.json()["token_endpoint"]).path.split("/")[1])
    except (requests.RequestException, KeyError, ValueError) as error:
        raise UnavailableError("Microsoft's discovery document could not be read.") from error
