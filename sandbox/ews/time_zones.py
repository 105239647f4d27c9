"""Time zones as Exchange describes them: periods with a bias, and the days on which one follows the other.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/timezonedefinition
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import NamedTuple

from sandbox.ews.xml import Element, t
from sandbox.tenant.timezones import CUSTOM, zone_of

_HOURS_OF_A_YEAR = 366 * 24
_DAYS_OF_A_WEEK = 7


class _Turn(NamedTuple):
    """The wall clock at which a year's period begins, as it was before."""

    at: datetime
    is_summer: bool


def definition(tag: str, name: str, *, full: bool, shown: str = "") -> Element:
    """A time zone with its Windows name, or the one shown instead, and if `full` with the rules of this year."""
    return deepcopy(_definition(tag, name, full, shown or name, datetime.now(UTC).year))


@cache
def _definition(tag: str, name: str, full: bool, shown: str, year: int) -> Element:
    zone = zone_of(name)
    offset = _offset(_standard(zone, year))
    return t(tag, _rules(zone, shown, year) if full else (), Id=shown, Name=f"(UTC{offset}) {shown}")


def name_in_items(name: str) -> str:
    """The name of a zone as an item carries it: zones that somebody made up and UTC have names of their own there."""
    return {CUSTOM: "Customized Time Zone", "UTC": "tzone://Microsoft/Utc"}.get(name, name)


def _standard(zone: tzinfo, year: int) -> timedelta:
    """The offset without summer time."""
    return min(_utcoffset(zone, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7))


def _utcoffset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else ""


def _rules(zone: tzinfo, name: str, year: int) -> list[Element]:
    turns = list(_changes(zone, year))
    names = [f"trule:Microsoft/Registry/{name}/1-{season}" for season in ("Standard", "Daylight")]
    periods = [_period("Standard", names[0], _standard(zone, year))]
    if turns:
        summer = max(_utcoffset(zone, turn.at.replace(tzinfo=UTC) + timedelta(days=2)) for turn in turns)
        periods.append(_period("Daylight", names[1], summer))
    inside = [_transition(turn, names[turn.is_summer]) for turn in turns] or [_always(names[0], "Period")]
    groups = t("TransitionsGroups", [t("TransitionsGroup", inside, Id="0")])
    return [t("Periods", periods), groups, t("Transitions", [_always("0", "Group")])]


def _always(to: str, kind: str) -> Element:
    return t("Transition", [t("To", to, Kind=kind)])


def _period(name: str, identity: str, offset: timedelta) -> Element:
    """Its bias is what is added to local time to come to UTC."""
    minutes = -int(offset.total_seconds() // 60)
    bias = f"{'-' if minutes < 0 else ''}PT{abs(minutes) // 60}H{abs(minutes) % 60}M"
    return t("Period", Bias=bias, Name=name, Id=identity)


def _changes(zone: tzinfo, year: int) -> Iterator[_Turn]:
    before = datetime(year, 1, 1, tzinfo=UTC)
    for hour in range(1, _HOURS_OF_A_YEAR):
        after = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        change = _utcoffset(zone, after) - _utcoffset(zone, before)
        if change:
            yield _Turn((after + _utcoffset(zone, before)).replace(tzinfo=None), change > timedelta())
        before = after


def _transition(turn: _Turn, to: str) -> Element:
    """Such a weekday of the month; the last one is -1."""
    at = turn.at
    is_last = (at + timedelta(days=_DAYS_OF_A_WEEK)).month != at.month
    return t(
        "RecurringDayTransition",
        [
            t("To", to, Kind="Period"),
            t("TimeOffset", f"PT{at.hour}H{at.minute}M"),
            t("Month", str(at.month)),
            t("DayOfWeek", f"{at:%A}"),
            t("Occurrence", "-1" if is_last else str((at.day - 1) // _DAYS_OF_A_WEEK + 1)),
        ],
    )
