"""Subscriptions to change notifications.

https://learn.microsoft.com/graph/api/resources/subscription
https://learn.microsoft.com/graph/outlook-change-notifications-overview
"""

import time
from datetime import UTC, datetime
from uuid import uuid4

from sandbox.graph.auth import require
from sandbox.graph.call import Call
from sandbox.graph.errors import GraphError, bad_request
from sandbox.graph.subscription_request import (
    change_types,
    check_names,
    client_state,
    collection_of,
    endpoint,
    expires_at,
    invalid,
)
from sandbox.identity.registration import CLIENT_ID
from sandbox.notifications.handshake import objection
from sandbox.tenant.mailbox import Json
from sandbox.tenant.subscription import Subscription
from sandbox.world import World

_MOST = 1000
_KEPT_DELETED = 20
_SCOPES = {
    "events": ("Calendars.Read", "Calendars.ReadWrite"),
    "contacts": ("Contacts.Read", "Contacts.ReadWrite"),
}


def listing(call: Call) -> Json:
    """The caller's own."""
    rows = [shown(row) for row in _own(call)]
    return {"@odata.context": call.context("subscriptions"), "value": rows}


async def create(call: Call) -> Json:
    """A new one, once its endpoints have answered the handshake."""
    subscription = _asked_for(call)
    require(call.scopes, _SCOPES[subscription.collection])
    world, upn = call.world, call.caller.upn
    if len(_own(call)) >= _MOST or world.faults.take("subscription.limit_reached", upn):
        message = f"The limit of {_MOST} active subscriptions for this mailbox has been reached."
        raise GraphError(403, "Forbidden", message)
    for url in dict.fromkeys(filter(None, (subscription.notification_url, subscription.lifecycle_url))):
        if against := await objection(world.outbox.sender, world.faults, upn, url):
            raise bad_request(against, "ValidationError")
    _forget_the_old(world)
    world.state.subscriptions[subscription.id] = subscription
    world.changed()
    return _entity(call, subscription)


def _forget_the_old(world: World) -> None:
    """Those that expired, and all but the last that were deleted."""
    now, rows = time.time(), world.state.subscriptions
    ended = [row.id for row in rows.values() if row.deleted]
    expired = [row.id for row in rows.values() if row.expires_at <= now]
    for gone in {*ended[:-_KEPT_DELETED], *expired}:
        del rows[gone]


def _asked_for(call: Call) -> Subscription:
    body = call.body
    check_names(body)
    lifecycle = body.get("lifecycleNotificationUrl")
    return Subscription(
        id=str(uuid4()),
        tenant_id=call.tenant.id,
        oid=call.caller.oid,
        collection=collection_of(body["resource"], call.tenant, call.caller),
        resource=body["resource"],
        change_types=change_types(body["changeType"]),
        notification_url=endpoint(body["notificationUrl"], "notificationUrl"),
        lifecycle_url=None if lifecycle is None else endpoint(lifecycle, "lifecycleNotificationUrl"),
        client_state=client_state(body.get("clientState")),
        expires_at=expires_at(body["expirationDateTime"], datetime.now(UTC)),
        immutable_ids=call.prefer.immutable_ids,
    )


def show(call: Call, subscription_id: str) -> Json:
    """One of them."""
    return _entity(call, _found(call, subscription_id))


def renew(call: Call, subscription_id: str) -> Json:
    """Another expirationDateTime, which reauthorizes as well. Nothing else can be changed here."""
    subscription = _renewable(call, subscription_id)
    if set(call.body) != {"expirationDateTime"}:
        raise invalid("Only expirationDateTime can be updated.")
    subscription.expires_at = expires_at(call.body["expirationDateTime"], datetime.now(UTC))
    subscription.paused = False
    call.world.changed()
    return _entity(call, subscription)


def delete(call: Call, subscription_id: str) -> None:
    """The end of one."""
    _found(call, subscription_id).deleted = True
    call.world.changed()


def reauthorize(call: Call, subscription_id: str) -> None:
    """The answer to reauthorizationRequired."""
    _renewable(call, subscription_id).paused = False
    call.world.changed()


def _own(call: Call) -> list[Subscription]:
    now = time.time()
    every = call.world.state.subscriptions.values()
    return [row for row in every if row.oid == call.caller.oid and row.active(now)]


def _found(call: Call, subscription_id: str) -> Subscription:
    found = next((row for row in _own(call) if row.id == subscription_id.casefold()), None)
    if found is None:
        raise _not_found()
    return found


def _not_found() -> GraphError:
    return GraphError(404, "ResourceNotFound", "The object was not found.")


def _renewable(call: Call, subscription_id: str) -> Subscription:
    """The same, unless a fault has lost it."""
    found = _found(call, subscription_id)
    if call.world.faults.take("subscription.not_found", call.caller.upn):
        del call.world.state.subscriptions[found.id]
        call.world.changed()
        raise _not_found()
    return found


def _entity(call: Call, subscription: Subscription) -> Json:
    return {"@odata.context": call.context("subscriptions/$entity"), **shown(subscription)}


def shown(row: Subscription) -> Json:
    """As Graph sends it."""
    return {
        "id": row.id,
        "resource": row.resource,
        "applicationId": CLIENT_ID,
        "changeType": ",".join(row.change_types),
        "clientState": row.client_state,
        "notificationUrl": row.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": row.lifecycle_url,
        "expirationDateTime": row.expiration,
        "creatorId": row.oid,
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }
