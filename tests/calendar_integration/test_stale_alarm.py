"""Mailboxes that are out of date are an alarm to the admins: one mail for each outbreak, none for each mailbox."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import Account, Role
from calendar_integration import client_secret, tasks
from calendar_integration.health.outbreak import WELL_FOR, is_alarm, needed
from calendar_integration.models import CalendarService, Connection, ConnectionState, Listening
from calendar_integration.sync.kinds import FailureKind
from tests.calendar_integration.making_health import HALF_AN_HOUR, ago, make_fresh, make_stale, pause
from tests.makers import make_account, make_service, make_user

mailboxes_and_stale = st.integers(1, 100_000).flatmap(lambda all_: st.tuples(st.just(all_), st.integers(0, all_)))


@given(mailboxes_and_stale)
def test_what_raises_the_alarm_keeps_it_raised(numbers: tuple[int, int]) -> None:
    mailboxes, stale = numbers
    if is_alarm(stale, mailboxes, is_raised=False):
        assert is_alarm(stale, mailboxes, is_raised=True)
    assert is_alarm(mailboxes, mailboxes, is_raised=False), "all of them are always an alarm"
    assert not is_alarm(0, mailboxes, is_raised=True), "none of them never is"


@given(mailboxes_and_stale)
def test_more_out_of_date_never_is_less_of_an_alarm(numbers: tuple[int, int]) -> None:
    mailboxes, stale = numbers
    for is_raised in (True, False):
        assert is_alarm(stale, mailboxes, is_raised=is_raised) <= is_alarm(stale + 1, mailboxes, is_raised=is_raised)


def test_one_of_many_has_troubles_of_its_own() -> None:
    assert [needed(number) for number in (1, 2, 3, 100, 10_000)] == [1, 2, 3, 3, 100]


@pytest.fixture
def contoso(db: None) -> Account:
    account = make_account()
    make_service(account)
    for name, role in (("dana", Role.OWNER), ("lee", Role.ADMIN), ("kim", Role.MEMBER)):
        make_user(account, name, role=role)
    make_user(account, "old", role=Role.OWNER, is_active=False)
    return account


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def outbreak(account: Account, number: int = 3) -> list[Connection]:
    return [make_stale(account, f"late{place}") for place in range(number)]


def mails() -> list[str]:
    """To whom something went since the last look."""
    found = sorted(address for message in mail.outbox for address in message.to)
    mail.outbox.clear()
    return found


BOTH = ["dana@contoso.example", "lee@contoso.example"]


def test_owners_and_admins_hear_of_it_once(contoso: Account) -> None:
    outbreak(contoso)
    make_fresh(contoso, "ana")
    tasks.watch_freshness()
    message = mail.outbox[0]
    assert message.subject == "3 mailboxes of Contoso are not up to date"
    assert "3 of 4 mailboxes of Contoso have not been up to date for 20 minutes." in str(message.body)
    assert "http://localhost:8000/rooms/connections/?state=stale" in str(message.body)
    assert mails() == BOTH
    outbreak_goes_on = make_stale(contoso, "more")
    tasks.watch_freshness()
    assert outbreak_goes_on.is_active
    assert mails() == []


def becomes(state: ConnectionState, *connections: Connection) -> None:
    """These mailboxes are read at once, or have not been for half an hour."""
    synced_at = timezone.now() - (HALF_AN_HOUR if state == ConnectionState.STALE else timedelta(0))
    pks = [connection.pk for connection in connections]
    Connection.objects.filter(pk__in=pks).update(state=state, last_good_sync_at=synced_at)


def test_once_it_is_over_the_next_one_is_told_again(contoso: Account, now: time_machine.Traveller) -> None:
    late = outbreak(contoso)
    tasks.watch_freshness()
    assert mails() == BOTH
    for connection, seems_over in zip(late, (False, True), strict=False):  # two of three still are one, one is not
        becomes(ConnectionState.ACTIVE, connection)
        tasks.watch_freshness()
        assert (CalendarService.objects.get().stale_well_since is not None) == seems_over
    now.shift(WELL_FOR)
    tasks.watch_freshness()
    assert CalendarService.objects.get().stale_told_at is None
    assert mails() == []
    becomes(ConnectionState.STALE, *late)
    for _ in range(2):
        tasks.watch_freshness()
    assert mails() == BOTH


def test_a_mailbox_that_comes_and_goes_is_told_once(contoso: Account, now: time_machine.Traveller) -> None:
    one = make_stale(contoso, "flapping")
    for _ in range(10):
        for state in (ConnectionState.STALE, ConnectionState.ACTIVE):
            becomes(state, one)
            tasks.watch_freshness()
            now.shift(timedelta(minutes=25))
    assert mails() == BOTH, "for all of eight hours"


def test_when_everybody_is_gone_it_is_over_too(contoso: Account, now: time_machine.Traveller) -> None:
    outbreak(contoso)
    tasks.watch_freshness()
    Connection.objects.all().delete()
    for _ in range(2):
        tasks.watch_freshness()
        now.shift(WELL_FOR)
    assert CalendarService.objects.get().stale_told_at is None


@pytest.mark.parametrize(
    "fields",
    [
        {"last_good_sync_at": timedelta(minutes=17)},
        {"failure_kind": FailureKind.ACCESS_DENIED},
        {"failure_kind": FailureKind.AUTHORIZATION},
        {"set_aside_at": timedelta(days=1)},
        {"state": ConnectionState.NEEDS_REAUTHORIZATION},
    ],
)
def test_what_is_a_mailboxes_own_or_short_is_no_alarm(contoso: Account, fields: dict[str, object]) -> None:
    now = timezone.now()
    known = {name: now - value if isinstance(value, timedelta) else value for name, value in fields.items()}
    for connection in outbreak(contoso):
        Connection.objects.filter(pk=connection.pk).update(**known)
    tasks.watch_freshness()
    assert mails() == []


def test_each_company_hears_of_its_own(contoso: Account) -> None:
    fabrikam = make_account("fabrikam")
    make_service(fabrikam)
    make_user(fabrikam, "finn", role=Role.OWNER)
    make_fresh(fabrikam, "una")
    outbreak(contoso)
    tasks.watch_freshness()
    assert mails() == BOTH


def test_a_cause_that_is_known_is_named(contoso: Account) -> None:
    outbreak(contoso)
    pause(contoso, FailureKind.SIGN_IN)
    tasks.watch_freshness()
    assert "sign-in service cannot be reached" in str(mail.outbox[0].body)


def test_a_refused_secret_is_told_by_its_own_mail_only(contoso: Account) -> None:
    outbreak(contoso)
    client_secret.note_refused(contoso)
    tasks.tell_secret_refused(contoso.pk)
    mail.outbox.clear()
    tasks.watch_freshness()
    assert mails() == []
    client_secret.note_taken(contoso.pk)
    tasks.watch_freshness()
    assert mails() == BOTH


def test_a_mail_server_that_was_away_is_tried_again(contoso: Account, settings: Settings) -> None:
    outbreak(contoso)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nobody listens
    tasks.watch_freshness()
    settings.EMAIL_BACKEND = working
    for _ in range(2):
        tasks.watch_freshness()
    assert mails() == BOTH


def test_a_mailbox_that_never_was_read_counts_from_when_it_was_connected(contoso: Account) -> None:
    make_stale(contoso, "new", last_good_sync_at=None, connected_at=timezone.now() - timedelta(minutes=21))
    tasks.watch_freshness()
    assert mails() == BOTH


@pytest.mark.parametrize(("minutes", "told"), [(74, []), (76, BOTH)])
def test_one_that_is_polled_every_hour_has_as_much_time_beyond(
    contoso: Account, settings: Settings, minutes: int, told: list[str]
) -> None:
    settings.NOTIFICATION_URL = "https://portal.example/hooks/graph/"
    late = make_stale(contoso, "seldom", last_good_sync_at=ago(minutes=minutes))
    Listening.objects.create(connection=late, interval=timedelta(hours=1))
    tasks.watch_freshness()
    assert mails() == told
