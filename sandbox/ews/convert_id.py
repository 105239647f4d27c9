"""ConvertId: ids in the forms that other interfaces of Exchange use.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/convertid-operation
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

from sandbox.ews.call import Call
from sandbox.ews.errors import access_denied, invalid_request, malformed_id, no_mailbox
from sandbox.ews.ids import referred
from sandbox.ews.responses import each
from sandbox.ews.xml import Element, children, find, local_name, m

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


# How each form is written, and read back. The bytes below are the same in all of them.
_FORMS: dict[str, tuple[Callable[[bytes], str], Callable[[str], bytes]]] = {
    "EwsId": (_text, _bytes),
    "EwsLegacyId": (lambda content: _text(b"\x01" + content), lambda text: _bytes(text)[1:]),
    "EntryId": (lambda content: _text(b"\x00\x00" + content), lambda text: _bytes(text)[2:]),
    "HexEntryId": (lambda content: (b"\x00\x00" + content).hex().upper(), lambda text: bytes.fromhex(text)[2:]),
    "StoreId": (lambda content: _text(b"\x2e\x00" + content), lambda text: _bytes(text)[2:]),
    "OwaId": (lambda content: quote(_text(content), safe=""), lambda text: _bytes(unquote(text))),
}


def convert_id(call: Call) -> Element:
    """Each id in the form that is asked for."""
    form = call.operation.get("DestinationFormat", "")

    def answered(node: Element) -> Iterable[Element]:
        return [_converted(call, node, form)]

    return each("ConvertId", children(find(call.operation, "m:SourceIds")), answered)


def _converted(call: Call, node: Element, form: str) -> Element:
    if local_name(node) != "AlternateId" or form not in _FORMS:
        raise invalid_request("There are no public folders here.")
    address = node.get("Mailbox", "")
    try:
        content = _FORMS[node.get("Format", "")][1](node.get("Id", ""))
    except (KeyError, ValueError, binascii.Error) as error:
        raise malformed_id() from error
    if address.casefold() != call.owner.upn.casefold():
        raise access_denied() if call.tenant.person(address) else no_mailbox()
    referred(call.owner, _text(content))
    converted = {"Format": form, "Id": _FORMS[form][0](content), "Mailbox": address}
    return m("AlternateId", **converted, **{_XSI_TYPE: "t:AlternateIdType"})
