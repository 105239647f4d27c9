"""What proves a domain: a TXT record below it, or a file on its web server."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sso.domains.dns_lookup import LookUpError, txt_values
from sso.domains.web_file import FileError, text_at

FILE_PATH = "/.well-known/atrium-domain-proof.txt"
HOST = "_atrium-challenge"

LookUp = Callable[[str], Sequence[str]]
Read = Callable[[str], str]


@dataclass(frozen=True)
class Outcome:
    """By what it is proven (dns or file), or else what is missing, in words for the administrator."""

    method: str = ""
    problem: str = ""


def new_token() -> str:
    """What only this account knows to publish."""
    return secrets.token_hex(20)


def value_of(token: str) -> str:
    """The text to publish, in the record and in the file alike."""
    return f"atrium-domain-proof={token}"


def record_name(domain: str) -> str:
    """Where the TXT record stands."""
    return f"{HOST}.{domain}"


def file_url(domain: str) -> str:
    """Where the file stands."""
    return f"https://{domain}{FILE_PATH}"


def look_for(domain: str, token: str, *, look_up: LookUp = txt_values, read: Read = text_at) -> Outcome:
    """Look at both places, over the network; the record first."""
    in_dns = _in_dns(domain, token, look_up)
    if in_dns.method:
        return in_dns
    in_file = _in_file(domain, token, read)
    return in_file if in_file.method else Outcome(problem=f"{in_dns.problem} {in_file.problem}"[:300])


def _in_dns(domain: str, token: str, look_up: LookUp) -> Outcome:
    try:
        found = look_up(record_name(domain))
    except LookUpError as error:
        return Outcome(problem=str(error))
    if value_of(token) in (value.strip() for value in found):
        return Outcome(method="dns")
    if found:
        return Outcome(problem="There is a TXT record at this name, with another value.")
    return Outcome(problem="No TXT record was found yet.")


def _in_file(domain: str, token: str, read: Read) -> Outcome:
    try:
        text = read(file_url(domain))
    except FileError as error:
        return Outcome(problem=str(error))
    if text.strip() == value_of(token):
        return Outcome(method="file")
    return Outcome(problem="There is a file, with another content.")
