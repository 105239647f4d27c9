"""What a row of the checklist is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.urls import reverse


class State(StrEnum):
    """How a row stands."""

    DONE = "done"
    TO_DO = "todo"
    WAITING = "waiting"
    PROBLEM = "problem"

    @property
    def label(self) -> str:
        """The state in words."""
        return {"done": "Done", "todo": "To do", "waiting": "Waiting", "problem": "Problem"}[self.value]


@dataclass(frozen=True)
class Link:
    """A way to a page of ours. `query` goes behind the question mark; `opens_dialog` for a confirmation."""

    label: str
    route: str
    args: tuple[str, ...] = ()
    query: str = ""
    fragment: str = ""
    opens_dialog: bool = False

    @property
    def url(self) -> str:
        """Its address."""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{reverse(self.route, args=self.args)}{query}{fragment}"


@dataclass(frozen=True)
class Row:
    """One thing that has to be in place.

    `fix` is the one button; without it another row comes first, or somebody else has to act, and `why` says so.
    `note` stands beside the title in place of the state's own word, `since` is when it became so, `who` is needed for
    it beside an admin of Atrium, and `meter` is (how many, of how many). What is optional keeps nothing from being
    finished.
    """

    key: str
    title: str
    state: State
    why: str
    fix: Link | None = None
    more: tuple[Link, ...] = ()
    note: str = ""
    since: datetime | None = None
    who: str = ""
    meter: tuple[int, int] | None = None
    is_optional: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing has to happen."""
        return self.state is State.DONE


OFFICE_365_ADMIN = "Office 365 admin"


def guide(label: str, slug: str) -> Link:
    """A way to one of the guides."""
    return Link(label, "guide", (slug,))
