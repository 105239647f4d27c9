"""Reading a response: its shape, python3-saml's verification, then the checks that leaves open."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sso.errors import Reason, SamlError
from sso.saml import conditions, message
from sso.saml.message import Message
from sso.saml.names import ASSERTION, PROTOCOL, SUCCESS, TRANSIENT
from sso.saml.opening import open_assertion
from sso.saml.party import Party
from sso.saml.toolkit import entity_id
from sso.saml.verifier import verify

LONGEST_ASSERTION_ID = 500  # bytes, as an index has room for
LONGEST_NAME_ID = 1024  # bytes; the standard stops at 256 characters
LONGEST_SESSION_INDEX = 500


@dataclass(frozen=True)
class Assertion:
    """What a verified response says of a person. Times are aware and in UTC."""

    issuer: str
    assertion_id: str
    expires_at: datetime
    name_id: str
    name_id_format: str
    attributes: dict[str, list[str]] = field(default_factory=dict)
    session_index: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "expires_at": self.expires_at.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Assertion":
        """From what to_json gave."""
        return cls(**{**values, "expires_at": datetime.fromisoformat(values["expires_at"])})


def read_response(party: Party, answer: Message, *, request_id: str, now: datetime) -> Assertion:
    """The assertion of a response to the request with this id; `now` is an aware time.

    An id of "" is for an answer that nobody asked for, where the settings allow one. Raises SamlError.
    """
    if not request_id and not party.settings.allows_idp_initiated:
        raise SamlError(Reason.UNSOLICITED)
    document = answer.root
    message.check_shape(document)
    opened = _opened(party, document)
    verify(party, document, opened, request_id)
    assertion = (document if opened is None else opened).find(message.PLAIN)
    if assertion is None:
        raise SamlError(Reason.MALFORMED, "no assertion")
    _check_status(document)
    for node in (document, assertion):
        _check_issuer(node, party.settings.entity_id)
    expires_at = conditions.check(document, assertion, party.vanity, request_id, now)
    return _assertion(assertion, expires_at, party)


def _opened(party: Party, document: Any) -> Any:
    """The response with its assertion opened, or nothing where that was not encrypted."""
    if document.find(message.ENCRYPTED) is not None:
        return open_assertion(party, document)
    if party.settings.wants_encryption and document.find(message.PLAIN) is not None:
        raise SamlError(Reason.NOT_ENCRYPTED)
    return None


def _check_status(document: Any) -> None:
    """Exactly the one of success; python3-saml lets an empty one through."""
    code = document.find(f"{{{PROTOCOL}}}Status/{{{PROTOCOL}}}StatusCode")
    if code is None or code.get("Value") != SUCCESS:
        raise SamlError(Reason.IDP_REFUSED, "a status that says nothing")


def _check_issuer(node: Any, issuer: str) -> None:
    """Exactly the configured one, or none at a response; python3-saml lets an empty one through."""
    found = node.find(f"{{{ASSERTION}}}Issuer")
    if found is None and node.tag == message.RESPONSE:
        return
    if found is None or found.text != issuer:
        raise SamlError(Reason.WRONG_ISSUER, "" if found is None else str(found.text)[:200])


def _assertion(assertion: Any, expires_at: datetime, party: Party) -> Assertion:
    name_id = assertion.find(f"{{{ASSERTION}}}Subject/{{{ASSERTION}}}NameID")
    if name_id is None or not _is_visible(name_id.text or ""):
        raise SamlError(Reason.NO_NAME_ID)
    if name_id.get("SPNameQualifier", entity_id(party.vanity)) != entity_id(party.vanity):
        raise SamlError(Reason.WRONG_AUDIENCE, "a name id for another service")
    name_id_format = name_id.get("Format", "").strip()  # a URI, around which the schema lets blanks stand
    if name_id_format == TRANSIENT:
        raise SamlError(Reason.TRANSIENT_NAME_ID)
    statement = assertion.find(f"{{{ASSERTION}}}AuthnStatement")
    session_index = "" if statement is None else statement.get("SessionIndex", "")
    for text, longest in (
        (name_id.text, LONGEST_NAME_ID),
        (assertion.get("ID"), LONGEST_ASSERTION_ID),
        (session_index, LONGEST_SESSION_INDEX),
    ):
        if len(text.encode()) > longest:
            raise SamlError(Reason.MALFORMED, "an identifier that is too long")
    return Assertion(
        party.settings.entity_id,
        assertion.get("ID"),
        expires_at,
        name_id.text,
        name_id_format,
        _attributes(assertion),
        session_index,
    )


def _is_visible(text: str) -> bool:
    """Whether there is anything to see: not for blanks, joiners and marks of direction alone."""
    return any(character.isprintable() and not character.isspace() for character in text)


def _attributes(assertion: Any) -> dict[str, list[str]]:
    """The texts of each attribute; a value with elements inside is no text, and none is made of its beginning."""
    found: dict[str, list[str]] = {}
    for attribute in assertion.findall(f"{{{ASSERTION}}}AttributeStatement/{{{ASSERTION}}}Attribute"):
        values = [node.text.strip() for node in attribute if not len(node) and node.text]
        found.setdefault(attribute.get("Name", ""), []).extend(value for value in values if value)
    return found
