"""SAML's XML schema, compiled once for each thread.

python3-saml 1.16 compiles it for every message, which takes half of its time, and has no hook for it: this module
replaces its `OneLogin_Saml2_XML.validate_xml` by one that remembers. tests/sso/test_saml_schema.py compares the two,
so that a version of python3-saml that does more or less in there does not go unnoticed.

Two elements are added that its schema does not know and yet has a place for: the hash of OAEP's mask, as Keycloak and
Shibboleth write it, and the prefixes of a signature's own canonicalization. Which of them count, and where, is checked
elsewhere (sso.saml.encryption, sso.saml.signatures).
"""

import threading
from pathlib import Path
from typing import Any

from lxml import etree
from onelogin.saml2 import xml_utils

from sso.saml.names import ENC_11, EXCLUSIVE

THEIRS = Path(xml_utils.__file__).parent / "schemas"
OURS = Path(__file__).parent / "schemas"
ADDED = {ENC_11: OURS / "xenc11.xsd", EXCLUSIVE: OURS / "exclusive.xsd"}
XSD = "http://www.w3.org/2001/XMLSchema"

PROTOCOL_SCHEMA = "saml-schema-protocol-2.0.xsd"
INVALID, UNREADABLE = "invalid_xml", "unloaded_xml"  # what python3-saml answers, and looks for

as_installed = xml_utils.OneLogin_Saml2_XML.validate_xml

_compiled = threading.local()  # lxml keeps a schema's errors in the schema, so that threads must not share one


def validate(xml: Any, name: str = PROTOCOL_SCHEMA, _debug: bool = False) -> Any:
    """The element, or INVALID where it does not follow the schema, or UNREADABLE where it is none."""
    try:
        document = xml_utils.OneLogin_Saml2_XML.to_etree(xml)
    except (etree.LxmlError, ValueError):
        return UNREADABLE
    return document if _schema(name).validate(document) else INVALID


def _schema(name: str) -> Any:
    known: dict[str, Any] = _compiled.__dict__
    if name not in known:
        known[name] = etree.XMLSchema(_with_additions(THEIRS / name))
    return known[name]


def _with_additions(path: Path) -> Any:
    """A schema that is this one, and the elements that are added."""
    namespace = str(etree.parse(str(path)).getroot().get("targetNamespace"))
    whole = etree.Element(f"{{{XSD}}}schema")
    for target, location in {namespace: path, **ADDED}.items():
        etree.SubElement(whole, f"{{{XSD}}}import", namespace=target, schemaLocation=location.as_uri())
    return whole


def remember() -> None:
    """From now on python3-saml validates with a schema that is compiled already."""
    xml_utils.OneLogin_Saml2_XML.validate_xml = staticmethod(validate)
