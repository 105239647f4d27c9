"""FindItem: a calendar between two moments, or the items of a folder page by page.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendarview
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from sandbox.ews.calendar_view import utc
from sandbox.ews.call import Call
from sandbox.ews.errors import EwsError, invalid_request
from sandbox.ews.folders import Folder, find_folder
from sandbox.ews.items import Item, item_element
from sandbox.ews.paging import LARGEST_PAGE, Page, paged
from sandbox.ews.responses import each
from sandbox.ews.shape import Shape
from sandbox.ews.xml import Element, boolean, children, find, m, t
from sandbox.tenant.calendar import Instance, Window, base_instance, calendar_view

_A_DAY = timedelta(days=1)
_LONGEST_VIEW = timedelta(days=2 * 366)
_UNSUPPORTED = (
    "FractionalPageItemView", "SeekToConditionPageItemView", "ContactsView", "GroupBy", "DistinguishedGroupBy",
    "Restriction", "SortOrder", "QueryString",
)  # fmt: skip
_FEW = 2
_FIRST_YEAR, _LAST_YEAR = 1601, 4500


def find_items(call: Call) -> Element:
    """The items of each folder."""
    shape = Shape.read(find(call.operation, "m:ItemShape"))

    def answered(node: Element) -> Iterable[Element]:
        folder = find_folder(call, node)
        _check(call)
        view = find(call.operation, "m:CalendarView")
        shown, attributes = _listing(call, folder) if view is None else _calendar(call, folder, view)
        rows = [item_element(call, row, shape, listed=True) for row in shown]
        return [m("RootFolder", [t("Items", rows)], **attributes)]

    return each("FindItem", children(find(call.operation, "m:ParentFolderIds")), answered)


def _check(call: Call) -> None:
    """Raises EwsError for what the sandbox does not do, rather than doing something else."""
    for name in _UNSUPPORTED:
        if find(call.operation, f"m:{name}") is not None:
            raise invalid_request(f"{name} is not supported by the sandbox.")
    if call.operation.get("Traversal") != "Shallow":
        raise invalid_request("Only the traversal Shallow is supported by the sandbox.")


def _listing(call: Call, folder: Folder) -> tuple[Sequence[Item], dict[str, str]]:
    """Single events and series masters, or contacts."""
    page = Page.read(find(call.operation, "m:IndexedPageItemView"))
    if page.paged and call.fault("partial"):
        page = replace(page, size=min(page.size, _FEW))
    mailbox = call.mailbox
    if folder.name == "calendar":
        keys, attributes = paged(list(mailbox.events), page)
        return [base_instance(mailbox.events[key]) for key in keys], attributes
    keys, attributes = paged(list(mailbox.contacts) if folder.name == "contacts" else [], page)
    return [mailbox.contacts[key] for key in keys], attributes


def _calendar(call: Call, folder: Folder, view: Element) -> tuple[Sequence[Item], dict[str, str]]:
    """The first items of the window, by start; there is no next page."""
    if folder.tag != "CalendarFolder":
        raise EwsError("ErrorCalendarFolderIsInvalidForCalendarView", "Folder is not valid for calendar view.")
    window = _window(call, view)
    rows = _touching(call, window) if call.fault("view_edges") else calendar_view(call.mailbox, window)
    limit = view.get("MaxEntriesReturned")
    if limit is None and len(rows) > LARGEST_PAGE:
        return paged(rows, Page())
    shown = rows[: min(int(limit or LARGEST_PAGE), LARGEST_PAGE)]
    if call.fault("partial"):
        shown = shown[: max(1, len(shown) // 2)]
    attributes = {"TotalItemsInView": str(len(rows)), "IncludesLastItemInRange": boolean(len(shown) == len(rows))}
    return shown, attributes


def _touching(call: Call, window: Window) -> list[Instance]:
    """Also what ends when the window begins; all-day events by the hours of their own zone."""
    wider = Window(window.start - _A_DAY, window.end + _A_DAY)
    rows = calendar_view(call.mailbox, wider)
    return [row for row in rows if utc(row, "start") < window.end and utc(row, "end") >= window.start]


def _window(call: Call, view: Element) -> Window:
    """The window of a CalendarView. Raises EwsError."""
    try:
        window = Window(call.moment(view.get("StartDate", "")), call.moment(view.get("EndDate", "")))
    except ValueError as error:
        raise invalid_request(f"The view has no window: {error}.") from error
    if window.start.year < _FIRST_YEAR or window.end.year > _LAST_YEAR:
        raise EwsError("ErrorCalendarOutOfRange", "The view is outside the calendar.")
    if window.end < window.start:
        message = "EndDate is earlier than StartDate."
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", message)
    if window.end - window.start > _LONGEST_VIEW or call.fault("view_range_too_big"):
        message = "The specified view range exceeds the maximum range of two years."
        raise EwsError("ErrorCalendarViewRangeTooBig", message)
    return window
