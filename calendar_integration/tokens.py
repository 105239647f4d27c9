"""Tokens through MSAL: the only module that imports it.

https://learn.microsoft.com/entra/msal/python/
Every call makes a fresh application object, because MSAL replays a failure for a minute within one object.
"""

import logging
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msal
import requests
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import F
from msal.exceptions import MsalServiceError

from calendar_integration import scopes
from calendar_integration.errors import (
    CalendarError,
    InvalidClientError,
    InvalidGrantError,
    TokensLostError,
    UnavailableError,
)
from calendar_integration.http import session
from calendar_integration.models import Connection

logger = logging.getLogger(__name__)

# A cross-site POST would arrive without our session cookie, which is SameSite=Lax. The code in the query is of no use
# to whoever sees it: redeeming it takes the PKCE verifier and the client secret, and it works once.
warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")

PUBLIC_CLOUD = "https://login.microsoftonline.com"
TRY_AGAIN_AFTER = timedelta(minutes=1)
FRESH_FOR_SECONDS = 300  # MSAL too takes a token for expired five minutes early


@dataclass(frozen=True)
class Grant:
    """What redeeming a code brought. `cache` holds secrets: it goes into an encrypted field and nowhere else."""

    claims: Mapping[str, Any]
    granted_scopes: str
    access_token: str = field(repr=False)
    cache: str = field(repr=False)


class AuthorizationRefusedError(CalendarError):
    """Microsoft answered the redemption of a code with an error; `error` and `suberror` are its words."""

    permanent = True

    def __init__(self, message: str, error: str, suberror: str) -> None:
        super().__init__(message)
        self.error = error
        self.suberror = suberror


def begin_flow(tenant_id: uuid.UUID, *, state: str, redirect_uri: str, login_hint: str) -> dict[str, Any]:
    """MSAL's flow, with the address to send the person to in `auth_uri`. Raises UnavailableError.

    No prompt parameter: Microsoft shows what it has to, and nothing where consent and a session are there.
    """
    with _translated_errors():
        flow: dict[str, Any] = _application(tenant_id).initiate_auth_code_flow(
            list(scopes.WANTED),
            redirect_uri=redirect_uri,
            state=state,
            login_hint=login_hint,
            domain_hint=login_hint.rpartition("@")[2],
        )
    return flow


def redeem(tenant_id: uuid.UUID, flow: dict[str, Any], answer: dict[str, str]) -> Grant:
    """Exchange the code of Microsoft's answer.

    Raises AuthorizationRefusedError where Microsoft refuses or the answer does not fit the flow, InvalidClientError
    where our own secret is wrong, and UnavailableError where Microsoft cannot be reached or understood.
    """
    cache = msal.SerializableTokenCache()
    with _translated_errors():
        result = _redeemed(_application(tenant_id, cache), flow, answer)
        if "error" in result:
            raise _refusal(result) or _refused(result)
        return Grant(
            claims=result.get("id_token_claims") or {},
            granted_scopes=result.get("scope", ""),
            access_token=result["access_token"],
            cache=cache.serialize(),
        )


def _redeemed(application: Any, flow: dict[str, Any], answer: dict[str, str]) -> Mapping[str, Any]:
    """MSAL's answer; its two ways of saying that an answer is not ours are translated."""
    if answer.get("state") != flow.get("state"):
        raise AuthorizationRefusedError("The answer does not fit what was asked.", "mismatch", "")
    try:
        result: Mapping[str, Any] = application.acquire_token_by_auth_code_flow(flow, answer)
    except RuntimeError as error:  # another nonce
        raise AuthorizationRefusedError("The id token answers another request.", "nonce", "") from error
    return result


