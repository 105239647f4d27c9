"""What answering a notification costs: the portal's whole request, and the one statement behind it."""

import time
import uuid
from datetime import timedelta

import orjson
import psutil
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from bench.sync_mailboxes import make_account, make_mailboxes
from calendar_integration.models import Connection, Listening, Subscription
from calendar_integration.subscriptions import client_state
from tests.makers import CONTOSO_TENANT

TOLD = client_state.new()


def notification_cpu(times: int) -> tuple[float, float]:
    """Milliseconds of CPU of the web process and of its PostgreSQL backend, each notification another mailbox's."""
    ids = make_mailboxes(make_account("notified"), times)
    Connection.objects.filter(pk__in=ids).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    Listening.objects.bulk_create(Listening(connection_id=pk) for pk in ids)
    made = Subscription.objects.bulk_create(
        Subscription(connection_id=pk, kind="events", remote_id=str(uuid.uuid4()), state_digest=digest()) for pk in ids
    )
    client, backend = Client(), psutil.Process(database.connection.info.backend_pid)
    bodies = [body(subscription.remote_id) for subscription in made]
    _post(client, bodies[0])
    own, theirs = time.process_time(), sum(backend.cpu_times()[:2])
    for one in bodies[1:]:
        _post(client, one)
    own, theirs = time.process_time() - own, sum(backend.cpu_times()[:2]) - theirs
    return own / (times - 1) * 1000, theirs / (times - 1) * 1000


def digest() -> str:
    """Of the secret that Graph sends back."""
    return client_state.digest(TOLD)


def body(subscription: str) -> bytes:
    """One notification, as Graph sends it."""
    told = {"subscriptionId": subscription, "clientState": TOLD, "tenantId": str(CONTOSO_TENANT),
            "changeType": "updated", "resource": "Users/oid/Events/id"}  # fmt: skip
    return orjson.dumps({"value": [told]})


def _post(client: Client, what: bytes) -> None:
    response = client.post("/hooks/graph/", what, content_type="application/json")
    if response.status_code != 202:
        raise RuntimeError(f"a notification was answered {response.status_code}")
