"""What the bytes are: document types, entities, encodings, markup that readers see differently, and sheer size."""

import base64
import zlib
from typing import Any
from urllib.parse import quote

from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import as_posted, on_its_way
from tests.sso.attacks.forging import NAME_ID, assertion_of, the
from tests.sso.attacks.signing import DSIG, EXCLUSIVE

MALFORMED = Reason.MALFORMED
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def behind(doctype: str, root: Any, old: bytes = b"", new: bytes = b"") -> bytes:
    return doctype.encode() + etree.tostring(root).replace(old, new, 1)


def in_name_id(text: bytes, root: Any) -> bytes:
    return etree.tostring(root).replace(NAME_ID.encode(), text)


@on_its_way("a DOCTYPE", MALFORMED)
def doctype(root: Any) -> bytes:
    return behind("<!DOCTYPE Response>", root)


@on_its_way("a DOCTYPE from elsewhere", MALFORMED)
def external_doctype(root: Any) -> bytes:
    return behind('<!DOCTYPE Response SYSTEM "http://127.0.0.1:9/evil.dtd">', root)


@on_its_way("an entity of the message's own", MALFORMED)
def entity(root: Any) -> bytes:
    return behind('<!DOCTYPE r [<!ENTITY who "dana">]>', root, NAME_ID.encode(), b"&who;")


@on_its_way("an entity that is a local file", MALFORMED)
def file_entity(root: Any) -> bytes:
    return behind('<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]>', root, NAME_ID.encode(), b"&who;")


@on_its_way("an entity of parameters, fetched", MALFORMED)
def parameter_entity(root: Any) -> bytes:
    return behind('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>', root)


