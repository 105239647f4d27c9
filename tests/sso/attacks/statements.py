"""What a provider says and signs that is not for us, not for now, or not for this request."""

from datetime import timedelta
from typing import Any

from lxml import etree

from sso.errors import Reason
from tests.sandbox.running import PORTAL
from tests.sso.attacks.catalogue import as_said, on_its_way
from tests.sso.attacks.forging import ASSERTION, ISSUER, PROTOCOL, assertion_of, later, the

ACS = f"{PORTAL}/sso/contoso/acs/"
ENTITY = f"{PORTAL}/sso/contoso/metadata/"
AUDIENCE, RECIPIENT, TIME = Reason.WRONG_AUDIENCE, Reason.WRONG_RECIPIENT, Reason.NOT_IN_TIME
TOO_EARLY, TOO_LATE = {"minutes": 3.5}, {"minutes": -3.5}
LIMIT = timedelta(minutes=3)


def sub(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{ASSERTION}}}{name}", attributes)
    node.text = text
    return node


def confirmation(root: Any) -> Any:
    return the(root, "SubjectConfirmationData")


@as_said("another audience", AUDIENCE)
def audience_of_another_company(root: Any) -> None:
    the(root, "Audience").text = f"{PORTAL}/sso/fabrikam/metadata/"


@as_said("an audience that begins like ours", AUDIENCE)
def longer_audience(root: Any) -> None:
    the(root, "Audience").text = f"{ENTITY}evil"


@as_said("an audience in other letters", AUDIENCE)
def louder_audience(root: Any) -> None:
    the(root, "Audience").text = ENTITY.upper()


@as_said("an empty audience", AUDIENCE)
def empty_audience(root: Any) -> None:
    the(root, "Audience").text = None


@as_said("no audience", AUDIENCE)
def no_audience(root: Any) -> None:
    the(root, "Conditions").remove(the(root, "AudienceRestriction"))


@as_said("a second audience restriction without us", AUDIENCE)
def two_restrictions(root: Any) -> None:
    """Both must hold: python3-saml reads them as one list."""
    sub(sub(the(root, "Conditions"), "AudienceRestriction"), "Audience", "https://other.example/")


@as_said("an audience that may be told, but is not meant", AUDIENCE)
def audience_of_a_proxy(root: Any) -> None:
    restriction = the(root, "AudienceRestriction")
    the(root, "Conditions").remove(restriction)
    sub(the(root, "Conditions"), "ProxyRestriction").append(restriction[0])


@as_said("an audience outside the conditions", AUDIENCE)
def audience_elsewhere(root: Any) -> None:
    restriction = the(root, "AudienceRestriction")
    the(root, "Conditions").remove(restriction)
    sub(the(root, "AttributeStatement"), "Attribute", Name="x").append(sub(root, "AttributeValue"))
    list(root.iter(f"{{{ASSERTION}}}AttributeValue"))[-1].append(restriction)


@as_said("another recipient", RECIPIENT)
def recipient_of_another_company(root: Any) -> None:
    confirmation(root).set("Recipient", f"{PORTAL}/sso/fabrikam/acs/")


@as_said("a recipient that contains ours", RECIPIENT)
def containing_recipient(root: Any) -> None:
    confirmation(root).set("Recipient", f"https://evil.example/?to={ACS}")


@as_said("a recipient with our host as its user", RECIPIENT)
def user_of_another_host(root: Any) -> None:
    confirmation(root).set("Recipient", ACS.replace("/sso/", "@evil.example/sso/"))


@as_said("no recipient", RECIPIENT)
def no_recipient(root: Any) -> None:
    del confirmation(root).attrib["Recipient"]


@as_said("another destination", RECIPIENT, signed=("Response",))
def destination_of_another_company(root: Any) -> None:
    root.set("Destination", f"{PORTAL}/sso/fabrikam/acs/")


@on_its_way("a destination that begins like ours", RECIPIENT)
def longer_destination(root: Any) -> None:
    root.set("Destination", f"{ACS}?evil")


@on_its_way("a destination in other letters", RECIPIENT)
def louder_destination(root: Any) -> None:
    root.set("Destination", ACS.replace("localhost", "LOCALHOST"))


