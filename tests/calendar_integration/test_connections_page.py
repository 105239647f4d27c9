"""The Connections page: who sees whom, what is said of each, found, filtered and sorted. Never what is in a mailbox."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from calendar_integration.health.standing import Standing, standing
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync.kinds import FailureKind
from tests.accounts.making_people import make_group, make_owner, names, signed_in, text
from tests.calendar_integration.making_health import ago, make_failing, make_fresh, make_stale, pause
from tests.makers import make_account, make_connection, make_contact, make_meeting, make_service, make_user

pytestmark = pytest.mark.django_db

PAGE = "/rooms/connections/"


@pytest.fixture
def dana() -> User:
    return make_owner()


def listed(user: User, query: str = "") -> list[str]:
    return names(signed_in(user).get(f"{PAGE}{query}"))


def test_everyone_with_a_connection_is_listed_and_others_are_asked_for(dana: User) -> None:
    make_fresh(dana.account, "ana")
    make_user(dana.account, "bo")
    make_user(dana.account, "gus", is_active=False)
    make_fresh(make_account("fabrikam"), "una")
    assert listed(dana) == ["Ana Lima"]
    assert listed(dana, "?state=none") == ["Bo Lima", "Dana Lima"]
    assert listed(dana, "?state=everyone") == ["Ana Lima", "Bo Lima", "Dana Lima"]


def test_a_group_admin_sees_the_people_of_their_own_groups_only(dana: User) -> None:
    sam, ana, bo = make_user(dana.account, "sam"), make_fresh(dana.account, "ana"), make_fresh(dana.account, "bo")
    make_group(dana.account, "Sales", ana.user, admin=sam)
    make_group(dana.account, "Interns", bo.user)
    page = signed_in(sam).get(f"{PAGE}?group=Interns")
    assert "Ana Lima" in text(page)
    assert "Bo Lima" not in text(page)
    assert "There is no group called “Interns” among yours" in text(page)
    assert "1 of 2 people have a connected mailbox" in text(page)


def test_a_row_says_what_is_true(dana: User) -> None:
    make_failing(dana.account, "ana")
    shown = text(signed_in(dana).get(PAGE))
    for words in (
        "Ana Lima",
        "Last try failed",
        "7 minutes ago",
        "Unreachable",
        "fails since",
        "In 9 minutes",
        "Graph",
    ):
        assert words in shown.replace("\xa0", " ")


def test_one_that_was_forgotten_is_not_blamed_on_microsoft(dana: User) -> None:
    make_fresh(dana.account, "ana", last_good_sync_at=ago(hours=1))
    assert "Atrium has not come round to it" in text(signed_in(dana).get(PAGE))


def test_a_mailbox_that_was_set_aside_says_why_and_since_when_and_can_be_tried(dana: User) -> None:
    because = "3 workers in a row ended while they read this mailbox."
    since = datetime.fromisoformat("2026-11-20T09:30Z")
    aside = {"set_aside_at": since, "set_aside_because": because, "failure_kind": FailureKind.WORKER_DIED}
    make_stale(dana.account, "ana", **aside)
    browser = signed_in(dana)
    shown = text(browser.get(f"{PAGE}?state=set_aside"))
    assert f"set aside since 20 Nov, 09:30 {because} So that it holds up no other" in shown
    assert "begins again" not in shown
    assert "Try now" in shown
    lines = browser.get("/rooms/connections.csv").getvalue().decode().splitlines()
    assert f"2026-11-20T09:30:00Z,{because}," in lines[1]


def test_nothing_of_a_mailbox_is_shown(dana: User) -> None:
    ana = make_failing(dana.account, "ana")
    make_meeting(ana, subject="Layoffs in May", location="Boardroom 9")
    make_contact(ana, "Pia Rossi")
    for path in (PAGE, "/rooms/connections.csv"):
        answer = signed_in(dana).get(path)
        shown = answer.getvalue().decode()
        assert "Ana Lima" in shown
        assert not any(words in shown for words in ("Layoffs", "Boardroom", "Pia", "Proseware", "access_token"))


STANDINGS: list[tuple[dict[str, Any], Standing]] = [
    ({}, Standing.FRESH),
    ({"last_good_sync_at": None, "connected_at": ago(minutes=1)}, Standing.FIRST_SYNC),
    ({"last_good_sync_at": None, "connected_at": ago(hours=1)}, Standing.STALE),
    ({"failures": 1, "last_error": "Too busy."}, Standing.RETRYING),
    ({"last_good_sync_at": ago(hours=1)}, Standing.STALE),
    ({"state": ConnectionState.STALE}, Standing.STALE),
    ({"state": ConnectionState.STALE, "set_aside_at": ago(hours=1)}, Standing.SET_ASIDE),
    ({"state": ConnectionState.NEEDS_REAUTHORIZATION, "last_error": "Refused."}, Standing.NEEDS_REAUTHORIZATION),
    ({"state": ConnectionState.BLOCKED_BY_ADMIN}, Standing.BLOCKED_BY_ADMIN),
    ({"state": ConnectionState.MAILBOX_UNSUPPORTED}, Standing.MAILBOX_UNSUPPORTED),
    ({"state": ConnectionState.PENDING}, Standing.PENDING),
    ({"state": ConnectionState.DISCONNECTED_BY_USER}, Standing.DISCONNECTED_BY_USER),
    ({"state": ConnectionState.DISCONNECTED_BY_POLICY}, Standing.DISCONNECTED_BY_POLICY),
    ({"state": ConnectionState.NONE}, Standing.NONE),
]


@pytest.mark.parametrize(("fields", "expected"), STANDINGS)
def test_each_standing_is_shown_and_found_by(dana: User, fields: dict[str, Any], expected: Standing) -> None:
    make_fresh(dana.account, "ana", **fields)
    assert (expected in (Standing.NONE, Standing.FRESH)) or "Ana Lima" in listed(dana, f"?state={expected.value}")
    (found,) = Connection.objects.annotate(standing=standing(ago())).values_list("standing", flat=True)
    assert found == expected
    assert str(expected.label) in text(signed_in(dana).get(f"{PAGE}?state={expected.value}&q=ana"))


def test_filters_by_words_error_group_and_need(dana: User) -> None:
    ana = make_failing(dana.account, "ana", FailureKind.THROTTLED)
    make_stale(dana.account, "bo")
    make_fresh(dana.account, "cy")
    make_group(dana.account, "Sales", ana.user)
    assert listed(dana, "?q=BO+lima") == ["Bo Lima"]
    assert listed(dana, "?error=throttled") == ["Ana Lima"]
    assert listed(dana, "?group=sales") == ["Ana Lima"]
    assert listed(dana, "?state=trouble") == ["Ana Lima", "Bo Lima"]
    assert listed(dana, "?state=king&error=king&sort=king") == ["Ana Lima", "Bo Lima", "Cy Lima"]
    assert "Nobody found" in text(signed_in(dana).get(f"{PAGE}?q=zoe"))


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-name", "cy bo ana"),
        ("synced", "bo cy ana"),
        ("-synced", "ana cy bo"),
        ("since", "bo cy ana"),
        ("next", "cy bo ana"),
        ("-next", "ana bo cy"),
    ],
)
def test_sorted_from_both_ends(dana: User, sort: str, order: str) -> None:
    make_fresh(dana.account, "ana", next_attempt_at=ago(minutes=-60))
    make_stale(dana.account, "bo", next_attempt_at=ago(minutes=-30))
    make_failing(dana.account, "cy", next_attempt_at=ago(minutes=-5))
    assert listed(dana, f"?sort={sort}") == [f"{name.title()} Lima" for name in order.split()]


def make_many(account: Account, count: int) -> None:
    """People with mailboxes of which every third fails."""
    people = User.objects.bulk_create(
        User(account=account, email=f"p{number}@contoso.example", name=f"P {number:04}") for number in range(count)
    )
    Connection.objects.bulk_create(
        Connection(
            user=person,
            account=account,
            state=ConnectionState.ACTIVE,
            connected_at=ago(days=1),
            last_good_sync_at=ago(minutes=number % 90),
            next_attempt_at=ago(minutes=-1),
            failures=number % 3,
            failure_kind="mailboxes" if number % 3 else "",
        )
        for number, person in enumerate(people)
    )


def test_items_that_could_not_be_read_are_counted(dana: User) -> None:
    ana, bo = make_fresh(dana.account, "ana"), make_fresh(dana.account, "bo")
    for kind, unreadable in (("events", ["AAMk1", "AAMk2"]), ("contacts", ["AAMk3"])):
        ana.streams.create(kind=kind, unreadable=unreadable)
    bo.streams.create(kind="events")
    shown = text(signed_in(dana).get(PAGE))
    assert shown.count("could not be read") == 1
    assert "3 items could not be read; Atrium tries again once a day." in shown
    assert "AAMk" not in shown


def test_it_takes_as_many_queries_for_a_thousand_people_as_for_one(dana: User) -> None:
    browser = signed_in(dana)
    make_many(dana.account, 1)
    browser.get(PAGE)
    with CaptureQueriesContext(database) as few:
        browser.get(PAGE)
    User.objects.exclude(pk=dana.pk).delete()
    make_many(dana.account, 1_000)
    with CaptureQueriesContext(database) as many:
        page = browser.get(f"{PAGE}?state=everyone&sort=synced")
    assert "1,001 people" in text(page)
    assert len(names(page)) == 50
    assert len(many) == len(few)


def test_an_account_that_pauses_says_so_once_and_nobody_is_to_press(dana: User) -> None:
    make_service(dana.account, secret_refused_at=ago(minutes=20))
    make_failing(dana.account, "ana", FailureKind.REGISTRATION)
    pause(dana.account, FailureKind.REGISTRATION)
    page = signed_in(dana).get(PAGE)
    shown = text(page)
    assert page.content.decode().count("notice-error") == 1
    assert "does not accept Atrium&#x27;s client secret" in shown
    assert "one of them is tried next at" in shown
    assert "After the pause" in shown
    assert "Try now" not in shown


def test_a_consent_that_is_gone_leads_an_admin_on(dana: User) -> None:
    make_service(
        dana.account, consent_state="withdrawn", consent_changed_at=datetime.fromisoformat("2026-11-20T09:30Z")
    )
    sam = make_user(dana.account, "sam")
    make_group(dana.account, "Sales", admin=sam)
    assert "Since 20 Nov 2026, 09:30" in text(signed_in(dana).get(PAGE))
    assert "What to do" in text(signed_in(dana).get(PAGE))
    assert "What to do" not in text(signed_in(sam).get(PAGE))


def test_exchange_servers_are_named_for_what_they_are(dana: User) -> None:
    make_connection(make_user(dana.account, "ana"), method="ews")
    assert "EWS" in text(signed_in(dana).get(PAGE))
