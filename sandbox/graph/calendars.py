"""Calendars and their events, other than delta rounds.

https://learn.microsoft.com/graph/api/calendar-list-calendarview
https://learn.microsoft.com/graph/api/event-get
https://learn.microsoft.com/graph/api/event-list-instances
"""

from datetime import date
from urllib.parse import urlencode

from sandbox.graph.call import Call, item_key, window_of
from sandbox.graph.delta_faults import told_badly
from sandbox.graph.errors import bad_request, not_found
from sandbox.graph.render import event_row, selected
from sandbox.tenant.calendar import Instance, base_instance, calendar_view, instances, occurrence, takes_place
from sandbox.tenant.folders import calendar_id
from sandbox.tenant.ids import split_key
from sandbox.tenant.mailbox import Event, Json, NoSuchItem
from sandbox.tenant.model import Person


def calendar(call: Call, *_ids: str) -> Json:
    """The default calendar, the only one there is."""
    return {"@odata.context": call.context("users('me')/calendar/$entity"), **_calendar(call.owner)}


def calendars(call: Call) -> Json:
    """All calendars."""
    return {"@odata.context": call.context("users('me')/calendars"), "value": [_calendar(call.owner)]}


def _calendar(owner: Person) -> Json:
    return {
        "id": calendar_id(owner),
        "name": "Calendar",
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": True,
        "changeKey": "HTRyAQEAAAA=",
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": True,
        "isRemovable": False,
        "owner": {"name": owner.name, "address": owner.upn},
    }


def view(call: Call, *_ids: str) -> Json:
    """Everything in a window: series expanded, every property, no masters; paged by $top and $skip."""
    return _listing(call, calendar_view(call.mailbox, window_of(call)))


def events(call: Call, *_ids: str) -> Json:
    """Single events and series masters."""
    return _listing(call, [base_instance(event) for event in call.mailbox.events.values()])


def event_instances(call: Call, event_id: str) -> Json:
    """The occurrences and exceptions of one series in a window."""
    event = _event(call, item_key(event_id))
    if call.world.faults.take("graph.master_not_found", call.owner.upn):
        raise not_found()
    if not event.is_series:
        raise bad_request("Your request can't be completed. Expand operation can only be used with a master.")
    answer = _listing(call, sorted(instances(event, window_of(call)), key=lambda row: row.start))
    return {**answer, "value": told_badly(call, answer["value"], "instance")}


def event(call: Call, event_id: str) -> Json:
    """One event by its id, of either form; an occurrence comes with every property."""
    row = find_instance(call, item_key(event_id))
    if row.type == "seriesMaster" and call.world.faults.take("graph.master_not_found", call.owner.upn):
        raise not_found()
    shown = event_row(row, call.prefer)
    if "cancelledOccurrences" in call.select and row.type == "seriesMaster":
        shown["cancelledOccurrences"] = [f"OID.{shown['id']}.{day}" for day in row.event.cancelled]
    (told,) = told_badly(call, [selected(shown, call.select)], "instance")
    return {"@odata.context": call.context("users('me')/events/$entity"), **told}


def find_instance(call: Call, key: str) -> Instance:
    """The row behind a key. Raises GraphError 404."""
    row, day = _event(call, key), split_key(key)[1]
    if day is None:
        return base_instance(row)
    if not takes_place(row, day):
        raise not_found()
    return occurrence(row, date.fromisoformat(day))


def _event(call: Call, key: str) -> Event:
    try:
        return call.mailbox.event(key)
    except NoSuchItem as error:
        raise not_found() from error


def _listing(call: Call, rows: list[Instance]) -> Json:
    if "$filter" in call.query or "$search" in call.query:
        raise bad_request("$filter and $search are not supported by the sandbox.", "ErrorInvalidUrlQueryFilter")
    top, skip = call.number("$top", 10), call.number("$skip", 0, 10**6)
    page = [selected(event_row(row, call.prefer), call.select) for row in rows[skip : skip + top]]
    answer: Json = {"@odata.context": call.context("users('me')/calendarView"), "value": page}
    if skip + top < len(rows):
        answer["@odata.nextLink"] = next_link(call, skip + top)
    return answer


def next_link(call: Call, skip: int) -> str:
    """The same listing, further on."""
    query = {**dict(call.request.query_params), "$skip": str(skip)}
    return str(call.request.url.replace(query=urlencode(query, safe="$")))
