"""Actions into rows: exactly what was meant, whatever the text, and nothing written twice."""

import traceback

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_integration.errors import OurMistakeError
from calendar_integration.models import Connection, Contact, Meeting
from calendar_integration.sync.apply import apply
from tests.makers import make_account, make_connection, make_meeting, make_meeting_row, make_user

pytestmark = pytest.mark.django_db


def make_mailbox(first_name: str = "ana") -> Connection:
    account = Connection.objects.first()
    return make_connection(make_user(account.account if account else make_account(), first_name))


def test_rows_come_change_and_go() -> None:
    mailbox = make_mailbox()
    a, b = make_meeting_row("a"), make_meeting_row("b")
    assert apply(Meeting, mailbox.pk, [a, b], []) == (2, 0)
    assert apply(Meeting, mailbox.pk, [a, b], []) == (0, 0)
    assert apply(Meeting, mailbox.pk, [a._replace(subject="New")], ["b", "unknown"]) == (1, 1)
    assert list(Meeting.objects.values_list("remote_id", "subject")) == [("a", "New")]


def test_another_mailbox_with_the_same_ids_is_left_alone() -> None:
    mine, theirs = make_mailbox(), make_mailbox("bo")
    make_meeting(theirs, remote_id="a", subject="Theirs")
    apply(Meeting, mine.pk, [make_meeting_row("a", subject="Mine")], [])
    apply(Meeting, mine.pk, [], ["a"])
    assert Meeting.objects.get().subject == "Theirs"


def test_a_thousand_rows_take_as_many_statements_as_one() -> None:
    mailbox = make_mailbox()
    with CaptureQueriesContext(
        database,
    ) as one:
        apply(Meeting, mailbox.pk, [make_meeting_row("one")], ["gone"])
    with CaptureQueriesContext(database) as many:
        apply(Meeting, mailbox.pk, [make_meeting_row(f"many-{n}") for n in range(1000)], ["gone"])
    assert len(many) == len(one) <= 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_arrives_as_it_was_but_for_nul(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    mailbox = Connection.objects.first() or make_mailbox()
    apply(Meeting, mailbox.pk, [make_meeting_row("a", subject=text, location="\\N")], [])
    row = Meeting.objects.get()
    assert (row.subject, row.location) == (text.replace("\0", ""), "\\N")


def test_rows_of_a_first_sync_go_straight_into_the_table_with_whatever_they_say() -> None:
    mailbox = make_mailbox()
    odd = ["plain", "", "tab\there", "two\r\nlines", "back\\slash \\N \\.", "n\0u\0l", "Zoë ℀ 😀", "\\"]
    rows = [make_meeting_row(f"row-{n:03}", subject=odd[n % len(odd)], preview=odd[n % 7]) for n in range(450)]
    assert apply(Meeting, mailbox.pk, rows, [], into_nothing=True) == (450, 0)
    held = Meeting.objects.order_by("remote_id").values_list("subject", "preview")
    assert list(held) == [(row.subject.replace("\0", ""), row.preview.replace("\0", "")) for row in rows]
    assert apply(Meeting, mailbox.pk, rows, []) == (0, 0)


def test_a_number_where_a_text_should_be_is_written_as_one() -> None:
    mailbox = make_mailbox()
    rows = [make_meeting_row("a", subject=7), make_meeting_row("b", subject="eight\n")]
    apply(Meeting, mailbox.pk, rows, [])
    assert set(Meeting.objects.values_list("subject", flat=True)) == {"7", "eight\n"}


def test_contacts_keep_their_lists() -> None:
    mailbox = make_mailbox()
    row = ("c", "1", "Zoë\tNew", "", "", "", '["zoe@post.example"]', '[["mobile", "+49 1"]]')
    apply(Contact, mailbox.pk, [row], [])
    contact = Contact.objects.get()
    assert (contact.name, contact.emails, contact.phones) == ("Zoë\tNew", ["zoe@post.example"], [["mobile", "+49 1"]])


def test_a_row_that_postgresql_refuses_is_our_mistake_and_quoted_nowhere() -> None:
    mailbox = make_mailbox()
    row = make_meeting_row(subject="the secret of somebody")._replace(start_at=None)
    with pytest.raises(OurMistakeError) as refused, transaction.atomic():
        apply(Meeting, mailbox.pk, [row], [])
    assert str(refused.value) == "IntegrityError 23514"
    assert "secret" not in "".join(traceback.format_exception(refused.value))
