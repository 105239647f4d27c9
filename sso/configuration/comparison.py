"""What a refused test expected beside what arrived. Pure; what arrived is what the message says, unverified."""

import base64
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sso.errors import Reason
from sso.models import NameIdFormat, ProviderSettings
from sso.saml import SKEW, Outline

NOTHING = "Nothing"
SEALED = "Inside the encrypted part, which was not read"


@dataclass(frozen=True)
class Row:
    """One thing that has to fit; `fits` is None where it cannot be said."""

    what: str
    expected: str
    arrived: str
    fits: bool | None


@dataclass(frozen=True)
class Ours:
    """What an answer to us has to name."""

    entity_id: str
    acs_url: str


def rows(said: Outline, settings: ProviderSettings, ours: Ours, reason: Reason, now: datetime) -> list[Row]:
    """Every row there is something to say about, in the order in which people set these things up."""
    found = [
        _row("Issuer", [settings.entity_id], said.issuers, said),
        _row("Audience", [ours.entity_id], said.audiences, said, is_any=True),
        _row("Recipient", [ours.acs_url], said.recipients, said),
        _row("Destination", [ours.acs_url], said.destinations),
        _row("Request", said.requests[:1], said.requests),
        _times(said, now),
        _signature(said, reason),
        *_certificates(said, settings, reason),
    ]
    if settings.wants_encryption or reason is Reason.UNDECRYPTABLE:
        arrived = "An encrypted assertion" if said.is_encrypted else "An assertion that anybody can read"
        fits = said.is_encrypted and reason is not Reason.UNDECRYPTABLE
        found.append(Row("Encryption", "An assertion encrypted for our certificate", arrived, fits))
    if reason is Reason.TRANSIENT_NAME_ID:
        formats = ", ".join(said.name_id_formats) or (SEALED if said.is_encrypted else NOTHING)
        expected = f"{NameIdFormat.PERSISTENT.value}, or another that stays the same"
        found.append(Row("Name ID format", expected, formats, fits=False))
    if said.status and said.status[0] != "Success":
        found.insert(0, Row("Status", "Success", ", ".join(said.status), fits=False))
    return found


def _row(
    what: str, expected: Sequence[str], arrived: Collection[str], said: Outline | None = None, *, is_any: bool = False
) -> Row:
    """`said` for what stands inside the assertion; of several audiences in a message one is enough."""
    if not arrived:
        is_sealed = said is not None and said.is_encrypted
        return Row(what, ", ".join(expected), SEALED if is_sealed else NOTHING, None if is_sealed else False)
    fits = any(text in expected for text in arrived) if is_any else all(text in expected for text in arrived)
    return Row(what, ", ".join(expected), ", ".join(arrived), fits)


def _times(said: Outline, now: datetime) -> Row:
    expected = f"Valid at {_time(now)}, give or take {SKEW.seconds // 60} minutes"
    if said.begins is None and said.ends is None:
        return Row("Times", expected, SEALED if said.is_encrypted else NOTHING, None if said.is_encrypted else False)
    parts = [f"from {_time(said.begins)}"] if said.begins else []
    parts += [f"until {_time(said.ends)}"] if said.ends else []
    is_early = said.begins is not None and said.begins > now + SKEW
    is_late = said.ends is not None and said.ends <= now - SKEW
    return Row("Times", expected, f"Valid {' '.join(parts)}", not is_early and not is_late)


def _time(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M:%S} UTC".lstrip("0")


def _signature(said: Outline, reason: Reason) -> Row:
    expected = "The assertion or the whole response signed, with SHA-256 or better"
    if not said.signed:
        return Row(
            "Signature", expected, SEALED if said.is_encrypted else NOTHING, None if said.is_encrypted else False
        )
    fits = False if reason in (Reason.UNSIGNED, Reason.BAD_SIGNATURE, Reason.WEAK_ALGORITHM) else None
    return Row("Signature", expected, f"{' and '.join(said.signed).capitalize()}, {', '.join(said.methods)}", fits)


def _certificates(said: Outline, settings: ProviderSettings, reason: Reason) -> list[Row]:
    """By their fingerprints, where the message brings one: it only says which key it claims to be signed with."""
    expected, arrived = ([_fingerprint(body) for body in each] for each in (settings.certificates, said.certificates))
    if not arrived:
        return []
    is_other = reason is Reason.BAD_SIGNATURE and not set(arrived) <= set(expected)
    return [Row("Certificate", " or ".join(expected), ", ".join(arrived), False if is_other else None)]


def _fingerprint(body: str) -> str:
    """As identity providers show it. Of the bytes alone: a stranger's certificate is not read."""
    try:
        return hashlib.sha256(base64.b64decode(body)).digest().hex(":").upper()
    except ValueError:
        return "not a certificate"
