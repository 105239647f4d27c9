"""What every client of a mailbox does alike: stories of rounds, judged by the mailbox's own plain listing."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.clients.base import MeetingRow, Response
from calendar_integration.clients.ews import EwsClient
from calendar_integration.clients.graph import GraphClient
from calendar_integration.clients.graph_answers import ActionRefusedError, ItemNotFoundError
from calendar_integration.errors import MailboxUnsupportedError, SyncStateLostError, UnavailableError
from calendar_integration.models import Connection, Contact, Meeting, MeetingKind, StreamKind
from calendar_integration.sync.leases import lease
from calendar_integration.sync.rounds import RoundResult, new_window, run_round
from tests.calendar_integration.exchange import PATH, trust_server
from tests.calendar_integration.mirror import as_held
from tests.calendar_integration.worlds import InMemory, InSandbox, World
from tests.makers import make_account, make_connection, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.ews_side import own_scope
from tests.sandbox.portal_side import SCOPES, authorize
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

GRAPH = {"lost": "graph.sync_state_not_found", "throttled": "graph.throttled", "gone": "graph.mailbox_not_enabled"}
EWS = {"lost": "ews.invalid_sync_state", "throttled": "ews.server_busy", "gone": "ews.no_mailbox"}
NOAH = "noah@contoso.example"
OF_ITS_SERVER = {"remote_id", "change_key", "master_id", "web_link"}
_tokens: dict[tuple[Any, ...], str] = {}


def in_memory(_microsoft: Sandbox) -> World:
    world = InMemory()
    start = days_from_now(1)
    world.add("Budget review", start, start + timedelta(hours=1))
    world.add("Stand-up", start, start + timedelta(minutes=15), days=5)
    world.add_contact("Omar Haddad", "omar@contoso.example")
    return world


def by_graph(microsoft: Sandbox) -> World:
    """Noah's, the smallest of Contoso's."""
    token = _token(microsoft, ["Calendars.ReadWrite", *SCOPES])
    return InSandbox(microsoft, NOAH, lambda: GraphClient(token), GRAPH, "ews:since:AAAA")


def by_ews(microsoft: Sandbox) -> World:
    """Noah's too, moved to a server on-premises."""
    microsoft.control("PUT", f"/people/{NOAH}/mailbox", {"exchange_host": "mail.contoso.example"})
    token = _token(microsoft, [own_scope(microsoft)])
    return InSandbox(microsoft, NOAH, lambda: EwsClient(token, microsoft.https + PATH, NOAH), EWS, microsoft.graph)


def _token(microsoft: Sandbox, scopes: list[str]) -> str:
    """A token of Noah's; the sandbox honours it also after it was reset."""
    key = (microsoft.port, *scopes)
    if key not in _tokens:
        with Browser(microsoft.http) as browser:
            _tokens[key] = authorize(microsoft, browser, "noah", scopes=scopes)["access_token"]
    return _tokens[key]


WORLDS: dict[str, Callable[[Sandbox], World]] = {"memory": in_memory, "graph": by_graph, "ews": by_ews}


@pytest.fixture(params=WORLDS)
def world(
    request: pytest.FixtureRequest, microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> World:
    """Each kind of mailbox in turn."""
    trust_server(microsoft, settings, monkeypatch)
    return WORLDS[request.param](microsoft)


@pytest.fixture
def connection(world: World) -> Connection:
    """The portal's side of it, with nothing read yet."""
    made = make_connection(make_user(make_account(), "noah"))
    for kind in StreamKind:
        made.streams.create(kind=kind)
    return made


def days_from_now(days: int, hour: int = 10) -> datetime:
    midnight = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days, hours=hour)


def read(world: World, connection: Connection, kind: StreamKind = StreamKind.EVENTS) -> RoundResult:
    """One round, by a client of its own."""
    with lease(connection.pk) as lease_id, closing(world.client()) as client:
        assert lease_id
        return run_round(client, connection.streams.get(kind=kind), lease_id, timezone.now())


def held(connection: Connection) -> Counter[Any]:
    """The portal's rows as they are shown."""
    return Counter(map(as_held, shown(connection)))


