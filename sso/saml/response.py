"""Reading a response: python3-saml verifies it strictly, then come the checks it leaves open."""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import xmlsec
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response

from sso.errors import Reason, SamlError
from sso.models import IdentityProvider
from sso.saml.message import ASSERTION
from sso.saml.toolkit import acs_url, entity_id, settings_of

SKEW = timedelta(minutes=3)
# Times beyond these are as good as these, and leave room to reckon with.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
LONGEST_ASSERTION_ID = 500  # bytes, as an index has room for
LONGEST_NAME_ID = 1024  # bytes; the standard stops at 256 characters
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# What python3-saml stumbles over in messages that are odd in ways it does not name.
STUMBLES = (ValueError, TypeError, AttributeError, KeyError, IndexError)

Error = OneLogin_Saml2_ValidationError
REASONS = {
    Error.STATUS_CODE_IS_NOT_SUCCESS: Reason.IDP_REFUSED,
    Error.WRONG_INRESPONSETO: Reason.UNKNOWN_REQUEST,
    Error.ASSERTION_TOO_EARLY: Reason.NOT_IN_TIME,
    Error.ASSERTION_EXPIRED: Reason.NOT_IN_TIME,
    Error.SESSION_EXPIRED: Reason.NOT_IN_TIME,
    Error.WRONG_SUBJECTCONFIRMATION: Reason.WRONG_RECIPIENT,
    Error.WRONG_DESTINATION: Reason.WRONG_RECIPIENT,
    Error.EMPTY_DESTINATION: Reason.WRONG_RECIPIENT,
    Error.WRONG_AUDIENCE: Reason.WRONG_AUDIENCE,
    Error.WRONG_ISSUER: Reason.WRONG_ISSUER,
    Error.ISSUER_MULTIPLE_IN_RESPONSE: Reason.WRONG_ISSUER,
    Error.ISSUER_NOT_FOUND_IN_ASSERTION: Reason.WRONG_ISSUER,
    Error.NO_SIGNATURE_FOUND: Reason.UNSIGNED,
    Error.NO_SIGNED_MESSAGE: Reason.UNSIGNED,
    Error.NO_SIGNED_ASSERTION: Reason.UNSIGNED,
    Error.INVALID_SIGNATURE: Reason.BAD_SIGNATURE,
    Error.DEPRECATED_SIGNATURE_METHOD: Reason.WEAK_ALGORITHM,
    Error.DEPRECATED_DIGEST_METHOD: Reason.WEAK_ALGORITHM,
    Error.NO_NAMEID: Reason.NO_NAME_ID,
    Error.EMPTY_NAMEID: Reason.NO_NAME_ID,
}


@dataclass(frozen=True)
class Assertion:
    """What a verified response says of a person. Times are aware and in UTC."""

    issuer: str
    assertion_id: str
    expires_at: datetime
    name_id: str
    name_id_format: str
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "expires_at": self.expires_at.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Assertion":
        """From what to_json gave."""
        return cls(**{**values, "expires_at": datetime.fromisoformat(values["expires_at"])})


class Response(OneLogin_Saml2_Response):  # type: ignore[misc]  # python3-saml has no types
    """python3-saml's, but for its time check of subject confirmations: that grants no skew, and _check_times does."""

    def _query_assertion(self, xpath_expr: str) -> list[Any]:
        nodes: list[Any] = super()._query_assertion(xpath_expr)
        if not xpath_expr.endswith("/saml:SubjectConfirmation"):
            return nodes
        timeless = deepcopy(nodes)  # never the document itself: its signature covers the times
        for node in timeless:
            for data in node.iter(f"{{{ASSERTION}}}SubjectConfirmationData"):
                data.attrib.pop("NotBefore", None)
                data.attrib.pop("NotOnOrAfter", None)
        return timeless


def read_response(provider: IdentityProvider, encoded: str, *, request_id: str, now: datetime) -> Assertion:
    """The assertion of a base64-encoded response to the request with this id.

    `now` is an aware time. Raises SamlError; the caller has read the header before.
    """
    response = _verified(provider, encoded, request_id)
    assertion = response.document.find(f"{{{ASSERTION}}}Assertion")
    if assertion is None:
        raise SamlError(Reason.MALFORMED, "no assertion")
    _check_addresses(response.document, assertion, provider, request_id)
    expires_at = _check_times(assertion, now)
    return _assertion(response, expires_at, provider.entity_id)


