"""SAML's schema is compiled once, and says of every message what python3-saml itself says of it."""

import inspect
from typing import Any

from lxml import etree
from onelogin.saml2 import response
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from sso.saml import schema
from tests.sso.attacks.forging import Scene, the

GOOD = Scene("_request").unsigned()


def make_bad() -> Any:
    """A message without what the schema demands."""
    root = Scene("_request").unsigned()
    root.remove(the(root, "Status"))
    return root


def test_python3_saml_asks_ours() -> None:
    assert OneLogin_Saml2_XML.validate_xml is schema.validate
    assert response.OneLogin_Saml2_XML is OneLogin_Saml2_XML
    assert f"OneLogin_Saml2_XML.validate_xml(self.document, '{schema.PROTOCOL_SCHEMA}'" in inspect.getsource(response)


def test_it_answers_as_the_one_it_replaces() -> None:
    messages = [GOOD, make_bad(), etree.tostring(GOOD), etree.tostring(make_bad()), b"<half"]
    for message in messages:
        theirs = schema.as_installed(message, schema.PROTOCOL_SCHEMA)
        ours = schema.validate(message, schema.PROTOCOL_SCHEMA)
        assert isinstance(ours, str) == isinstance(theirs, str)
        assert ours == theirs if isinstance(theirs, str) else etree.tostring(ours) == etree.tostring(theirs)


def test_it_is_called_in_the_same_way() -> None:
    theirs = list(inspect.signature(schema.as_installed).parameters.values())
    ours = list(inspect.signature(schema.validate).parameters.values())
    assert len(theirs) == len(ours)


def test_it_is_compiled_once() -> None:
    schema.validate(GOOD)
    kept = schema._compiled.__dict__[schema.PROTOCOL_SCHEMA]
    schema.validate(make_bad())
    assert schema._compiled.__dict__[schema.PROTOCOL_SCHEMA] is kept
