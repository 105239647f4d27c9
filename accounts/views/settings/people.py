"""Exactly whom a change of a setting would affect."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.store import RefusedError
from accounts.views import affected
from accounts.views.confirming import confirmation
from accounts.views.settings.asked import asked_for, preview_of
from accounts.views.settings.places import place_of, require_changing


@require_GET
def affected_people(
    request: HttpRequest, route: str, key: str, action: str, target_id: int | None = None, as_csv: bool = False
) -> HttpResponseBase:
    """Everyone for whom something changes, those with consequences first."""
    place = place_of(request, route, target_id)
    asked = asked_for(request, place, key, action)
    require_changing(place, asked.definition)
    try:
        impact = preview_of(asked)
    except (RefusedError, ImpossibleValueError) as error:
        refused = {"asked": asked, "error": error, "title": "This cannot be changed here"}
        return confirmation(request, "accounts/settings/_refused.html", refused, status=422)
    if as_csv:
        return affected.download(f"{key}-{action}-people.csv", impact, affected.COLUMNS_OF_ONE)
    back, csv_address = (f"{place.address(page, key, action)}?{asked.query}" for page in ("change", "people_csv"))
    title = "Back to the confirmation"
    return affected.people_page(request, impact, title=title, back=back, csv_address=csv_address, is_one_setting=True)
