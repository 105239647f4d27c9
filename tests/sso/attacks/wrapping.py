"""Signature wrapping: the signed part is still there, and something else stands where it is read.

XSW1 to XSW8 are numbered as in "On Breaking SAML: Be Whoever You Want to Be" (2012).
"""

from typing import Any

from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import on_its_way
from tests.sso.attacks.forging import ASSERTION, PROTOCOL, assertion_of, forged, the
from tests.sso.attacks.signing import DSIG

SIGNATURE = f"{{{DSIG}}}Signature"
RESPONSE = ("Response",)


def copy_of(node: Any) -> Any:
    return etree.fromstring(etree.tostring(node))


def without_signature(node: Any) -> Any:
    signature = node.find(SIGNATURE)
    node.remove(signature)
    return node


def evil_response(root: Any) -> tuple[Any, Any, Any]:
    """A forged response without a signature, the original without its own, and that signature."""
    evil, original = copy_of(root), copy_of(root)
    evil.set("ID", "_evil")
    the(evil, "NameID").text = "dana"
    signature = original.find(SIGNATURE)
    original.remove(signature)
    return without_signature(evil), original, signature


@on_its_way("XSW1: the signed response inside the signature of a forged one", Reason.MALFORMED, signed=RESPONSE)
def xsw1(root: Any) -> Any:
    evil, original, signature = evil_response(root)
    signature.append(original)
    evil.insert(1, signature)
    return evil


@on_its_way("XSW2: the signed response beside a detached signature", Reason.MALFORMED, signed=RESPONSE)
def xsw2(root: Any) -> Any:
    evil, original, signature = evil_response(root)
    evil.insert(1, original)
    evil.insert(2, signature)
    return evil


@on_its_way("XSW3: a forged assertion before the signed one", Reason.MALFORMED)
def xsw3(root: Any) -> None:
    evil = without_signature(forged(assertion_of(root)))
    root.insert(root.index(assertion_of(root)), evil)


@on_its_way("XSW3: a forged assertion before the signed one", Reason.MALFORMED)
def xsw3_with_the_forged_one_last(root: Any) -> None:
    root.append(without_signature(forged(assertion_of(root))))


@on_its_way("XSW4: the signed assertion inside a forged one", Reason.MALFORMED)
def xsw4(root: Any) -> None:
    original = assertion_of(root)
    evil = without_signature(forged(original))
    root.replace(original, evil)
    evil.append(original)


@on_its_way("XSW5: the signature moved to a forged assertion", Reason.MALFORMED)
def xsw5(root: Any) -> None:
    original = assertion_of(root)
    evil = forged(original)
    without_signature(original)
    root.insert(root.index(original), evil)


@on_its_way("XSW6: the signed assertion inside the signature of a forged one", Reason.MALFORMED)
def xsw6(root: Any) -> None:
    original = assertion_of(root)
    evil = forged(original)
    root.replace(original, evil)
    evil.find(SIGNATURE).append(without_signature(original))


@on_its_way("XSW7: a forged assertion in Extensions", Reason.MALFORMED)
def xsw7(root: Any) -> None:
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions")
    extensions.append(without_signature(forged(assertion_of(root))))
    root.insert(1, extensions)


@on_its_way("XSW8: the signed assertion in an Object of the forged one's signature", Reason.MALFORMED)
def xsw8(root: Any) -> None:
    original = assertion_of(root)
    evil = forged(original)
    root.replace(original, evil)
    holder = etree.SubElement(evil.find(SIGNATURE), f"{{{DSIG}}}Object")
    holder.append(without_signature(original))


@on_its_way("the signed assertion in Advice of a forged one", Reason.MALFORMED)
def in_advice(root: Any) -> None:
    original = assertion_of(root)
    evil = without_signature(forged(original))
    root.replace(original, evil)
    advice = etree.Element(f"{{{ASSERTION}}}Advice")
    advice.append(original)
    the(evil, "Conditions").addnext(advice)


@on_its_way("the signed assertion in an attribute value of a forged one", Reason.MALFORMED)
def in_an_attribute_value(root: Any) -> None:
    original = assertion_of(root)
    evil = without_signature(forged(original))
    root.replace(original, evil)
    the(evil, "AttributeValue").append(original)


@on_its_way("the signed assertion in StatusDetail, where a search for ids finds it first", Reason.MALFORMED)
def in_status_detail(root: Any) -> None:
    original = assertion_of(root)
    evil = forged(original)
    evil.set("ID", original.get("ID"))
    root.replace(original, evil)
    detail = etree.SubElement(root.find(f"{{{PROTOCOL}}}Status"), f"{{{PROTOCOL}}}StatusDetail")
    detail.append(without_signature(original))