def shown(connection: Connection) -> Any:
    return Meeting.objects.filter(connection=connection).exclude(kind=MeetingKind.MASTER)


def assert_alike(world: World, connection: Connection) -> None:
    """Nothing lost, nothing doubled, nothing different."""
    assert held(connection) == world.meetings(new_window(timezone.now()))


def contacts(connection: Connection) -> Counter[Any]:
    return Counter((row.name, tuple(row.emails)) for row in Contact.objects.filter(connection=connection))


def add(world: World, subject: str, day: int = 3, **options: Any) -> str:
    start = days_from_now(day)
    return world.add(subject, start, start + timedelta(hours=1), **options)


def test_the_first_round_brings_everything(world: World, connection: Connection) -> None:
    assert read(world, connection).is_full
    assert held(connection)
    assert_alike(world, connection)


def test_nothing_new_changes_nothing_and_is_no_full_round(world: World, connection: Connection) -> None:
    read(world, connection)
    again = read(world, connection)
    assert (again.is_full, again.changed, again.deleted) == (False, 0, 0)
    assert_alike(world, connection)


def test_what_is_new_changed_and_gone_is_followed(world: World, connection: Connection) -> None:
    stays, goes = add(world, "Stays"), add(world, "Goes")
    read(world, connection)
    add(world, "Comes")
    world.rename(stays, "Renamed")
    world.delete(goes)
    done = read(world, connection)
    assert (done.changed, done.deleted) == (2, 1)
    assert {"Comes", "Renamed"} <= set(shown(connection).values_list("subject", flat=True))
    assert_alike(world, connection)


def test_ids_stay_and_change_keys_tell_of_every_change(world: World, connection: Connection) -> None:
    event_id = add(world, "Stays", days=3)
    read(world, connection)
    before = dict(shown(connection).filter(subject="Stays").values_list("remote_id", "change_key"))
    assert len(before) == 3
    world.rename(event_id, "Renamed")
    read(world, connection)
    after = dict(shown(connection).filter(subject="Renamed").values_list("remote_id", "change_key"))
    assert after.keys() == before.keys()
    assert all(after[key] != before[key] for key in before)


def test_a_series_comes_as_its_occurrences_which_know_it(world: World, connection: Connection) -> None:
    add(world, "Stand-up of five", days=5)
    read(world, connection)
    rows = shown(connection).filter(subject="Stand-up of five")
    assert [row.kind for row in rows] == ["occurrence"] * 5
    assert {row.pattern for row in rows} == {"daily"}
    assert len({row.master_id for row in rows}) == 1
    assert rows[0].master_id


def test_an_occurrence_that_is_changed_or_cancelled_is_so_alone(world: World, connection: Connection) -> None:
    first, second, third, *_ = world.occurrences(add(world, "Stand-up of five", days=5))
    read(world, connection)
    world.rename(first, "Only this one")
    world.move(second, days_from_now(40, hour=7))
    world.delete(third)
    read(world, connection)
    assert_alike(world, connection)
    rows = shown(connection)
    assert rows.get(subject="Only this one").kind == "exception"
    assert rows.get(start_at=days_from_now(40, hour=7)).pattern == "daily"
    assert rows.filter(subject="Stand-up of five").count() == 3


def test_a_series_that_is_renamed_is_so_in_all_its_occurrences(world: World, connection: Connection) -> None:
    series = add(world, "Stand-up of five", days=5)
    read(world, connection)
    world.rename(series, "Another name")
    read(world, connection)
    assert shown(connection).filter(subject="Another name").count() == 5
    assert_alike(world, connection)


def test_a_series_that_is_deleted_takes_its_occurrences_along(world: World, connection: Connection) -> None:
    series = add(world, "Stand-up of five", days=5)
    read(world, connection)
    world.delete(series)
    read(world, connection)
    assert not shown(connection).filter(subject="Stand-up of five").exists()
    assert_alike(world, connection)


def test_an_all_day_event_is_on_its_day_wherever_that_begins(world: World, connection: Connection) -> None:
    day = days_from_now(6).date()
    world.add_all_day("Offsite", day)
    read(world, connection)
    row = shown(connection).get(subject="Offsite")
    assert (row.start_date, row.end_date, row.start_at) == (day, day + timedelta(days=1), None)
    assert_alike(world, connection)