def _verified(provider: IdentityProvider, encoded: str, request_id: str) -> Any:
    """python3-saml's response object, once it has found nothing wrong with it."""
    try:
        response = Response(settings_of(provider), encoded)
        response.is_valid(_request_data(provider.account.vanity), request_id, raise_exceptions=True)
    except OneLogin_Saml2_ValidationError as error:
        raise SamlError(REASONS.get(error.code, Reason.MALFORMED), str(error)[:200]) from error
    except (OneLogin_Saml2_Error, etree.LxmlError, xmlsec.Error) as error:
        raise SamlError(Reason.MALFORMED, type(error).__name__) from error
    except STUMBLES as error:
        raise SamlError(Reason.MALFORMED, type(error).__name__) from error
    return response


def _request_data(vanity: str) -> dict[str, str]:
    """Our own address as python3-saml wants it, from our configuration and never from the request."""
    url = urlsplit(acs_url(vanity))
    return {
        "https": "on" if url.scheme == "https" else "off",
        "http_host": url.netloc,
        "script_name": url.path,
    }


def _check_addresses(document: Any, assertion: Any, provider: IdentityProvider, request_id: str) -> None:
    """Audience, recipient, destination and request, each exactly; python3-saml compares some by prefix only."""
    vanity = provider.account.vanity
    audiences = [node.text for node in assertion.iter(f"{{{ASSERTION}}}Audience")]
    if entity_id(vanity) not in audiences:
        raise SamlError(Reason.WRONG_AUDIENCE, ", ".join(map(str, audiences))[:200])
    data = _confirmation(assertion)
    if data.get("Recipient") != acs_url(vanity) or document.get("Destination") != acs_url(vanity):
        raise SamlError(Reason.WRONG_RECIPIENT, str(data.get("Recipient"))[:200])
    if data.get("InResponseTo") != request_id:
        raise SamlError(Reason.UNKNOWN_REQUEST, "the signed InResponseTo names another request")


def _confirmation(assertion: Any) -> Any:
    """The one SubjectConfirmationData."""
    found = list(assertion.iter(f"{{{ASSERTION}}}SubjectConfirmationData"))
    if len(found) != 1:
        raise SamlError(Reason.MALFORMED, f"{len(found)} subject confirmations")
    return found[0]


def _check_times(assertion: Any, now: datetime) -> datetime:
    """Every time limit of the assertion with three minutes of skew; answers when it expires, skew included."""
    conditions = assertion.find(f"{{{ASSERTION}}}Conditions")
    limited = [_confirmation(assertion), *([conditions] if conditions is not None else [])]
    begins = [instant(node.get("NotBefore")) for node in limited if node.get("NotBefore")]
    ends = [instant(node.get("NotOnOrAfter")) for node in limited if node.get("NotOnOrAfter")]
    if not ends:
        raise SamlError(Reason.NOT_IN_TIME, "no end")
    if any(begin > now + SKEW for begin in begins) or any(end <= now - SKEW for end in ends):
        raise SamlError(Reason.NOT_IN_TIME, f"ends {min(ends):%Y-%m-%dT%H:%M:%SZ}")
    return min(ends) + SKEW


def instant(text: str) -> datetime:
    """An xs:dateTime in UTC as an aware time. Raises SamlError."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise SamlError(Reason.MALFORMED, "a time that is none") from error
    return min(max(moment, EARLIEST), LATEST)


def _assertion(response: Any, expires_at: datetime, issuer: str) -> Assertion:
    try:
        name_id, name_id_format = response.get_nameid(), response.get_nameid_format() or ""
        attributes = response.get_attributes()
        assertion_id = response.get_assertion_id()
    except OneLogin_Saml2_ValidationError as error:
        raise SamlError(REASONS.get(error.code, Reason.MALFORMED), str(error)[:200]) from error
    except STUMBLES as error:
        raise SamlError(Reason.MALFORMED, type(error).__name__) from error
    if len(name_id.encode()) > LONGEST_NAME_ID or len(assertion_id.encode()) > LONGEST_ASSERTION_ID:
        raise SamlError(Reason.MALFORMED, "an identifier that is too long")
    if name_id_format == TRANSIENT:
        raise SamlError(Reason.TRANSIENT_NAME_ID)
    texts = {name: [value for value in values if isinstance(value, str)] for name, values in attributes.items()}
    return Assertion(issuer, assertion_id, expires_at, name_id, name_id_format, texts)
