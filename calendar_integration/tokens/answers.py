"""What Microsoft's answer at the redirect URI means: pure, decided before MSAL sees it, which drops error_subcode.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response
"""

from collections.abc import Mapping

from calendar_integration.models import Outcome

CONSENT_ERROR = "consent_required"
PASSING_ERRORS = {"server_error", "temporarily_unavailable"}

HELP = {
    50105: "Microsoft says that you are not assigned to Atrium there. Ask your Office 365 admin to assign you.",
    50057: "Microsoft says that your account there is disabled. Ask your Office 365 admin.",
    53003: "A rule of your company at Microsoft does not let you in with Atrium. Ask your Office 365 admin.",
}

# What a try that may ask nothing ends with: says something of the person's session, and nothing of the company.
# https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-the-sign-in-request
WOULD_HAVE_ASKED = {
    "login_required": "Microsoft would have asked who you are: there was no session there, or several.",
    "interaction_required": "Microsoft would have asked something, such as a second proof of who you are.",
    "account_selection_required": "Microsoft would have asked which of several accounts is meant.",
    CONSENT_ERROR: "Microsoft would have asked for consent to the permissions.",
}


def would_have_asked(query: Mapping[str, str]) -> str:
    """What kept a silent try from going through, in words; nothing where it was something else."""
    errors = (query.get("suberror", ""), query.get("error", ""))
    return next((WOULD_HAVE_ASKED[error] for error in errors if error in WOULD_HAVE_ASKED), "")


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


def help_for(numbers: object) -> str:
    """What a person can do about a refusal that trying again does not help, or nothing where that is not known.

    Microsoft's numbers choose words here, and decide nothing: they may change.
    """
    known = [HELP[number] for number in numbers if number in HELP] if isinstance(numbers, list) else []
    return known[0] if known else ""
