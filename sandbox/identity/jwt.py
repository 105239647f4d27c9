"""JSON Web Tokens of the tenant, RS256.

https://learn.microsoft.com/entra/identity-platform/access-tokens
"""

import base64
import hashlib
from typing import Any

import jwt

from sandbox.keys import SigningKey

InvalidToken = jwt.InvalidTokenError
ExpiredToken = jwt.ExpiredSignatureError
WrongAudience = jwt.InvalidAudienceError


def sign(claims: dict[str, Any], key: SigningKey) -> str:
    """A compact token over the claims."""
    return jwt.encode(claims, key.private, "RS256", headers={"kid": key_id(key)})


def verify(token: str, key: SigningKey, audience: str | list[str]) -> dict[str, Any]:
    """The claims of a token of ours, for one of these audiences. Raises InvalidToken, ExpiredToken or WrongAudience."""
    claims: dict[str, Any] = jwt.decode(token, key.private.public_key(), ["RS256"], audience=audience)
    return claims


def key_id(key: SigningKey) -> str:
    """The `kid`: the certificate's SHA-1 thumbprint is what Entra uses, any stable name does."""
    return _base64url(hashlib.sha256(key.certificate_base64.encode()).digest()[:20])


def key_set(key: SigningKey) -> dict[str, Any]:
    """The JSON Web Key Set of the tenant."""
    numbers = key.private.public_key().public_numbers()
    row = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key_id(key),
        "n": _base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": _base64url(numbers.e.to_bytes(3, "big")),
        "x5c": [key.certificate_base64],
    }
    return {"keys": [row]}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
