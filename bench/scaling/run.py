"""The simulation: the dispatcher's ticks from Sunday noon to Monday's end, the queue, workers and Microsoft."""

import random
from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from random import Random

from bench.scaling.agenda import Agenda
from bench.scaling.costs import Costs, Load
from bench.scaling.mailbox import TOKEN_LIFE, Mailbox, Stream, settled
from bench.scaling.pauses import Gate, Pauses
from bench.scaling.tally import Tally
from bench.scaling.work import Work, occupied, work_of
from bench.scaling.world import BEGINS, ENDS, MONDAY, Scenario, changes, companies, notified_after
from calendar_integration.errors import ThrottledError
from calendar_integration.queueing import CHUNK, CLAIM
from calendar_integration.sync.back_off import wait_after
from calendar_integration.sync.fairness import shares

RETRY_AFTER = timedelta(seconds=10)


class Simulation:
    """One scenario. Claimed mailboxes are a line before the workers, who together do one thing after the other."""

    def __init__(self, scenario: Scenario, costs: Costs, load: Load) -> None:
        self.scenario, self.costs, self.load = scenario, costs, load
        self.draw, self.tally = Random(scenario.seed), Tally(scenario.weight)  # noqa: S311 - repeatable
        self._agenda = Agenda()
        self._waiting: dict[int, deque[Mailbox]] = defaultdict(deque)
        self._gate = Gate(scenario)
        self.under_way: Counter[int] = Counter()
        self.done = self.claimed = self.expired = self.throttled = 0
        self.free_at, self.pauses = BEGINS, Pauses()
        self.mailboxes = settled(scenario, companies(scenario), self.draw)

    def run(self, ends: datetime = ENDS) -> Tally:
        """Everything from Sunday noon on; the same every time."""
        chances = random.getstate()
        random.seed(self.scenario.seed)  # Atrium's own jitter
        try:
            self._prepare()
            for now in self._agenda.ticks(ends):
                self._dispatch(now)
        finally:
            random.setstate(chances)
        return self.tally

    @property
    def waiting(self) -> int:
        """How many are due and not claimed."""
        return sum(len(line) for line in self._waiting.values())

    def _prepare(self) -> None:
        for mailbox in self.mailboxes:
            self._live(mailbox, BEGINS)
        count = round(self.scenario.joining * self.scenario.simulated)
        for number in range(count):
            at = MONDAY + timedelta(hours=9, seconds=3600 * number / count)
            mailbox = Mailbox(len(self.mailboxes) + 1, -1, at)
            self.mailboxes.append(mailbox)
            # A first sync is queued when somebody connects; it does not wait for the dispatcher.
            self._agenda.at(at, lambda now, it=mailbox: self._begin(it, now))  # type: ignore[misc] # mypy does not infer a lambda's default
            self._live(mailbox, at)

    def _live(self, mailbox: Mailbox, begins: datetime) -> None:
        """Whatever happens to a mailbox by itself."""
        for stream, per_day in zip(
            mailbox.streams, (self.scenario.changes, self.scenario.contact_changes), strict=True
        ):
            for at in changes(self.draw, begins, per_day):
                self._change(mailbox, stream, at)
            if stream.renew_at is not None and stream.renew_at < ENDS:
                self._agenda.at(stream.renew_at, lambda now, it=stream: self._renew(it, now))  # type: ignore[misc] # the same
        if mailbox.read_at is not None:
            self._await(mailbox)

    def _change(self, mailbox: Mailbox, stream: Stream, at: datetime) -> None:
        self._agenda.at(at, lambda _now: stream.unseen.append(at))
        after = notified_after(self.scenario, self.draw)
        if after is not None:
            self._agenda.at(at + after, lambda now: self._notify(mailbox, stream, now))

    def _notify(self, mailbox: Mailbox, stream: Stream, now: datetime) -> None:
        if stream.subscribed_at is None:
            return
        self.tally.count("notifications", now, self.load.notifications)
        if mailbox.hear(stream, now):
            self._await(mailbox)

    def _renew(self, stream: Stream, now: datetime) -> None:
        stream.subscribe(now)
        self.tally.count("renewals", now)
        self.tally.request(now, 1)

    def _await(self, mailbox: Mailbox) -> None:
        """Have it stand in line once it is due, unless it is due at another time by then."""
        due = mailbox.due
        self._agenda.at(due, lambda _now: self._stand_in_line(mailbox, due))

    def _stand_in_line(self, mailbox: Mailbox, due: datetime) -> None:
        if mailbox.due == due and not mailbox.is_busy:
            mailbox.is_busy = True
            self._waiting[mailbox.company].append(mailbox)

    def _dispatch(self, now: datetime) -> None:
        """Claim those whose turn it is, as sync.schedule does."""
        lines = sorted(((line[0].due, company, len(line)) for company, line in self._waiting.items() if line))
        waiting = {company: self.pauses.lets_through(company, count, now) for _, company, count in lines}
        room = self._scaled(self.scenario.under_way) - self.under_way.total()
        taken = shares(waiting, self.under_way, room=room, room_each=self._scaled(self.scenario.under_way_each))
        for company, count in taken.items():
            self.under_way[company] += count
            self.claimed += count
            for _ in range(count):
                mailbox = self._waiting[company].popleft()
                self.pauses.note_claimed(company, mailbox.number, now)
                self._begin(mailbox, now, is_claimed=True)
        if taken:
            self.tally.count("tasks", now, sum(taken.values()) / CHUNK)

    def _begin(self, mailbox: Mailbox, now: datetime, *, is_claimed: bool = False) -> None:
        """Let it be read once a worker is free; what waits for longer than a claim lasts is queued anew."""
        mailbox.is_busy = True
        begins = max(now, self.free_at)
        if is_claimed and begins - now > CLAIM:
            self.expired += 1
            self._agenda.at(now + CLAIM, lambda at: self._leave(mailbox, at, at))
            return
        whole = mailbox.is_whole_due(begins, spread=self.scenario.spread)
        changed = sum(at <= begins for stream in mailbox.streams for at in stream.unseen)
        refreshed = mailbox.token_at is None or begins - mailbox.token_at > TOKEN_LIFE
        work = work_of(
            self.costs, self.load, whole=whole, first=mailbox.read_at is None, changed=changed, refreshed=refreshed
        )
        if self._gate.refuses(mailbox.company, work.requests, begins):
            self._agenda.at(begins, lambda at: self._fail(mailbox, at, is_claimed=is_claimed))
            return
        mailbox.token_at = begins if refreshed else mailbox.token_at
        taken = occupied(work, self.load.threads)
        self.free_at = begins + taken * self.scenario.weight / self.scenario.processes
        self.tally.count("taken", begins, taken.total_seconds())
        self._count(work, begins, whole=whole, refreshed=refreshed)
        ends = begins + timedelta(seconds=work.seconds)
        self._agenda.at(ends, lambda _tick: self._end(mailbox, begins, ends, whole=whole, is_claimed=is_claimed))

    def _end(self, mailbox: Mailbox, began: datetime, now: datetime, *, whole: bool, is_claimed: bool) -> None:
        if mailbox.finished_at is not None and now >= MONDAY:
            self.tally.apart(mailbox.company, now - mailbox.finished_at)
        if mailbox.read_at is None and self.scenario.notified:
            for stream in mailbox.streams:
                stream.subscribe(now)
                self.tally.request(now, 1)
        is_first = mailbox.read_at is None
        self.pauses.note_read(mailbox.company, now)
        found = mailbox.read(began, now, self.scenario, whole=whole)
        self.tally.shown([] if is_first else found, now)
        self.done += 1
        self._leave(mailbox, now, mailbox.due, is_claimed=is_claimed)

    def _fail(self, mailbox: Mailbox, now: datetime, *, is_claimed: bool) -> None:
        """Graph has asked for fewer requests."""
        self.throttled += 1
        self.tally.request(now, 1)
        wait = wait_after(mailbox.failures, ThrottledError("429", retry_after=RETRY_AFTER))
        mailbox.failures += 1
        self.pauses.note_failed(mailbox.company, mailbox.number, RETRY_AFTER, now)
        self._leave(mailbox, now, now + wait, is_claimed=is_claimed)

    def _leave(self, mailbox: Mailbox, _now: datetime, due: datetime, *, is_claimed: bool = True) -> None:
        mailbox.is_busy, mailbox.due = False, due
        self.under_way[mailbox.company] -= is_claimed
        self._await(mailbox)

    def _count(self, work: Work, at: datetime, *, whole: bool, refreshed: bool) -> None:
        tally = self.tally
        tally.count("syncs", at)
        tally.count("rounds", at, whole)
        tally.count("refreshes", at, refreshed)
        tally.request(at, work.requests)
        for name in ("worker", "postgres", "log", "statements"):
            tally.count(name, at, getattr(work, name))

    def _scaled(self, number: int) -> int:
        return max(1, round(number / self.scenario.weight))
