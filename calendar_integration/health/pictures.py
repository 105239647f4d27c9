"""Numbers as shapes of an SVG, in hundredths of its width and height. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

LEAST_WIDTH = 1.0  # of a part that is there at all: a few mailboxes of thousands must not vanish


@dataclass(frozen=True)
class Bar:
    """A part of one bar: from `x` on, `width` wide; `key` is its colour."""

    key: str
    label: str
    number: int
    x: float
    width: float


@dataclass(frozen=True)
class Column:
    """One of several columns: `y` is its top, `height` what it fills; `middle` is where its label stands."""

    at: datetime
    number: int
    x: float
    y: float
    width: float
    height: float
    middle: float


def bars(parts: Sequence[tuple[str, str, int]]) -> tuple[Bar, ...]:
    """One bar of these parts, each a key, a label and a number; the widths make a hundred, but for what is nothing."""
    widths = shares([number for _, _, number in parts])
    starts = [sum(widths[:place]) for place in range(len(widths))]
    return tuple(
        Bar(key, label, number, round(start, 2), round(width, 2))
        for (key, label, number), start, width in zip(parts, starts, widths, strict=True)
    )


def shares(numbers: Sequence[int]) -> list[float]:
    """The numbers as parts of a hundred; none that is more than nothing gets less than one."""
    total = sum(numbers)
    if not total:
        return [0.0] * len(numbers)
    plain = [100 * number / total for number in numbers]
    raised = [max(share, LEAST_WIDTH) if share else 0.0 for share in plain]
    spare = sum(raised) - 100
    room = sum(share - LEAST_WIDTH for share in raised if share)
    return [share - spare * (share - LEAST_WIDTH) / room if share and room else share for share in raised]


def columns(weeks: Sequence[tuple[datetime, int]], people: int) -> tuple[Column, ...]:
    """A column for each week, as high as its share of all people."""
    each = 100 / max(len(weeks), 1)
    found = []
    for place, (at, number) in enumerate(weeks):
        height = 100 * min(number / people, 1) if people else 0.0
        x = place * each + each * 0.14
        middle = place * each + each / 2
        found.append(
            Column(
                at,
                number,
                round(x, 2),
                round(100 - height, 2),
                round(each * 0.72, 2),
                round(height, 2),
                round(middle, 2),
            )
        )
    return tuple(found)