@on_its_way("a digest in StatusDetail, where a search for digests finds it first", Reason.BAD_SIGNATURE)
def digest_in_status_detail(root: Any) -> None:
    detail = etree.SubElement(root.find(f"{{{PROTOCOL}}}Status"), f"{{{PROTOCOL}}}StatusDetail")
    etree.SubElement(detail, f"{{{DSIG}}}DigestValue").text = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    the(root, "NameID").text = "dana"


@on_its_way("the signature of an assertion elsewhere than in it", Reason.MALFORMED)
def signature_in_the_status(root: Any) -> None:
    root.find(f"{{{PROTOCOL}}}Status").append(assertion_of(root).find(SIGNATURE))


@on_its_way("the signature of an assertion elsewhere than in it", Reason.MALFORMED)
def signature_in_the_subject(root: Any) -> None:
    the(root, "Subject").append(assertion_of(root).find(SIGNATURE))


@on_its_way("the signature of the assertion at the response", Reason.MALFORMED)
def signature_one_level_up(root: Any) -> None:
    root.insert(1, assertion_of(root).find(SIGNATURE))
    the(root, "NameID").text = "dana"


@on_its_way("a second signature at one element", Reason.MALFORMED)
def two_signatures(root: Any) -> None:
    signature = assertion_of(root).find(SIGNATURE)
    signature.addnext(copy_of(signature))


@on_its_way("the response inside another element", Reason.MALFORMED)
def in_an_envelope(root: Any) -> Any:
    envelope = etree.Element("{http://schemas.xmlsoap.org/soap/envelope/}Envelope")
    etree.SubElement(envelope, "{http://schemas.xmlsoap.org/soap/envelope/}Body").append(root)
    return envelope


@on_its_way("the response inside another element", Reason.MALFORMED)
def response_in_a_response(root: Any) -> Any:
    evil = without_signature(forged(assertion_of(root)))
    outer = etree.Element(f"{{{PROTOCOL}}}Response", root.attrib, nsmap=root.nsmap)
    outer.set("ID", "_outer")
    outer.append(evil)
    outer.append(root)
    return outer


@on_its_way("an assertion without a response", Reason.MALFORMED)
def bare_assertion(root: Any) -> Any:
    return copy_of(assertion_of(root))


@on_its_way("two documents in one", Reason.MALFORMED)
def two_roots(root: Any) -> bytes:
    evil = copy_of(root)
    evil.replace(assertion_of(evil), without_signature(forged(assertion_of(root))))
    return etree.tostring(evil) + etree.tostring(root)


@on_its_way("a namespace that makes the signed assertion another element", Reason.MALFORMED)
def in_another_namespace(root: Any) -> bytes:
    """Readers that go by the local name take the first, those that go by the namespace the second."""
    original = assertion_of(root)
    evil = etree.tostring(without_signature(forged(original)))
    whole = etree.tostring(root)
    at = whole.index(b"<saml:Assertion")
    return whole[:at] + evil.replace(ASSERTION.encode(), b"urn:oasis:names:tc:SAML:1.0:assertion") + whole[at:]


@on_its_way("a namespace in which the signature is not seen", Reason.MALFORMED)
def signature_in_another_namespace(root: Any) -> bytes:
    return etree.tostring(root).replace(DSIG.encode() + b'"', b'http://www.w3.org/2000/09/xmldsig"')


@on_its_way("a prefix that means something else inside", Reason.MALFORMED)
def prefix_bound_anew(root: Any) -> bytes:
    inner = b'<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"'
    return etree.tostring(root).replace(b"<saml:NameID", inner)


@on_its_way("two attributes of one name by two prefixes", Reason.MALFORMED)
def attribute_twice(root: Any) -> bytes:
    at = b'<samlp:Response xmlns:p="urn:x" xmlns:q="urn:x" p:ID="1" q:ID="2" '
    return etree.tostring(root).replace(b"<samlp:Response ", at)


@on_its_way("an attribute of the same name in a namespace", Reason.BAD_SIGNATURE)
def shadowed_attribute(root: Any) -> None:
    """x:Recipient beside Recipient: a reader by local name takes the wrong one."""
    the(root, "SubjectConfirmationData").set("{urn:x}Recipient", "https://evil.example/")


@on_its_way("a namespace added where a prefix list might take it in", Reason.BAD_SIGNATURE)
def prefix_list_changed(root: Any) -> None:
    method = list(root.iter(f"{{{DSIG}}}Transform"))[1]
    name = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
    etree.SubElement(method, name, PrefixList="saml samlp")
