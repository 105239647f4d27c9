"""What a company's own Exchange server does is said of that server, and pauses nobody whose mailbox is elsewhere."""

from datetime import timedelta

import pytest
from django.db import DataError, OperationalError

from calendar_integration.errors import ServerThrottledError, ServerUnavailableError, ThrottledError, UnavailableError
from calendar_integration.health.words import TROUBLES
from calendar_integration.sync.failures import is_out_of_reach
from calendar_integration.sync.kinds import TENANT_WIDE, FailureKind, kind_of


@pytest.mark.parametrize(
    ("error", "kind", "is_everybodys"),
    [
        (ServerUnavailableError("no"), FailureKind.SERVER, False),
        (ServerThrottledError("busy", retry_after=timedelta(hours=1)), FailureKind.SERVER_BUSY, False),
        (UnavailableError("no"), FailureKind.MAILBOXES, True),
        (ThrottledError("busy"), FailureKind.THROTTLED, True),
    ],
)
def test_only_microsofts_trouble_is_a_whole_companys(
    error: UnavailableError, kind: FailureKind, is_everybodys: bool
) -> None:
    assert kind_of(error) is kind
    assert (kind in TENANT_WIDE) is is_everybodys


def test_every_kind_of_trouble_has_words_for_admins() -> None:
    assert set(TROUBLES) == set(FailureKind)


class Cause(Exception):  # noqa: N818 - as psycopg2's carry it
    """What PostgreSQL said."""

    def __init__(self, pgcode: str | None) -> None:
        super().__init__()
        self.pgcode = pgcode


@pytest.mark.parametrize(
    ("error", "state", "is_away"),
    [
        (OperationalError(), None, True),
        (OperationalError(), "57P01", True),
        (OperationalError(), "08006", True),
        (OperationalError(), "53100", False),
        (OperationalError(), "54000", False),
        (DataError(), "22021", False),
    ],
)
def test_a_database_that_is_away_is_told_from_one_that_refuses(
    error: Exception, state: str | None, is_away: bool
) -> None:
    error.__cause__ = Cause(state)
    assert is_out_of_reach(error) is is_away
