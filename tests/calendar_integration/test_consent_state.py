"""What is known of a company's consent: reports are believed as far as they go, tokens prove, Microsoft withdraws."""

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from calendar_integration.company_consent import consent_state
from calendar_integration.company_consent.consent_state import PROPAGATING, Consent, Refused, Reported, Token, advance
from calendar_integration.models import CalendarService, ConsentState
from calendar_integration.tasks import tell_waiting_for_consent
from tests.calendar_integration.making_consent import make_request, set_consent
from tests.makers import make_account, make_service, make_user

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WANTED = ("Calendars.Read", "Contacts.Read", "User.Read")
ALL = " ".join(WANTED)
NAMES = (*WANTED, "Calendars.ReadWrite", "openid")

moments = st.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
granted = st.lists(st.sampled_from(NAMES), unique=True).map(" ".join)
tokens = st.builds(Token, granted, st.just(WANTED), moments, st.integers(1, 3))  # people by their ids
events = st.one_of(st.builds(Reported, moments), tokens, st.builds(Refused, moments, st.booleans()))
histories = st.lists(events, max_size=12).map(lambda many: sorted(many, key=lambda event: event.at))


def after(history: list[Reported | Token | Refused]) -> Consent:
    return reduce(advance, history, Consent())


@given(histories, moments)
def test_a_callback_never_confirms_and_never_takes_back_what_a_token_proved(
    history: list[Reported | Token | Refused], at: datetime
) -> None:
    before = after(history)
    known = advance(before, Reported(at))
    assert (known.state == ConsentState.CONFIRMED) == (before.state == ConsentState.CONFIRMED)
    assert known.state in (ConsentState.CONFIRMED, ConsentState.REPORTED)
    assert known.is_agreed
    assert known == before or (known.reported_at is not None and known.reported_at >= at)


@given(histories, granted, moments)
def test_a_token_that_covers_everything_confirms_and_any_other_names_what_is_missing(
    history: list[Reported | Token | Refused], scopes: str, at: datetime
) -> None:
    known = advance(after(history), Token(scopes, WANTED, at, 1))
    held = set(scopes.split()) | ({"Calendars.Read"} if "Calendars.ReadWrite" in scopes else set())
    assert set(known.missing) == set(WANTED) - held
    assert (known.state == ConsentState.CONFIRMED) == (not known.missing)
    assert (known.state == ConsentState.PARTIAL) == bool(known.missing)


@given(histories)
def test_only_microsoft_withdraws_and_never_while_a_report_may_be_spreading(
    history: list[Reported | Token | Refused],
) -> None:
    known = Consent()
    for event in history:
        before, known = known, advance(known, event)
        if known.state == ConsentState.WITHDRAWN != before.state:
            assert isinstance(event, Refused)
            assert before.state != ConsentState.UNKNOWN
            assert before.reported_at is None or event.at >= before.reported_at + PROPAGATING
            assert event.is_companys or before.state != ConsentState.CONFIRMED


@given(histories)
def test_only_a_report_or_a_second_person_makes_it_everyones(history: list[Reported | Token | Refused]) -> None:
    known, people = Consent(), set[int]()
    for event in history:
        before, known = known, advance(known, event)
        if isinstance(event, Token) and known.state == ConsentState.CONFIRMED:
            people.add(event.person_id)
        if known.state == ConsentState.WITHDRAWN:
            people.clear()  # their tokens are of before it, and only last
        if known.is_agreed and not before.is_agreed and before.for_everyone_at is None:
            assert isinstance(event, Reported) or len(people) > 1
        assert known.is_agreed or known.state != ConsentState.CONFIRMED or len(people) < 2


@given(histories)
def test_what_is_missing_and_since_when_go_with_the_state(history: list[Reported | Token | Refused]) -> None:
    known = after(history)
    assert (known.changed_at is None) == (known == Consent())
    if known.state == ConsentState.PARTIAL:
        assert known.missing
    if known.state in (ConsentState.UNKNOWN, ConsentState.CONFIRMED, ConsentState.WITHDRAWN):
        assert not known.missing


