"""Microsoft's schema of Exchange Web Services, against which every request and every answer is held."""

from functools import cache
from typing import Any

import pytest
from lxml import etree

from sandbox.ews.schema import schema_file

NAMESPACES = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "m": "http://schemas.microsoft.com/exchange/services/2006/messages",
    "t": "http://schemas.microsoft.com/exchange/services/2006/types",
    "e": "http://schemas.microsoft.com/exchange/services/2006/errors",
}

needs_contract = pytest.mark.skipif(not schema_file().exists(), reason="no ews-all.xsd under CONTRACTS_DIR")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(schema_file()))


def assert_valid_request(content: bytes) -> None:
    """Fails with the first thing in a request that the schema does not allow."""
    (operation,) = _envelope(content).xpath("s:Body/*", namespaces=NAMESPACES)
    _assert_valid(operation)


def assert_valid_answer(content: bytes) -> None:
    """The same for an answer, a fault included; the server's version belongs to each."""
    root = _envelope(content)
    (version,) = root.xpath("s:Header/t:ServerVersionInfo", namespaces=NAMESPACES)
    (answer,) = root.xpath("s:Body/*", namespaces=NAMESPACES)
    _assert_valid(version)
    if etree.QName(answer).localname == "Fault":
        _assert_fault(answer)
    else:
        _assert_valid(answer)


def _envelope(content: bytes) -> Any:
    root = etree.fromstring(content)
    assert root.tag == f"{{{NAMESPACES['s']}}}Envelope"
    return root


def _assert_valid(node: Any) -> None:
    if schema_file().exists():
        _schema().assertValid(etree.fromstring(etree.tostring(node, with_tail=False)))


def _assert_fault(fault: Any) -> None:
    """The code in its detail is one of the schema's; what stands in MessageXml belongs to the types."""
    code = fault.findtext("detail/e:ResponseCode", namespaces=NAMESPACES)
    prefix, _, name = fault.findtext("faultcode").partition(":")
    assert (fault.find("faultcode").nsmap[prefix], name) == (NAMESPACES["t"], code)
    assert fault.findtext("faultstring") == fault.findtext("detail/e:Message", namespaces=NAMESPACES)
    message = etree.Element(f"{{{NAMESPACES['m']}}}UnsubscribeResponse")
    inside = etree.SubElement(etree.SubElement(message, f"{{{NAMESPACES['m']}}}ResponseMessages"), _tag("Unsubscribe"))
    inside.set("ResponseClass", "Error")
    etree.SubElement(inside, f"{{{NAMESPACES['m']}}}ResponseCode").text = code
    _assert_valid(message)


def _tag(operation: str) -> str:
    return f"{{{NAMESPACES['m']}}}{operation}ResponseMessage"
