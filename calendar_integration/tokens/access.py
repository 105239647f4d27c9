"""Access tokens for a connected mailbox: the cached one, or one refreshed and saved.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msal
import orjson
from cryptography.fernet import InvalidToken
from django.db.models import F

from accounts.fields import cipher
from calendar_integration import scopes
from calendar_integration.errors import CalendarError, InvalidGrantError, SignInUnavailableError, TokensLostError
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import Connection
from calendar_integration.tokens.application import application, translated_errors
from calendar_integration.tokens.refusals import refusal_of_refresh

logger = logging.getLogger(__name__)

FRESH_FOR_SECONDS = 300  # MSAL too takes a token for expired five minutes early


def access_token(connection: Connection) -> str:
    """A token for the mailbox's server: the cached one while it is fresh, else one refreshed and saved.

    Call it under the mailbox's lease. Raises TokensLostError, InvalidGrantError, ConsentRefusedError,
    InvalidClientError, RequestRefusedError or UnavailableError.
    """
    cache, wanted = _cache_of(connection), scopes.wanted(connection.permissions)
    fresh = _fresh_token(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN), wanted)
    if fresh:
        return fresh
    if connection.tenant_id is None:
        raise InvalidGrantError("No mailbox was ever authorized.")
    with translated_errors():
        app = application(connection.tenant_id, cache)
        account = next(iter(app.get_accounts()), None)
        result = app.acquire_token_silent_with_error(list(wanted), account) if account else None
        if not result:
            raise _nothing_of(cache)
        if cache.has_state_changed:
            _save(connection, cache.serialize())
        if "error" in result:
            raise refusal_of_refresh(result)
        token: str = result["access_token"]
    return token


def _nothing_of(cache: msal.SerializableTokenCache) -> CalendarError:
    """Why MSAL answers nothing: nothing is held, or Microsoft sent neither a token nor an error, and refused nobody."""
    if list(cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)):
        return SignInUnavailableError("Microsoft's sign-in service answered neither a token nor an error.")
    return InvalidGrantError("No token is held that could be refreshed.")


def held_token(connection: Connection) -> str | None:
    """The token that is held while it is fresh, or None; Microsoft is not asked. Raises TokensLostError."""
    entries = _cache_of(connection).search(msal.TokenCache.CredentialType.ACCESS_TOKEN)
    return _fresh_token(entries, scopes.wanted(connection.permissions))


def unexpired(sealed: str, permissions: Permissions) -> str | None:
    """The access token in a token cache as the database has it, encrypted, unless it expires within minutes.

    It costs no statement, and no more than the decryption. Raises TokensLostError.
    """
    if not sealed:
        return None
    try:
        held = orjson.loads(cipher().decrypt(sealed.encode()))
        return _fresh_token(list(held.get("AccessToken", {}).values()), scopes.wanted(permissions))
    except (InvalidToken, ValueError, AttributeError, KeyError, TypeError) as error:
        raise TokensLostError("The tokens cannot be read with any of the encryption keys.") from error


def forget_access_tokens(connection: Connection) -> None:
    """Drop the access tokens, which the mailbox refused; the refresh token stays and brings the next one."""
    cache = _cache_of(connection)
    for entry in list(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN)):
        cache.remove_at(entry)
    if cache.has_state_changed:
        _save(connection, cache.serialize())


def _cache_of(connection: Connection) -> msal.SerializableTokenCache:
    """The cache as MSAL takes it. It is read together with its version, or comparing that would prove nothing."""
    cache = msal.SerializableTokenCache()
    try:
        if "token_cache" in connection.get_deferred_fields():
            connection.refresh_from_db(fields=["token_cache", "token_cache_version"])
        cache.deserialize(connection.token_cache or "{}")
    except (InvalidToken, ValueError) as error:
        raise TokensLostError("The tokens cannot be read with any of the encryption keys.") from error
    return cache


def _fresh_token(entries: Iterable[Mapping[str, Any]], wanted: Sequence[str]) -> str | None:
    """The cached token for these scopes, unless it expires within minutes; asking MSAL would cost a discovery."""
    usable_until = time.time() + FRESH_FOR_SECONDS
    for entry in entries:
        covers = not scopes.missing(entry.get("target", ""), wanted)
        if covers and float(entry.get("expires_on", 0)) > usable_until:
            return str(entry["secret"])
    return None


def _save(connection: Connection, serialized: str) -> None:
    """Compare and swap: whoever saved in between holds the newer refresh token, and ours is dropped.

    Or they have disconnected, or connected another mailbox, and ours must not come back. A process that dies before
    this loses nothing either: Microsoft does not revoke the old refresh token at once.
    """
    seen = connection.token_cache_version
    saved = Connection.objects.filter(pk=connection.pk, token_cache_version=seen).update(
        token_cache=serialized, token_cache_version=F("token_cache_version") + 1
    )
    if saved:
        connection.token_cache, connection.token_cache_version = serialized, seen + 1
    else:
        connection.refresh_from_db(fields=["token_cache", "token_cache_version"])
        logger.warning("connection %s: another process saved its tokens first", connection.pk)
