"""MSAL's application object, and what it says when something is wrong.

Every call gets a fresh object, because MSAL replays a failure for a minute within one.
https://learn.microsoft.com/entra/msal/python/
"""

import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msal
import requests
from django.conf import settings
from msal.exceptions import MsalServiceError

from calendar_integration.errors import CalendarError, InvalidClientError, UnavailableError
from calendar_integration.http import session

# A cross-site POST would arrive without our session cookie, which is SameSite=Lax. The code in the query is of no use
# to whoever sees it: redeeming it takes the PKCE verifier and the client secret, and it works once.
warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")

PUBLIC_CLOUD = "https://login.microsoftonline.com"
TRY_AGAIN_AFTER = timedelta(minutes=1)


def application(tenant_id: uuid.UUID, cache: msal.SerializableTokenCache | None = None) -> Any:
    """MSAL's application for this tenant. Raises UnavailableError where its discovery cannot be read."""
    host = settings.MS_AUTHORITY_HOST
    try:
        return msal.ConfidentialClientApplication(
            settings.MS_CLIENT_ID,
            client_credential=settings.MS_CLIENT_SECRET,
            authority=f"{host}/{tenant_id}",
            # MSAL asks the public cloud about hosts it does not know; one the operator configured needs no asking.
            instance_discovery=None if host == PUBLIC_CLOUD else False,
            token_cache=cache,
            http_client=session(),
        )
    except ValueError as error:  # MSAL's way of saying that discovery answered 4xx, or nothing readable
        raise UnavailableError("Microsoft does not know this tenant, or did not answer for it.") from error


@contextmanager
def translated_errors() -> Iterator[None]:
    """Whatever MSAL or the network raises inside the block becomes an UnavailableError."""
    try:
        yield
    except MsalServiceError as error:
        raise UnavailableError("Microsoft's sign-in service answered with an error of its own.") from error
    except requests.RequestException as error:
        raise UnavailableError("Microsoft's sign-in service could not be reached.") from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        # What MSAL stumbles over where an answer is no JSON, or JSON of another shape than agreed.
        raise UnavailableError("Microsoft's sign-in service answered something unreadable.") from error


def refusal(result: Mapping[str, Any]) -> CalendarError | None:
    """Our error for an answer that says nothing of the person: our secret is wrong, or the service is busy."""
    error = str(result.get("error", ""))
    if error == "invalid_client":
        return InvalidClientError(message(result))
    if error in ("temporarily_unavailable", "server_error", "slow_down"):
        return UnavailableError(message(result), retry_after=TRY_AGAIN_AFTER)
    return None


def message(result: Mapping[str, Any]) -> str:
    """Error and suberror, on which alone anything may depend; AADSTS numbers change."""
    error, suberror = str(result.get("error", ""))[:100], str(result.get("suberror", ""))[:100]
    return f"Microsoft refused: {error}{f' ({suberror})' if suberror else ''}"
