"""Another try: one person's mailbox, or all that fail; never what Microsoft asked to leave alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditAction, AuditEvent, User
from calendar_integration.health import retrying
from calendar_integration.models import Connection
from calendar_integration.sync.kinds import FailureKind
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.calendar_integration.making_health import ago, make_failing, make_fresh, make_stale, pause
from tests.makers import make_user

pytestmark = pytest.mark.django_db

PAGE = "/rooms/connections/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def dana() -> User:
    return make_owner()


def waits(connection: Connection) -> timedelta:
    connection.refresh_from_db()
    assert connection.next_attempt_at
    return connection.next_attempt_at - timezone.now()


def press(user: User, path: str) -> str:
    return text(signed_in(user).post(f"{PAGE}{path}", follow=True))


def test_one_mailbox_is_due_at_once_and_queued(
    dana: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana, bo = make_stale(dana.account, "ana"), make_stale(dana.account, "bo")
    with django_capture_on_commit_callbacks() as queued:
        shown = press(dana, f"{ana.user_id}/retry/?state=stale&page=1")
    assert "The mailbox of Ana Lima is tried now." in shown
    assert len(queued) == 1
    assert waits(ana) <= timedelta(0)
    assert waits(bo) > MINUTE
    assert AuditEvent.objects.get(action=AuditAction.SYNC_RETRIED).target_label.startswith("Ana Lima")


def test_the_list_comes_back_as_it_was(dana: User) -> None:
    ana = make_stale(dana.account, "ana")
    answer = signed_in(dana).post(f"{PAGE}{ana.user_id}/retry/?state=stale&sort=-synced&next=//evil.example")
    assert answer.headers["Location"] == f"{PAGE}?state=stale&sort=-synced"


def test_what_microsoft_asked_to_wait_for_is_waited_for(dana: User) -> None:
    ana = make_failing(dana.account, "ana", FailureKind.THROTTLED)
    assert "Try now" not in text(signed_in(dana).get(PAGE))
    assert "There is nothing to try for Ana Lima now" in press(dana, f"{ana.user_id}/retry/")
    assert waits(ana) > 9 * MINUTE


def test_nothing_is_tried_while_the_account_pauses(dana: User) -> None:
    ana = make_failing(dana.account, "ana")
    pause(dana.account)
    press(dana, f"{ana.user_id}/retry/")
    assert "while the account pauses" in press(dana, "retry/")
    assert waits(ana) > 9 * MINUTE
    assert not AuditEvent.objects.filter(action=AuditAction.SYNC_RETRIED).exists()


def test_all_that_fail_are_brought_forward_and_the_others_left(dana: User) -> None:
    failing = [make_failing(dana.account, "ana"), make_stale(dana.account, "bo")]
    throttled, fresh = make_failing(dana.account, "cy", FailureKind.THROTTLED), make_fresh(dana.account, "di")
    shown = press(dana, "retry/?state=everyone")
    assert "2 mailboxes are tried at once. 1 is left alone, since Microsoft asked Atrium to wait." in shown
    assert all(waits(each) < MINUTE for each in failing)
    assert waits(throttled) > 9 * MINUTE
    assert waits(fresh) > 2 * MINUTE
    assert AuditEvent.objects.get(action=AuditAction.SYNC_RETRIED).after == {"mailboxes": 2}


def test_the_filters_say_which(dana: User) -> None:
    ana, bo = make_failing(dana.account, "ana"), make_failing(dana.account, "bo")
    press(dana, "retry/?q=ana")
    assert waits(ana) < MINUTE < waits(bo)


def test_they_come_a_few_each_second_and_no_more_than_a_bound(dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "AT_ONCE", 20)
    many = [make_failing(dana.account, f"p{number}") for number in range(22)]
    shown = press(dana, "retry/")
    assert "20 mailboxes are tried at once. More are failing" in shown
    brought_forward = [each for each in many if waits(each) < MINUTE]
    assert len(brought_forward) == 20
    assert all(waits(each) <= timedelta(seconds=2) for each in brought_forward)


def test_a_group_admin_tries_their_own_people_only(dana: User) -> None:
    sam, ana, bo = make_user(dana.account, "sam"), make_failing(dana.account, "ana"), make_failing(dana.account, "bo")
    make_group(dana.account, "Sales", ana.user, admin=sam)
    assert signed_in(sam).post(f"{PAGE}{bo.user_id}/retry/").status_code == 404
    press(sam, "retry/?state=everyone")
    assert waits(ana) < MINUTE < waits(bo)


def test_one_that_is_being_queued_already_is_no_harm(dana: User) -> None:
    ana = make_stale(dana.account, "ana", next_attempt_at=ago(seconds=5))
    assert "is tried now" in press(dana, f"{ana.user_id}/retry/")
