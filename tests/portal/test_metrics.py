"""Numbers for monitoring: for whoever has the token, true, and as cheap for many mailboxes as for one."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from accounts.models import User
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.queueing import CLAIM
from calendar_integration.sync.kinds import FailureKind
from tests.calendar_integration.making_health import ago, make_failing, make_fresh, make_stale, pause
from tests.makers import make_account

pytestmark = pytest.mark.django_db

TOKEN = "scrape me if you can"
Numbers = dict[tuple[str, str], float]


@pytest.fixture(autouse=True)
def _token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape() -> Numbers:
    """Every sample, by its name and its label's value."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=1.0.0")
    families = list(text_string_to_metric_families(answer.content.decode()))
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Bearer scrape me", f"Basic {TOKEN}", f"bearer{TOKEN}"]
)
def test_nobody_gets_them_without_the_token(given: str | None) -> None:
    answer = Client().get("/metrics", headers={} if given is None else {"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Bearer", b"")


def test_signs_of_other_scripts_are_no_accident() -> None:
    assert Client().get("/metrics", headers={"Authorization": "Bearer ключ"}).status_code == 401


def test_without_a_token_there_is_no_such_page(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_they_are_only_asked_for() -> None:
    assert Client().post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_mailboxes_by_state_age_and_error() -> None:
    contoso, fabrikam = make_account(), make_account("fabrikam")
    make_fresh(contoso, "ana")
    make_fresh(fabrikam, "una")
    make_failing(contoso, "bo", FailureKind.THROTTLED)
    make_stale(contoso, "cy")
    make_fresh(contoso, "di", state=ConnectionState.NEEDS_REAUTHORIZATION, failure_kind="authorization")
    pause(contoso)
    found = scrape()
    states = {label: value for (name, label), value in found.items() if name == "atrium_connections" and value}
    assert states == {"fresh": 2, "retrying": 1, "stale": 1, "needs_reauthorization": 1}
    ages = {label: value for (name, label), value in found.items() if name == "atrium_mailboxes_by_age"}
    assert ages == {"5m": 2, "15m": 1, "1h": 0, "longer": 0, "stale": 1, "never": 0}
    errors = {label: value for (name, label), value in found.items() if name == "atrium_mailboxes_failing"}
    assert errors == {"throttled": 1, "mailboxes": 1, "authorization": 1}
    assert found["atrium_accounts_paused", ""] == 1
    assert found["atrium_database_up", ""] == 1
    assert found["atrium_redis_up", ""] == 0, "the tests have no Redis"
    assert 1795 < found["atrium_oldest_sync_age_seconds", ""] < 1860


def test_how_long_mailboxes_wait() -> None:
    contoso, paused = make_account(), make_account("fabrikam")
    make_fresh(contoso, "ana", next_attempt_at=ago(seconds=90))
    make_fresh(paused, "una", next_attempt_at=ago(hours=1))
    pause(paused)
    queued = timezone.now() + CLAIM - timedelta(seconds=45)
    make_fresh(contoso, "bo", next_attempt_at=queued, claimed_until=queued)
    make_fresh(contoso, "cy", next_attempt_at=ago(hours=2), lease_until=ago(minutes=-3))
    found = scrape()
    assert 90 <= found["atrium_oldest_due_age_seconds", ""] < 120
    assert 45 <= found["atrium_queue_lag_seconds", ""] < 75
    assert found["atrium_mailboxes_being_read", ""] == 1


def test_where_there_is_nothing_everything_is_nothing() -> None:
    found = scrape()
    assert not any(value for (name, _), value in found.items() if name != "atrium_database_up")


def test_the_same_queries_for_a_thousand_mailboxes() -> None:
    contoso = make_account()
    make_fresh(contoso, "ana")
    with CaptureQueriesContext(database) as few:
        scrape()
    people = User.objects.bulk_create(
        User(account=contoso, email=f"p{number}@contoso.example", name="P") for number in range(1_000)
    )
    Connection.objects.bulk_create(
        Connection(user=person, account=contoso, state="active", failure_kind="mailboxes") for person in people
    )
    with CaptureQueriesContext(database) as many:
        assert scrape()["atrium_mailboxes_failing", "mailboxes"] == 1_000
    assert len(many) == len(few) <= 5
