"""The Response a service provider is sent.

https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lxml import etree

from sandbox.faults import Faults
from sandbox.keys import SigningKey
from sandbox.saml_idp.authn_request import ASSERTION, PROTOCOL, AuthnRequest
from sandbox.saml_idp.encryption import encrypted
from sandbox.saml_idp.signature import place_for_signature, sign
from sandbox.tenant.model import Person, Tenant

_FORMATS = {
    "persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "emailAddress": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
}
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105 - a class of contexts
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_VALID_FOR = timedelta(minutes=5)
_AGO = timedelta(hours=2)


@dataclass(frozen=True)
class Answer:
    """Everything a response is made from; `now` is UTC."""

    tenant: Tenant
    person: Person
    request: AuthnRequest
    issuer: str
    now: datetime
    audience: str
    session_index: str
    signed: bool = True

    @property
    def signs_assertion(self) -> bool:
        """Whether the assertion has a signature of its own."""
        return self.signed and self.tenant.saml.sign_assertion


def encoded_response(
    tenant: Tenant,
    person: Person,
    request: AuthnRequest,
    issuer: str,
    key: SigningKey,
    faults: Faults,
    session_index: str,
) -> str:
    """The SAMLResponse parameter, spoiled by whatever fault is on."""
    if faults.take("saml.garbage", person.upn):
        return base64.b64encode(b"This is no SAML response.").decode()
    expired = faults.take("saml.expired", person.upn) is not None
    elsewhere = faults.take("saml.wrong_audience", person.upn) is not None
    answer = Answer(
        tenant,
        person,
        request,
        issuer,
        now=datetime.now(UTC) - (_AGO if expired else timedelta()),
        audience="https://another.example/metadata" if elsewhere else request.issuer,
        session_index=session_index,
        signed=faults.take("saml.unsigned", person.upn) is None,
    )
    return base64.b64encode(etree.tostring(_response(answer, key))).decode()


def _response(answer: Answer, key: SigningKey) -> etree._Element:
    signs_response = answer.signed and answer.tenant.saml.sign_response
    namespaces = {"samlp": PROTOCOL, "saml": ASSERTION}
    response = etree.Element(f"{{{PROTOCOL}}}Response", nsmap=namespaces)
    for name, value in _envelope(answer).items():
        response.set(name, value)
    _add(response, "Issuer", answer.issuer)
    if signs_response:
        place_for_signature(response)
    status = etree.SubElement(response, f"{{{PROTOCOL}}}Status")
    etree.SubElement(status, f"{{{PROTOCOL}}}StatusCode", {"Value": _SUCCESS})
    assertion = _assertion(answer)
    signed = sign(assertion, key) if answer.signs_assertion else assertion
    response.append(encrypted(signed, answer.tenant.saml.sp_certificates[0]) if answer.tenant.saml.encrypt else signed)
    return sign(response, key) if signs_response else response


def _envelope(answer: Answer) -> dict[str, str]:
    request = answer.request
    return {
        "ID": _new_id(),
        "Version": "2.0",
        "IssueInstant": _instant(answer.now),
        "Destination": request.acs_url,
        **({"InResponseTo": request.id} if request.id else {}),
    }


def _assertion(answer: Answer) -> etree._Element:
    assertion = etree.Element(f"{{{ASSERTION}}}Assertion", nsmap={"saml": ASSERTION})
    for name, value in (("ID", _new_id()), ("Version", "2.0"), ("IssueInstant", _instant(answer.now))):
        assertion.set(name, value)
    _add(assertion, "Issuer", answer.issuer)
    if answer.signs_assertion:
        place_for_signature(assertion)
    _add_subject(assertion, answer)
    conditions = _add(
        assertion,
        "Conditions",
        NotBefore=_instant(answer.now - _VALID_FOR),
        NotOnOrAfter=_instant(answer.now + _VALID_FOR),
    )
    _add(_add(conditions, "AudienceRestriction"), "Audience", answer.audience)
    statement = _add(assertion, "AuthnStatement", AuthnInstant=_instant(answer.now), SessionIndex=answer.session_index)
    _add(_add(statement, "AuthnContext"), "AuthnContextClassRef", _PASSWORD)
    _add_attributes(assertion, answer.person)
    return assertion


def name_id_of(tenant: Tenant, person: Person, wanted: str) -> tuple[str, str]:
    """The person's name id and its format: the wanted one, or else the tenant's."""
    kind = next((name for name, urn in _FORMATS.items() if urn == wanted), tenant.saml.name_id_format)
    return (person.oid if kind == "persistent" else person.upn), _FORMATS[kind]


def _add_subject(assertion: etree._Element, answer: Answer) -> None:
    value, name_format = name_id_of(answer.tenant, answer.person, answer.request.name_id_format)
    subject = _add(assertion, "Subject")
    _add(subject, "NameID", value, Format=name_format)
    confirmation = _add(subject, "SubjectConfirmation", Method=_BEARER)
    data = _add(confirmation, "SubjectConfirmationData", NotOnOrAfter=_instant(answer.now + _VALID_FOR))
    data.set("Recipient", answer.request.acs_url)
    if answer.request.id:
        data.set("InResponseTo", answer.request.id)


def _add_attributes(assertion: etree._Element, person: Person) -> None:
    statement = _add(assertion, "AttributeStatement")
    values = {
        "mail": [person.upn],
        "givenName": [person.given_name],
        "surname": [person.surname],
        "displayName": [person.name],
        _OBJECT_ID: [person.oid],
        "groups": person.groups,
    }
    for name, texts in values.items():
        attribute = _add(statement, "Attribute", Name=name, NameFormat=_BASIC)
        for text in texts:
            _add(attribute, "AttributeValue", text)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ASSERTION}}}{name}", attributes)
    element.text = text
    return element


def _new_id() -> str:
    return f"_{uuid4().hex}"


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
