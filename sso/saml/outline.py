"""What a response says of itself, for the page of a test that was refused. Nothing of it is verified, and nobody may
be believed to be somebody because of it: no name id and no attribute is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sso.saml.conditions import instant
from sso.saml.message import ENCRYPTED, read_message
from sso.saml.names import ASSERTION, DSIG, PROTOCOL

MOST, LONGEST = 4, 300  # texts of one kind, and the characters of one


@dataclass(frozen=True)
class Outline:
    """Texts as they stand in the message, cut. Times are aware and in UTC."""

    is_encrypted: bool
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]
    recipients: tuple[str, ...]
    destinations: tuple[str, ...]
    requests: tuple[str, ...]
    begins: datetime | None
    ends: datetime | None
    status: tuple[str, ...]
    name_id_formats: tuple[str, ...]
    signed: tuple[str, ...]
    methods: tuple[str, ...]
    certificates: tuple[str, ...]


def outline_of(encoded: str) -> Outline:
    """Of a base64-encoded response, within the bounds of any message. Raises SamlError where it cannot be read."""
    root = read_message(encoded).root
    begins = [instant(text) for text in _attribute(root, "NotBefore")]
    ends = [instant(text) for name in ("NotOnOrAfter", "SessionNotOnOrAfter") for text in _attribute(root, name)]
    signatures = list(root.iter(f"{{{DSIG}}}Signature"))
    return Outline(
        is_encrypted=root.find(ENCRYPTED) is not None,
        issuers=_few(_texts(root, ASSERTION, "Issuer")),
        audiences=_few(_texts(root, ASSERTION, "Audience")),
        recipients=_few(_attribute(root, "Recipient")),
        destinations=_few([root.get("Destination", "")]),
        requests=_few(_attribute(root, "InResponseTo")),
        begins=max(begins, default=None),
        ends=min(ends, default=None),
        status=_few([*_statuses(root), *_texts(root, PROTOCOL, "StatusMessage")]),
        name_id_formats=_few(node.get("Format", "not said") for node in root.iter(f"{{{ASSERTION}}}NameID")),
        signed=_few(node.getparent().tag.rpartition("}")[2].lower() for node in signatures),
        methods=_few(node.get("Algorithm", "").rpartition("#")[2] for node in root.iter(f"{{{DSIG}}}SignatureMethod")),
        certificates=tuple("".join(text.split()) for text in _texts(root, DSIG, "X509Certificate"))[:MOST],
    )


def _statuses(root: Any) -> Iterator[str]:
    """The codes without the name space that all of them share."""
    for node in root.iter(f"{{{PROTOCOL}}}StatusCode"):
        yield node.get("Value", "").rpartition(":")[2]


def _texts(root: Any, namespace: str, name: str) -> list[str]:
    return [node.text or "" for node in root.iter(f"{{{namespace}}}{name}")]


def _attribute(root: Any, name: str) -> list[str]:
    return [node.get(name) for node in root.iter() if node.get(name)]


def _few(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in one line, and not too many of them."""
    known = dict.fromkeys(" ".join(text.split())[:LONGEST] for text in texts)
    return tuple(text for text in known if text)[:MOST]
