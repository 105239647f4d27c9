"""Answering on the pages: the agenda's small control, the dialog or page that asks, and what is said instead."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from calendar_integration.integration_setting import CalendarAccess
from calendar_integration.models import Connection, Meeting
from tests.calendar_integration.inviting import WEEKLY, at_microsoft, held, make_invited
from tests.calendar_integration.making import lock, make_group, set_integration
from tests.makers import make_account, make_connection, make_meeting, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
LINK = "https://outlook.office365.com/owa/?itemid=1"


def make_held(access: CalendarAccess = CalendarAccess.READWRITE, **fields: Any) -> Meeting:
    """An invitation to something tomorrow in a calendar with these permissions."""
    account = make_account()
    make_service(account)
    granted = f"Calendars.{'ReadWrite' if access is CalendarAccess.READWRITE else 'Read'} Contacts.Read User.Read"
    set_integration(account, calendars=access.value)
    connection = make_connection(make_user(account), calendar_access=access.value, granted_scopes=granted)
    return make_invitation(connection, **fields)


def make_invitation(connection: Connection, **fields: Any) -> Meeting:
    starts = timezone.now() + timedelta(days=1)
    times = {"start_at": starts, "end_at": starts + timedelta(minutes=30)}
    return make_meeting(connection, **{**times, "wants_response": True, "response": "notResponded", **fields})


def browser(meeting: Meeting) -> Client:
    client = Client()
    client.force_login(meeting.connection.user)
    return client


def agenda(meeting: Meeting) -> str:
    return browser(meeting).get("/meetings/").content.decode()


def asked(meeting: Meeting, **headers: Any) -> str:
    response = browser(meeting).get(f"/meetings/{meeting.pk}/answer/", **headers)
    assert response.status_code == 200
    return response.content.decode()


def post(meeting: Meeting, data: dict[str, str], status: int = 302, *, htmx: bool = False) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    response = browser(meeting).post(f"/meetings/{meeting.pk}/answer/", data, headers=headers)
    assert response.status_code == status, response.content
    return response


def test_without_a_script_an_answer_is_given_on_a_page_and_the_agenda_says_it(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    assert "Answer the invitation" in agenda(meeting)
    text = asked(meeting)
    assert "<html" in text
    assert all(f">{label}</button>" in text for label in ("Accept", "Maybe", "Decline"))
    assert "Note to Omar Haddad" in text
    response = post(meeting, {"response": "accepted", "note": "Gladly"})
    assert response["Location"] == "/meetings/"
    assert at_microsoft(microsoft) == held(connection) == ["accepted"]
    assert "You accepted" in agenda(meeting)
    assert "You accepted." in asked(meeting)


def test_with_a_script_it_is_a_dialog_and_the_agenda_is_loaded_anew(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft)
    text = asked(meeting, headers={"HX-Request": "true"})
    assert "<html" not in text
    assert 'hx-target="#dialog"' in text
    client = browser(meeting)
    response = client.post(
        f"/meetings/{meeting.pk}/answer/",
        {"response": "declined"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/meetings/"},
    )
    assert response["HX-Refresh"] == "true"
    text = client.get("/meetings/").content.decode()
    assert "You declined. Omar Haddad is told." in text
    assert "meeting-declined" in text


def test_a_series_can_be_answered_whole(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft, recurrence=WEEKLY)
    assert "The whole series" in asked(meeting)
    post(meeting, {"response": "tentativelyAccepted", "scope": "series"})
    assert held(connection) == ["tentativelyAccepted"] * 4


def test_a_single_meeting_has_no_series_to_answer() -> None:
    assert "The whole series" not in asked(make_held())


def test_nothing_typed_is_lost_when_microsoft_does_not_take_it(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft, recurrence=WEEKLY)
    microsoft.fault("graph.throttled", retry_after=30)
    for htmx in (True, False):
        typed = {"response": "accepted", "note": "A <long> note", "scope": "series"}
        shown = post(meeting, typed, 409, htmx=htmx).content.decode()
        assert "too busy" in shown
        assert "A &lt;long&gt; note" in shown
        assert 'value="series" checked' in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose one of the three answers."),
        ({"response": "organizer"}, "Choose one of the three answers."),
        ({"response": "accepted", "note": "x" * 1001}, "at most 1000 characters"),
        ({"response": "accepted", "note": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_explained(data: dict[str, str], said: str) -> None:
    assert said in post(make_held(), data, 422).content.decode()


def test_other_peoples_meetings_do_not_exist() -> None:
    theirs = make_held()
    master = make_invitation(theirs.connection, kind="seriesMaster")
    colleague, stranger = make_user(theirs.connection.account, "bo"), make_user(make_account("fabrikam"), "una")
    for person, meeting in ((colleague, theirs), (stranger, theirs), (theirs.connection.user, master)):
        client = Client()
        client.force_login(person)
        for answer in (client.get, client.post):
            assert answer(f"/meetings/{meeting.pk}/answer/", {"response": "accepted"}).status_code == 404


def test_a_post_from_elsewhere_is_refused() -> None:
    meeting = make_held()
    client = Client(enforce_csrf_checks=True)
    client.force_login(meeting.connection.user)
    assert client.post(f"/meetings/{meeting.pk}/answer/", {"response": "accepted"}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"is_organizer": True}, "You organise this meeting yourself."),
        ({"wants_response": False}, "The organiser has not asked for an answer."),
        ({"is_cancelled": True}, "This meeting was cancelled."),
        ({"start_at": timezone.now() - timedelta(2), "end_at": timezone.now() - timedelta(1)}, "This meeting is over."),
    ],
)
def test_where_nobody_waits_for_an_answer_the_page_says_why(fields: dict[str, Any], why: str) -> None:
    meeting = make_held(**fields)
    assert "answer/" not in agenda(meeting)
    for text in (asked(meeting), post(meeting, {"response": "accepted"}, 409).content.decode()):
        assert text.count(why) == 1
        assert "</textarea>" not in text


def test_with_read_only_outlook_is_the_place_and_who_decided_is_named() -> None:
    meeting = make_held(CalendarAccess.READ, web_link=LINK)
    line = "may only read your calendar, so you answer in Outlook. That is set for the whole company, by Dana Reyes."
    text = agenda(meeting)
    assert text.count(line) == 1
    assert f'href="{LINK}"' in text
    assert "Answer in Outlook" in text
    assert "/answer/" not in text
    text = asked(meeting)
    assert line in text
    assert f'href="{LINK}"' in text
    assert ">Accept</button>" not in text
    assert line in post(meeting, {"response": "accepted"}, 409).content.decode()
    assert not AuditEvent.objects.filter(action="calendar.invitation_answered").exists()


def test_a_lock_of_a_group_is_named_and_no_own_setting_is_offered() -> None:
    meeting = make_held(CalendarAccess.READ)
    person = meeting.connection.user
    assert "/settings/" in asked(meeting)
    sales = make_group(person.account, "Sales", 1, person)
    set_integration(sales, calendars="read")
    lock(sales)
    text = asked(meeting)
    assert "That is locked for the group Sales, by Dana Reyes." in text
    assert "Your settings</a> can ask" not in text


def test_where_more_is_allowed_by_now_the_way_is_to_connect_again() -> None:
    meeting = make_held(CalendarAccess.READ)
    set_integration(meeting.connection.account, calendars="readwrite")
    for text in (agenda(meeting), asked(meeting)):
        assert "Connect again to answer here" in text
        assert "/office365/authorize/?next=%2Fmeetings%2F" in text


def test_a_link_of_outlook_that_is_none_is_not_drawn() -> None:
    assert "javascript:" not in agenda(make_held(CalendarAccess.READ, web_link="javascript:alert(1)"))


@pytest.mark.parametrize("access", list(CalendarAccess))
def test_a_thousand_invitations_cost_as_many_queries_as_one(access: CalendarAccess) -> None:
    meeting = make_held(access)
    few = queries(meeting)
    row = Meeting.objects.get()
    rows = [Meeting(**{**values(row), "remote_id": f"more-{number}"}) for number in range(1000)]
    Meeting.objects.bulk_create(rows)
    assert queries(meeting) == few <= 10


def values(row: Meeting) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in Meeting._meta.fields if not field.primary_key}


def queries(meeting: Meeting) -> int:
    client = browser(meeting)
    client.get("/meetings/")
    with CaptureQueriesContext(database) as captured:
        assert client.get("/meetings/").status_code == 200
    return len(captured)
