"""Answering invitations of a mailbox on a company's own Exchange server, which is told, and nobody else."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration import answering
from calendar_integration.clients.base import Response
from calendar_integration.integration_setting import CalendarAccess
from calendar_integration.invitations import NotAnsweredError
from calendar_integration.models import Connection, Meeting
from tests.calendar_integration.exchange import NAME, on_premises
from tests.calendar_integration.inviting import MIA, WEEKLY, at_microsoft, give, held, invitation, invite
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.mirror import assert_is_alike
from tests.calendar_integration.synced import sync
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Her mailbox, which is on-premises."""
    account = make_account()
    make_service(account)
    on_premises(account, microsoft, settings, monkeypatch)
    microsoft.control("PUT", f"/people/{MIA}/mailbox", {"exchange_host": NAME})
    return Traveller(make_user(account, "mia"), microsoft, "Mia Brandt").connect()


def invited(microsoft: Sandbox, connection: Connection, **event: Any) -> Meeting:
    """To what Omar has invited her, with the mailbox read since."""
    invite(microsoft, **event)
    sync(connection)
    return invitation(connection)


def created(microsoft: Sandbox) -> int:
    """How many answers the server was sent."""
    return sum(call.get("operation") == "CreateItem" for call in microsoft.control("GET", "/requests"))


@pytest.mark.parametrize("response", [Response.ACCEPTED, Response.TENTATIVE])
def test_an_answer_is_at_the_server_and_here_at_once_and_the_sync_agrees(
    microsoft: Sandbox, mia: Connection, response: Response
) -> None:
    meeting = invited(microsoft, mia)
    give(meeting, response, note="See you there & then <b>")
    assert held(mia) == at_microsoft(microsoft) == [response]
    sync(mia)
    assert held(mia) == [response]
    assert_is_alike(microsoft, mia)
    assert created(microsoft) == 1
    assert all(call["kind"] != "graph" for call in microsoft.control("GET", "/requests"))


def test_what_is_declined_leaves_the_calendar(microsoft: Sandbox, mia: Connection) -> None:
    give(invited(microsoft, mia), Response.DECLINED)
    assert held(mia) == ["declined"]
    sync(mia)
    assert held(mia) == at_microsoft(microsoft) == []
    assert_is_alike(microsoft, mia)


def test_one_of_a_series_is_answered_alone_and_the_series_whole(microsoft: Sandbox, mia: Connection) -> None:
    first = invited(microsoft, mia, recurrence=WEEKLY)
    give(first, Response.TENTATIVE)
    sync(mia)
    assert held(mia) == at_microsoft(microsoft) == ["tentativelyAccepted", *["notResponded"] * 3]
    give(invitation(mia), Response.ACCEPTED, whole_series=True)
    assert held(mia) == at_microsoft(microsoft) == ["accepted"] * 4
    sync(mia)
    assert held(mia) == ["accepted"] * 4
    assert_is_alike(microsoft, mia)


def test_the_page_offers_it_where_the_mailbox_was_authorized_whole_only(microsoft: Sandbox, mia: Connection) -> None:
    invited(microsoft, mia)
    assert answering.writing_of(mia.user).allowed
    Connection.objects.update(calendar_access=CalendarAccess.READ)
    assert not answering.writing_of(mia.user).allowed
    Connection.objects.update(calendar_access=CalendarAccess.READWRITE, granted_scopes="openid")
    assert not answering.writing_of(mia.user).allowed


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "ews.server_busy", "retry_after": 30}, "Your company's Exchange server is too busy just now."),
        ({"kind": "ews.unavailable"}, "Your company's Exchange server did not confirm your answer"),
        ({"kind": "ews.malformed"}, "Your company's Exchange server did not confirm your answer"),
        ({"kind": "ews.blocked"}, "Your company's Exchange server did not let Atrium write"),
        ({"kind": "ews.no_mailbox"}, "no longer on your company's Exchange server"),
    ],
)
def test_the_servers_troubles_are_told_as_its_own(
    microsoft: Sandbox, mia: Connection, fault: dict[str, Any], why: str
) -> None:
    meeting = invited(microsoft, mia)
    microsoft.fault(**fault)
    with pytest.raises(NotAnsweredError, match=why):
        give(meeting)
    assert held(mia) == ["notResponded"]


def test_while_the_server_wants_to_be_left_alone_it_is(microsoft: Sandbox, mia: Connection) -> None:
    meeting = invited(microsoft, mia)
    microsoft.fault("ews.server_busy", count=1, retry_after=60)
    for _ in range(2):
        with pytest.raises(NotAnsweredError, match="too busy"):
            give(meeting)
    assert created(microsoft) == 0
    Connection.objects.update(next_attempt_at=timezone.now())
    give(meeting)
    assert at_microsoft(microsoft) == ["accepted"]


def test_a_token_that_is_not_accepted_is_refreshed_once(microsoft: Sandbox, mia: Connection) -> None:
    meeting = invited(microsoft, mia)
    microsoft.fault("ews.unauthorized", count=1)
    give(meeting)
    assert at_microsoft(microsoft) == held(mia) == ["accepted"]


def test_a_meeting_that_was_cancelled_meanwhile_or_is_gone_is_said_to_be(microsoft: Sandbox, mia: Connection) -> None:
    meeting = invited(microsoft, mia)
    (listed,) = [
        event for event in microsoft.control("GET", f"/people/{MIA}/events")["value"] if event["subject"] == "Pricing"
    ]
    microsoft.control("PATCH", f"/people/{MIA}/events/{listed['id']}", {"isCancelled": True})
    with pytest.raises(NotAnsweredError, match="takes no answer to this meeting"):
        give(meeting)
    microsoft.control("DELETE", f"/people/{MIA}/events/{listed['id']}", None, 204)
    with pytest.raises(NotAnsweredError, match="no longer in your calendar"):
        give(meeting)
