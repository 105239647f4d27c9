"""References, transforms and keys: what a signature asks whoever verifies it to read and to run."""

import base64
import hashlib
from typing import Any

from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import on_its_way
from tests.sso.attacks.forging import assertion_of, the
from tests.sso.attacks.signing import DSIG, ENVELOPED, EXCLUSIVE

MALFORMED = Reason.MALFORMED
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
DECRYPT = "http://www.w3.org/2002/07/decrypt#XML"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
STYLE = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><xsl:copy-of select="document('file:///etc/passwd')"/></xsl:template></xsl:stylesheet>"""


def sub(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{DSIG}}}{name}", attributes)
    node.text = text or None
    return node


def methods(root: Any) -> list[Any]:
    return list(root.iter(f"{{{DSIG}}}Transform"))


def reference(root: Any) -> Any:
    return next(root.iter(f"{{{DSIG}}}Reference"))


def copied(node: Any, **attributes: str) -> Any:
    copy = etree.fromstring(etree.tostring(node))
    for name, value in attributes.items():
        copy.set(name, value)
    return copy


@on_its_way("a transform: style sheet", MALFORMED)
def style_sheet(root: Any) -> None:
    methods(root)[1].set("Algorithm", XSLT)
    methods(root)[1].append(etree.fromstring(STYLE))


@on_its_way("a transform: XPath", MALFORMED)
def path(root: Any) -> None:
    methods(root)[1].set("Algorithm", XPATH)
    sub(methods(root)[1], "XPath", "not(ancestor-or-self::*[local-name()='Subject'])")


@on_its_way("a transform: XPath filter", MALFORMED)
def path_filter(root: Any) -> None:
    methods(root)[1].set("Algorithm", XPATH_FILTER)
    etree.SubElement(methods(root)[1], f"{{{XPATH_FILTER}}}XPath", Filter="subtract").text = "//*"


@on_its_way("a transform: base64", MALFORMED)
def base64_text(root: Any) -> None:
    methods(root)[1].set("Algorithm", f"{DSIG}base64")


@on_its_way("a transform: decryption", MALFORMED)
def decryption(root: Any) -> None:
    methods(root)[1].addnext(copied(methods(root)[1], Algorithm=DECRYPT))


@on_its_way("a canonicalization too many", MALFORMED)
def one_canonicalization_more(root: Any) -> None:
    methods(root)[1].addnext(copied(methods(root)[1]))


@on_its_way("another canonicalization in a transform", MALFORMED)
def inclusive_transform(root: Any) -> None:
    methods(root)[1].set("Algorithm", INCLUSIVE)


@on_its_way("another canonicalization in a transform", MALFORMED)
def transform_that_keeps_comments(root: Any) -> None:
    methods(root)[1].set("Algorithm", f"{EXCLUSIVE}WithComments")


@on_its_way("another canonicalization of the signed part", Reason.WEAK_ALGORITHM)
def inclusive_signed_info(root: Any) -> None:
    the(root, "CanonicalizationMethod").set("Algorithm", C14N_11)


@on_its_way("another canonicalization of the signed part", Reason.WEAK_ALGORITHM)
def unknown_canonicalization(root: Any) -> None:
    the(root, "CanonicalizationMethod").set("Algorithm", "urn:none")


@on_its_way("the enveloped transform missing", MALFORMED)
def not_enveloped(root: Any) -> None:
    methods(root)[0].getparent().remove(methods(root)[0])


@on_its_way("the canonicalization missing", MALFORMED)
def not_canonical(root: Any) -> None:
    methods(root)[1].getparent().remove(methods(root)[1])


@on_its_way("transforms in another order", MALFORMED)
def other_order(root: Any) -> None:
    methods(root)[0].set("Algorithm", EXCLUSIVE)
    methods(root)[1].set("Algorithm", ENVELOPED)


@on_its_way("no transforms at all", MALFORMED)
def no_transforms(root: Any) -> None:
    reference(root).remove(the(root, "Transforms"))


@on_its_way("something inside a transform", MALFORMED)
def inside_the_enveloped_transform(root: Any) -> None:
    sub(methods(root)[0], "XPath", "self::text()")


@on_its_way("something inside a transform", MALFORMED)
def inside_the_prefixes(root: Any) -> None:
    prefixes = etree.SubElement(methods(root)[1], f"{{{EXCLUSIVE}}}InclusiveNamespaces", PrefixList="saml")
    sub(prefixes, "XPath", "self::text()")


@on_its_way("several references, one to a local file", MALFORMED)
def a_file_beside(root: Any) -> None:
    reference(root).addnext(copied(reference(root), URI="file:///etc/passwd"))


@on_its_way("several references, one to the network", MALFORMED)
def the_network_beside(root: Any) -> None:
    reference(root).addprevious(copied(reference(root), URI="http://127.0.0.1:9/"))


@on_its_way("several references to the same", MALFORMED)
def the_same_twice(root: Any) -> None:
    reference(root).addnext(copied(reference(root)))


@on_its_way("a reference to a local file", MALFORMED)
def only_a_file(root: Any) -> None:
    reference(root).set("URI", "file:///dev/zero")


@on_its_way("a reference to the whole document", MALFORMED)
def whole_document(root: Any) -> None:
    reference(root).set("URI", "")


@on_its_way("a reference without an address", MALFORMED)
def no_address(root: Any) -> None:
    del reference(root).attrib["URI"]


@on_its_way("a reference by XPointer", MALFORMED)
def pointer(root: Any) -> None:
    reference(root).set("URI", f"#xpointer(id('{assertion_of(root).get('ID')}'))")


@on_its_way("an id that is an XPointer", MALFORMED)
def id_that_points(root: Any) -> None:
    assertion_of(root).set("ID", "xpointer(/)")
    reference(root).set("URI", "#xpointer(/)")


@on_its_way("an id with an expression in it", MALFORMED)
def id_with_an_expression(root: Any) -> None:
    evil = "x' or @ID='_r"
    assertion_of(root).set("ID", evil)
    reference(root).set("URI", f"#{evil}")


@on_its_way("a reference to another element of the message", MALFORMED)
def of_something_else(root: Any) -> None:
    reference(root).set("URI", f"#{root.get('ID')}")


@on_its_way("a reference of a type", MALFORMED)
def typed_reference(root: Any) -> None:
    reference(root).set("Type", f"{DSIG}Manifest")


@on_its_way("a Manifest that is signed instead of the message", MALFORMED)
def manifest(root: Any) -> None:
    holder = sub(the(root, "Signature"), "Object")
    listed = sub(holder, "Manifest", Id="_manifest")
    listed.append(copied(reference(root)))
    reference(root).set("URI", "#_manifest")


@on_its_way("an Object in a signature", MALFORMED)
def an_object(root: Any) -> None:
    sub(sub(the(root, "Signature"), "Object"), "SignatureProperties")


@on_its_way("a second SignedInfo", MALFORMED)
def signed_info_twice(root: Any) -> None:
    """The first is for the reader of digests, the second for the reader of the signature."""
    original = the(root, "SignedInfo")
    the(root, "NameID").text = "dana"
    original.addprevious(copied(original))


@on_its_way("a SignedInfo inside the SignedInfo", MALFORMED)
def signed_info_inside(root: Any) -> None:
    the(root, "SignedInfo").append(copied(the(root, "SignedInfo")))


@on_its_way("a signature inside the signature", MALFORMED)
def signature_inside(root: Any) -> None:
    the(root, "Signature").append(copied(the(root, "Signature")))


@on_its_way("a second digest", MALFORMED)
def digest_twice(root: Any) -> None:
    original = the(root, "DigestValue")
    original.addprevious(copied(original))


@on_its_way("a second signature value", MALFORMED)
def value_twice(root: Any) -> None:
    original = the(root, "SignatureValue")
    original.addnext(copied(original))


@on_its_way("an element inside a value", MALFORMED)
def digest_in_two_parts(root: Any) -> None:
    node = the(root, "DigestValue")
    sub(node, "DigestValue", node.text or "")
    node.text = base64.b64encode(hashlib.sha256(b"").digest()).decode()


@on_its_way("a comment in a digest", MALFORMED)
def commented_digest(root: Any) -> None:
    comment = etree.Comment(base64.b64encode(hashlib.sha256(b"").digest()).decode())
    the(root, "DigestValue").insert(0, comment)


@on_its_way("the key that is to be fetched", MALFORMED)
def fetched_key(root: Any) -> None:
    sub(the(root, "KeyInfo"), "RetrievalMethod", URI="file:///etc/passwd", Type=f"{DSIG}rawX509Certificate")


@on_its_way("the key by reference", MALFORMED)
def key_reference(root: Any) -> None:
    name = "{http://www.w3.org/2009/xmldsig11#}KeyInfoReference"
    etree.SubElement(the(root, "KeyInfo"), name, URI="http://127.0.0.1:9/key")


@on_its_way("an encrypted key in the signature's KeyInfo", MALFORMED)
def encrypted_key(root: Any) -> None:
    etree.SubElement(the(root, "KeyInfo"), "{http://www.w3.org/2001/04/xmlenc#}EncryptedKey")


@on_its_way("a second KeyInfo", MALFORMED)
def key_info_twice(root: Any) -> None:
    the(root, "KeyInfo").addnext(copied(the(root, "KeyInfo")))


@on_its_way("the id of the signed element once more", MALFORMED)
def id_twice(root: Any) -> None:
    detail = etree.SubElement(the(root, "Status"), "{urn:oasis:names:tc:SAML:2.0:protocol}StatusDetail")
    etree.SubElement(detail, "{urn:x}decoy", ID=assertion_of(root).get("ID"))


@on_its_way("the id once more, in another case", MALFORMED)
def id_in_another_case(root: Any) -> None:
    the(root, "Conditions").set("Id", assertion_of(root).get("ID"))


@on_its_way("the id once more, in another case", MALFORMED)
def id_in_lower_case(root: Any) -> None:
    the(root, "StatusCode").set("id", assertion_of(root).get("ID"))


@on_its_way("the id once more, as an xml:id", MALFORMED)
def id_of_xml(root: Any) -> None:
    the(root, "Status").set("{http://www.w3.org/XML/1998/namespace}id", assertion_of(root).get("ID"))


@on_its_way("the id once more, in a namespace", MALFORMED)
def id_in_a_namespace(root: Any) -> None:
    """Libraries that look ids up by the attribute's local name find this element first."""
    the(root, "Status").set("{urn:x}ID", assertion_of(root).get("ID"))


@on_its_way("an id that differs by case from the reference", MALFORMED)
def reference_in_another_case(root: Any) -> None:
    reference(root).set("URI", reference(root).get("URI").upper())


@on_its_way("a signed element without an id", MALFORMED)
def no_id(root: Any) -> None:
    del assertion_of(root).attrib["ID"]
    reference(root).set("URI", "#")
