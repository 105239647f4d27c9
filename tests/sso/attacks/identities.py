"""Who somebody is said to be: names that are none, that change, or that only look like somebody's."""

from typing import Any

from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import as_said
from tests.sso.attacks.forging import ASSERTION, MAIL, the

NAME_ID, MAIL_NAME = Reason.NO_NAME_ID, Reason.NO_EMAIL


def mail(root: Any) -> Any:
    return the(root, "AttributeValue")


def add_value(root: Any, text: str) -> None:
    etree.SubElement(mail(root).getparent(), f"{{{ASSERTION}}}AttributeValue").text = text


@as_said("no name id", NAME_ID)
def no_name_id(root: Any) -> None:
    the(root, "Subject").remove(the(root, "NameID"))


@as_said("an empty name id", NAME_ID)
def empty_name_id(root: Any) -> None:
    the(root, "NameID").text = None


@as_said("a name id of spaces", NAME_ID)
def blank_name_id(root: Any) -> None:
    the(root, "NameID").text = "  \n "


@as_said("a name id that nobody can see", NAME_ID)
def invisible_name_id(root: Any) -> None:
    the(root, "NameID").text = "\u200b\u2060\u202e\ufeff"


@as_said("two name ids", Reason.MALFORMED)
def two_name_ids(root: Any) -> None:
    second = etree.fromstring(etree.tostring(the(root, "NameID")))
    second.text = "dana"
    the(root, "NameID").addnext(second)


@as_said("a name id for one session", Reason.TRANSIENT_NAME_ID)
def transient(root: Any) -> None:
    the(root, "NameID").set("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient")


@as_said("a name id for another service", Reason.WRONG_AUDIENCE)
def name_id_for_another_service(root: Any) -> None:
    the(root, "NameID").set("SPNameQualifier", "https://other.example/")


@as_said("a name id that is too long", Reason.MALFORMED)
def long_name_id(root: Any) -> None:
    the(root, "NameID").text = "n" * 1_025


@as_said("an element inside the name id", Reason.MALFORMED)
def element_in_name_id(root: Any) -> None:
    node = the(root, "NameID")
    etree.SubElement(node, "{urn:x}cut").tail = ".evil"


@as_said("another element instead of the name id", Reason.MALFORMED)
def base_id(root: Any) -> None:
    the(root, "Subject").remove(the(root, "NameID"))
    kind = {"{http://www.w3.org/2001/XMLSchema-instance}type": "saml:NameIDType"}
    etree.SubElement(the(root, "Subject"), f"{{{ASSERTION}}}BaseID", kind)
    the(root, "Subject").insert(0, the(root, "BaseID"))


@as_said("an encrypted name id", Reason.MALFORMED)
def encrypted_name_id(root: Any) -> None:
    hidden = etree.Element(f"{{{ASSERTION}}}EncryptedID")
    etree.SubElement(hidden, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")
    the(root, "Subject").replace(the(root, "NameID"), hidden)


@as_said("several e-mail addresses in one attribute", Reason.SEVERAL_EMAILS)
def two_values(root: Any) -> None:
    add_value(root, "dana@contoso.example")


@as_said("several e-mail addresses in two attributes of one name", Reason.SEVERAL_EMAILS)
def two_attributes(root: Any) -> None:
    second = etree.fromstring(etree.tostring(mail(root).getparent()))
    second[0].text = "dana@contoso.example"
    mail(root).getparent().addnext(second)


@as_said("several e-mail addresses in two statements", Reason.SEVERAL_EMAILS)
def two_mail_statements(root: Any) -> None:
    second = etree.fromstring(etree.tostring(the(root, "AttributeStatement")))
    the(second, "AttributeValue").text = "dana@contoso.example"
    the(root, "AttributeStatement").addnext(second)


@as_said("an encrypted attribute", Reason.MALFORMED)
def encrypted_attribute(root: Any) -> None:
    hidden = etree.SubElement(the(root, "AttributeStatement"), f"{{{ASSERTION}}}EncryptedAttribute")
    etree.SubElement(hidden, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")


@as_said("an attribute whose name is one of ours in other letters", MAIL_NAME)
def louder_attribute(root: Any) -> None:
    mail(root).getparent().set("Name", "MAIL")


@as_said("several e-mail addresses in one text", MAIL_NAME)
def a_list(root: Any) -> None:
    mail(root).text = f"{MAIL}@evil.example"


@as_said("an e-mail address with an element inside", MAIL_NAME)
def element_in_mail(root: Any) -> None:
    """A reader of the first text sees ana@contoso.example, one of all text ana@contoso.example.evil.example."""
    mail(root).text = MAIL
    etree.SubElement(mail(root), "{urn:x}cut").tail = ".evil.example"


@as_said("no e-mail address", MAIL_NAME)
def no_mail(root: Any) -> None:
    mail(root).text = None


@as_said("an e-mail address of a domain that is not proven", Reason.FOREIGN_DOMAIN)
def elsewhere(root: Any) -> None:
    mail(root).text = "ana@evil.example"


@as_said("an e-mail address of a domain below ours", Reason.FOREIGN_DOMAIN)
def below(root: Any) -> None:
    mail(root).text = "ana@evil.contoso.example"


@as_said("an e-mail address in letters that look alike", Reason.NO_EMAIL)
def look_alike(root: Any) -> None:
    mail(root).text = "ana@contоso.example"


@as_said("a Kelvin sign that becomes a k in small letters", Reason.NO_EMAIL)
def kelvin(root: Any) -> None:
    mail(root).text = "\u212aim@contoso.example"


@as_said("a transient name id with a blank in front of its format", Reason.TRANSIENT_NAME_ID)
def blank_transient(root: Any) -> None:
    name_id = next(root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}NameID"))
    name_id.set("Format", " urn:oasis:names:tc:SAML:2.0:nameid-format:transient")


@as_said("a line break in an e-mail address", Reason.NO_EMAIL)
def broken(root: Any) -> None:
    mail(root).text = "ana@contoso.example\nBcc: dana"