@on_its_way("no destination", RECIPIENT)
def no_destination(root: Any) -> None:
    del root.attrib["Destination"]


@on_its_way("an empty destination", RECIPIENT)
def empty_destination(root: Any) -> None:
    root.set("Destination", "")


@as_said("another issuer of the assertion", Reason.WRONG_ISSUER)
def another_issuer(root: Any) -> None:
    assertion_of(root)[0].text = "https://evil.example/"


@as_said("an empty issuer", Reason.WRONG_ISSUER)
def empty_issuer(root: Any) -> None:
    assertion_of(root)[0].text = None


@as_said("an issuer in other letters", Reason.WRONG_ISSUER)
def louder_issuer(root: Any) -> None:
    assertion_of(root)[0].text = ISSUER.upper()


@on_its_way("another issuer of the response", Reason.WRONG_ISSUER)
def another_issuer_outside(root: Any) -> None:
    root[0].text = "https://evil.example/"


@on_its_way("an empty issuer of the response", Reason.WRONG_ISSUER)
def empty_issuer_outside(root: Any) -> None:
    root[0].text = None


@as_said("ended", TIME)
def ended(root: Any) -> None:
    the(root, "Conditions").set("NotOnOrAfter", later(**TOO_LATE))


@as_said("a confirmation that ended", TIME)
def confirmation_ended(root: Any) -> None:
    confirmation(root).set("NotOnOrAfter", later(**TOO_LATE))


@as_said("a confirmation without an end", TIME)
def endless_confirmation(root: Any) -> None:
    del confirmation(root).attrib["NotOnOrAfter"]


@as_said("not begun", TIME)
def not_begun(root: Any) -> None:
    the(root, "Conditions").set("NotBefore", later(**TOO_EARLY))


@as_said("a confirmation that has not begun", TIME)
def confirmation_not_begun(root: Any) -> None:
    confirmation(root).set("NotBefore", later(**TOO_EARLY))


@as_said("a session that ended", TIME)
def session_ended(root: Any) -> None:
    the(root, "AuthnStatement").set("SessionNotOnOrAfter", later(**TOO_LATE))


@as_said("a time in no zone", Reason.MALFORMED)
def no_zone(root: Any) -> None:
    confirmation(root).set("NotOnOrAfter", later(minutes=5).removesuffix("Z"))


@as_said("a time in another zone", Reason.MALFORMED)
def other_zone(root: Any) -> None:
    confirmation(root).set("NotOnOrAfter", later(minutes=5).replace("Z", "-12:00"))


@as_said("a time that does not exist", Reason.MALFORMED)
def no_such_day(root: Any) -> None:
    the(root, "Conditions").set("NotOnOrAfter", "2999-02-31T00:00:00Z")


@as_said("a second that most clocks do not have", Reason.MALFORMED)
def leap_second(root: Any) -> None:
    the(root, "Conditions").set("NotOnOrAfter", "2999-12-31T23:59:60Z")


@as_said("a year that no calendar has", Reason.MALFORMED)
def year_zero(root: Any) -> None:
    the(root, "Conditions").set("NotBefore", "0000-01-01T00:00:00Z")


@as_said("a year of five digits", Reason.MALFORMED)
def year_10000(root: Any) -> None:
    the(root, "Conditions").set("NotOnOrAfter", "10000-01-01T00:00:00Z")


@as_said("a time in small letters", Reason.MALFORMED)
def small_letters(root: Any) -> None:
    confirmation(root).set("NotOnOrAfter", later(minutes=5).lower())


@as_said("a time in other digits", Reason.MALFORMED)
def other_digits(root: Any) -> None:
    confirmation(root).set("NotOnOrAfter", later(minutes=5).replace("2", "٢"))


@on_its_way("an answer to nothing", Reason.UNSOLICITED)
def no_request(root: Any) -> None:
    del root.attrib["InResponseTo"]


@on_its_way("an answer to an empty request", Reason.UNSOLICITED)
def empty_request(root: Any) -> None:
    root.set("InResponseTo", "")


@on_its_way("a request's id with a blank", Reason.UNKNOWN_REQUEST)
def blank_before_the_request(root: Any) -> None:
    root.set("InResponseTo", f" {root.get('InResponseTo')}")


