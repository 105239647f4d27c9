"""Steps that lead forwards and backwards without a script: everything said so far travels in the form.

Nothing is kept on the server, so that two tabs do not disturb each other. Every answer is checked again with every
step that follows it, since what travels in a form may be changed on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from accounts.models import User
from calendar_integration.views.company.tenant_forms import StepForm

LONGEST = 2000


@dataclass(frozen=True)
class Step:
    """One page of the way: its form, and the template that shows it."""

    slug: str
    title: str
    form: type[StepForm]

    @property
    def template(self) -> str:
        """Where its questions are drawn."""
        return f"calendar_integration/company/_{self.slug}.html"


@dataclass
class Walk:
    """Where somebody stands: the step to show with its form, and what the steps before it said.

    `is_done` says that the last step was left; `is_refused` that the shown one could not be.
    """

    steps: Sequence[Step]
    at: int
    form: StepForm
    said: dict[str, Any]
    raw: Mapping[str, str]
    is_done: bool = False
    is_refused: bool = False
    marked: list[tuple[Step, str]] = field(init=False)

    def __post_init__(self) -> None:
        places = ["is-done"] * self.at + ["is-now"] + [""] * len(self.steps)
        self.marked = list(zip(self.steps, places, strict=False))

    @property
    def step(self) -> Step:
        """The step to show."""
        return self.steps[self.at]

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after it."""
        return self.at == len(self.steps) - 1

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """What the shown step does not ask, as it was typed."""
        asked = {name for name, shown in self.form.fields.items() if not shown.disabled}
        return ((name, value) for name, value in self.raw.items() if name not in asked and value)

    @property
    def status(self) -> int:
        """Of the answer that shows it."""
        if not self.is_refused:
            return 200
        return 503 if self.form.is_unreachable else 422


def begin(steps: Sequence[Step], user: User, initial: Mapping[str, str]) -> Walk:
    """The first step."""
    return Walk(steps, 0, steps[0].form(user=user, known={}, initial=dict(initial)), {}, initial)


def go_on(steps: Sequence[Step], user: User, data: QueryDict, initial: Mapping[str, str]) -> Walk:
    """What follows what was posted: the next step, the one before, or the first that has to be put right."""
    raw = {**initial, **_typed(steps, data)}
    here = _index(steps, data.get("step", ""))
    to_show = max(here - 1, 0) if data.get("go") == "back" else here + 1
    said: dict[str, Any] = {}
    for at, step in enumerate(steps):
        if at == to_show:
            return Walk(steps, at, step.form(user=user, known=said, initial=raw), said, raw)
        form = step.form(data, user=user, known=said, is_new=at == here, initial=raw)
        if not form.is_valid():
            return Walk(steps, at, form, said, raw, is_refused=True)
        said |= form.cleaned_data
    return Walk(steps, here, form, said, raw, is_done=True)


def _typed(steps: Sequence[Step], data: QueryDict) -> dict[str, str]:
    """Every answer in the post, of a bearable length."""
    names = (name for step in steps for name in step.form.base_fields)
    return {name: str(data[name]).replace("\0", "")[:LONGEST] for name in names if name in data}


def _index(steps: Sequence[Step], slug: str) -> int:
    """Where a step stands; the first for a slug that is none."""
    return next((at for at, step in enumerate(steps) if step.slug == slug), 0)
