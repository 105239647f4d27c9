"""A person's calendar: series with exceptions, odd cases everybody has, single meetings up to the mark."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sandbox.scenario import meetings as m
from sandbox.scenario import vocabulary as words
from sandbox.tenant.calendar import Window, calendar_view
from sandbox.tenant.event_defaults import complete_event, patched_event
from sandbox.tenant.ids import occurrence_key, stable_uuid
from sandbox.tenant.mailbox import Event, Json, Mailbox
from sandbox.tenant.model import Person
from sandbox.tenant.recurrence import occurrence_dates
from sandbox.tenant.timezones import CUSTOM

_WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
_ZONES = ["Pacific Standard Time", "Tokyo Standard Time", "GMT Standard Time", "India Standard Time"]
_DAILY_FROM = 250
_BACK, _AHEAD = 30, 365


@dataclass
class CalendarBuilder:
    """Fills one mailbox; the same person on the same day always gets the same calendar."""

    owner: Person
    colleagues: list[Person]
    mailbox: Mailbox
    today: date
    draw: Random

    def fill(self, rows: int) -> None:
        """Makes about `rows` calendar rows between 30 days back and 365 ahead."""
        self._odd_cases()
        self._short_series(rows)
        if rows >= _DAILY_FROM:
            self._daily_stand_up()
        if rows >= 100:
            self._weekly_series()
        if rows >= 200:
            self._second_weekly_series()
        missing = rows - self._rows()
        for number in range(max(0, missing)):
            self._single(number)

    def _rows(self) -> int:
        day = datetime(self.today.year, self.today.month, self.today.day, tzinfo=UTC)
        return len(calendar_view(self.mailbox, Window(day - timedelta(_BACK), day + timedelta(_AHEAD))))

    def _add(self, name: str, subject: str, *parts: Json, with_others: bool = True) -> Event:
        surroundings = m.meeting(self.draw, self.owner, self.colleagues, f"{self.owner.oid}/{name}")
        properties: dict[str, Any] = {"subject": subject, **(surroundings if with_others else {})}
        for part in parts:
            properties.update(part)
        created = datetime.combine(self.today - timedelta(days=60), datetime.min.time(), UTC)
        properties["createdDateTime"] = created.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
        return self.mailbox.add_event(
            complete_event(properties, self.owner), stable_uuid("event", self.owner.oid, name)
        )

    def _day(self, offset: int) -> date:
        """A working day about so many days from today."""
        day = self.today + timedelta(days=offset)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def _series(self, name: str, subject: str, first: date, at: Json, recurrence: Json) -> Event:
        bounds = {"startDate": first.isoformat(), **recurrence.get("range", {})}
        return self._add(name, subject, at, {"recurrence": {**recurrence, "range": bounds}})

    def _short_series(self, rows: int) -> None:
        zone, monday = self.owner.time_zone, self.today - timedelta(days=self.today.weekday())
        sync = self._series(
            "team-sync",
            f"{self.owner.department} team sync",
            monday - timedelta(days=14),
            m.times(monday - timedelta(days=14), 10, 0, 45, zone),
            {**m.weekly(["monday"]), "range": {"type": "numbered", "numberOfOccurrences": 12}},
        )
        self._disturb(sync)
        first = date(self.today.year - 3, 2, 15)
        self._series("expenses", "Expense reports due", first, m.times(first, 16, 0, 15, zone), m.monthly(15))
        if rows >= 60:
            thursday = date(self.today.year, 1, 1)
            at = m.times(thursday, 9, 30, 60, zone)
            self._series("all-hands", "All hands", thursday, at, m.first_weekday_monthly("thursday"))
        week = {**m.times(monday, 8, 45, 15, zone), "reminderMinutesBeforeStart": 5}
        until = {"type": "endDate", "endDate": (monday + timedelta(days=4)).isoformat()}
        self._series("launch-week", "Launch week check-in", monday, week, {**m.daily(), "range": until})

    def _disturb(self, series: Event) -> None:
        """One occurrence moved, one renamed, one cancelled."""
        recurrence = series.properties["recurrence"]
        days = [
            day
            for day in occurrence_dates(recurrence, self.today + timedelta(days=80))
            if day > self.today + timedelta(days=2)
        ]
        moved, renamed, gone = days[0], days[2], days[4]
        zone = series.properties["start"]["timeZone"]
        later = m.times(moved + timedelta(days=1), 14, 0, 45, zone)
        self._change(series, moved, later)
        self._change(series, renamed, {"subject": f"{series.properties['subject']}: planning for next quarter"})
        self.mailbox.delete_event(occurrence_key(series.key, gone))

    def _change(self, series: Event, day: date, patch: Json) -> None:
        self.mailbox.change_event(occurrence_key(series.key, day), patched_event(patch))

    def _weekly_series(self) -> None:
        first = self.today - timedelta(days=400 + self.today.weekday() - 2)
        at = m.times(first, 15, 0, 30, self.owner.time_zone)
        series = self._series("one-on-one", "1:1 with my manager", first, at, m.weekly(["wednesday"]))
        self._disturb(series)

    def _second_weekly_series(self) -> None:
        first = self.today - timedelta(days=90)
        at = m.times(first, 17, 0, 50, self.draw.choice(_ZONES))
        self._series("pipeline", "Pipeline review (all regions)", first, at, m.weekly(["tuesday", "thursday"], 2))

    def _daily_stand_up(self) -> None:
        first = self.today - timedelta(days=500)
        at = m.times(first, 9, 0, 15, self.owner.time_zone)
        until = {"type": "endDate", "endDate": (self.today + timedelta(days=160)).isoformat()}
        stand_up = self._series("stand-up", "Leadership stand-up", first, at, {**m.weekly(_WORKDAYS), "range": until})
        self._disturb(stand_up)

    def _odd_cases(self) -> None:
        zone, draw = self.owner.time_zone, self.draw
        private = {"sensitivity": "private", **m.times(self._day(6), 12, 0, 60, zone)}
        self._add("private", draw.choice(words.PRIVATE_SUBJECTS), private, with_others=False)
        home = {**m.all_day(self._day(9), 1, zone), "showAs": "workingElsewhere"}
        self._add("all-day", draw.choice(words.ALL_DAY_SUBJECTS), home, with_others=False)
        away = {**m.all_day(self._day(40), 5, zone), "showAs": "oof"}
        self._add("long", draw.choice(words.LONG_SUBJECTS), away, with_others=False)
        cancelled = {**m.times(self._day(4), 11, 0, 60, zone), "isCancelled": True, "showAs": "free"}
        self._add("cancelled", draw.choice(words.CANCELLED_SUBJECTS), cancelled)
        custom = {**m.times(self._day(13), 8, 0, 45, "UTC"), "originalStartTimeZone": CUSTOM}
        self._add("custom-zone", "Call with the supplier portal team", custom, {"originalEndTimeZone": CUSTOM})
        abroad = m.times(self._day(20), 18, 30, 60, draw.choice(_ZONES))
        self._add("abroad", "Call with the overseas office", abroad)
        birthday = date(1990, 1 + draw.randrange(12), 1 + draw.randrange(28))
        yearly = {
            "type": "absoluteYearly",
            "interval": 1,
            "month": birthday.month,
            "dayOfMonth": birthday.day,
        }
        at = {**m.all_day(birthday, 1, zone), "showAs": "free"}
        self._series("birthday", "Anniversary of the founding", birthday, at, {"pattern": yearly})
        self._add("now", "Office hours", m.times(self.today, 13, 0, 60, zone))

    def _single(self, number: int) -> None:
        offset = self.draw.randint(-_BACK + 1, 120 if number % 3 else _AHEAD - 3)
        zone = self.owner.time_zone if number % 7 else self.draw.choice(_ZONES)
        hour, minute = self.draw.randint(8, 17), self.draw.choice([0, 0, 15, 30])
        at = m.times(self._day(offset), hour, minute, self.draw.choice([30, 30, 45, 60, 90]), zone)
        extra: Json = {"importance": "high"} if number % 19 == 0 else {}
        if number % 23 == 0:
            extra["sensitivity"] = "confidential"
        self._add(f"single-{number}", self.draw.choice(words.SINGLE_SUBJECTS), at, extra)