def test_what_is_private_is_known_to_be(world: World, connection: Connection) -> None:
    add(world, "Doctor", is_private=True)
    add(world, "Lunch")
    read(world, connection)
    private = dict(shown(connection).filter(subject__in=["Doctor", "Lunch"]).values_list("subject", "is_private"))
    assert private == {"Doctor": True, "Lunch": False}


def test_the_window_takes_what_reaches_into_it_and_not_what_touches_it(world: World, connection: Connection) -> None:
    window, hour = new_window(timezone.now()), timedelta(hours=1)
    world.add("Ends at the start", window.start - hour, window.start)
    world.add("Reaches in", window.start - hour, window.start + hour)
    world.add("Reaches out", window.end - hour, window.end + hour)
    world.add("Begins at the end", window.end, window.end + hour)
    world.add_all_day("The day before", window.start.date() - timedelta(days=1))
    world.add_all_day("The first day", window.start.date())
    world.add_all_day("The last day", window.end.date() - timedelta(days=1))
    world.add_all_day("The day after", window.end.date())
    read(world, connection)
    subjects = set(shown(connection).values_list("subject", flat=True))
    assert {"Reaches in", "Reaches out", "The first day", "The last day"} <= subjects
    assert not {"Ends at the start", "Begins at the end", "The day before", "The day after"} & subjects
    assert_alike(world, connection)


def test_what_leaves_the_window_goes_and_comes_back_with_it(world: World, connection: Connection) -> None:
    event_id = add(world, "Wanders")
    add(world, "Far away", day=900)
    read(world, connection)
    world.move(event_id, days_from_now(900))
    read(world, connection)
    assert not shown(connection).filter(subject="Wanders").exists()
    world.move(event_id, days_from_now(2))
    read(world, connection)
    assert shown(connection).filter(subject="Wanders").count() == 1
    assert_alike(world, connection)


def test_what_was_removed_outside_the_window_is_ignored(world: World, connection: Connection) -> None:
    event_id = add(world, "Far away", day=900)
    read(world, connection)
    world.delete(event_id)
    done = read(world, connection)
    assert (done.changed, done.deleted) == (0, 0)
    assert_alike(world, connection)


def test_contacts_come_change_and_go(world: World, connection: Connection) -> None:
    stays = world.add_contact("Zoë Stays", "zoe@post.example")
    goes = world.add_contact("Max Goes", "max@post.example")
    assert read(world, connection, StreamKind.CONTACTS).is_full
    assert contacts(connection) == world.contacts()
    world.add_contact("Eva Comes", "eva@post.example")
    world.rename_contact(stays, "Zoë Renamed")
    world.delete_contact(goes)
    done = read(world, connection, StreamKind.CONTACTS)
    assert (done.is_full, done.changed, done.deleted) == (False, 2, 1)
    assert contacts(connection) == world.contacts()
    nothing = read(world, connection, StreamKind.CONTACTS)
    assert (nothing.is_full, nothing.changed, nothing.deleted) == (False, 0, 0)


@pytest.mark.parametrize("kind", list(StreamKind))
def test_a_state_that_is_lost_leads_to_a_full_round_at_once(
    world: World, connection: Connection, kind: StreamKind
) -> None:
    event_id, contact_id = add(world, "Goes"), world.add_contact("Max Goes", "max@post.example")
    read(world, connection, kind)
    world.delete(event_id)
    world.delete_contact(contact_id)
    world.lose_state()
    assert read(world, connection, kind).is_full
    if kind is StreamKind.EVENTS:
        assert_alike(world, connection)
    else:
        assert contacts(connection) == world.contacts()


def test_being_throttled_says_how_long_and_changes_nothing(world: World, connection: Connection) -> None:
    read(world, connection)
    before = held(connection)
    add(world, "Comes")
    world.throttle(120)
    with pytest.raises(UnavailableError) as raised:
        read(world, connection)
    assert raised.value.retry_after == timedelta(seconds=120)
    assert held(connection) == before
    read(world, connection)
    assert_alike(world, connection)


