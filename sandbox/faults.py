"""Misbehaviour that is switched on for everyone or one person, for ever or for so many uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

KINDS = {
    "graph.throttled": "Graph answers 429 with Retry-After",
    "graph.unavailable": "Graph answers 503",
    "graph.unauthorized": "Graph answers 401: the token is not accepted",
    "graph.mailbox_not_enabled": "Graph answers 404 MailboxNotEnabledForRESTAPI",
    "graph.sync_state_not_found": "Graph answers 410: the delta token is gone",
    "graph.html": "Graph answers an HTML page",
    "graph.truncated": "Graph's JSON breaks off in the middle",
    "graph.slow": "Graph answers after some seconds",
    "graph.duplicates": "Rows of a delta round appear on two pages",
    "graph.empty_page": "A delta round has an empty page with a nextLink",
    "graph.foreign_next_link": "A delta round's link points to a foreign host",
    "graph.bare_series_removal": "A deleted series is reported by its master only, not its occurrences",
    "token.refresh_revoked": "Refresh tokens are refused as revoked",
    "token.unavailable": "The token endpoint answers 503",
    "token.throttled": "The token endpoint answers 429 with Retry-After",
    "token.invalid_client": "The client secret counts as expired",
    "token.html": "The token endpoint answers 429 with an HTML page",
    "token.unreadable": "The token endpoint answers 200 with an empty object",
    "token.wrong_nonce": "The id_token carries another nonce",
    "token.wrong_person": "The id_token names another person",
    "token.wrong_tenant": "The id_token names another tenant",
    "token.fewer_scopes": "Fewer scopes are granted than were asked for",
    "identity.admin_approval_required": "People are told that an administrator must approve",
    "identity.decline": "The browser returns as if the person had cancelled",
    "identity.consent_required": "The browser returns with consent_required",
    "identity.server_error": "The browser returns with server_error",
    "saml.expired": "The SAML assertion has expired",
    "saml.unsigned": "The SAML assertion is not signed",
    "saml.wrong_audience": "The SAML assertion is for someone else",
    "saml.garbage": "The SAML response is not XML",
}


class UnknownFault(ValueError):  # noqa: N818 - named for what it is
    """No fault of that kind."""


@dataclass
class Fault:
    """`remaining` uses are left (None: no limit); `retry_after` and `seconds` are seconds."""

    id: str
    kind: str
    upn: str | None = None
    remaining: int | None = None
    retry_after: int | None = None
    seconds: float | None = None
    status: int | None = None


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._numbers = count(1)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._active))

    def switch_on(self, kind: str, **details: Any) -> Fault:
        """Switches one on. Raises UnknownFault."""
        if kind not in KINDS:
            raise UnknownFault(kind)
        fault = Fault(f"fault-{next(self._numbers)}", kind, **details)
        self._active.append(fault)
        return fault

    def switch_off(self, fault_id: str | None = None) -> bool:
        """Switches one off, or all. False when there was none of that id."""
        before = len(self._active)
        self._active = [fault for fault in self._active if fault_id is not None and fault.id != fault_id]
        return len(self._active) < before

    def take(self, kind: str, upn: str | None = None) -> Fault | None:
        """Uses a fault of this kind that applies to this person, if one is on."""
        for fault in self._active:
            if fault.kind == kind and (fault.upn is None or fault.upn == (upn or "").casefold()):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.remaining is None:
            return
        fault.remaining -= 1
        if fault.remaining <= 0:
            self._active.remove(fault)
