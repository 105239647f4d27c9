"""The checklist: facts in, rows out. Nothing here asks the database."""

from dataclasses import dataclass

from portal.overview import office365_rows, people_rows, sign_in_rows
from portal.overview.facts import Facts
from portal.overview.rows import Row, State


@dataclass(frozen=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]

    @property
    def required(self) -> tuple[Row, ...]:
        """Those of its rows that have to be done."""
        return tuple(row for row in self.rows if not row.is_optional)

    @property
    def done(self) -> int:
        """How many of its rows are done, optional ones too."""
        return sum(row.is_done for row in self.rows)

    @property
    def counted(self) -> int:
        """Out of how many: what is optional and not done is nothing that lacks."""
        return sum(row.is_done or not row.is_optional for row in self.rows)


@dataclass(frozen=True)
class Checklist:
    """All sections, in the order in which they are worked through."""

    sections: tuple[Section, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all sections."""
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def required(self) -> tuple[Row, ...]:
        """The rows that have to be done."""
        return tuple(row for section in self.sections for row in section.required)

    @property
    def done(self) -> int:
        """How many of those are."""
        return sum(row.is_done for row in self.required)

    @property
    def is_finished(self) -> bool:
        """Whether nothing has to be done any more."""
        return all(row.is_done for row in self.required)

    @property
    def next_key(self) -> str:
        """The row to turn to now: the first problem with a remedy, else the first thing to do, or nothing."""
        actionable = [row for row in self.required if row.fix is not None and not row.is_done]
        order = [State.PROBLEM, State.TO_DO, State.WAITING]
        return min(actionable, key=lambda row: order.index(row.state)).key if actionable else ""


def decide(facts: Facts) -> Checklist:
    """How everything stands."""
    return Checklist(
        (
            Section("Signing in", sign_in_rows.rows(facts)),
            Section("Office 365", office365_rows.rows(facts)),
            Section("People", people_rows.rows(facts)),
        )
    )
