"""The code flow: the way to Microsoft, and the tokens for the code it brings back.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msal

from calendar_integration.errors import CalendarError
from calendar_integration.tokens.answers import help_for
from calendar_integration.tokens.application import application, translated_errors
from calendar_integration.tokens.refusals import claims_of, message, refusal

# What is taken of the query that a browser brings: MSAL would put the rest into headers of its own request.
TAKEN = ("code", "state")


@dataclass(frozen=True)
class Grant:
    """What redeeming a code brought. `cache` holds secrets: it goes into an encrypted field and nowhere else."""

    claims: Mapping[str, Any]
    granted_scopes: str
    access_token: str = field(repr=False)
    cache: str = field(repr=False)


class AuthorizationRefusedError(CalendarError):
    """Microsoft answered the redemption of a code with an error; `error` and `suberror` are its words.

    `claims` is what the next sign-in has to prove, if it said so; `help_words` what the person can do, if it is known.
    """

    permanent = True

    def __init__(self, message: str, error: str, suberror: str, claims: str = "", help_words: str = "") -> None:
        super().__init__(message)
        self.error = error
        self.suberror = suberror
        self.claims = claims
        self.help_words = help_words


def begin_flow(
    tenant_id: uuid.UUID,
    scopes: Sequence[str],
    *,
    state: str,
    redirect_uri: str,
    login_hint: str,
    silent: bool = False,
    claims: str = "",
) -> dict[str, Any]:
    """MSAL's flow for these scopes, with the address to send the person to in `auth_uri`. Raises UnavailableError.

    Without prompt parameter Microsoft shows what it has to, and nothing where consent and a session are there; told to
    be silent, it answers with an error where it would have to show something. `claims` are those that it asked for
    when it last refused a token; without them it would let the person through and refuse again.
    """
    with translated_errors():
        flow: dict[str, Any] = application(tenant_id).initiate_auth_code_flow(
            list(scopes),
            redirect_uri=redirect_uri,
            state=state,
            login_hint=login_hint,
            domain_hint=login_hint.rpartition("@")[2],
            prompt="none" if silent else None,
            claims_challenge=claims or None,
        )
    return flow


def redeem(tenant_id: uuid.UUID, flow: dict[str, Any], answer: dict[str, str]) -> Grant:
    """Exchange the code of Microsoft's answer.

    Raises AuthorizationRefusedError where Microsoft refuses or the answer does not fit the flow, InvalidClientError
    where our own secret is wrong, and UnavailableError where Microsoft cannot be reached or understood.
    """
    cache = msal.SerializableTokenCache()
    with translated_errors():
        result = _redeemed(application(tenant_id, cache), flow, answer)
        if "error" in result:
            raise refusal(result) or _refused(result)
        return Grant(
            claims=result.get("id_token_claims") or {},
            granted_scopes=str(result.get("scope") or ""),
            access_token=result["access_token"],
            cache=cache.serialize(),
        )


def _redeemed(app: Any, flow: dict[str, Any], answer: dict[str, str]) -> Mapping[str, Any]:
    """MSAL's answer; its two ways of saying that an answer is not ours are translated."""
    if answer.get("state") != flow.get("state"):
        raise AuthorizationRefusedError("The answer does not fit what was asked.", "mismatch", "")
    try:
        result: Mapping[str, Any] = app.acquire_token_by_auth_code_flow(
            flow, {name: answer[name] for name in TAKEN if name in answer}
        )
    except RuntimeError as error:  # another nonce
        raise AuthorizationRefusedError("The id token answers another request.", "nonce", "") from error
    return result


def _refused(result: Mapping[str, Any]) -> AuthorizationRefusedError:
    error, suberror = str(result.get("error", "")), str(result.get("suberror", ""))
    return AuthorizationRefusedError(
        message(result), error, suberror, claims_of(result), help_for(result.get("error_codes"))
    )
