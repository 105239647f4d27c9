"""Subscribe, Unsubscribe and GetEvents: notifications that the caller fetches.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/notification-subscriptions-mailbox-events-and-ews-in-exchange
https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from sandbox.ews.call import Call
from sandbox.ews.changes import Change, changes
from sandbox.ews.errors import EwsError, invalid_request
from sandbox.ews.folders import FOLDERS, find_folder
from sandbox.ews.ids import CONTACT, EVENT, FOLDER, change_key, ews_id
from sandbox.ews.responses import each
from sandbox.ews.sync_state import SyncState
from sandbox.ews.xml import Element, boolean, children, find, m, t, text_at

_WATERMARK = "events"
_MOST_EVENTS = 100
_FOLDERS = {EVENT: "calendar", CONTACT: "contacts"}


@dataclass
class Subscription:
    """`ends_at` is moved on by every GetEvents; `lasts` is how far."""

    oid: str
    folders: list[str]
    kinds: set[str]
    lasts: timedelta
    ends_at: datetime


def subscribe(call: Call) -> Element:
    """A pull subscription on folders of the caller's mailbox."""
    return each("Subscribe", [call.operation], lambda operation: _subscribed(call, operation))


def _subscribed(call: Call, operation: Element) -> Iterable[Element]:
    request = find(operation, "m:PullSubscriptionRequest")
    if request is None:
        raise invalid_request("The sandbox has pull subscriptions only.")
    folders = [find_folder(call, node).name for node in children(find(request, "t:FolderIds"))]
    kinds = {node.text or "" for node in children(find(request, "t:EventTypes"))}
    lasts = timedelta(minutes=int(text_at(request, "t:Timeout")))
    identity = secrets.token_urlsafe(24)
    subscription = Subscription(call.owner.oid, folders or list(FOLDERS), kinds, lasts, datetime.now(UTC) + lasts)
    call.world.pull_subscriptions[identity] = subscription
    watermark = text_at(request, "t:Watermark")
    since = _since(call, watermark) if watermark else _now(call)
    return [m("SubscriptionId", identity), m("Watermark", since.sealed(call))]


def unsubscribe(call: Call) -> Element:
    """Ends a subscription."""

    def answered(node: Element) -> Iterable[Element]:
        _find(call, node.text or "")
        del call.world.pull_subscriptions[node.text or ""]
        return []

    return each("Unsubscribe", [_identity(call)], answered)


def get_events(call: Call) -> Element:
    """What happened since a watermark; a StatusEvent if nothing did."""

    def answered(node: Element) -> Iterable[Element]:
        subscription = _find(call, node.text or "")
        subscription.ends_at = datetime.now(UTC) + subscription.lasts
        watermark = text_at(call.operation, "m:Watermark")
        waiting = list(islice(_events(call, subscription, _since(call, watermark)), _MOST_EVENTS + 1))
        events = waiting[:_MOST_EVENTS] or [t("StatusEvent", [t("Watermark", _now(call).sealed(call))])]
        said = [t("SubscriptionId", node.text or ""), t("PreviousWatermark", watermark)]
        more = t("MoreEvents", boolean(len(waiting) > _MOST_EVENTS))
        return [m("Notification", [*said, more, *events])]

    return each("GetEvents", [_identity(call)], answered)


def _identity(call: Call) -> Element:
    return next(node for node in children(call.operation) if node.tag.endswith("}SubscriptionId"))


def _find(call: Call, identity: str) -> Subscription:
    subscription = call.world.pull_subscriptions.get(identity)
    if not isinstance(subscription, Subscription):
        raise EwsError("ErrorSubscriptionNotFound", "The specified subscription was not found.")
    if subscription.oid != call.owner.oid:
        raise EwsError("ErrorSubscriptionAccessDenied", "The subscription is somebody else's.")
    if subscription.ends_at < datetime.now(UTC):
        raise EwsError("ErrorExpiredSubscription", "The specified subscription has expired.")
    return subscription


def _now(call: Call) -> SyncState:
    return SyncState(_WATERMARK, call.owner.oid, call.mailbox.generation, call.mailbox.change)


def _since(call: Call, watermark: str) -> SyncState:
    try:
        return SyncState.read(call, watermark, _WATERMARK)
    except EwsError as error:
        raise EwsError("ErrorInvalidWatermark", "The watermark used for this event is invalid.") from error


def _events(call: Call, subscription: Subscription, since: SyncState) -> Iterator[Element]:
    streams = (changes(call, folder, since) for folder in subscription.folders)
    for row in merge(*streams, key=lambda row: row.place):
        kind = _kind(row, since)
        if kind in subscription.kinds:
            yield _event(call, row, kind, since)


def _kind(row: Change, since: SyncState) -> str:
    if row.item is None:
        return "DeletedEvent"
    return "CreatedEvent" if (row.created, row.key) > (since.since, since.after) else "ModifiedEvent"


def _event(call: Call, row: Change, kind: str, since: SyncState) -> Element:
    folder = _FOLDERS[row.kind]
    item = {"Id": ews_id(call.owner, row.kind, row.key), "ChangeKey": change_key(row.key, row.number)}
    parent = {"Id": ews_id(call.owner, FOLDER, folder), "ChangeKey": change_key(folder, 1)}
    watermark = t("Watermark", since.within(*row.place).sealed(call))
    return t(kind, [watermark, t("TimeStamp", row.at), t("ItemId", **item), t("ParentFolderId", **parent)])
