"""What Microsoft's answer at the redirect URI means: pure, decided before MSAL sees it, which drops error_subcode.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response
"""

from collections.abc import Mapping

from calendar_integration.models import Outcome

CONSENT_ERROR = "consent_required"
PASSING_ERRORS = {"server_error", "temporarily_unavailable"}


def outcome_of_error(query: Mapping[str, str]) -> Outcome | None:
    """How the attempt ended if the answer is an error, or None if it brings a code.

    access_denied says that somebody pressed Cancel; it says the same of someone who met "Need admin approval" and
    went back, so that the caller has to look at what is known of the tenant's consent.
    """
    error = query.get("error", "")
    if not error:
        return None if query.get("code") else Outcome.ERROR
    if CONSENT_ERROR in (error, query.get("suberror")):
        return Outcome.CONSENT_REQUIRED
    if error == "access_denied":
        return Outcome.DECLINED
    return Outcome.UNAVAILABLE if error in PASSING_ERRORS else Outcome.ERROR


def outcome_of_refusal(error: str, suberror: str) -> Outcome:
    """How the attempt ended if the token endpoint refused the code."""
    if CONSENT_ERROR in (error, suberror):
        return Outcome.CONSENT_REQUIRED
    return Outcome.INVALID_TOKEN if error in ("mismatch", "nonce") else Outcome.ERROR
