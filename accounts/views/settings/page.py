"""The settings of a tier: tabs with sections, and a search by name over all tabs."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import query_text
from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import SettingDefinition
from accounts.tiered_settings.items import Item, items
from accounts.views.settings.places import place_of

FIRST_TAB = "Meetings"


@require_GET
def settings_page(request: HttpRequest, route: str, tab: str = "", target_id: int | None = None) -> HttpResponse:
    """One tab, or what was searched for."""
    place = place_of(request, route, target_id)
    known = in_order([definition for definition in registry.all_definitions() if place.tier in definition.tiers])
    tabs = {definition.tab_slug: definition.tab for definition in known}
    current = tab or next(iter(tabs), "")
    if current not in tabs:
        raise Http404
    words = query_text(request, "q", longest=100)
    shown = matching(known, words) if words else [each for each in known if each.tab_slug == current]
    context = {
        "place": place,
        "tabs": [(slug, title, place.address("settings_tab", slug)) for slug, title in tabs.items()],
        "current": "" if words else current,
        "words": words,
        "sections": sections(items(place.target, shown, place.may_change)),
    }
    return render(request, f"accounts/settings/{place.tier}.html", context)


def in_order(definitions: Sequence[SettingDefinition]) -> list[SettingDefinition]:
    """What the product is for comes first; everything else in the order it was registered."""
    return sorted(definitions, key=lambda definition: definition.tab != FIRST_TAB)


def matching(definitions: Sequence[SettingDefinition], words: str) -> list[SettingDefinition]:
    """Those whose name, section, description or options have every word."""
    wanted = words.casefold().split()

    def text(definition: SettingDefinition) -> str:
        options = definition.kind.options
        labels = [option.label for option in options] + [label for each in options for _word, label in each.choices]
        named = (definition.title, definition.description, definition.section, definition.tab, *labels)
        return " ".join(named).casefold()

    return [each for each in definitions if all(word in text(each) for word in wanted)]


def sections(shown: Sequence[Item]) -> list[tuple[str, str, list[Item]]]:
    """The items by tab and section, in the order they were registered."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in shown:
        found.setdefault((item.definition.tab, item.definition.section), []).append(item)
    return [(tab, section, members) for (tab, section), members in found.items()]
