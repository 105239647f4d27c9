"""Single logout: our requests and answers, and theirs, which must be signed in either binding.

https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf (4.4)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from sso.errors import Reason, SamlError
from sso.models import Binding
from sso.saml import conditions, schema
from sso.saml.detached import signed_parameters
from sso.saml.message import refuse_odd_times
from sso.saml.names import ASSERTION, DSIG, ENC, PROTOCOL, SUCCESS
from sso.saml.outgoing import Outgoing, new_message, send, signing_key
from sso.saml.parsing import decode, inflate, parse
from sso.saml.party import Party
from sso.saml.signatures import check_signatures
from sso.saml.toolkit import slo_url
from sso.saml.verifier import verify_signature

MESSAGE_LIVES = timedelta(minutes=5)
LONGEST_MESSAGE_ID = 500  # bytes, as an index has room for
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"


@dataclass(frozen=True)
class LogoutAsked:
    """Whom an identity provider wants signed out; no session index means every session of theirs."""

    message_id: str
    issuer: str
    name_id: str
    session_indexes: tuple[str, ...] = ()


def logout_request(party: Party, *, name_id: str, name_id_format: str, session_index: str) -> Outgoing:
    """Ask the identity provider to sign somebody out. Raises NoKeyError where the account has no key pair."""
    message = new_message("LogoutRequest", party, party.settings.slo_url)
    subject = etree.SubElement(message, f"{{{ASSERTION}}}NameID")
    subject.text = name_id
    if name_id_format:
        subject.set("Format", name_id_format)
    if session_index:
        etree.SubElement(message, f"{{{PROTOCOL}}}SessionIndex").text = session_index
    return _sent(party, message, "SAMLRequest")


def logout_response(party: Party, *, in_response_to: str, succeeded: bool, relay_state: str) -> Outgoing:
    """Answer the identity provider's request. Raises NoKeyError where the account has no key pair."""
    message = new_message("LogoutResponse", party, party.settings.slo_url, InResponseTo=in_response_to)
    status = etree.SubElement(message, f"{{{PROTOCOL}}}Status")
    etree.SubElement(status, f"{{{PROTOCOL}}}StatusCode", Value=SUCCESS if succeeded else RESPONDER)
    return _sent(party, message, "SAMLResponse", relay_state)


def _sent(party: Party, message: Any, parameter: str, relay_state: str = "") -> Outgoing:
    settings = party.settings
    return send(message, parameter, settings.slo_url, settings.slo_binding, signing_key(party), relay_state)


def read_logout_request(
    party: Party, parameters: Mapping[str, str], binding: str, query_string: str, now: datetime
) -> LogoutAsked:
    """Whom the identity provider signs out. `query_string` is the raw one; by POST `parameters` are the form's.

    Raises SamlError. Whether the id was seen before is the caller's to know.
    """
    root = _read(party, "LogoutRequest", parameters, binding, query_string, now)
    if root.get("NotOnOrAfter") and conditions.instant(root.get("NotOnOrAfter")) <= now - conditions.SKEW:
        raise SamlError(Reason.NOT_IN_TIME, "the request has expired")
    name_id = root.findtext(f"{{{ASSERTION}}}NameID") or ""
    if not name_id.strip():
        raise SamlError(Reason.NO_NAME_ID)
    indexes = tuple(node.text or "" for node in root.findall(f"{{{PROTOCOL}}}SessionIndex"))
    return LogoutAsked(root.get("ID"), party.settings.entity_id, name_id, indexes)


def read_logout_response(
    party: Party, parameters: Mapping[str, str], binding: str, query_string: str, *, request_id: str, now: datetime
) -> bool:
    """Whether the identity provider signed the person out, in answer to the request with this id. Raises SamlError."""
    root = _read(party, "LogoutResponse", parameters, binding, query_string, now)
    if not request_id or root.get("InResponseTo") != request_id:
        raise SamlError(Reason.UNKNOWN_REQUEST, "the answer to another request")
    code = root.find(f"{{{PROTOCOL}}}Status/{{{PROTOCOL}}}StatusCode")
    return code is not None and code.get("Value") == SUCCESS


def _read(
    party: Party, kind: str, parameters: Mapping[str, str], binding: str, query_string: str, now: datetime
) -> Any:
    """The message, signed by the identity provider, for us and of now."""
    parameter = "SAMLRequest" if kind == "LogoutRequest" else "SAMLResponse"
    tag = f"{{{PROTOCOL}}}{kind}"
    if binding == Binding.REDIRECT:
        signed = signed_parameters(query_string, parameter, party.settings.certificates)
        root = parse(inflate(signed[parameter]))
        _check_shape(root, tag, signatures=0)
    else:
        root = parse(decode(parameters.get(parameter, "")))
        _check_shape(root, tag, signatures=1)
        verify_signature(party, root, f"/samlp:{kind}/ds:Signature")
    _check_head(party, root, now)
    return root


def _check_shape(root: Any, tag: str, signatures: int) -> None:
    """By Redirect the signature is in the query, by POST in the message; nothing is encrypted."""
    if root.tag != tag:
        raise SamlError(Reason.MALFORMED, f"not a {tag.rpartition('}')[2]}")
    if next(root.iter(f"{{{ENC}}}EncryptedData", f"{{{ASSERTION}}}Assertion"), None) is not None:
        raise SamlError(Reason.MALFORMED, "something that does not belong into a logout")
    refuse_odd_times(root)
    check_signatures(root, signable={tag})
    found = len(root.findall(f"{{{DSIG}}}Signature"))
    if found != signatures:
        raise SamlError(Reason.UNSIGNED if found < signatures else Reason.MALFORMED, f"{found} signatures")
    if schema.validate(root) == schema.INVALID:
        raise SamlError(Reason.MALFORMED, "not as SAML's schema has it")


def _check_head(party: Party, root: Any, now: datetime) -> None:
    """Version, issuer, destination and time, each exactly."""
    if root.get("Version") != "2.0" or len(root.get("ID", "").encode()) > LONGEST_MESSAGE_ID:
        raise SamlError(Reason.MALFORMED, "another version of SAML, or an id that is too long")
    if root.findtext(f"{{{ASSERTION}}}Issuer") != party.settings.entity_id:
        raise SamlError(Reason.WRONG_ISSUER, str(root.findtext(f"{{{ASSERTION}}}Issuer"))[:200])
    if root.get("Destination") != slo_url(party.vanity):
        raise SamlError(Reason.WRONG_RECIPIENT, str(root.get("Destination"))[:200])
    conditions.check_issued(root.get("IssueInstant", ""), now, MESSAGE_LIVES)