def access_token(connection: Connection) -> str:
    """A token for Graph: the cached one while it is fresh, else one refreshed and saved.

    Call it under the mailbox's lease. Raises TokensLostError, InvalidGrantError, InvalidClientError or
    UnavailableError.
    """
    cache = _cache_of(connection)
    fresh = _fresh_token(cache)
    if fresh:
        return fresh
    if connection.tenant_id is None:
        raise InvalidGrantError("No mailbox was ever authorized.")
    with _translated_errors():
        application = _application(connection.tenant_id, cache)
        account = next(iter(application.get_accounts()), None)
        result = application.acquire_token_silent_with_error(list(scopes.WANTED), account) if account else None
        if not result:
            raise InvalidGrantError("No token is held that could be refreshed.")
        if cache.has_state_changed:
            _save(connection, cache.serialize())
        if "error" in result:
            raise _refusal(result) or InvalidGrantError(_message(result))
        token: str = result["access_token"]
    return token


def forget_access_tokens(connection: Connection) -> None:
    """Drop the access tokens, which the mailbox refused; the refresh token stays and brings the next one."""
    cache = _cache_of(connection)
    for entry in list(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN)):
        cache.remove_at(entry)
    if cache.has_state_changed:
        _save(connection, cache.serialize())


def _cache_of(connection: Connection) -> msal.SerializableTokenCache:
    cache = msal.SerializableTokenCache()
    try:
        cache.deserialize(connection.token_cache or "{}")
    except (InvalidToken, ValueError) as error:
        raise TokensLostError("The tokens cannot be read with any of the encryption keys.") from error
    return cache


def _fresh_token(cache: msal.SerializableTokenCache) -> str | None:
    """The cached token for Graph, unless it expires within minutes; asking MSAL would cost a discovery."""
    wanted = {scope.lower() for scope in scopes.WANTED}
    usable_until = time.time() + FRESH_FOR_SECONDS
    for entry in cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN):
        held = {word.removeprefix(scopes.resource()).lower() for word in entry.get("target", "").split()}
        if wanted <= held and float(entry.get("expires_on", 0)) > usable_until:
            return str(entry["secret"])
    return None


def _save(connection: Connection, serialized: str) -> None:
    """Compare and swap: whoever saved in between holds the newer refresh token, and ours is dropped."""
    seen = connection.token_cache_version
    saved = Connection.objects.filter(pk=connection.pk, token_cache_version=seen).update(
        token_cache=serialized, token_cache_version=F("token_cache_version") + 1
    )
    if saved:
        connection.token_cache, connection.token_cache_version = serialized, seen + 1
    else:
        logger.warning("connection %s: another process saved its tokens first", connection.pk)


def _application(tenant_id: uuid.UUID, cache: msal.SerializableTokenCache | None = None) -> Any:
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
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except MsalServiceError as error:
        raise UnavailableError("Microsoft's sign-in service answered with an error of its own.") from error
    except requests.RequestException as error:
        raise UnavailableError("Microsoft's sign-in service could not be reached.") from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        # What MSAL stumbles over where an answer is no JSON, or JSON of another shape than agreed.
        raise UnavailableError("Microsoft's sign-in service answered something unreadable.") from error


def _refusal(result: Mapping[str, Any]) -> CalendarError | None:
    """Our error for an answer that says nothing of the person: our secret is wrong, or the service is busy."""
    error = str(result.get("error", ""))
    if error == "invalid_client":
        return InvalidClientError(_message(result))
    if error in ("temporarily_unavailable", "server_error", "slow_down"):
        return UnavailableError(_message(result), retry_after=TRY_AGAIN_AFTER)
    return None


def _refused(result: Mapping[str, Any]) -> AuthorizationRefusedError:
    return AuthorizationRefusedError(_message(result), str(result.get("error", "")), str(result.get("suberror", "")))


def _message(result: Mapping[str, Any]) -> str:
    """Error and suberror, on which alone anything may depend; AADSTS numbers change."""
    error, suberror = str(result.get("error", ""))[:100], str(result.get("suberror", ""))[:100]
    return f"Microsoft refused: {error}{f' ({suberror})' if suberror else ''}"
