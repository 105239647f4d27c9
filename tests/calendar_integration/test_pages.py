"""Meetings and contacts as pages: the same number of queries for one row and a thousand, and no bad parameter hurts."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from calendar_integration.models import CalendarService, Connection, ConnectionState, Stream
from tests.makers import (
    make_account,
    make_attempt,
    make_connection,
    make_contact,
    make_meeting,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db


def make_person(state: ConnectionState = ConnectionState.ACTIVE, **fields: object) -> User:
    account = make_account()
    make_service(account)
    user = make_user(account)
    make_connection(user, state, **fields)
    return user


def page(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def queries(user: User, path: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(database) as captured:
        client.get(path)
    return len(captured)


@pytest.mark.parametrize("path", ["/meetings/", "/contacts/", "/meetings/?q=a", "/contacts/?q=a"])
def test_a_thousand_rows_cost_as_many_queries_as_one(path: str) -> None:
    user = make_person()
    connection = Connection.objects.get()
    now = timezone.now()
    make_meeting(connection, start_at=now, end_at=now)
    make_contact(connection)
    few = queries(user, path)
    for number in range(1000):
        make_meeting(connection, start_at=now, end_at=now)
        make_contact(connection, f"Ana {number}")
    assert queries(user, path) == few <= 8


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=0001-01-01",
        "from=9999-12-31",
        "from=2026-02-30",
        "q=%00",
        "q=%25_%27--",
        f"q={'x' * 3000}",
    ],
)
def test_odd_parameters_of_the_agenda_are_put_up_with(query: str) -> None:
    assert "Meetings" in page(make_person(), f"/meetings/?{query}")


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=many", "page=99999999999", "q=%00", "q=%25_%27--"])
def test_odd_parameters_of_the_directory_are_put_up_with(query: str) -> None:
    assert "Contacts" in page(make_person(), f"/contacts/?{query}")


def test_contacts_are_found_by_name_company_and_e_mail() -> None:
    user = make_person()
    connection = Connection.objects.get()
    make_contact(connection, "Zoë Adler", company="Litware", emails=["zoe@litware.example"])
    make_contact(connection, "Bruno Pires", company="Proseware", emails=["bruno@post.example"])
    for words, found, missing in (("zoë", "Zoë", "Bruno"), ("prose", "Bruno", "Zoë"), ("litware.ex", "Zoë", "Bruno")):
        shown = page(user, f"/contacts/?q={words}")
        assert found in shown
        assert missing not in shown


def test_contacts_come_fifty_a_page() -> None:
    user = make_person()
    for number in range(51):
        make_contact(Connection.objects.get(), f"Person {number:02}")
    assert "Page 1 of 2" in page(user, "/contacts/")
    second = page(user, "/contacts/?page=2")
    assert "Person 50" in second
    assert "Person 49" not in second


def test_what_people_wrote_is_shown_as_text() -> None:
    user = make_person()
    now = timezone.now()
    make_meeting(Connection.objects.get(), subject="<script>alert(1)</script>", start_at=now, end_at=now)
    assert "<script>alert" not in page(user, "/meetings/")


def test_a_join_link_opens_without_telling_where_from() -> None:
    user = make_person()
    now = timezone.now()
    link = {"join_url": "https://contoso.zoom.us/j/1", "join_provider": "Zoom"}
    make_meeting(Connection.objects.get(), start_at=now, end_at=now, **link)
    shown = page(user, "/meetings/")
    assert 'href="https://contoso.zoom.us/j/1" rel="noopener noreferrer"' in shown
    assert "Join on Zoom" in shown


def test_a_running_first_sync_shows_how_far_it_is_and_then_refreshes_the_page() -> None:
    user = make_person(last_good_sync_at=None)
    connection = Connection.objects.get()
    Stream.objects.create(connection=connection, kind="events", items_read=48_600)
    client = Client()
    client.force_login(user)
    # Without a script the page asks by itself, and the profile has a link.
    assert '<noscript><meta http-equiv="refresh"' in client.get("/meetings/").content.decode()
    assert '<noscript><a href="/profile/">' in client.get("/profile/").content.decode()
    running = client.get("/meetings/status/")
    assert "48,600 read so far" in running.content.decode()
    assert "HX-Refresh" not in running
    Connection.objects.update(last_good_sync_at=timezone.now())
    assert client.get("/meetings/status/")["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (ConnectionState.NONE, "Your Office 365 calendar is not connected"),
        (ConnectionState.PENDING, "You went to Microsoft and have not come back yet"),
        (ConnectionState.STALE, "Out of date"),
        (ConnectionState.NEEDS_REAUTHORIZATION, "Nothing is lost."),
        (ConnectionState.BLOCKED_BY_ADMIN, "has to approve first"),
        (ConnectionState.MAILBOX_UNSUPPORTED, "there is no mailbox here"),
        (ConnectionState.DISCONNECTED_BY_USER, "You disconnected"),
        (ConnectionState.DISCONNECTED_BY_POLICY, "Disconnected by your company&#x27;s settings"),
    ],
)
def test_every_state_is_said_in_a_sentence_with_a_way_on(state: ConnectionState, sentence: str) -> None:
    stale = {"last_good_sync_at": timezone.now()} if state == ConnectionState.STALE else {}
    for path in ("/meetings/", "/contacts/", "/profile/"):
        Connection.objects.all().delete()
        user = User.objects.first() or make_person(state, **stale)
        Connection.objects.filter(user=user).exists() or make_connection(user, state, **stale)
        shown = page(user, path)
        assert sentence in shown
        assert ("/office365/authorize/" in shown) is (path != "/profile/" or state != ConnectionState.NONE)
        assert ("/profile/office365/" in shown) is (path == "/profile/")


def test_connected_is_never_said_of_a_mailbox_that_was_not_reached_lately() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    user = make_person(last_good_sync_at=long_ago, connected_at=long_ago)
    shown = page(user, "/meetings/")
    assert "Up to date" not in shown
    assert "Out of date" in shown


def test_the_next_try_is_said_where_the_last_one_failed_and_nowhere_else() -> None:
    soon = timezone.now() + timedelta(minutes=14, seconds=30)
    user = make_person(last_error="Microsoft was too busy.", failures=2, next_attempt_at=soon)
    for path in ("/meetings/", "/profile/"):
        assert "Next try in 14\xa0minutes." in page(user, path)
    Connection.objects.update(next_attempt_at=timezone.now())
    assert "Next try within a minute." in page(user, "/meetings/")
    Connection.objects.update(failures=0, last_error="")
    assert "Next try" not in page(user, "/meetings/")


def test_a_mailbox_that_was_connected_again_is_being_brought_up_to_date_and_not_out_of_date() -> None:
    user = make_person(last_good_sync_at=timezone.now() - timedelta(hours=1), connected_at=timezone.now())
    shown = page(user, "/meetings/")
    assert "Connected again. What is shown here is being brought up to date." in shown
    assert "Out of date" not in shown
    assert "Up to date" not in shown


def test_a_try_that_failed_is_said_at_once_beside_the_last_good_sync() -> None:
    user = make_person(last_error="Microsoft was too busy.")
    for path in ("/meetings/", "/profile/"):
        shown = page(user, path)
        assert "The last try failed; Atrium tries again by itself. Last good sync: " in shown
        assert "Up to date" not in shown


def test_days_that_are_not_kept_are_not_called_empty() -> None:
    user = make_person()
    now = timezone.now()
    window = {"window_start": now - timedelta(days=30), "window_end": now + timedelta(days=365)}
    Stream.objects.create(connection=Connection.objects.get(), kind="events", **window)
    assert "Atrium keeps your meetings from" not in page(user, "/meetings/")
    for day in ("2020-01-01", "2040-01-01"):
        assert "Atrium keeps your meetings from" in page(user, f"/meetings/?from={day}")


@pytest.mark.parametrize("outcome", ["declined", "expired", ""])
def test_whoever_may_have_met_need_admin_approval_finds_help_from_meetings(outcome: str) -> None:
    user = make_person(ConnectionState.NONE)
    make_attempt(user, outcome)
    assert ("What to do" in page(user, "/meetings/")) is bool(outcome)
    assert "Need admin approval" in page(user, "/office365/approval/")


@pytest.mark.parametrize(
    ("state", "outcome", "leads_to"),
    [
        (ConnectionState.ACTIVE, "consent_required", "/meetings/"),
        (ConnectionState.NONE, "wrong_mailbox", "/office365/outcome/"),
    ],
)
def test_the_approval_page_is_for_those_it_is_about(state: ConnectionState, outcome: str, leads_to: str) -> None:
    user = make_person(state)
    make_attempt(user, outcome)
    client = Client()
    client.force_login(user)
    assert client.get("/office365/approval/")["Location"].startswith(leads_to)


def test_whoever_has_not_been_at_microsoft_may_ask_for_approval_first_where_anybody_can_connect() -> None:
    user = make_person(ConnectionState.NONE)
    assert "Request approval" in page(user, "/office365/approval/")
    CalendarService.objects.all().delete()
    client = Client()
    client.force_login(user)
    assert client.get("/office365/approval/")["Location"] == "/profile/"


def test_a_long_search_is_cut_and_said_only_when_it_is() -> None:
    user = make_person()
    now = timezone.now()
    for number in range(101):
        make_meeting(Connection.objects.get(), subject=f"Budget {number}", start_at=now, end_at=now)
    assert "Only the first 100 are shown." in page(user, "/meetings/?q=budget")
    assert "Only the first" not in page(user, "/meetings/?q=budget+99")
