"""Who is affected by a change before it is made, and exactly how."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Account
from accounts.tiered_settings.resolution import Answer

Change = Callable[[], Mapping[int, str]]


@dataclass(frozen=True)
class Difference:
    """A person for whom something changes: what counts before and after, and what else happens to them, in words."""

    user_id: int
    key: str
    before: Answer
    after: Answer
    consequence: str = ""


@dataclass(frozen=True)
class Impact:
    """What a change would do to the active people of an account. `revision` is the version this was seen at."""

    revision: int
    people: int
    differences: tuple[Difference, ...]


def preview(
    account: Account, change: Change, *, keys: Sequence[str] | None = None, people: Collection[int] | None = None
) -> Impact:
    """Make the change, look at what differs, and take it back.

    `change` writes, and answers what happened to whom, as extensions.run_consequences does. `keys` are the settings to
    look at (None: all), `people` those it can affect (None: everyone active in the account).
    """
    raise NotImplementedError
