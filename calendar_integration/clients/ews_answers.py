"""What an Exchange server answers, before it is read: its status, and whether its XML is whole."""

import re
from urllib.parse import urlsplit

import requests
from lxml import etree

from calendar_integration import ews_url
from calendar_integration.errors import (
    CalendarError,
    MailboxMovedError,
    ServerDeniedError,
    ServerRefusedTokenError,
    ServerThrottledError,
    ServerUnavailableError,
)
from calendar_integration.wire.retry_after import retry_after

# Characters that XML cannot hold, as Exchange quotes them from mails that have them all the same.
# https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|\xef\xbf[\xbe\xbf]"
    rb"|&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45]);"
    rb"|&#[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]|[dD][89a-fA-F][0-9a-fA-F]{2});"
)
BEGINNINGS = (b"<?xml", b"<s:Envelope", b"<soap:Envelope")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_TAGS = 500_000  # a tree takes some thirty times the memory of the smallest elements it is made of


def is_soap(body: bytes) -> bool:
    """Whether it begins like an answer of EWS, whatever its status."""
    return body.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(BEGINNINGS)


def readable(body: bytes) -> bytes:
    """The XML without characters that no XML may have. Raises ServerUnavailableError unless it is whole.

    exchangelib reads whatever it can, so that a calendar that was cut off would look like a shorter one.
    """
    if body.count(b"<") > MOST_TAGS:
        raise ServerUnavailableError("The Exchange server sent more elements than we read.")
    if is_whole(body):
        return body
    mended = ILLEGAL.sub(b"", body.decode(errors="replace").encode())
    if is_whole(mended):
        return mended
    raise ServerUnavailableError("The Exchange server sent something that is no whole XML.")


def is_whole(body: bytes) -> bool:
    """Whether it is XML from its beginning to its end, and no more than SOAP may be: it has no document type.

    https://www.w3.org/TR/2000/NOTE-SOAP-20000508/#_Toc478383491
    """
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return root.getroottree().docinfo.internalDTD is None


def error_of(response: requests.Response) -> CalendarError:
    """Our error for an answer without SOAP. A redirect is never followed: it would carry the token elsewhere."""
    status = response.status_code
    message = f"The Exchange server answered {status}"
    if 300 <= status < 400:
        return _led_on(message, response.headers.get("Location", ""))
    if status == requests.codes.unauthorized:
        return ServerRefusedTokenError(message)
    if status == requests.codes.forbidden:
        return ServerDeniedError(message)
    busy = ServerThrottledError if status == requests.codes.too_many_requests else ServerUnavailableError
    return busy(message, retry_after=retry_after(response.headers.get("Retry-After", "")))


def _led_on(message: str, location: str) -> CalendarError:
    try:
        host = (urlsplit(location).hostname or "").lower()
    except ValueError:
        host = ""
    if ews_url.is_microsofts(host):
        return MailboxMovedError(f"{message} and led on to Exchange Online.")
    return ServerUnavailableError(f"{message} and led on to another address, which was not followed.")
