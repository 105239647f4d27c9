"""The recurrence of a series as Exchange Web Services writes it.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/recurrence-recurrencetype
"""

import calendar
from datetime import date

from sandbox.ews.xml import Element, t
from sandbox.tenant.mailbox import Json

_NAMED_DAYS = {
    frozenset({"monday", "tuesday", "wednesday", "thursday", "friday"}): "Weekday",
    frozenset({"saturday", "sunday"}): "WeekendDay",
    frozenset(day.lower() for day in calendar.day_name): "Day",
}


def recurrence(kept: Json) -> Element:
    """A Recurrence: the pattern, then how far it reaches."""
    bounds = kept["range"]
    first = date.fromisoformat(bounds["startDate"])
    return t("Recurrence", [_pattern(kept["pattern"], first), _range(bounds)])


def _pattern(pattern: Json, first: date) -> Element:
    kind, interval = pattern["type"], str(max(1, pattern.get("interval") or 1))
    if kind == "daily":
        return t("DailyRecurrence", [t("Interval", interval)])
    if kind == "weekly":
        return _weekly(pattern, interval, first)
    return _monthly(kind, pattern, first)


def _weekly(pattern: Json, interval: str, first: date) -> Element:
    days = pattern.get("daysOfWeek") or [f"{first:%A}"]
    begins = (pattern.get("firstDayOfWeek") or "sunday").title()
    inside = [t("Interval", interval), t("DaysOfWeek", " ".join(day.title() for day in days))]
    return t("WeeklyRecurrence", [*inside, t("FirstDayOfWeek", begins)])


def _monthly(kind: str, pattern: Json, first: date) -> Element:
    """Yearly patterns have no interval here: every second year is every 24th month."""
    interval = max(1, pattern.get("interval") or 1)
    yearly = kind.endswith("Yearly")
    if kind.startswith("absolute"):
        name, day = "Absolute", [t("DayOfMonth", str(pattern.get("dayOfMonth") or 1))]
    else:
        index = (pattern.get("index") or "first").title()
        name, day = "Relative", [t("DaysOfWeek", _day_name(pattern["daysOfWeek"])), t("DayOfWeekIndex", index)]
    if yearly and interval == 1:
        month = calendar.month_name[pattern.get("month") or first.month]
        return t(f"{name}YearlyRecurrence", [*day, t("Month", month)])
    months = interval * (12 if yearly else 1)
    return t(f"{name}MonthlyRecurrence", [t("Interval", str(months)), *day])


def _day_name(days: list[str]) -> str:
    return _NAMED_DAYS.get(frozenset(days), days[0].title())


def _range(bounds: Json) -> Element:
    begins = t("StartDate", bounds["startDate"])
    if bounds["type"] == "endDate":
        return t("EndDateRecurrence", [begins, t("EndDate", bounds["endDate"])])
    if bounds["type"] == "numbered":
        return t("NumberedRecurrence", [begins, t("NumberOfOccurrences", str(bounds["numberOfOccurrences"]))])
    return t("NoEndRecurrence", [begins])
