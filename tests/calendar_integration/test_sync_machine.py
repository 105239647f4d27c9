"""Whatever happens to a mailbox and to the rounds that read it, the tables are the mailbox in the end, and never half.

Hypothesis draws the changes and the mishaps; the model is the mailbox in memory, which lists itself plainly.
"""

import itertools
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from calendar_integration.clients.base import CalendarClient, ContactRow, Instances, MeetingRow, Page, RowT, Window
from calendar_integration.errors import LeaseLostError, UnavailableError
from calendar_integration.models import Connection, Contact, Meeting, MeetingKind, StreamKind
from calendar_integration.sync.leases import lease
from calendar_integration.sync.rounds import new_window, run_round
from tests.calendar_integration.memory_mailbox import MASTER
from tests.calendar_integration.mirror import as_held
from tests.calendar_integration.worlds import InMemory
from tests.makers import make_account, make_connection, make_user

numbers = itertools.count(1)
kinds = st.sampled_from(StreamKind)
some = st.integers(0, 1_000)  # which of those there are
days = st.integers(-40, 375)  # from now; the window has 30 and 365


@dataclass
class Awry:
    """A client whose server tells a page's rows again with the next, and removes what was never there."""

    client: CalendarClient
    told: tuple[Any, ...] = ()

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        return self._awry(self.client.events_page(link, window))

    def contacts_page(self, link: str) -> Page[ContactRow]:
        return self._awry(self.client.contacts_page(link))

    def event(self, remote_id: str) -> MeetingRow | None:
        return self.client.event(remote_id)

    def instances(self, master_id: str, window: Window) -> Instances | None:
        return self.client.instances(master_id, window)

    def close(self) -> None:
        self.client.close()

    def _awry(self, page: Page[RowT]) -> Page[RowT]:
        rows: list[Any] = [*self.told, *page.rows]
        self.told = tuple(page.rows)
        return replace(page, rows=rows, removed=[*page.removed, "never there"])


@dataclass
class Interrupted(Awry):
    """A client to which something happens before one of its calls."""

    calls_before: int = 0
    happens: Callable[[], None] = lambda: None

    def _awry(self, page: Page[RowT]) -> Page[RowT]:
        if self.calls_before == 0:
            self.happens()
        self.calls_before -= 1
        return page


class Synchronised(RuleBasedStateMachine):
    """A mailbox, and what the portal has of it."""

    @initialize()
    def connect(self) -> None:
        """Somebody has connected; one meeting and one contact stay, since an empty mailbox is not believed at once."""
        self.world = InMemory()
        self.connection = make_connection(make_user(make_account(f"company-{next(numbers)}"), "noah"))
        for kind in StreamKind:
            self.connection.streams.create(kind=kind)
        self.kept = {self._add(1, 1), self.world.add_contact("Omar Haddad", "omar@contoso.example")}

    @rule(day=days, length=st.integers(1, 4))
    def add_meeting(self, day: int, length: int) -> None:
        self._add(day, length)

    @rule(which=some, subject=st.text(max_size=20))
    def rename_meeting(self, which: int, subject: str) -> None:
        self.world.rename(self._meeting(which), subject.replace("\0", ""))

    @rule(which=some, day=days)
    def move_meeting(self, which: int, day: int) -> None:
        if self.world.mailbox.meetings[key := self._meeting(which)].kind != MASTER:
            self.world.move(key, timezone.now().replace(microsecond=0) + timedelta(days=day))

    @rule(which=some)
    def delete_meeting(self, which: int) -> None:
        if (key := self._meeting(which)) not in self.kept:
            self.world.delete(key)

    @rule(number=some)
    def add_contact(self, number: int) -> None:
        self.world.add_contact(f"Contact {number}", f"{number}@contoso.example")

    @rule(which=some, name=st.sampled_from(["Ana", "Bo", "Cy"]))
    def rename_contact(self, which: int, name: str) -> None:
        self.world.rename_contact(self._contact(which), name)

    @rule(which=some)
    def delete_contact(self, which: int) -> None:
        if (key := self._contact(which)) not in self.kept:
            self.world.delete_contact(key)

    @rule()
    def forget_states(self) -> None:
        self.world.lose_state()

    @rule(kind=kinds, is_awry=st.booleans())
    def read(self, kind: StreamKind, is_awry: bool) -> None:
        """A round that nothing happens to ends in a mirror."""
        client = self.world.client()
        self._read(kind, Awry(client) if is_awry else client)
        assert self._held(kind) == self._listed(kind)

    @rule(kind=kinds, calls=st.integers(0, 3))
    def fail(self, kind: StreamKind, calls: int) -> None:
        """A server that falls silent in the middle changes nothing."""
        self._interrupt(kind, calls, self._fall_silent, UnavailableError)

    @rule(kind=kinds, calls=st.integers(0, 3))
    def lose_the_lease(self, kind: StreamKind, calls: int) -> None:
        """Nor does a worker whose mailbox was taken over meanwhile."""
        self._interrupt(kind, calls, self._take_over, LeaseLostError)

    def teardown(self) -> None:
        """In the end everything is there."""
        for kind in StreamKind:
            self.read(kind, is_awry=False)

    def _interrupt(self, kind: StreamKind, calls: int, happens: Callable[[], None], error: type[Exception]) -> None:
        before = self._state(kind)
        try:
            self._read(kind, Interrupted(self.world.client(), calls_before=calls, happens=happens))
        except error:
            assert self._state(kind) == before
        else:
            assert self._held(kind) == self._listed(kind)
        finally:
            Connection.objects.filter(pk=self.connection.pk).update(lease_id=None, lease_until=None)

    @staticmethod
    def _fall_silent() -> None:
        raise UnavailableError("silent")

    def _take_over(self) -> None:
        Connection.objects.filter(pk=self.connection.pk).update(lease_id=uuid.uuid4())

    def _read(self, kind: StreamKind, client: CalendarClient) -> None:
        with lease(self.connection.pk) as lease_id:
            assert lease_id
            run_round(client, self.connection.streams.get(kind=kind), lease_id, timezone.now())

    def _state(self, kind: StreamKind) -> tuple[Counter[Any], str]:
        return self._held(kind), self.connection.streams.get(kind=kind).delta_link

    def _held(self, kind: StreamKind) -> Counter[Any]:
        if kind == StreamKind.CONTACTS:
            rows = Contact.objects.filter(connection=self.connection)
            return Counter((row.name, tuple(row.emails)) for row in rows)
        return Counter(
            map(as_held, Meeting.objects.filter(connection=self.connection).exclude(kind=MeetingKind.MASTER))
        )

    def _listed(self, kind: StreamKind) -> Counter[Any]:
        return self.world.contacts() if kind == StreamKind.CONTACTS else self.world.meetings(new_window(timezone.now()))

    def _add(self, day: int, length: int) -> str:
        start = timezone.now().replace(microsecond=0) + timedelta(days=day)
        return self.world.add(f"Meeting {next(numbers)}", start, start + timedelta(hours=1), days=length)

    def _meeting(self, which: int) -> str:
        keys = sorted(self.world.mailbox.meetings)
        return keys[which % len(keys)]

    def _contact(self, which: int) -> str:
        keys = sorted(self.world.mailbox.contacts)
        return keys[which % len(keys)]


@pytest.mark.django_db
def test_the_tables_are_the_mailbox_whatever_happens() -> None:
    bounded = settings(
        max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Synchronised, settings=bounded)
