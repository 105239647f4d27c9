"""For whom, for when and for which request an assertion was made: each compared exactly, after it was verified."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sso.errors import Reason, SamlError
from sso.saml.names import ASSERTION, BEARER
from sso.saml.toolkit import acs_url, entity_id

SKEW = timedelta(minutes=3)
# Times beyond these are as good as these, and leave room to reckon with.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def check(document: Any, assertion: Any, vanity: str, request_id: str, now: datetime) -> datetime:
    """Raise SamlError unless the assertion is for us, now, and for this request ("" for none).

    Answers when it expires, skew included. python3-saml compares some of this by prefix only, or not at all.
    """
    _check_audience(assertion, entity_id(vanity))
    if document.get("Destination") != acs_url(vanity):
        raise SamlError(Reason.WRONG_RECIPIENT, f"destination {document.get('Destination')}"[:200])
    if document.get("InResponseTo", "") != request_id:
        raise SamlError(Reason.UNKNOWN_REQUEST, "the response names another request")
    confirmation = _valid_confirmation(assertion, acs_url(vanity), request_id, now)
    limited = [confirmation, *assertion.findall(f"{{{ASSERTION}}}Conditions")]
    for statement in assertion.findall(f"{{{ASSERTION}}}AuthnStatement"):
        _check_end([statement], "SessionNotOnOrAfter", now)
    _check_begin(limited, now)
    return _check_end(limited, "NotOnOrAfter", now)


def _check_audience(assertion: Any, own: str) -> None:
    """Every restriction must name us: several of them are an 'and', several audiences in one are an 'or'."""
    restrictions = assertion.findall(f"{{{ASSERTION}}}Conditions/{{{ASSERTION}}}AudienceRestriction")
    named = [[node.text for node in restriction] for restriction in restrictions]
    if not named or any(own not in audiences for audiences in named):
        raise SamlError(Reason.WRONG_AUDIENCE, ", ".join(str(text) for texts in named for text in texts)[:200])


def _valid_confirmation(assertion: Any, acs: str, request_id: str, now: datetime) -> Any:
    """The SubjectConfirmationData of the bearer confirmation that holds; the first problem, where none does."""
    problems: list[SamlError] = []
    for confirmation in assertion.findall(f"{{{ASSERTION}}}Subject/{{{ASSERTION}}}SubjectConfirmation"):
        data = confirmation.find(f"{{{ASSERTION}}}SubjectConfirmationData")
        if confirmation.get("Method") != BEARER or data is None:
            continue
        try:
            _check_confirmation(data, acs, request_id, now)
        except SamlError as error:
            problems.append(error)
        else:
            return data
    raise problems[0] if problems else SamlError(Reason.MALFORMED, "no bearer confirmation")


def _check_confirmation(data: Any, acs: str, request_id: str, now: datetime) -> None:
    if data.get("Recipient") != acs:
        raise SamlError(Reason.WRONG_RECIPIENT, str(data.get("Recipient"))[:200])
    if data.get("InResponseTo", "") != request_id:
        raise SamlError(Reason.UNKNOWN_REQUEST, "the signed InResponseTo names another request")
    if not data.get("NotOnOrAfter"):
        raise SamlError(Reason.NOT_IN_TIME, "a confirmation without an end")
    _check_begin([data], now)
    _check_end([data], "NotOnOrAfter", now)


def _check_begin(limited: Sequence[Any], now: datetime) -> None:
    begins = [instant(node.get("NotBefore")) for node in limited if node.get("NotBefore")]
    if any(begin > now + SKEW for begin in begins):
        raise SamlError(Reason.NOT_IN_TIME, f"begins {max(begins):%Y-%m-%dT%H:%M:%SZ}")


def _check_end(limited: Sequence[Any], name: str, now: datetime) -> datetime:
    """The earliest of the ends, skew included."""
    ends = [instant(node.get(name)) for node in limited if node.get(name)]
    if any(end <= now - SKEW for end in ends):
        raise SamlError(Reason.NOT_IN_TIME, f"ended {min(ends):%Y-%m-%dT%H:%M:%SZ}")
    return min(ends, default=LATEST) + SKEW


def check_issued(text: str, now: datetime, lives: timedelta) -> None:
    """Raise SamlError unless a message was issued just now: it is good for so long, and skew."""
    issued = instant(text)
    if issued > now + SKEW or issued <= now - lives - SKEW:
        raise SamlError(Reason.NOT_IN_TIME, f"issued {issued:%Y-%m-%dT%H:%M:%SZ}")


def instant(text: str) -> datetime:
    """An xs:dateTime in UTC as an aware time. Raises SamlError."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise SamlError(Reason.MALFORMED, "a time that is none") from error
    return min(max(moment, EARLIEST), LATEST)
