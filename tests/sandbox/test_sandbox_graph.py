"""Graph's answers, held against Microsoft's schema."""

from datetime import datetime
from itertools import pairwise
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import IMMUTABLE, Graph, usual_window
from tests.sandbox.portal_side import authorize
from tests.sandbox.running import Sandbox

MIA = "mia@contoso.example"


@needs_contract
def test_every_answer_is_one_graph_could_give(ana: Graph) -> None:
    window = usual_window()
    rows = ana.plain_view()
    for row in rows:
        assert_valid(row, "event")
    for delta in ("/me/calendarView/delta", "/me/contacts/delta"):
        schema = "delta.event" if "calendar" in delta else "delta.contact"
        for page in ana.round(delta, params=window if "calendar" in delta else None)[2]:
            assert_valid(page, schema)
    for path, schema in {
        "/me": "user",
        "/me/calendar": "calendar",
        "/me/contactFolders/contacts": "contactFolder",
        f"/me/events/{quote(rows[0]['id'])}": "event",
    }.items():
        assert_valid(ana.get(path).json(), schema)
    assert_valid(ana.get("/organization").json()["value"][0], "organization")
    assert_valid(ana.get("/me/contacts").json()["value"][0], "contact")


@needs_contract
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/me/mailboxSettings", 403, "ErrorAccessDenied"),
        ("/users/bo@contoso.example", 403, "ErrorAccessDenied"),
        ("/users/bo@contoso.example/calendarView/delta", 403, "ErrorAccessDenied"),
        ("/users/nobody@contoso.example", 404, "Request_ResourceNotFound"),
        ("/me/calendarView", 400, "ErrorInvalidParameter"),
        ("/me/calendarView?startDateTime=2020-01-01&endDateTime=2026-01-01", 400, "ErrorInvalidRequest"),
        ("/me/calendarView?startDateTime=soon&endDateTime=later", 400, "ErrorInvalidParameter"),
        ("/me/calendarView/delta?$select=subject", 400, "ErrorInvalidUrlQuery"),
        ("/me/calendarView/delta?$deltatoken=made-up", 410, "SyncStateNotFound"),
        ("/me/contacts/delta?$skiptoken=made.up", 410, "SyncStateNotFound"),
        ("/me/events/made-up", 400, "ErrorInvalidIdMalformed"),
        ("/me/contactFolders/made-up/contacts", 404, "ErrorItemNotFound"),
        ("/me/messages", 400, "BadRequest"),
    ],
)
def test_errors_are_graphs(ana: Graph, path: str, status: int, code: str) -> None:
    answer = ana.get(path, headers={"client-request-id": "my-own-id"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["client-request-id"] == "my-own-id"
    assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    assert_valid(answer.json(), "odata.error")


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhbGciOiJub25lIn0.e30."])
def test_without_a_good_token_nothing_is_told(sandbox: Sandbox, token: str) -> None:
    answer = Graph(sandbox, token).get("/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_paths_and_names_are_read_as_graph_reads_them(ana: Graph) -> None:
    window = usual_window()
    lower = {name.lower(): value for name, value in window.items()}
    calendar = quote(ana.get("/me/calendar").json()["id"])
    me = ana.get("/me").json()["id"]
    answers = [
        ana.get(path, params=lower).json()["value"]
        for path in (
            "/me/calendarView/delta",
            "/Me/CalendarView/delta()",
            "/me/calendarview/microsoft.graph.delta()",
            f"/me/calendars/{calendar}/calendarView/delta",
            f"/users/{me}/calendarView/delta",
            "/users/ANA@contoso.example/calendarView/delta",
        )
    ]
    assert all(answer == answers[0] for answer in answers)


def test_plain_http_serves_the_same(ana: Graph) -> None:
    plain = ana.get(f"{ana.sandbox.http}/v1.0/me/calendarView/delta", params=usual_window()).json()
    assert plain["@odata.nextLink"].startswith(f"{ana.sandbox.http}/v1.0/me/calendarView/delta?$skiptoken=")


def test_the_plain_listing_is_paged_and_complete(ana: Graph) -> None:
    rows = ana.plain_view()
    first = ana.get("/me/calendarView", params=usual_window()).json()
    assert len(first["value"]) == 10
    assert "$skip=10" in first["@odata.nextLink"]
    assert len({row["id"] for row in rows}) == len(rows) == 180
    assert "seriesMaster" not in {row["type"] for row in rows}
    assert all(earlier["start"]["dateTime"] <= later["start"]["dateTime"] for earlier, later in pairwise(rows))
    people = ana.sandbox.control("GET", "/people/ana@contoso.example/events")["value"]
    assert [row["id"] for row in people] == [row["id"] for row in rows]


def test_preferences_are_applied_and_confirmed(ana: Graph) -> None:
    zone = 'outlook.timezone="Tokyo Standard Time"'
    ana.prefer = f'{IMMUTABLE}, {zone}, outlook.body-content-type="text"'
    answer = ana.get("/me/calendarView", params={**usual_window(), "$top": "50"})
    assert zone in answer.headers["Preference-Applied"]
    assert IMMUTABLE in answer.headers["Preference-Applied"]
    row = next(row for row in answer.json()["value"] if not row["isAllDay"])
    assert row["start"]["timeZone"] == "Tokyo Standard Time"
    assert row["body"]["contentType"] == "text"
    assert "<" not in row["body"]["content"]


def test_an_unknown_time_zone_is_refused(ana: Graph) -> None:
    ana.prefer = 'outlook.timezone="Middle-earth Standard Time"'
    assert ana.get("/me/calendarView", params=usual_window()).status_code == 400


def test_ids_differ_without_the_immutable_preference_but_mean_the_same(ana: Graph) -> None:
    immutable = ana.plain_view()[0]
    ana.prefer = "odata.maxpagesize=5"
    mutable = ana.plain_view()[0]
    assert mutable["id"] != immutable["id"]
    assert ana.get(f"/me/events/{quote(immutable['id'])}").json()["id"] == mutable["id"]


def test_a_series_keeps_its_wall_clock_time_across_daylight_saving(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor, "mia")
    event = {
        "subject": "Through the change",
        "start": {"dateTime": "2026-10-20T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2026-10-20T09:30:00", "timeZone": "W. Europe Standard Time"},
        "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 10}},
    }
    master = sandbox.control("POST", f"/people/{MIA}/events", event, 201)
    listed = sandbox.control("GET", f"/people/{MIA}/events?start=2026-10-19&end=2026-11-19")["value"]
    starts = [row["start"]["dateTime"][:19] for row in listed if row["seriesMasterId"] == master["id"]]
    assert len(starts) == 10
    assert {start[11:] for start in starts} == {"07:00:00", "08:00:00"}
    berlin = ZoneInfo("Europe/Berlin")
    local = {datetime.fromisoformat(f"{start}+00:00").astimezone(berlin).hour for start in starts}
    assert local == {9}


def test_an_occurrence_can_be_fetched_whole(ana: Graph) -> None:
    rows, _link, _pages = ana.round("/me/calendarView/delta", params=usual_window())
    stripped = next(row for row in rows if row["type"] == "occurrence")
    assert set(stripped) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    whole = ana.get(f"/me/events/{quote(stripped['id'])}").json()
    assert whole["subject"]
    assert whole["start"] == stripped["start"]
    instances = ana.get(f"/me/events/{quote(stripped['seriesMasterId'])}/instances", params=usual_window())
    assert whole["id"] in {row["id"] for row in instances.json()["value"]} or "@odata.nextLink" in instances.json()


def test_an_occurrence_taken_out_of_its_series_is_gone(ana: Graph) -> None:
    row = next(row for row in ana.plain_view() if row["type"] == "occurrence")
    ana.sandbox.control("DELETE", f"/people/ana@contoso.example/events/{quote(row['id'])}")
    assert ana.get(f"/me/events/{quote(row['id'])}").status_code == 404


def test_mailboxes_hold_what_calendars_hold(sandbox: Sandbox) -> None:
    seen: set[str] = set()
    for upn in sandbox.people():
        rows = sandbox.control("GET", f"/people/{upn}/events")["value"]
        contacts = sandbox.control("GET", f"/people/{upn}/contacts")["value"]
        assert 50 <= len(rows) <= 310
        assert 20 <= len(contacts) <= 200
        assert any(not row["emailAddresses"] for row in contacts)
        assert {"occurrence", "exception", "singleInstance"} <= {row["type"] for row in rows}
        assert {"private", "normal"} <= {row["sensitivity"] for row in rows}
        assert any(row["isAllDay"] for row in rows)
        assert any(row["isCancelled"] and row["subject"].startswith("Canceled: ") for row in rows)
        assert any(row["originalStartTimeZone"] == "tzone://Microsoft/Custom" for row in rows)
        seen |= {row["showAs"] for row in rows} | {row["responseStatus"]["response"] for row in rows}
        seen |= {"teams" for row in rows if row["onlineMeeting"]}
        seen |= {"zoom" for row in rows if "zoom.us" in row["location"]["displayName"]}
        seen |= {"meet" for row in rows if "meet.google.com" in row["body"]["content"]}
    assert {"teams", "zoom", "meet", "oof", "tentative", "accepted", "declined", "organizer"} <= seen
