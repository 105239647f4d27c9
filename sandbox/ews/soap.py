"""SOAP 1.1 as Exchange speaks it: the envelope around a request, an answer and a fault."""

from dataclasses import dataclass

from lxml import etree

from sandbox.ews.errors import SoapFault
from sandbox.ews.xml import ERRORS, NAMESPACES, SOAP, Element, children, element, find, parse, t

# Exchange Server Subscription Edition, as it names itself in the header of every answer.
_VERSION = {"MajorVersion": "15", "MinorVersion": "2", "MajorBuildNumber": "2562", "MinorBuildNumber": "17"}
_SCHEMA = "V2017_07_11"
_REQUEST_VERSIONS = ("Exchange2007", "Exchange2010", "Exchange2013", "Exchange2015", "Exchange2016")
CONTENT_TYPE = "text/xml; charset=utf-8"


@dataclass(frozen=True)
class Envelope:
    """What a caller sent: the operation, and of the header the time zone and whom to impersonate."""

    operation: Element
    time_zone: str
    impersonates: bool


def read_envelope(content: bytes) -> Envelope:
    """The request inside an envelope. Raises SoapFault."""
    try:
        root = parse(content)
    except etree.XMLSyntaxError as error:
        raise invalid_schema(f"The request is not XML: {error.msg}") from error
    operations = children(find(root, "s:Body"))
    if root.tag != f"{{{SOAP}}}Envelope" or len(operations) != 1:
        raise invalid_schema("The request failed schema validation: it is not an envelope with one operation.")
    _check_version(find(root, "s:Header/t:RequestServerVersion"))
    zone = find(root, "s:Header/t:TimeZoneContext/t:TimeZoneDefinition")
    impersonation = find(root, "s:Header/t:ExchangeImpersonation")
    return Envelope(operations[0], "" if zone is None else zone.get("Id", ""), impersonation is not None)


def invalid_schema(message: str) -> SoapFault:
    """The request is not what the schema asks for."""
    return SoapFault("ErrorSchemaValidation", message, {"Violation": message})


def _check_version(wanted: Element | None) -> None:
    if wanted is not None and not wanted.get("Version", "").startswith(_REQUEST_VERSIONS):
        raise SoapFault("ErrorInvalidServerVersion", "The specified server version is invalid.")


def answer(body: Element) -> bytes:
    """An answer with the version of the server, which every answer carries, also a fault."""
    header = element(SOAP, "Header", [t("ServerVersionInfo", **_VERSION, Version=_SCHEMA)], {})
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMESPACES)
    root.extend([header, element(SOAP, "Body", [body], {})])
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(NAMESPACES))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def fault(error: SoapFault) -> bytes:
    """A fault; its parts have no namespace, its detail has that of errors, and MessageXml that of types."""
    detail = etree.Element("detail")
    detail.append(element(ERRORS, "ResponseCode", error.code, {}))
    detail.append(element(ERRORS, "Message", error.message, {}))
    if error.values:
        detail.append(t("MessageXml", [_value(name, text) for name, text in error.values.items()]))
    made = element(SOAP, "Fault", (), {})
    etree.SubElement(made, "faultcode").text = f"t:{error.code}"  # a qualified name: the types' prefix
    etree.SubElement(made, "faultstring").text = error.message
    made.append(detail)
    return answer(made)


def _value(name: str, text: str) -> Element:
    if name == "Violation":
        return t(name, text)
    return t("Value", text, Name=name)
