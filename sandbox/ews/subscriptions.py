"""Subscribe, Unsubscribe and GetEvents: notifications that the caller fetches.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/notification-subscriptions-mailbox-events-and-ews-in-exchange
https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.ews.call import Call
from sandbox.ews.errors import EwsError, invalid_request
from sandbox.ews.folders import FOLDERS, find_folder
from sandbox.ews.ids import FOLDER, change_key, ews_id
from sandbox.ews.responses import each
from sandbox.ews.sync_items import Change, changes
from sandbox.ews.sync_state import SyncState
from sandbox.ews.xml import Element, boolean, children, find, m, t, text_at


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
    since = _since(call, watermark) if watermark else call.mailbox.change
    return [m("SubscriptionId", identity), m("Watermark", _watermark(call, since))]


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
        since, now = _since(call, watermark), _watermark(call, call.mailbox.change)
        events = list(_events(call, subscription, since)) or [t("StatusEvent", [t("Watermark", now)])]
        said = [t("SubscriptionId", node.text or ""), t("PreviousWatermark", watermark)]
        return [m("Notification", [*said, t("MoreEvents", boolean(False)), *events])]

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


def _watermark(call: Call, change: int) -> str:
    return SyncState("events", call.owner.oid, call.mailbox.generation, change).sealed(call)


def _since(call: Call, watermark: str) -> int:
    try:
        return SyncState.read(call, watermark, "events").since
    except EwsError as error:
        raise EwsError("ErrorInvalidWatermark", "The watermark used for this event is invalid.") from error


def _events(call: Call, subscription: Subscription, since: int) -> Iterator[Element]:
    state = SyncState("", call.owner.oid, call.mailbox.generation, since)
    rows = [(row, folder) for folder in subscription.folders for row in changes(call, folder, state)]
    for row, folder in sorted(rows, key=lambda pair: pair[0].number):
        kind = _kind(row, since)
        if kind in subscription.kinds:
            yield _event(call, row, kind, folder)


def _kind(row: Change, since: int) -> str:
    if row.item is None:
        return "DeletedEvent"
    return "CreatedEvent" if row.created > since else "ModifiedEvent"


def _event(call: Call, row: Change, kind: str, folder: str) -> Element:
    item = {"Id": ews_id(call.owner, row.kind, row.key), "ChangeKey": change_key(row.key, row.number)}
    parent = {"Id": ews_id(call.owner, FOLDER, folder), "ChangeKey": change_key(folder, 1)}
    watermark = t("Watermark", _watermark(call, row.number))
    return t(kind, [watermark, t("TimeStamp", row.at), t("ItemId", **item), t("ParentFolderId", **parent)])
