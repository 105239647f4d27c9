"""MSAL's application object, and what it raises when something is wrong.

Every call gets a fresh object, because MSAL replays a failure for a minute within one.
https://learn.microsoft.com/entra/msal/python/
"""

import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msal
import requests
from django.conf import settings
from msal.exceptions import MsalServiceError

from calendar_integration.errors import SignInUnavailableError
from calendar_integration.wire.http import session

# A cross-site POST would arrive without our session cookie, which is SameSite=Lax. The code in the query is of no use
# to whoever sees it: redeeming it takes the PKCE verifier and the client secret, and it works once.
warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")

PUBLIC_CLOUD = "https://login.microsoftonline.com"


def application(tenant_id: uuid.UUID, cache: msal.SerializableTokenCache | None = None) -> Any:
    """MSAL's application for this tenant. Raises SignInUnavailableError where its discovery cannot be read."""
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
        raise SignInUnavailableError("Microsoft does not know this tenant, or did not answer for it.") from error


@contextmanager
def translated_errors() -> Iterator[None]:
    """Whatever MSAL or the network raises inside the block becomes a SignInUnavailableError.

    It says how long Microsoft asked to be left alone, which MSAL keeps to itself.
    """
    session().asked_to_wait = None
    try:
        with _translated():
            yield
    except SignInUnavailableError as error:
        error.retry_after = session().asked_to_wait or error.retry_after
        raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except MsalServiceError as error:
        raise SignInUnavailableError("Microsoft's sign-in service answered with an error of its own.") from error
    except requests.RequestException as error:
        raise SignInUnavailableError("Microsoft's sign-in service could not be reached.") from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        # What MSAL stumbles over where an answer is no JSON, or JSON of another shape than agreed.
        raise SignInUnavailableError("Microsoft's sign-in service answered something unreadable.") from error
