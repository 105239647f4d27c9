"""The dates of a series, from Graph's patternedRecurrence.

https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice, takewhile
from typing import Any

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_LAST_YEAR = 2200  # no calendar here reaches further


def occurrence_dates(recurrence: dict[str, Any], until: date) -> Iterator[date]:
    """Local dates on which the series takes place, ascending, up to and including `until`."""
    bounds = recurrence["range"]
    first = date.fromisoformat(bounds["startDate"])
    dates: Iterator[date] = (day for day in _pattern_dates(recurrence["pattern"], first) if day >= first)
    if bounds["type"] == "numbered":
        dates = islice(dates, bounds["numberOfOccurrences"])
    if bounds["type"] == "endDate":
        until = min(until, date.fromisoformat(bounds["endDate"]))
    return takewhile(lambda day: day <= until, dates)


def _pattern_dates(pattern: dict[str, Any], first: date) -> Iterator[date]:
    kind, interval = pattern["type"], max(1, pattern.get("interval", 1))
    if kind == "daily":
        return (first + timedelta(days=interval * step) for step in range(366 * 100))
    if kind == "weekly":
        return _weekly(pattern, first, interval)
    months = interval * (12 if kind.endswith("Yearly") else 1)
    start = first.replace(day=1, month=pattern.get("month") or first.month) if months >= 12 else first
    return _monthly(pattern, start, months)


def _weekly(pattern: dict[str, Any], first: date, interval: int) -> Iterator[date]:
    week_begins = _DAYS.index(pattern.get("firstDayOfWeek") or "sunday")
    days = {_DAYS.index(day) for day in pattern.get("daysOfWeek") or [_DAYS[first.weekday()]]}
    week = first - timedelta(days=(first.weekday() - week_begins) % 7)
    offsets = sorted((day - week_begins) % 7 for day in days)
    for step in range(53 * 100):
        for offset in offsets:
            yield week + timedelta(days=7 * interval * step + offset)


def _monthly(pattern: dict[str, Any], first: date, months: int) -> Iterator[date]:
    for step in count():
        year, month = divmod(first.year * 12 + first.month - 1 + step * months, 12)
        if year > _LAST_YEAR:
            return
        yield _day_in_month(pattern, year, month + 1)


def _day_in_month(pattern: dict[str, Any], year: int, month: int) -> date:
    last = calendar.monthrange(year, month)[1]
    if pattern["type"].startswith("absolute"):
        return date(year, month, min(pattern.get("dayOfMonth") or 1, last))
    wanted = {_DAYS.index(day) for day in pattern["daysOfWeek"]}
    matching = [day for day in (date(year, month, n) for n in range(1, last + 1)) if day.weekday() in wanted]
    return matching[_WEEKS[pattern.get("index") or "first"]]