def test_a_mailbox_that_is_not_there_is_said_to_be_so(world: World, connection: Connection) -> None:
    world.vanish()
    with pytest.raises(MailboxUnsupportedError) as raised:
        read(world, connection)
    assert not raised.value.permanent, "the same is said while a mailbox moves"


def test_a_link_of_another_kind_of_mailbox_is_never_followed(world: World) -> None:
    with closing(world.client()) as client, pytest.raises((SyncStateLostError, UnavailableError)):
        client.events_page(world.foreign_link, new_window(timezone.now()))
    with closing(world.client()) as client, pytest.raises((SyncStateLostError, UnavailableError)):
        client.contacts_page(world.foreign_link)


def test_every_page_leads_on_or_ends_the_round(world: World) -> None:
    window, link, pages = new_window(timezone.now()), "", 0
    with closing(world.client()) as client:
        while pages < 100:
            page = client.events_page(link, window)
            assert bool(page.next_link) != bool(page.delta_link)
            pages, link = pages + 1, page.next_link
            if not link:
                break
    assert not link


def test_one_event_and_the_instances_of_a_series_can_be_asked_for(world: World, connection: Connection) -> None:
    add(world, "Stand-up of five", days=5)
    read(world, connection)
    row = shown(connection).filter(subject="Stand-up of five").first()
    assert row
    with closing(world.client()) as client:
        one = client.event(row.remote_id)
        found = client.instances(row.master_id, new_window(timezone.now()))
    assert one
    assert found
    assert (one.subject, one.start_at) == ("Stand-up of five", row.start_at)
    assert {instance.remote_id for instance in found.rows} == set(
        shown(connection).filter(master_id=row.master_id).values_list("remote_id", flat=True)
    )


def respond(world: World, remote_id: str, response: Response) -> None:
    with closing(world.client()) as client:
        client.respond(remote_id, response, "See you there")


def test_an_invitation_is_answered_alone_or_with_its_series(world: World, connection: Connection) -> None:
    world.invite("Pricing", days_from_now(2), days=4)
    read(world, connection)
    rows = shown(connection).filter(subject="Pricing").order_by("start_at")
    responses = rows.values_list("response", flat=True)
    assert list(responses.all()) == ["notResponded"] * 4
    respond(world, rows[1].remote_id, Response.TENTATIVE)
    read(world, connection)
    assert list(responses.all()) == ["notResponded", "tentativelyAccepted", "notResponded", "notResponded"]
    respond(world, rows[0].master_id, Response.ACCEPTED)
    read(world, connection)
    assert list(responses.all()) == ["accepted"] * 4
    respond(world, rows[3].remote_id, Response.DECLINED)
    read(world, connection)
    assert list(responses.all()) == ["accepted"] * 3, "what is declined leaves the calendar"
    assert_alike(world, connection)


def test_what_cannot_be_answered_is_refused_or_said_to_be_gone(world: World, connection: Connection) -> None:
    add(world, "Own")
    gone = add(world, "Gone")
    read(world, connection)
    ids = dict(shown(connection).values_list("subject", "remote_id"))
    world.delete(gone)
    with pytest.raises(ItemNotFoundError):
        respond(world, ids["Gone"], Response.ACCEPTED)
    for response in Response:
        with pytest.raises(ActionRefusedError):
            respond(world, ids["Own"], response)
    read(world, connection)
    assert_alike(world, connection)


def test_graph_and_ews_say_the_same_of_a_mailbox(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_server(microsoft, settings, monkeypatch)
    make_worlds: list[Callable[[Sandbox], World]] = [by_graph, by_ews]
    told: list[Counter[Any]] = []
    for number, make in enumerate(make_worlds):
        world = make(microsoft)
        connection = make_connection(make_user(make_account(f"company{number}"), "noah"))
        for kind in StreamKind:
            connection.streams.create(kind=kind)
            read(world, connection, kind)
        meetings = shown(connection).values_list(*sorted(set(MeetingRow._fields) - OF_ITS_SERVER))
        people = Contact.objects.filter(connection=connection).values_list("name", "company", "job_title", "department")
        told.append(Counter(meetings) + Counter(people) + contacts(connection))
    assert told[0] == told[1]
