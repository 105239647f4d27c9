"""Why a setting is as it is: every tier's value, and the rule that won."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Group, User
from accounts.permissions import may_explain
from accounts.requests import query_text
from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.reading import standing
from accounts.tiered_settings.resolution import Answer, Row
from accounts.tiered_settings.words import rule_in_words
from accounts.views.settings.places import Place, place_of


@dataclass(frozen=True)
class Step:
    """A tier in the chain: what it is, what it says (None: nothing), and whether it won."""

    label: str
    row: Row | None
    value: str
    has_won: bool
    priority: int = 0


@require_GET
def why(request: HttpRequest, route: str, key: str, target_id: int | None = None) -> HttpResponse:
    """The chain for a person, or as far as an account or a group decides; `person` in the query asks for somebody's."""
    place = place_of(request, route, target_id)
    try:
        definition = registry.get(key)
    except registry.UnknownSettingError as error:
        raise Http404 from error
    if isinstance(place.target, User) and not may_explain(place.viewer, place.target):
        raise PermissionDenied
    email = query_text(request, "person", longest=254).lower()
    person = User.objects.filter(account=place.viewer.account_id, email=email).first() if email else None
    if person and may_explain(place.viewer, person):
        return redirect("user_why", person.pk, key)
    answer = standing(place.target, [key])[key]
    context = {
        "place": place,
        "definition": definition,
        "answer": answer,
        "value": definition.kind.in_words(answer.value),
        "rule": rule_in_words(answer, place.tier),
        "steps": steps(place, definition, answer),
        "email": email,
        "can_ask": place.viewer.is_account_admin and not place.is_own,
    }
    return render(request, "accounts/settings/why.html", context, status=404 if email else 200)


def steps(place: Place, definition: SettingDefinition, answer: Answer) -> list[Step]:
    """Every tier that could have decided, the ones that say nothing included."""
    rows = {(row.tier, row.name): row for row in answer.chain}
    found = [_step("The account", rows.get((Tier.ACCOUNT, "")), definition, answer)]
    if Tier.GROUP in definition.tiers:
        for group in _groups(place):
            row = rows.get((Tier.GROUP, group.name))
            found.append(_step(f"Group {group.name}", row, definition, answer, group.priority))
    if isinstance(place.target, User) and Tier.USER in definition.tiers:
        found.append(_step("Own choice", rows.get((Tier.USER, "")), definition, answer))
    default = definition.kind.in_words(definition.default)
    return [*found, Step("Product default", None, default, answer.source is None)]


def _groups(place: Place) -> list[Group]:
    if isinstance(place.target, User):
        return list(Group.objects.filter(memberships__user=place.target).order_by("priority"))
    return [place.target] if isinstance(place.target, Group) else []


def _step(label: str, row: Row | None, definition: SettingDefinition, answer: Answer, priority: int = 0) -> Step:
    value = definition.kind.in_words(row.value) if row else ""
    return Step(label, row, value, row is not None and row == answer.source, priority)
