"""Who calls /token: the application, by its secret.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import base64
import binascii
import secrets
from urllib.parse import unquote

from starlette.requests import Request

from sandbox.identity.errors import TokenError
from sandbox.identity.registration import CLIENT_ID
from sandbox.world import World


def check_client(request: Request, world: World, form: dict[str, str]) -> None:
    """The client id and secret, from the form or a Basic header. Raises TokenError."""
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    if client_id != CLIENT_ID:
        message = f"Application with identifier '{client_id}' was not found in the directory."
        raise TokenError("unauthorized_client", 700016, message)
    if not secrets.compare_digest(secret.encode(), world.config.client_secret.encode()):
        message = "Invalid client secret provided. Ensure the secret being sent is the client secret value."
        raise TokenError("invalid_client", 7000215, message, status=401)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(client_id), unquote(secret)
