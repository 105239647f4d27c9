"""How an attempt ended, for the person who made it: what happened, and the one thing to do now. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from calendar_integration.errors import InvalidClientError
from calendar_integration.exchange_servers import ews_probe
from calendar_integration.integration_setting import Method
from calendar_integration.models import AuthorizationAttempt, Outcome
from calendar_integration.tokens.answers import HELP, WOULD_HAVE_ASKED


class Step(StrEnum):
    """What the button of an outcome's page does."""

    AUTHORIZE = "authorize"
    MEETINGS = "meetings"
    GO_ON = "go_on"


@dataclass(frozen=True)
class Explanation:
    """A page about one outcome. In `text`, {detail} is the attempt's, {email} the person's, {company} theirs."""

    title: str
    text: str
    action: str = "Try again"
    step: Step = Step.AUTHORIZE

    def about(self, attempt: AuthorizationAttempt) -> str:
        """The text for this attempt."""
        return self.text.format(
            detail=attempt.detail.rstrip("."), email=attempt.user.email, company=attempt.account.name
        )


NOT_CONNECTED = "Your calendar is not connected"
OF_OUTCOME = {
    Outcome.CONNECTED: Explanation(
        "Office 365 is connected", "Atrium holds an authorization for your mailbox.", "Go to Meetings", Step.MEETINGS
    ),
    Outcome.DECLINED: Explanation(
        NOT_CONNECTED, "Somebody pressed Cancel at Microsoft, so nothing was authorized.", "Connect Office 365"
    ),
    Outcome.CONSENT_REQUIRED: Explanation(
        NOT_CONNECTED, "Microsoft asked for the approval of an Office 365 admin of {company}.", "Check again"
    ),
    Outcome.FEWER_SCOPES: Explanation(
        "Microsoft granted less than Atrium needs",
        "These permissions are missing: {detail}. Atrium keeps no part of an authorization, so nothing was connected."
        " Agree to all of them at Microsoft, or ask your administrator which are allowed.",
    ),
    Outcome.WRONG_MAILBOX: Explanation(
        "That was somebody else's mailbox",
        "You authorized the mailbox of {detail}, but you are signed in here as {email}. Nothing was connected."
        " Choose your own account at Microsoft.",
    ),
    Outcome.WRONG_TENANT: Explanation(
        "That was another organisation's account",
        "You authorized an account of another organisation. Nothing was connected. Choose the one of {company}.",
    ),
    Outcome.INVALID_TOKEN: Explanation(
        NOT_CONNECTED, "Microsoft's answer did not check out, so Atrium threw it away. Trying again often helps."
    ),
    Outcome.UNAVAILABLE: Explanation(
        "Microsoft cannot be reached right now",
        "Microsoft's sign-in service did not answer as it should. It is usually back within minutes.",
    ),
    Outcome.ERROR: Explanation(NOT_CONNECTED, "Microsoft's answer could not be used. Trying again often helps."),
    Outcome.EXPIRED: Explanation(
        NOT_CONNECTED,
        "You went to Microsoft and did not come back within fifteen minutes. Nothing was connected.",
        "Connect Office 365",
    ),
    Outcome.SWITCHED_OFF: Explanation(
        NOT_CONNECTED, "While you were at Microsoft it was decided otherwise. {detail}.", "Go on without it", Step.GO_ON
    ),
    Outcome.SETTING_CHANGED: Explanation(
        NOT_CONNECTED,
        "While you were at Microsoft it was decided otherwise. {detail}. What you authorized is not what is asked for"
        " now.",
    ),
}
NEEDS_A_PAGE = Explanation(
    "Microsoft has to ask you something",
    "Atrium tried to connect without a page of Microsoft's, and nothing was connected. {detail}.",
    "Connect Office 365",
)

# Beside Microsoft it may be the company's own server that does not answer as it should; the detail says which.
UNFIT_SERVER = Explanation(
    NOT_CONNECTED,
    "Something on the way to your mailbox did not answer as it should, so nothing was connected. {detail}.",
)


BUSY = Explanation(
    "Atrium is busy at the moment",
    "So many people are connecting that your company's Exchange server was not asked. Nothing is wrong with what you"
    " did, and nothing was connected. Try again in a minute.",
)

ADMINS_TO_MEND = Explanation(
    NOT_CONNECTED, "Nothing is wrong with what you did. {detail}.", "Go on without it", Step.GO_ON
)


def explain(attempt: AuthorizationAttempt) -> Explanation:
    """The page about this attempt, which has ended."""
    if attempt.is_silent and attempt.detail in WOULD_HAVE_ASKED.values():
        return NEEDS_A_PAGE
    if attempt.detail in (InvalidClientError.in_words, *HELP.values()):
        return ADMINS_TO_MEND
    if attempt.detail == ews_probe.BUSY:
        return BUSY
    if attempt.outcome == Outcome.UNAVAILABLE and attempt.method == Method.EWS and attempt.detail:
        return UNFIT_SERVER
    return OF_OUTCOME[Outcome(attempt.outcome)]
