"""What apps above hang into the pages and changes of this one; they register it in their AppConfig.ready()."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString

if TYPE_CHECKING:  # app configurations import this module, before there are models
    from accounts.models import Account, Group, User

ProfilePanel = Callable[[HttpRequest], SafeString]
Obstacle = Callable[["Account", str, Any], str]
Trial = Callable[[Any, "User"], None]
OnDeactivation = Callable[["User", "User | str"], None]
Farewell = Callable[[HttpRequest, "User"], str]
WayIn = Callable[["Account"], bool]


@dataclass(frozen=True)
class Cell:
    """A cell of a list: its text, and how it is coloured (good, waiting, wrong, or nothing)."""

    text: str
    tone: str = ""


class UserColumn(Protocol):
    """A column of the users list, which can be filtered by."""

    title: str
    slug: str  # the filter's name in the page's address

    def choices(self) -> Sequence[tuple[str, str]]:
        """The values it can be filtered by, each with its label."""

    def condition(self, value: str) -> Q:
        """The users who have this value."""

    def cells(self, user_ids: Collection[int]) -> dict[int, Cell]:
        """The cells of these users, in a constant number of queries."""


class Consequence(Protocol):
    """What else a change of settings, memberships or priorities does to people."""

    def __call__(
        self, account: "Account", people: Collection[int] | None, *, actor: "User | str", reason: str
    ) -> dict[int, str]:
        """Do it for these people (None: everyone), in the caller's transaction; what happened to whom, in words.

        It must be idempotent, and leave slow work to a task that is queued when the transaction commits: a preview
        calls it too, in a transaction that is rolled back.
        """


class Remark(Protocol):
    """What a preview says besides: what somebody might expect of a change and what does not happen."""

    def __call__(self, account: "Account", people: Collection[int] | None) -> str:
        """A sentence about how it stands for these people (None: everyone) after the change, or nothing."""


class Dependent(Protocol):
    """What an app above keeps about a group, and what goes with it."""

    def words(self, group: "Group") -> str:
        """What goes when the group is deleted, as a sentence; nothing where there is nothing."""

    def end(self, group: "Group", *, actor: "User | str", request: HttpRequest | None) -> None:
        """Delete it, audited, in the transaction that deletes the group; a preview calls it too."""


_profile_panels: list[ProfilePanel] = []
_user_columns: list[UserColumn] = []
_consequences: list[Consequence] = []
_obstacles: list[Obstacle] = []
_trials: dict[str, list[Trial]] = {}
_remarks: dict[str, list[Remark]] = {}
_dependents: list[Dependent] = []
_on_deactivation: list[OnDeactivation] = []
_farewells: list[Farewell] = []
_ways_in: list[WayIn] = []


def add_profile_panel(panel: ProfilePanel) -> None:
    """Show what `panel` renders on everyone's own profile page."""
    if panel not in _profile_panels:
        _profile_panels.append(panel)


def profile_panels(request: HttpRequest) -> list[SafeString]:
    """The rendered panels, in the order they were registered."""
    return [panel(request) for panel in _profile_panels]


def add_user_column(column: UserColumn) -> None:
    """Show this column in the users list."""
    if all(known.slug != column.slug for known in _user_columns):
        _user_columns.append(column)


def user_columns() -> tuple[UserColumn, ...]:
    """The columns, in the order they were registered."""
    return tuple(_user_columns)


def add_consequence(consequence: Consequence) -> None:
    """Run it after every change of settings, memberships or priorities."""
    if consequence not in _consequences:
        _consequences.append(consequence)


def run_consequences(
    account: "Account", people: Collection[int] | None, *, actor: "User | str", reason: str = ""
) -> dict[int, str]:
    """Run them all, within the transaction of the change; what happened to whom, in words."""
    happened: dict[int, str] = {}
    for consequence in _consequences:
        for person, words in consequence(account, people, actor=actor, reason=reason).items():
            happened[person] = f"{happened[person]} {words}" if person in happened else words
    return happened


def add_remark(key: str, remark: Remark) -> None:
    """Ask it for a sentence whenever a change of this setting is previewed."""
    known = _remarks.setdefault(key, [])
    if remark not in known:
        known.append(remark)


def remarks_on(keys: Collection[str], account: "Account", people: Collection[int] | None) -> tuple[str, ...]:
    """The sentences there are, asked within the transaction of the preview, after the change."""
    asked = (remark(account, people) for key in keys for remark in _remarks.get(key, ()))
    return tuple(words for words in asked if words)


def add_obstacle(obstacle: Obstacle) -> None:
    """Ask it before a value (account, key, value) is set; a sentence says why it may not be, nothing that it may."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def obstacle_to(account: "Account", key: str, value: Any) -> str:
    """The first reason against setting this value, or nothing."""
    return next((words for obstacle in _obstacles if (words := obstacle(account, key, value))), "")


def add_trial(key: str, trial: Trial) -> None:
    """Try values of this setting out in the world outside before somebody saves them on a page; see try_out."""
    known = _trials.setdefault(key, [])
    if trial not in known:
        known.append(trial)


def try_out(key: str, value: Any, actor: "User") -> None:
    """Find out for this person whether a checked value works. It may wait for a network: call it outside transactions.

    Raises ImpossibleValueError.
    """
    for trial in _trials.get(key, ()):
        trial(value, actor)


def add_dependent(dependent: Dependent) -> None:
    """Let it go with the groups it is about."""
    if dependent not in _dependents:
        _dependents.append(dependent)


def goes_with(group: "Group") -> list[str]:
    """What else goes when this group is deleted, a sentence for each app above that has something."""
    return [words for dependent in _dependents if (words := dependent.words(group))]


def group_ends(group: "Group", *, actor: "User | str", request: HttpRequest | None = None) -> None:
    """Tell the apps above that the group is about to be deleted, in the transaction that does it."""
    for dependent in _dependents:
        dependent.end(group, actor=actor, request=request)


def on_deactivation(callback: OnDeactivation) -> None:
    """Call it with everyone who is deactivated and by whom, in the same transaction."""
    if callback not in _on_deactivation:
        _on_deactivation.append(callback)


def person_deactivated(person: "User", actor: "User | str") -> None:
    """Tell the apps above."""
    for callback in _on_deactivation:
        callback(person, actor)


def add_farewell(farewell: Farewell) -> None:
    """Ask it, before somebody signs out, for a path of ours that they go on to afterwards; it may have none."""
    if farewell not in _farewells:
        _farewells.append(farewell)


def farewell_path(request: HttpRequest, user: "User") -> str:
    """The first path that somebody who signs out goes on to, or nothing."""
    return next((path for farewell in _farewells if (path := farewell(request, user))), "")


def add_way_in(way: WayIn) -> None:
    """Ask it whether people of an account can sign in without a password."""
    if way not in _ways_in:
        _ways_in.append(way)


def has_way_in(account: "Account") -> bool:
    """Whether there is any way to sign in but a password."""
    return any(way(account) for way in _ways_in)
