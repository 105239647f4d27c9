"""Patterns of series, from Graph's form into that of Exchange, as exchangelib reads it."""

from typing import Any

import pytest
from exchangelib.recurrence import Recurrence

from sandbox.ews.recurrence import recurrence

Json = dict[str, Any]
WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def read(pattern: Json, **bounds: Any) -> Any:
    """What exchangelib makes of a pattern that begins on 2 March 2026."""
    given = {"type": "noEnd", "startDate": "2026-03-02", **bounds}
    return Recurrence.from_xml(recurrence({"pattern": pattern, "range": given}), account=None)


@pytest.mark.parametrize(
    ("pattern", "name", "parts"),
    [
        ({"type": "daily", "interval": 3}, "DailyPattern", {"interval": 3}),
        (
            {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"], "firstDayOfWeek": "monday"},
            "WeeklyPattern",
            {"interval": 2, "weekdays": [1, 5], "first_day_of_week": 1},
        ),
        ({"type": "weekly"}, "WeeklyPattern", {"interval": 1, "weekdays": [1], "first_day_of_week": 7}),
        (
            {"type": "absoluteMonthly", "interval": 2, "dayOfMonth": 31},
            "AbsoluteMonthlyPattern",
            {"interval": 2, "day_of_month": 31},
        ),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["thursday"], "index": "last"},
            "RelativeMonthlyPattern",
            {"interval": 1, "weekday": 4, "week_number": 5},
        ),
        (
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 4, "month": 7},
            "AbsoluteYearlyPattern",
            {"day_of_month": 4, "month": 7},
        ),
        (
            {"type": "absoluteYearly", "interval": 2, "dayOfMonth": 4, "month": 7},
            "AbsoluteMonthlyPattern",
            {"interval": 24, "day_of_month": 4},
        ),
        (
            {"type": "relativeYearly", "interval": 1, "daysOfWeek": WORKDAYS, "index": "second", "month": 0},
            "RelativeYearlyPattern",
            {"weekday": 9, "week_number": 2, "month": 3},
        ),
    ],
)
def test_a_pattern_keeps_its_meaning(pattern: Json, name: str, parts: Json) -> None:
    made = read(pattern).pattern
    assert type(made).__name__ == name
    assert {part: getattr(made, part) for part in parts} == parts


def test_a_series_ends_by_date_by_number_or_never() -> None:
    daily = {"type": "daily", "interval": 1}
    assert str(read(daily, type="endDate", endDate="2026-04-01").boundary.end)[:10] == "2026-04-01"
    assert read(daily, type="numbered", numberOfOccurrences=7).boundary.number == 7
    never = read(daily).boundary
    assert (type(never).__name__, str(never.start)[:10]) == ("NoEndPattern", "2026-03-02")
