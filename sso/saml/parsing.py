"""From what a browser posted to elements, within bounds: only elements and text come in, and not too many of them.

Every `<!` (DOCTYPE, comment, CDATA) and `<?` (processing instruction) is refused in the bytes, before a parser sees
them. In UTF-8 neither can hide, which is why no other encoding is read. A byte order mark is allowed at the beginning,
since .NET writes one.
"""

import base64
import binascii
import codecs
import re
import zlib
from typing import Any

from lxml import etree

from sso.errors import Reason, SamlError
from sso.saml.names import XML_ID

LARGEST_MESSAGE = 256 * 1024  # bytes of XML; real responses have 5,000 to 60,000
MOST_ELEMENTS = 6_000  # somebody in two thousand groups has about that many
MOST_NAMESPACES = 6_000  # many identity providers declare two for each value
DEEPEST = 32  # real responses: 8
MOST_ATTRIBUTES = 24  # of one element; real ones have up to 6
LONGEST_ATTRIBUTE = 8_192  # characters: an address, or an identifier

DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])1\.0\1(\s+encoding\s*=\s*(["'])(utf-8|us-ascii)\3)?"""
    rb"""(\s+standalone\s*=\s*(["'])(yes|no)\6)?\s*\?>""",
    re.IGNORECASE,
)


def decode(encoded: str) -> bytes:
    """The XML of a base64-encoded message, as the POST binding has it. Raises SamlError."""
    if len(encoded) > LARGEST_MESSAGE * 3 // 2:
        raise SamlError(Reason.TOO_LARGE, f"{len(encoded)} characters")
    try:
        xml = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "not base64") from error
    if len(xml) > LARGEST_MESSAGE:
        raise SamlError(Reason.TOO_LARGE, f"{len(xml)} bytes")
    return xml


def inflate(encoded: str) -> bytes:
    """The XML of a deflated message, as the Redirect binding has it. Raises SamlError."""
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        xml = unpacker.decompress(decode(encoded), LARGEST_MESSAGE)
    except zlib.error as error:
        raise SamlError(Reason.MALFORMED, "not deflated") from error
    if unpacker.unconsumed_tail:
        raise SamlError(Reason.TOO_LARGE, "more than is read, once it is inflated")
    if not unpacker.eof or unpacker.unused_data:
        raise SamlError(Reason.MALFORMED, "not deflated as a whole")
    return xml


def parse(xml: bytes) -> Any:
    """The root element of a message. Raises SamlError."""
    xml = content(xml)
    _refuse_other_markup(xml)
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = _parsed(xml, parser)
    check_bounds(root)
    return root


def content(xml: bytes) -> bytes:
    """What follows a byte order mark and an XML declaration, where there are any."""
    xml = xml.removeprefix(codecs.BOM_UTF8)
    declared = DECLARATION.match(xml)
    return xml[declared.end() :] if declared else xml


def _parsed(xml: bytes, parser: "etree.XMLParser") -> Any:
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError) as error:
        raise SamlError(Reason.MALFORMED, "not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SamlError(Reason.MALFORMED, "a DOCTYPE")
    return root


def _refuse_other_markup(xml: bytes) -> None:
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SamlError(Reason.MALFORMED, "not in UTF-8") from error
    if b"\0" in xml:  # UTF-16 of plain letters is UTF-8 as well, with a NUL after each
        raise SamlError(Reason.MALFORMED, "a NUL")
    if not xml.lstrip()[:1] == b"<":
        raise SamlError(Reason.MALFORMED, "not XML")
    if b"<!" in xml:
        raise SamlError(Reason.MALFORMED, "a DOCTYPE, a comment or CDATA")
    if b"<?" in xml:
        raise SamlError(Reason.MALFORMED, "a processing instruction, or another version or encoding of XML")
    if xml.count(b"xmlns") > MOST_NAMESPACES:
        raise SamlError(Reason.TOO_LARGE, "too many namespaces")


def check_bounds(root: Any) -> None:
    """Raise SamlError where a tree is deeper or wider than any real message, since work grows with both."""
    depth = count = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise SamlError(Reason.TOO_LARGE, f"more than {DEEPEST} levels or {MOST_ELEMENTS} elements")
        if not isinstance(node.tag, str):
            raise SamlError(Reason.MALFORMED, "a comment or processing instruction")
        if node.attrib:
            _check_attributes(node)


def _check_attributes(node: Any) -> None:
    if len(node.attrib) > MOST_ATTRIBUTES or any(len(value) > LONGEST_ATTRIBUTE for value in node.attrib.values()):
        raise SamlError(Reason.TOO_LARGE, "an element with too many attributes, or one that is too long")
    if XML_ID in node.attrib:
        raise SamlError(Reason.MALFORMED, "an xml:id, which is no id of SAML")


def parse_document(xml: bytes) -> Any:
    """The root element of a file that an administrator gives us: comments are left out, DOCTYPEs refused.

    Raises SamlError.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return _parsed(xml, parser)
