"""Misbehaviour that is switched on for everyone, a tenant or one person, for ever or for so many uses."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from sandbox.fault_kinds import KINDS


class UnknownFault(ValueError):  # noqa: N818 - named for what it is
    """No fault of that kind."""


@dataclass
class Fault:
    """`tenant` is a domain. `remaining` uses are left (None: no limit); `retry_after` and `seconds` are seconds.

    It is off from `ends_at` on, in seconds since the epoch (None: no limit).
    """

    id: str
    kind: str
    upn: str | None = None
    tenant: str | None = None
    remaining: int | None = None
    retry_after: int | None = None
    seconds: float | None = None
    status: int | None = None
    ends_at: float | None = None

    def concerns(self, upn: str, domain: str) -> bool:
        """Whether it is meant for this person of this tenant; both in small letters, empty if unknown."""
        return self.upn in (None, upn) and self.tenant in (None, domain)


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._numbers = count(1)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._now())

    def switch_on(self, kind: str, *, lasts: float | None = None, **details: Any) -> Fault:
        """Switches one on, for so many seconds if `lasts` is given. Raises UnknownFault."""
        if kind not in KINDS:
            raise UnknownFault(kind)
        if lasts is not None:
            details["ends_at"] = time.time() + lasts
        fault = Fault(f"fault-{next(self._numbers)}", kind, **details)
        self._active.append(fault)
        return fault

    def switch_off(self, fault_id: str | None = None) -> bool:
        """Switches one off, or all. False when there was none of that id."""
        before = len(self._active)
        self._active = [fault for fault in self._active if fault_id is not None and fault.id != fault_id]
        return len(self._active) < before

    def take(self, kind: str, upn: str | None = None, domain: str | None = None) -> Fault | None:
        """Uses a fault of this kind that applies to this person, or to the tenant if nobody is known yet."""
        who = (upn or "").casefold()
        where = domain or who.rpartition("@")[2]
        for fault in self._now():
            if fault.kind == kind and fault.concerns(who, where):
                self._use(fault)
                return fault
        return None

    def _now(self) -> list[Fault]:
        """Those whose time is not over; the others are forgotten."""
        now = time.time()
        if any(fault.ends_at is not None and fault.ends_at <= now for fault in self._active):
            self._active = [fault for fault in self._active if fault.ends_at is None or now < fault.ends_at]
        return list(self._active)

    def _use(self, fault: Fault) -> None:
        if fault.remaining is None:
            return
        fault.remaining -= 1
        if fault.remaining <= 0:
            self._active.remove(fault)
