"""A mailbox that Microsoft tells of is polled seldom and is up to date all the same: pages say so, and why."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from calendar_integration.health.standing import Standing, standing
from calendar_integration.models import Connection, Listening, StreamKind, Subscription
from tests.accounts.making_people import make_owner, signed_in, text
from tests.calendar_integration.making_health import ago, make_fresh

pytestmark = pytest.mark.django_db

HERE = "https://portal.example/hooks/graph/"
OWN_PAGE = "Up to date. Last checked 50 minutes ago; Microsoft tells Atrium of changes at once."
LISTED = "Microsoft tells of changes"


@pytest.fixture(autouse=True)
def _notified(settings: Settings) -> None:
    settings.NOTIFICATION_URL = HERE


@pytest.fixture
def dana() -> User:
    return make_owner()


def make_told(dana: User, **fields: Any) -> Connection:
    """A mailbox that was read fifty minutes ago, as planned, and whose subscriptions live; `fields` are of one."""
    connection = make_fresh(dana.account, "ana", last_good_sync_at=ago(minutes=50))
    Listening.objects.create(connection=connection, read_at=ago(minutes=50), interval=timedelta(hours=1))
    living = {"remote_id": "a", "notification_url": HERE, "expires_at": ago(days=-3), "level": 4}
    Subscription.objects.create(connection=connection, kind=StreamKind.EVENTS, **living)
    Subscription.objects.create(connection=connection, kind=StreamKind.CONTACTS, **(living | fields))
    return connection


def pages(dana: User, connection: Connection) -> tuple[str, str]:
    """What its owner reads, and what an admin reads of it."""
    own = text(signed_in(connection.user).get("/profile/"))
    listed = text(signed_in(dana).get("/rooms/connections/?state=fresh"))
    return own.replace("\xa0", " "), listed.replace("\xa0", " ")


def test_an_hour_without_a_check_is_explained_where_notifications_are_believed(dana: User) -> None:
    ana = make_told(dana)
    (how,) = Connection.objects.annotate(standing=standing(timezone.now())).values_list("standing", flat=True)
    assert how == Standing.FRESH
    own, listed = pages(dana, ana)
    assert OWN_PAGE in own
    assert "50 minutes ago Microsoft tells of changes" in listed
    meetings = text(signed_in(ana.user).get("/meetings/")).replace("\xa0", " ")
    assert OWN_PAGE in meetings


@pytest.mark.parametrize(
    "lost",
    [
        {"remote_id": ""},
        {"expires_at": ago(minutes=1)},
        {"notification_url": "https://old.example/"},
        {"doubted_at": ago(minutes=1)},
    ],
)
def test_a_subscription_that_is_lost_or_in_doubt_tells_nothing(dana: User, lost: dict[str, Any]) -> None:
    own, listed = pages(dana, make_told(dana, **lost))
    assert "Up to date: last checked 50 minutes ago" in own
    assert LISTED not in listed


def test_nor_does_one_that_polls_were_not_stretched_for(dana: User) -> None:
    ana = make_told(dana)
    Listening.objects.update(interval=timedelta(minutes=5))
    Connection.objects.update(last_good_sync_at=ago(minutes=2))
    own, listed = pages(dana, ana)
    assert "Up to date: last checked 2 minutes ago" in own
    assert LISTED not in listed


def test_what_was_announced_and_is_not_read_yet_is_not_called_up_to_date_by_it(dana: User) -> None:
    ana = make_told(dana)
    Listening.objects.update(unread_since=ago(minutes=1))
    assert LISTED not in "".join(pages(dana, ana))


def test_without_notifications_nobody_is_told(dana: User, settings: Settings) -> None:
    ana = make_told(dana)
    settings.NOTIFICATION_URL = ""
    Connection.objects.update(last_good_sync_at=ago(minutes=2))
    assert "tells" not in "".join(pages(dana, ana))


def test_the_file_says_so_too(dana: User) -> None:
    make_told(dana)
    data = signed_in(dana).get("/rooms/connections.csv").getvalue().decode()
    assert ",yes," in data.splitlines()[1]