@on_its_way("entities that grow to gigabytes", MALFORMED)
def laughs(root: Any) -> bytes:
    return behind(f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', root, NAME_ID.encode(), b"&l9;")


@on_its_way("one large entity many times", MALFORMED)
def quadratic(root: Any) -> bytes:
    return behind(f'<!DOCTYPE r [<!ENTITY l "{"a" * 50_000}">]>', root, NAME_ID.encode(), b"&l;" * 5_000)


@on_its_way("an attribute by default", MALFORMED)
def default_attribute(root: Any) -> bytes:
    """Readers of document types see an attribute that others do not."""
    return behind('<!DOCTYPE r [<!ATTLIST saml:NameID Format CDATA "x">]>', root)


@on_its_way("an id by declaration", MALFORMED)
def declared_id(root: Any) -> bytes:
    return behind("<!DOCTYPE r [<!ATTLIST samlp:Status Version ID #IMPLIED>]>", root)


@on_its_way("an entity that nobody declared", MALFORMED)
def undeclared_entity(root: Any) -> bytes:
    return in_name_id(b"&who;", root)


@on_its_way("a file by XInclude", Reason.BAD_SIGNATURE)
def included(root: Any) -> None:
    etree.SubElement(the(root, "AttributeValue"), "{http://www.w3.org/2001/XInclude}include", href="file:///etc/passwd")


@on_its_way("a comment that cuts an identifier", MALFORMED)
def comment_in_name_id(root: Any) -> bytes:
    return in_name_id(NAME_ID[:4].encode() + b"<!---->" + NAME_ID[4:].encode(), root)


@on_its_way("a comment that cuts an e-mail address", MALFORMED)
def comment_in_mail(root: Any) -> bytes:
    return etree.tostring(root).replace(b"ana@contoso.example", b"ana@contoso.example<!-- -->.evil.example")


@on_its_way("a comment that cuts the issuer", MALFORMED)
def comment_in_issuer(root: Any) -> bytes:
    return etree.tostring(root).replace(b"</saml:Issuer>", b"<!--x--></saml:Issuer>")


@on_its_way("CDATA that cuts an identifier", MALFORMED)
def cdata(root: Any) -> bytes:
    return in_name_id(b"<![CDATA[%b]]>" % NAME_ID.encode(), root)


@on_its_way("a processing instruction that cuts an identifier", MALFORMED)
def instruction_in_name_id(root: Any) -> bytes:
    return in_name_id(NAME_ID[:4].encode() + b"<?cut?>" + NAME_ID[4:].encode(), root)


@on_its_way("a style sheet for the document", MALFORMED)
def style_sheet_for_all(root: Any) -> bytes:
    return b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>' + etree.tostring(root)


@on_its_way("UTF-16", MALFORMED)
def utf_16(root: Any) -> bytes:
    return etree.tostring(root).decode().encode("utf-16")


@on_its_way("UTF-16 without a mark, under a declaration of UTF-8", MALFORMED)
def utf_16_in_disguise(root: Any) -> bytes:
    return ('<?xml version="1.0" encoding="utf-8"?>' + etree.tostring(root).decode()).encode("utf-16-le")


@on_its_way("UTF-32", MALFORMED)
def utf_32(root: Any) -> bytes:
    return etree.tostring(root).decode().encode("utf-32")


@on_its_way("UTF-7, in which markup hides", MALFORMED)
def utf_7(root: Any) -> bytes:
    return b'<?xml version="1.0" encoding="utf-7"?>+ADw-!DOCTYPE r+AD4-' + etree.tostring(root)


@on_its_way("EBCDIC", MALFORMED)
def ebcdic(root: Any) -> bytes:
    return ('<?xml version="1.0" encoding="cp037"?>' + etree.tostring(root).decode()).encode("cp037")


@on_its_way("a declaration of another encoding", MALFORMED)
def latin_1(root: Any) -> bytes:
    return b'<?xml version="1.0" encoding="iso-8859-1"?>' + etree.tostring(root)


@on_its_way("a second byte order mark", MALFORMED)
def two_marks(root: Any) -> bytes:
    """One is skipped, as .NET writes it; the second would be text before the root."""
    return 2 * b"\xef\xbb\xbf" + etree.tostring(root)


@on_its_way("a second XML declaration", MALFORMED)
def two_declarations(root: Any) -> bytes:
    return 2 * b'<?xml version="1.0"?>' + etree.tostring(root)


@on_its_way("XML 1.1", MALFORMED)
def xml_1_1(root: Any) -> bytes:
    return b'<?xml version="1.1"?>' + etree.tostring(root)


@on_its_way("bytes that are no UTF-8", MALFORMED)
def overlong(root: Any) -> bytes:
    return in_name_id(b"d\xc0\xa1na", root)


@on_its_way("a NUL", MALFORMED)
def nul(root: Any) -> bytes:
    return in_name_id(NAME_ID[:4].encode() + b"\0" + NAME_ID[4:].encode(), root)


@on_its_way("a NUL by its number", MALFORMED)
def numbered_nul(root: Any) -> bytes:
    return in_name_id(NAME_ID.encode() + b"&#0;", root)


@on_its_way("half a message", MALFORMED)
def half(root: Any) -> bytes:
    xml = etree.tostring(root)
    return xml[: len(xml) // 2]


@on_its_way("something after the end", MALFORMED)
def appended(root: Any) -> bytes:
    return etree.tostring(root) + b"dana"


@on_its_way("something before the beginning", MALFORMED)
def prepended(root: Any) -> bytes:
    return b"dana" + etree.tostring(root)


@on_its_way("elements that the schema does not have", MALFORMED)
def unknown_element(root: Any) -> None:
    etree.SubElement(root, "{urn:oasis:names:tc:SAML:2.0:protocol}Evil")


@on_its_way("another message of SAML", MALFORMED)
def logout_response(root: Any) -> bytes:
    return etree.tostring(root).replace(b"samlp:Response", b"samlp:LogoutResponse")


@on_its_way("another message of SAML", MALFORMED)
def own_request_back(root: Any) -> bytes:
    return etree.tostring(root).replace(b"samlp:Response", b"samlp:AuthnRequest")


@on_its_way("another version of SAML", MALFORMED)
def version_1_1(root: Any) -> None:
    root.set("Version", "1.1")


@on_its_way("too many bytes", Reason.TOO_LARGE)
def too_large(root: Any) -> None:
    the(root, "StatusCode").set("Value", "x" * 300_000)


@on_its_way("too deep", Reason.TOO_LARGE)
def too_deep(root: Any) -> None:
    node = the(root, "AttributeValue")
    for _level in range(60):
        node = etree.SubElement(node, "{urn:x}deep")


@on_its_way("far too deep for a parser", MALFORMED)
def endless(root: Any) -> bytes:
    return in_name_id(b"<a>" * 20_000, root)


@on_its_way("too many elements", Reason.TOO_LARGE)
def too_many(root: Any) -> bytes:
    return etree.tostring(root).replace(b"Ana Lima", b"<a/>" * 40_000)


@on_its_way("too many attributes", Reason.TOO_LARGE)
def wide(root: Any) -> None:
    for number in range(5_000):
        root.set(f"a{number}", "")


@on_its_way("an attribute that is too long", Reason.TOO_LARGE)
def long_attribute(root: Any) -> None:
    root.set("Consent", "x" * 100_000)


@on_its_way("too many namespaces", Reason.TOO_LARGE)
def many_namespaces(root: Any) -> bytes:
    names = b"".join(b' xmlns:n%d="u"' % number for number in range(9_000))
    return etree.tostring(root).replace(b"<samlp:Status", b"<samlp:Status" + names, 1)


@on_its_way("a list of prefixes to search for at each element", MALFORMED)
def many_prefixes(root: Any) -> None:
    method = list(root.iter(f"{{{DSIG}}}Transform"))[1]
    prefixes = " ".join(f"n{number}" for number in range(1_000))
    etree.SubElement(method, f"{{{EXCLUSIVE}}}InclusiveNamespaces", PrefixList=prefixes)


@as_posted("base64 with something between", MALFORMED)
def garbage_between(text: str) -> str:
    """A lenient reader skips what is no base64."""
    return text[:100] + "!" + text[100:]


@as_posted("base64 for addresses", MALFORMED)
def other_alphabet(text: str) -> str:
    return text[:100] + "-_" + text[102:]


@as_posted("base64 without its end", MALFORMED)
def cut(text: str) -> str:
    return text.rstrip("=")[:-3]


@as_posted("base64 twice", MALFORMED)
def twice(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@as_posted("deflated, as the other binding has it", MALFORMED)
def deflated(text: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(base64.b64decode(text)) + packer.flush()).decode()


@as_posted("a bomb that inflates", MALFORMED)
def bomb(_text: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(bytes(50_000_000)) + packer.flush()).decode()


@as_posted("percent signs once too often", MALFORMED)
def escaped(text: str) -> str:
    return quote(text[:50] + "%3D" + text[50:])


@as_posted("two base64 texts in one field", MALFORMED)
def joined(text: str) -> str:
    return f"{text}=={text}"


@as_posted("XML as it is", MALFORMED)
def plain(text: str) -> str:
    return base64.b64decode(text).decode()


@as_posted("letters that look like base64", MALFORMED)
def full_width(text: str) -> str:
    return text.translate({ord("A"): "Ａ"})


@on_its_way("no assertion", MALFORMED)
def no_assertion(root: Any) -> None:
    root.remove(assertion_of(root))
