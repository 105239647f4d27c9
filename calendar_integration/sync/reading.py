"""Reading one mailbox that is held: a token, and every stream of it. What comes of it is answered, not written."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from calendar_integration import client_secret, clock, tokens
from calendar_integration.clients.base import CalendarClient
from calendar_integration.clients.selection import client_of
from calendar_integration.company_consent import consent_evidence
from calendar_integration.errors import CalendarError, LeaseLostError
from calendar_integration.models import Connection, StreamKind
from calendar_integration.sync import threads
from calendar_integration.sync.ahead import Ahead
from calendar_integration.sync.polling import NothingNew, SomethingNew, look
from calendar_integration.sync.progress import begin_stream
from calendar_integration.sync.rounds import RoundResult, run_round
from calendar_integration.sync.taking import Held


@dataclass
class Outcome:
    """What came of one mailbox. Rounds are written already; `links` are the new delta links of unchanged streams."""

    held: Held
    began: datetime = field(default_factory=clock.now)
    rounds: list[RoundResult] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)
    has_new_token: bool = False
    error: CalendarError | None = None
    mistake: Exception | None = None  # ours: no CalendarError

    @property
    def connection(self) -> Connection:
        """Whose it is."""
        return self.held.connection

    @property
    def went_well(self) -> bool:
        """Whether the mailbox is up to date."""
        return self.error is None and self.mistake is None


def read(held: Held, ahead: Ahead | None = None) -> Outcome:
    """A round of every stream. One that fails holds up no other; the first error is answered.

    `ahead` is what there is of the mailbox already.
    """
    outcome = Outcome(held, ahead.began) if ahead else Outcome(held)
    try:
        if ahead:
            client = client_of(held.connection, ahead.token, ahead.answers)
        else:
            client = client_of(held.connection, _token(outcome))
    except CalendarError as error:
        outcome.error = error
        return outcome
    with closing(client):
        for kind in held.kinds:
            try:
                _read_stream(client, kind, outcome)
            except LeaseLostError as error:
                outcome.error = error
                return outcome
            except CalendarError as error:
                outcome.error = outcome.error or error
    return outcome


def _token(outcome: Outcome) -> str:
    """A token: the one that is held while it is good, else one that is fetched."""
    connection = outcome.connection
    held = tokens.unexpired(outcome.held.sealed, connection.permissions)
    if held:
        return held
    with threads.database():
        return _fetched_token(outcome)


def _fetched_token(outcome: Outcome) -> str:
    """A new token, which shows that Microsoft takes our client secret, and that the company agrees."""
    connection = outcome.connection
    version = connection.token_cache_version
    token = tokens.access_token(connection)
    if connection.token_cache_version != version:
        outcome.has_new_token = True
        client_secret.note_taken(connection.account_id)
        consent_evidence.note_renewed(connection)
    return token


def _read_stream(client: CalendarClient, kind: StreamKind, outcome: Outcome) -> None:
    held = outcome.held
    stream = held.streams.get(kind)
    now = clock.now()
    found = look(client, stream, now) if stream else SomethingNew(client)
    if stream and isinstance(found, NothingNew):
        outcome.links[stream.pk] = found.delta_link
        outcome.rounds.append(RoundResult(stream.kind, False, 0, 0))
    elif isinstance(found, SomethingNew):
        with threads.database():
            stream = stream or begin_stream(held.connection.pk, held.lease_id, kind)
            outcome.rounds.append(run_round(found.client, stream, held.lease_id, now))