@given(histories, events)
def test_the_same_again_changes_nothing(
    history: list[Reported | Token | Refused], event: Reported | Token | Refused
) -> None:
    once = advance(after(history), event)
    assert advance(once, event) == once


@pytest.mark.parametrize(
    ("state", "minutes", "expected"),
    [
        (ConsentState.REPORTED, 29, ConsentState.REPORTED),
        (ConsentState.REPORTED, 30, ConsentState.WITHDRAWN),
        (ConsentState.CONFIRMED, 29, ConsentState.CONFIRMED),
        (ConsentState.CONFIRMED, 31, ConsentState.WITHDRAWN),
        (ConsentState.PARTIAL, 31, ConsentState.WITHDRAWN),
        (ConsentState.UNKNOWN, 31, ConsentState.UNKNOWN),
    ],
)
def test_a_refusal_counts_once_the_report_has_had_half_an_hour(
    state: ConsentState, minutes: int, expected: ConsentState
) -> None:
    known = Consent(state, NOON, NOON)
    assert advance(known, Refused(NOON + timedelta(minutes=minutes))).state == expected


def test_a_report_after_a_partial_consent_goes_on_naming_what_was_missing() -> None:
    partial = advance(Consent(), Token("Calendars.Read User.Read", WANTED, NOON, 1))
    reported = advance(partial, Reported(NOON))
    assert (reported.state, reported.missing) == (ConsentState.REPORTED, ("Contacts.Read",))
    assert advance(reported, Token(ALL, WANTED, NOON, 1)).missing == ()


@pytest.mark.django_db
def test_a_token_is_written_down_once_with_what_it_lacks_and_an_audit_row() -> None:
    account = make_account()
    make_service(account)
    ana = make_user(account)
    consent_state.note_token(account, "Calendars.Read User.Read", WANTED, person_id=ana.pk, actor=ana)
    consent_state.note_token(account, "Calendars.Read User.Read", WANTED, person_id=ana.pk, actor=ana)
    service = CalendarService.objects.get()
    assert (service.consent_state, service.missing_scopes) == (ConsentState.PARTIAL, "Contacts.Read")
    assert service.consent_changed_at
    event = AuditEvent.objects.get(action="calendar.consent_changed")
    assert (event.actor, event.before) == (ana, {"consent": "unknown", "for_everyone": False})
    assert event.after == {"consent": "partial", "for_everyone": False, "missing": "Contacts.Read"}


@pytest.mark.django_db
def test_tokens_that_cover_everything_for_everyone_tell_those_who_wait() -> None:
    account = make_account()
    make_service(account)
    asked = make_request(make_user(account, "bo"), ago=timedelta(minutes=5))
    for person in (make_user(account), make_user(account, "cy")):
        consent_state.note_token(account, ALL, WANTED, person_id=person.pk, actor=person)
    tell_waiting_for_consent(account.pk)
    tell_waiting_for_consent(account.pk)
    asked.refresh_from_db()
    assert asked.told_at
    assert [message.to for message in mail.outbox] == [["bo@contoso.example"]]


@pytest.mark.django_db
def test_a_refusal_takes_consent_back_which_is_audited_and_tells_nobody() -> None:
    account = make_account()
    make_service(account)
    set_consent(account, ConsentState.CONFIRMED)
    consent_state.note_refusal(account)
    consent_state.note_refusal(account)
    assert CalendarService.objects.get().consent_state == ConsentState.WITHDRAWN
    event = AuditEvent.objects.get(action="calendar.consent_changed")
    assert (event.before, event.after) == (
        {"consent": "confirmed", "for_everyone": True},
        {"consent": "withdrawn", "for_everyone": False},
    )


@pytest.mark.django_db
def test_nothing_is_noted_of_a_company_without_a_service() -> None:
    account = make_account()
    consent_state.note_token(account, ALL, WANTED, person_id=1)
    consent_state.note_refusal(account)
    assert not AuditEvent.objects.filter(action="calendar.consent_changed").exists()
