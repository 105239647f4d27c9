"""Delta rounds: pages, links and their faults.

https://learn.microsoft.com/graph/api/event-delta
https://learn.microsoft.com/graph/api/contact-delta
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from urllib.parse import urlencode, urlsplit

from sandbox.graph.call import Call, window_of
from sandbox.graph.changes import (
    Entry,
    contact_entries,
    entries_after,
    event_entries,
    in_order,
    many_contacts,
    many_events,
)
from sandbox.graph.delta_faults import begun, never_there, told_badly
from sandbox.graph.delta_token import DeltaToken, UnknownToken
from sandbox.graph.errors import GraphError, bad_request
from sandbox.graph.render import changed_contact_row, changed_event_row, removed_row, selected
from sandbox.tenant.calendar import Instance
from sandbox.tenant.mailbox import Contact, Json

_REPEATED_ROWS = 3
_FOREIGN_HOST = "graph.microsoft.example"
_NOT_WITH_EVENTS = ("$orderby", "$filter", "$select", "$expand", "$search", "$top")


def calendar_delta(call: Call) -> Json:
    """A page of a calendarView round."""
    refused = [name for name in _NOT_WITH_EVENTS if name in call.query]
    if refused:
        raise bad_request(
            "The following parameters are not supported with change tracking over the 'CalendarView'"
            f" resource: '{', '.join(refused)}'.",
            "ErrorInvalidUrlQuery",
        )
    return _page(call, "events", _first_event_token, _events_of, _many_events)


def contacts_delta(call: Call) -> Json:
    """A page of a contacts round."""
    return _page(call, "contacts", _first_contact_token, _contacts_of, _many_contacts)


def _first_event_token(call: Call) -> DeltaToken:
    window = window_of(call)
    mailbox = call.mailbox
    return DeltaToken(
        "events",
        call.owner.oid,
        mailbox.generation,
        mailbox.change,
        start=window.start.isoformat(),
        end=window.end.isoformat(),
    )


def _first_contact_token(call: Call) -> DeltaToken:
    mailbox = call.mailbox
    select = call.query.get("$select", "")
    return DeltaToken("contacts", call.owner.oid, mailbox.generation, mailbox.change, select=select)


def _events_of(call: Call, token: DeltaToken) -> list[Entry]:
    bare = any(fault.kind == "graph.bare_series_removal" for fault in call.world.faults)
    return in_order(event_entries(call.mailbox, token.window, token.since, bare=bare), token.masters)


def _contacts_of(call: Call, token: DeltaToken) -> list[Entry]:
    return in_order(contact_entries(call.mailbox, token.since))


def _many_events(call: Call, token: DeltaToken, number: int) -> Iterator[Entry]:
    return many_events(call.mailbox, token.window, token.since, number)


def _many_contacts(call: Call, token: DeltaToken, number: int) -> Iterator[Entry]:
    return many_contacts(call.mailbox, token.since, number)


def _page(
    call: Call,
    kind: str,
    first: Callable[[Call], DeltaToken],
    few_of: Callable[[Call, DeltaToken], list[Entry]],
    many_of: Callable[[Call, DeltaToken, int], Iterator[Entry]],
) -> Json:
    token = _token(call, kind) or begun(call, first(call))
    faults, upn = call.world.faults, call.owner.upn
    if not token.paused and faults.take("graph.empty_page", upn):
        return _answer(call, [], token, token.next_page(token.after, paused=True))
    rest = entries_after(token.after, partial(few_of, call, token), partial(many_of, call, token))
    page = list(islice(rest, call.prefer.page_size))
    further = token.next_page(page[-1].place) if next(rest, None) else None
    if token.after and faults.take("graph.duplicates", upn):
        page = [entry for entry in few_of(call, token) if entry.place <= token.after][-_REPEATED_ROWS:] + page
    if faults.take("graph.unknown_removals", upn):
        page = [*page, *never_there(call, token)]
    return _answer(call, page, token, further)


def _token(call: Call, kind: str) -> DeltaToken | None:
    """The token of the query, brought up to now if it starts a round. Raises GraphError 410."""
    skip, delta = call.query.get("$skiptoken"), call.query.get("$deltatoken")
    text = skip or delta
    if not text:
        return None
    if call.world.faults.take("graph.sync_state_not_found", call.owner.upn):
        raise _gone(call)
    try:
        token = DeltaToken.read(text, call.world.keys.seal)
    except UnknownToken as error:
        raise _gone(call) from error
    if call.world.faults.take("graph.resync_required", call.owner.upn):
        raise _begin_again(call, token)
    mailbox = call.mailbox
    if (token.kind, token.oid, token.generation) != (kind, call.owner.oid, mailbox.generation):
        raise _gone(call)
    return token if skip else begun(call, token.next_round(mailbox.change))


def _gone(call: Call) -> GraphError:
    message = f"The sync state generation is not found; generation={call.mailbox.generation};"
    return GraphError(410, "SyncStateNotFound", message)


def _begin_again(call: Call, token: DeltaToken) -> GraphError:
    """410 that says where a new round begins: the first request, with an empty $deltatoken."""
    query = {"startDateTime": token.start, "endDateTime": token.end} if token.kind == "events" else {}
    query |= {"$select": token.select} if token.select else {}
    place = call.request.url.replace(query=urlencode({**query, "$deltatoken": ""}, safe="$"))
    message = "Resync required. Resync changes are available."
    return GraphError(410, "resyncRequired", message, {"Location": str(place)})


def _answer(call: Call, page: list[Entry], token: DeltaToken, further: DeltaToken | None) -> Json:
    kind = "event" if token.kind == "events" else "contact"
    link = _link(call, further or token, "$skiptoken" if further else "$deltatoken")
    return {
        "@odata.context": call.context(f"Collection({kind})"),
        "value": told_badly(call, [_row(call, entry, token) for entry in page]),
        "@odata.nextLink" if further else "@odata.deltaLink": link,
    }


def _row(call: Call, entry: Entry, token: DeltaToken) -> Json:
    if isinstance(entry.item, Instance):
        return changed_event_row(entry.item, call.prefer)
    if isinstance(entry.item, Contact):
        return selected(changed_contact_row(entry.item, call.prefer), token.select.split(",") if token.select else [])
    return removed_row(entry.key, call.prefer)


def _link(call: Call, token: DeltaToken, name: str) -> str:
    """The address of the next page or round, on the address the call came in on."""
    own = call.request.url.replace(query=urlencode({name: token.sealed(call.world.keys.seal)}, safe="$"))
    if call.world.faults.take("graph.foreign_next_link", call.owner.upn):
        return urlsplit(str(own))._replace(scheme="https", netloc=_FOREIGN_HOST).geturl()
    return str(own)
