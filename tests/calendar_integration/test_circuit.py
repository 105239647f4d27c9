"""When an account pauses and when it goes on, without a database: the state machine alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.sync import circuit
from calendar_integration.sync.circuit import ALL_WELL, Circuit, Seen, advance, probing
from calendar_integration.sync.kinds import OF_MAILBOXES, OF_SIGN_IN, TENANT_WIDE, FailureKind

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def failed(cause: FailureKind, *mailboxes: int, has_succeeded: bool = False, wait: timedelta | None = None) -> Seen:
    return Seen({cause: frozenset(mailboxes)}, has_succeeded, wait=wait)


def opened(cause: FailureKind = FailureKind.MAILBOXES) -> Circuit:
    known = advance(ALL_WELL, failed(cause, 1, 2, 3), NOW)
    assert known.is_open
    return known


def test_one_mailbox_that_fails_again_and_again_pauses_nobody() -> None:
    known = ALL_WELL
    for minute in range(10):
        known = advance(known, failed(FailureKind.MAILBOXES, 7), NOW + minute * MINUTE)
    assert not known.is_open


def test_the_third_different_mailbox_pauses_the_account() -> None:
    known = advance(ALL_WELL, failed(FailureKind.SIGN_IN, 1), NOW)
    known = advance(known, failed(FailureKind.SIGN_IN, 2), NOW + MINUTE)
    assert not known.is_open
    known = advance(known, failed(FailureKind.SIGN_IN, 3), NOW + 2 * MINUTE)
    assert (known.is_open, known.since, known.opened_at) == (True, NOW, NOW + 2 * MINUTE)


def test_a_success_between_them_begins_the_count_anew() -> None:
    known = advance(ALL_WELL, failed(FailureKind.MAILBOXES, 1, 2), NOW)
    known = advance(known, Seen(has_succeeded=True), NOW)
    assert not advance(known, failed(FailureKind.MAILBOXES, 3), NOW).is_open


def test_failures_beside_a_success_are_single_mailboxes() -> None:
    assert advance(ALL_WELL, failed(FailureKind.MAILBOXES, 1, 2, 3, has_succeeded=True), NOW) == ALL_WELL


def test_a_mailbox_that_still_has_its_token_says_nothing_of_the_sign_in_service() -> None:
    seen = failed(FailureKind.REGISTRATION, 1, 2, 3, has_succeeded=True)
    known = advance(ALL_WELL, seen, NOW)
    assert known.is_open
    assert advance(known, Seen(has_succeeded=True), NOW).is_open
    assert not advance(known, Seen(has_new_token=True), NOW).is_open


def test_failures_that_lie_long_apart_are_no_streak() -> None:
    known = advance(ALL_WELL, failed(FailureKind.MAILBOXES, 1, 2), NOW)
    assert not advance(known, failed(FailureKind.MAILBOXES, 3), NOW + circuit.STREAK + MINUTE).is_open


def test_only_the_mailbox_that_is_tried_counts_as_a_try() -> None:
    known = probing(opened(), 9, NOW)
    assert advance(known, failed(FailureKind.MAILBOXES, 4, 5), NOW) == known
    assert advance(known, failed(FailureKind.MAILBOXES, 9), NOW).probes == 1


def test_throttling_is_waited_out_as_long_as_was_asked() -> None:
    seen = failed(FailureKind.THROTTLED, 1, 2, 3, wait=timedelta(minutes=40))
    known = advance(ALL_WELL, seen, NOW)
    assert known.next_probe_at
    assert timedelta(minutes=40) <= known.next_probe_at - NOW <= timedelta(minutes=50)


@given(probes=st.integers(0, 200))
def test_tries_become_rarer_but_never_stop(probes: int) -> None:
    wait = circuit.wait_before_probe(probes)
    assert timedelta(seconds=20) < wait <= circuit.LONGEST_PROBE * 1.25
    assert wait >= 0.5 * min(circuit.FIRST_PROBE * 2 ** min(probes, 10), circuit.LONGEST_PROBE)


MAILBOXES = st.frozensets(st.integers(1, 6), max_size=4)
SEEN = st.builds(
    Seen,
    st.dictionaries(st.sampled_from(sorted(TENANT_WIDE)), MAILBOXES.filter(bool), max_size=3),
    has_succeeded=st.booleans(),
    has_new_token=st.booleans(),
)


@given(st.lists(st.tuples(SEEN, st.integers(0, 10)), max_size=30))
def test_whatever_happens_a_pause_has_its_reasons_and_its_next_try(history: list[tuple[Seen, int]]) -> None:
    known, now = ALL_WELL, NOW
    for seen, minutes in history:
        now += minutes * MINUTE
        before, known = known, advance(known, seen, now)
        if known.is_open:
            assert known.cause not in seen.disproved
            assert len(known.mailboxes) == circuit.NEEDED
            assert known.next_probe_at is not None
            assert known.since is not None
            assert known.opened_at is not None
            assert known.since <= known.opened_at
        if before.is_open and not known.is_open:
            proof = seen.has_succeeded if before.cause in OF_MAILBOXES else seen.has_new_token
            assert proof, "it went on without a proof"
        if seen.disproved >= TENANT_WIDE:
            assert known == ALL_WELL


def test_every_cause_can_be_disproved() -> None:
    assert Seen(has_succeeded=True, has_new_token=True).disproved == OF_MAILBOXES | OF_SIGN_IN == TENANT_WIDE


def test_an_outage_of_hours_is_no_storm() -> None:
    """A thousand mailboxes, and nothing answers for three hours: counted is every attempt that is made."""
    known, now, attempts = ALL_WELL, NOW, 0
    while now < NOW + timedelta(hours=3):
        if not known.is_open:
            attempts += circuit.NEEDED
            known = advance(known, failed(FailureKind.MAILBOXES, 1, 2, 3), now)
        elif circuit.is_probe_due(known, now):
            attempts += 1
            known = advance(probing(known, attempts, now), failed(FailureKind.MAILBOXES, attempts), now)
        now += timedelta(seconds=5)
    assert attempts <= 25
