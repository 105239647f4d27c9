"""What a request asks to be done to a setting: the same parameters in the preview's address and in the confirmation."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict

from accounts.impact import Impact, preview
from accounts.requests import LONGEST_PARAMETER
from accounts.tiered_settings import registry, store
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.reading import standing
from accounts.tiered_settings.resolution import Answer, Row
from accounts.tiered_settings.store import Action, Change
from accounts.tiered_settings.targets import account_of, people_below
from accounts.views.settings.places import Place


@dataclass(frozen=True)
class Words:
    """The button that does it, the beginning of the question, and what is true of the setting afterwards."""

    verb: str
    question: str
    done: str


SWITCHED = {"on": Words("Enable", "Enable", "is on"), "off": Words("Disable", "Disable", "is off")}
SAVED = Words("Save", "Change", "is saved")
TO_DEFAULT = Words("Use product default", "Use the product default of", "is the product default again")
OTHERS = {
    Action.LOCK: Words("Lock", "Lock", "is locked"),
    Action.UNLOCK: Words("Unlock", "Unlock", "is unlocked"),
    Action.RESET: Words("Use inherited", "Use the inherited value of", "is inherited again"),
    Action.RESET_BELOW: Words("Remove all", "Remove everything set below for", "is inherited by everyone below"),
}


@dataclass(frozen=True)
class Asked:
    """A change somebody is thinking of. `submitted` are its parameters, `answer` is what counts now."""

    place: Place
    definition: SettingDefinition
    action: Action
    submitted: dict[str, str]
    answer: Answer

    def change(self, reason: str = "") -> Change:
        """The change for the store. Raises ImpossibleValueError where no such value can be."""
        return Change(self.place.target, self.definition.key, self.action, self._value(), reason)

    def _value(self) -> Any:
        if self.action is not Action.SET:
            return None
        kind, value = self.definition.kind, self.answer.value
        if "switch" in self.submitted:
            value = kind.switched(value, self.submitted["switch"] == "on")
        return kind.with_options(value, self.submitted)

    @property
    def query(self) -> str:
        """What it asks for as a query, for the addresses of its list of people."""
        return urlencode(self.submitted)

    @property
    def now(self) -> str:
        """What counts now, in words."""
        return self.definition.kind.in_words(self.answer.value)

    @property
    def words(self) -> Words:
        """What the change is called on its button, in its question, and when it is done."""
        if self.action is Action.SET:
            return SWITCHED.get(self.submitted.get("switch", ""), SAVED)
        if self.action is Action.RESET and self.place.tier is Tier.ACCOUNT:
            return TO_DEFAULT
        return OTHERS[self.action]

    @property
    def title(self) -> str:
        """The question."""
        return f"{self.words.question} “{self.definition.title}”?"

    @property
    def is_for_people(self) -> bool:
        """Whether people can set it for themselves."""
        return Tier.USER in self.definition.tiers

    @property
    def own(self) -> Row | None:
        """What is set on this very tier."""
        return next((row for row in self.answer.chain if row.tier is self.place.tier), None)

    def changes_nothing(self) -> bool:
        """Whether it stands like this already. Raises ImpossibleValueError."""
        if self.action is Action.SET:
            return self.own is not None and self.own.value == self.definition.kind.check(self._value())
        if self.action is Action.UNLOCK:
            return self.own is None or not self.own.locked
        return self.action is Action.RESET and self.own is None

    @property
    def is_inheriting(self) -> bool:
        """Whether nothing is set on this very tier."""
        return self.own is None


def asked_for(request: HttpRequest, place: Place, key: str, action: str) -> Asked:
    """What the request asks for. Raises Http404 for a setting that this tier does not have, or an unknown action."""
    try:
        definition, known = registry.get(key), Action(action)
    except (registry.UnknownSettingError, ValueError) as error:
        raise Http404 from error
    if place.tier not in definition.tiers:
        raise Http404
    parameters = request.POST if request.method == "POST" else request.GET
    answer = standing(place.target, [key])[key]
    return Asked(place, definition, known, submitted(parameters, definition), answer)


def preview_of(asked: Asked) -> Impact:
    """What the change would do, to whom. Raises as store.apply does."""
    change = asked.change(reason="Preview")
    return preview(
        account_of(change.target),
        lambda: store.apply(change, actor=asked.place.viewer),
        keys=[change.key],
        people=people_below(change.target),
    )


def submitted(parameters: QueryDict, definition: SettingDefinition) -> dict[str, str]:
    """The parameters that belong to a value of this setting."""
    names = ["switch", *(option.name for option in definition.kind.options)]
    return {name: _text(parameters.get(name, "")) for name in names if name in parameters}


def _text(value: str) -> str:
    return value.replace("\0", "").strip()[:LONGEST_PARAMETER]
