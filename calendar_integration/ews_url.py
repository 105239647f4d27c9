"""The address of a company's own Exchange server, as an administrator types it. Pure: nothing is looked up here.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-application-types
"""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from accounts.tiered_settings.kinds import ImpossibleValueError

NORMAL_PATH = "/EWS/Exchange.asmx"
LONGEST = 500
HTTPS_PORT = 443

# Where Exchange Online answers, in the public and in the national clouds; every name below these is Microsoft's too.
MICROSOFT_DOMAINS = (
    "outlook.com",
    "office365.com",
    "office.com",
    "office365.us",
    "outlook.cn",
    "office365.cn",
    "outlook.de",
    "office.de",
    "hotmail.com",
    "live.com",
    "cloud.microsoft",
    "apps.mil",
)

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+\Z")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")


def canonical(text: str, named_origins: Collection[str] = ()) -> str:
    """The address as it is stored; a bare host name gets the scheme and the usual path.

    `named_origins`, such as https://exchange.internal:8443, are those that the operator lets it have although their
    port is unusual or they are private. Raises ImpossibleValueError with a sentence for the administrator.
    """
    typed = text.strip()
    if not typed:
        raise ImpossibleValueError("Type the EWS URL, such as https://mail.contoso.example/EWS/Exchange.asmx.")
    if not typed.isprintable() or any(mark in typed for mark in " \\%"):
        raise ImpossibleValueError("The EWS URL has characters that no such address has.")
    parts = _split(typed if "://" in typed else f"https://{typed}")
    origin = f"https://{parts.netloc.lower()}"
    is_named, path = origin in named_origins, _path(parts.path)
    if is_named and path != NORMAL_PATH:  # what else such a server has is not to be looked at from here
        raise ImpossibleValueError(f"The EWS URL of this server ends with {NORMAL_PATH}.")
    address = (origin if is_named else _public_origin(parts)) + path
    if len(address) > LONGEST:
        raise ImpossibleValueError(f"The EWS URL is longer than {LONGEST} characters.")
    return address


def host_of(address: str) -> str:
    """The host of a stored address."""
    return urlsplit(address).hostname or ""


def is_microsofts(host: str) -> bool:
    """Whether it is a host of Exchange Online."""
    return any(host == domain or host.endswith(f".{domain}") for domain in MICROSOFT_DOMAINS)


def in_exchange_online(host: str) -> str:
    """Why mailboxes there are not reached by EWS, for administrators."""
    return (
        f"{host} is Exchange Online: choose Microsoft Graph for it. Microsoft has been closing EWS there since"
        " 1 October 2026 and ends it for good on 1 April 2027."
    )


def _split(typed: str) -> SplitResult:
    """The parts of the address, of which only host and path may say anything."""
    try:
        parts = urlsplit(typed)
        _ = parts.port  # which is read here for the first time
    except ValueError as error:
        raise ImpossibleValueError("The EWS URL is not an address that can be read.") from error
    if parts.scheme != "https":
        raise ImpossibleValueError("The EWS URL has to begin with https://.")
    if "@" in parts.netloc:
        raise ImpossibleValueError("The EWS URL must hold no user name or password.")
    if "?" in typed or "#" in typed:
        raise ImpossibleValueError("The EWS URL must end with its path: nothing after a ? or a #.")
    return parts


def _public_origin(parts: SplitResult) -> str:
    if parts.port not in (None, HTTPS_PORT) or parts.netloc.endswith(":"):
        raise ImpossibleValueError("The EWS URL must name no port: Exchange answers on the usual one, 443.")
    host = _host(parts)
    return f"https://{f'[{host}]' if ':' in host else host}"


def _host(parts: SplitResult) -> str:
    try:
        host = (parts.hostname or "").encode("idna").decode().lower().removesuffix(".")
    except UnicodeError as error:
        raise ImpossibleValueError("The EWS URL names no server that can exist.") from error
    if parts.netloc.startswith("["):
        return _public_address(host)
    labels = host.split(".")
    if _NUMBER.match(labels[-1]):  # what a browser takes for an IPv4 address, however it is written
        return _public_address(host)
    if labels[-1] == "localhost" or host == "localhost.localdomain":
        raise ImpossibleValueError("The EWS URL points at this machine itself; name the Exchange server.")
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise ImpossibleValueError("The EWS URL has to name the server in full, such as mail.contoso.example.")
    if is_microsofts(host):
        raise ImpossibleValueError(in_exchange_online(host))
    return host


def _public_address(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise ImpossibleValueError("The EWS URL names an address that is none.") from error
    carried = address.version == 6 and (address.ipv4_mapped or address.sixtofour or address.teredo)
    if not address.is_global or address.is_multicast or carried:
        raise ImpossibleValueError(
            "The EWS URL points into a private network. Name the server by the name it has on the internet."
        )
    return str(address)


def _path(path: str) -> str:
    if path.rstrip("/").lower() in ("", "/ews", NORMAL_PATH.lower()):
        return NORMAL_PATH
    if not _PATH.match(path):
        raise ImpossibleValueError(f"The EWS URL has an unusual path; normally it is {NORMAL_PATH}.")
    return path
