"""The control API for subscriptions to change notifications and what was delivered."""

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, Json, answer, body_of, nothing, person_in_path, with_errors
from sandbox.graph.subscriptions import shown
from sandbox.notifications.commands import burst, expire, happen
from sandbox.notifications.payload import LifecycleEvent
from sandbox.notifications.telling import subscriptions_of
from sandbox.tenant.model import Person
from sandbox.tenant.subscription import Subscription
from sandbox.world import World, world_of

EVENTS: tuple[LifecycleEvent, ...] = get_args(LifecycleEvent)
LARGEST_BURST = 10_000


@with_errors
async def subscriptions(request: Request) -> Response:
    """A person's, as Graph shows them but for the clientState, and how many notifications were taken."""
    world, _tenant, person = person_in_path(request)
    return answer({"value": [_row(world, row) for row in subscriptions_of(world, person.oid)]})


def _row(world: World, row: Subscription) -> Json:
    properties = {name: value for name, value in shown(row).items() if name != "clientState"}
    return {**properties, "paused": row.paused, "delivered": world.outbox.told[row.id]}


@with_errors
async def lifecycle(request: Request) -> Response:
    """{"event": ...}: missed, subscriptionRemoved or reauthorizationRequired."""
    world, _tenant, person = person_in_path(request)
    subscription = subscription_of(world, person, request.path_params["id"])
    event = (await body_of(request)).get("event")
    if event not in EVENTS:
        raise ControlError(400, f"event must be one of {', '.join(EVENTS)}")
    happen(world, subscription, event)
    return nothing()


@with_errors
async def expiry(request: Request) -> Response:
    """The subscription expires now."""
    world, _tenant, person = person_in_path(request)
    expire(world, subscription_of(world, person, request.path_params["id"]))
    return nothing()


@with_errors
async def storm(request: Request) -> Response:
    """{"count": n}: a burst of notifications for a person."""
    world, tenant, person = person_in_path(request)
    count = (await body_of(request)).get("count", 1000)
    if not isinstance(count, int) or not 1 <= count <= LARGEST_BURST:
        raise ControlError(400, f"count must be a number between 1 and {LARGEST_BURST}")
    return answer({"sent": burst(world, person.oid, tenant.mailboxes[person.oid], count)}, 202)


async def deliveries(request: Request) -> Response:
    """How many POSTs are still under way, and the last ones that were made; DELETE forgets those."""
    outbox = world_of(request).outbox
    if request.method == "DELETE":
        outbox.log.clear()
        return nothing()
    return answer({"pending": outbox.pending, "value": list(outbox.log)})


def subscription_of(world: World, person: Person, subscription_id: str) -> Subscription:
    """One of a person's. Raises ControlError."""
    found = next((row for row in subscriptions_of(world, person.oid) if row.id == subscription_id), None)
    if found is None:
        raise ControlError(404, "no such subscription")
    return found