@on_its_way("an answer to a request that never was", Reason.UNKNOWN_REQUEST)
def unknown_request(root: Any) -> None:
    root.set("InResponseTo", "_made_up")


@as_said("a signed part that answers nothing", Reason.UNKNOWN_REQUEST)
def unsolicited_inside(root: Any) -> None:
    """The response, which is not signed, names our request; the assertion was made for nobody's."""
    del confirmation(root).attrib["InResponseTo"]


@as_said("a signed part that answers another request", RECIPIENT)
def another_request_inside(root: Any) -> None:
    confirmation(root).set("InResponseTo", "_another")


@as_said("a confirmation by something else than possession", RECIPIENT)
def holder_of_key(root: Any) -> None:
    the(root, "SubjectConfirmation").set("Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")


@as_said("no confirmation", RECIPIENT)
def no_confirmation(root: Any) -> None:
    the(root, "Subject").remove(the(root, "SubjectConfirmation"))


@as_said("a confirmation without data", RECIPIENT)
def no_confirmation_data(root: Any) -> None:
    the(root, "SubjectConfirmation").remove(confirmation(root))


@as_said("two confirmations, each with half of what is needed", RECIPIENT)
def two_halves(root: Any) -> None:
    """The first is for us but has ended, the second has not ended but is for somebody else."""
    confirmation(root).set("Recipient", "https://other.example/")
    second = etree.fromstring(etree.tostring(the(root, "SubjectConfirmation")))
    second[0].set("Recipient", ACS)
    second[0].set("NotOnOrAfter", later(**TOO_LATE))
    the(root, "SubjectConfirmation").addnext(second)


@on_its_way("a refusal of the provider", Reason.IDP_REFUSED)
def refused(root: Any) -> None:
    the(root, "StatusCode").set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")


@on_its_way("a success that is none", Reason.IDP_REFUSED)
def nearly_a_success(root: Any) -> None:
    the(root, "StatusCode").set("Value", "urn:evil:Success")


@on_its_way("a status without a word", Reason.IDP_REFUSED)
def empty_status(root: Any) -> None:
    """python3-saml takes it for a success."""
    the(root, "StatusCode").set("Value", "")


@on_its_way("two statuses", Reason.MALFORMED)
def two_statuses(root: Any) -> None:
    status = etree.fromstring(etree.tostring(the(root, "Status")))
    the(root, "StatusCode").set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    the(root, "Status").addnext(status)


@on_its_way("a success inside a refusal", Reason.IDP_REFUSED)
def success_inside(root: Any) -> None:
    code = the(root, "StatusCode")
    etree.SubElement(code, f"{{{PROTOCOL}}}StatusCode", Value=code.get("Value"))
    code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Requester")


@on_its_way("no status", Reason.MALFORMED)
def no_status(root: Any) -> None:
    root.remove(the(root, "Status"))


@as_said("no statement of a sign-in", Reason.MALFORMED)
def no_statement(root: Any) -> None:
    assertion_of(root).remove(the(root, "AuthnStatement"))


@as_said("two statements of sign-ins", Reason.MALFORMED)
def two_statements(root: Any) -> None:
    the(root, "AuthnStatement").addnext(etree.fromstring(etree.tostring(the(root, "AuthnStatement"))))


@as_said("no conditions", Reason.MALFORMED)
def no_conditions(root: Any) -> None:
    assertion_of(root).remove(the(root, "Conditions"))


@as_said("two sets of conditions", Reason.MALFORMED)
def two_conditions(root: Any) -> None:
    the(root, "Conditions").addnext(etree.Element(f"{{{ASSERTION}}}Conditions"))


@as_said("a condition of a kind that nobody knows", Reason.MALFORMED)
def unknown_condition(root: Any) -> None:
    """What is not understood cannot be met."""
    kind = {"{http://www.w3.org/2001/XMLSchema-instance}type": "x:Kind"}
    etree.SubElement(the(root, "Conditions"), f"{{{ASSERTION}}}Condition", kind, nsmap={"x": "urn:x"})


@as_said("two subjects", Reason.MALFORMED)
def two_subjects(root: Any) -> None:
    second = etree.fromstring(etree.tostring(the(root, "Subject")))
    the(second, "NameID").text = "dana"
    the(root, "Subject").addnext(second)
