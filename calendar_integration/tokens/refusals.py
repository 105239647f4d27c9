"""What an error of the token endpoint means: decided by error and suberror alone, since AADSTS numbers change.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from calendar_integration.errors import (
    CalendarError,
    ConsentRefusedError,
    InteractionRequiredError,
    InvalidClientError,
    InvalidGrantError,
    RequestRefusedError,
    SignInUnavailableError,
)

PASSING = {"temporarily_unavailable", "server_error", "slow_down"}
INTERACTION = {"interaction_required", "login_required"}
INTERACTION_SUBERRORS = {"basic_action", "additional_action"}  # what invalid_grant says of a second step
CONSENT = "consent_required"
TRY_AGAIN_AFTER = timedelta(minutes=1)
LONGEST_CLAIMS = 2000  # characters; they travel in an address


def refusal(result: Mapping[str, Any]) -> CalendarError | None:
    """Our error for an answer that says nothing of the person: our secret is wrong, or the service is busy."""
    error = str(result.get("error", ""))
    if error == "invalid_client":
        return InvalidClientError(message(result))
    if error in PASSING:
        return SignInUnavailableError(message(result), retry_after=TRY_AGAIN_AFTER)
    return None


def refusal_of_refresh(result: Mapping[str, Any]) -> CalendarError:
    """Our error for a refresh token that brought no token.

    Revoked, expired, too old for the sign-in frequency, the account disabled: all are invalid_grant, and end alike.
    """
    error, suberror = str(result.get("error", "")), str(result.get("suberror", ""))
    if CONSENT in (error, suberror):
        return ConsentRefusedError(message(result))
    if error in INTERACTION or (error == "invalid_grant" and suberror in INTERACTION_SUBERRORS):
        return InteractionRequiredError(message(result), claims=claims_of(result))
    if error == "invalid_grant":
        return InvalidGrantError(message(result))
    return refusal(result) or RequestRefusedError(message(result))


def claims_of(result: Mapping[str, Any]) -> str:
    """What the next sign-in has to prove, or nothing where the answer has no such JSON object of a bearable length.

    https://learn.microsoft.com/entra/identity-platform/claims-challenge
    """
    claims = result.get("claims")
    if not isinstance(claims, str) or len(claims) > LONGEST_CLAIMS:
        return ""
    try:
        return claims if isinstance(orjson.loads(claims), dict) else ""
    except orjson.JSONDecodeError:
        return ""


def message(result: Mapping[str, Any]) -> str:
    """Error and suberror for the log, and nothing else of the answer."""
    error, suberror = str(result.get("error", ""))[:100], str(result.get("suberror", ""))[:100]
    return f"Microsoft refused: {error}{f' ({suberror})' if suberror else ''}"
