"""Tokens through MSAL: no other package imports it. Secrets go from here into encrypted fields and headers only."""

from calendar_integration.tokens.access import access_token, forget_access_tokens, held_token, unexpired
from calendar_integration.tokens.redemption import AuthorizationRefusedError, Grant, begin_flow, redeem

__all__ = [
    "AuthorizationRefusedError",
    "Grant",
    "access_token",
    "begin_flow",
    "forget_access_tokens",
    "held_token",
    "redeem",
    "unexpired",
]
