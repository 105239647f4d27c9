"""Building and reading the XML of Exchange Web Services, in its two namespaces: messages and types."""

import re
from collections.abc import Iterable, Mapping

from lxml import etree

Element = etree._Element
Content = str | Iterable[Element]

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
NAMESPACES = {"s": SOAP, "m": MESSAGES, "t": TYPES}

# What XML 1.0 cannot carry, also not escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def m(name: str, content: Content = (), **attributes: str) -> Element:
    """An element of the messages namespace."""
    return element(MESSAGES, name, content, attributes)


def t(name: str, content: Content = (), **attributes: str) -> Element:
    """An element of the types namespace."""
    return element(TYPES, name, content, attributes)


def element(namespace: str, name: str, content: Content, attributes: Mapping[str, str]) -> Element:
    """An element with a text or with children."""
    made = etree.Element(f"{{{namespace}}}{name}", {key: writable(text) for key, text in attributes.items()})
    if isinstance(content, str):
        made.text = writable(content)
    else:
        made.extend(content)
    return made


def writable(text: str) -> str:
    """Without the characters that XML cannot carry, which Exchange leaves out too."""
    return _UNWRITABLE.sub("", text)


def boolean(value: object) -> str:
    """As XML schema writes it."""
    return "true" if value else "false"


def local_name(node: Element) -> str:
    """The name without its namespace."""
    return etree.QName(node).localname


def children(node: Element | None) -> list[Element]:
    """The elements inside, without comments."""
    return [] if node is None else [child for child in node if isinstance(child.tag, str)]


def find(node: Element, path: str) -> Element | None:
    """The first element at a path such as `m:ItemShape/t:BaseShape`."""
    return node.find(path, NAMESPACES)


def text_at(node: Element, path: str) -> str:
    """The text at a path, without the space around it; empty if there is none."""
    return (node.findtext(path, "", NAMESPACES) or "").strip()


def parse(content: bytes) -> Element:
    """What a stranger sent, without entities and without fetching anything. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(content, parser)
