"""The polls of a whole chunk, asked at once before its mailboxes are read one by one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from calendar_integration import clock, tokens
from calendar_integration.clients import graph, graph_ahead
from calendar_integration.clients.graph_ahead import Question
from calendar_integration.errors import TokensLostError
from calendar_integration.integration_setting import Method
from calendar_integration.sync.rounds import is_full_due
from calendar_integration.sync.taking import Held
from calendar_integration.wire.kept_alive import Answer

NOTHING = b'"value":[]'


@dataclass
class Ahead:
    """What there is of a mailbox before it is read: its token, and Graph's answers by the links that were followed."""

    token: str = field(repr=False)
    questions: list[Question] = field(repr=False)
    began: datetime = field(default_factory=clock.now)
    answers: dict[str, Answer] = field(default_factory=dict, repr=False)

    @property
    def is_all(self) -> bool:
        """Whether reading the mailbox will hardly ask for more: it was asked for all, and nothing is new.

        By a look at the bytes only. What does not look like that may be read just as well, where waiting disturbs
        nobody.
        """
        answers = self.answers.values()
        return len(answers) == len(self.questions) and all(is_nothing(answer) for answer in answers)


def is_nothing(answer: Answer) -> bool:
    """Whether an answer looks like one in which nothing is new."""
    return answer.status == HTTPStatus.OK and NOTHING in answer.body


def look_ahead(held: Iterable[Held]) -> dict[int, Ahead]:
    """Ask Graph what is new in these mailboxes, by their connections' ids.

    Only those are among them whose next requests are known: by Graph, with a token that is good, and not to be read
    whole. No statement is made, and nothing is raised for what fails: whoever reads the mailbox asks again.
    """
    found = {mailbox.connection.pk: ahead for mailbox in held if (ahead := _known(mailbox))}
    wanted = [(ahead, question) for ahead in found.values() for question in ahead.questions]
    if wanted:
        for (ahead, question), answer in zip(
            wanted, graph_ahead.ask([question for _, question in wanted]), strict=True
        ):
            if answer:
                ahead.answers[question.url] = answer
    return found


def _known(mailbox: Held) -> Ahead | None:
    now, streams = clock.now(), [mailbox.streams.get(kind) for kind in mailbox.kinds]
    links = [stream.delta_link for stream in streams if stream and not is_full_due(stream, now)]
    if mailbox.connection.method != Method.GRAPH or len(links) < len(streams):
        return None
    try:
        token = tokens.unexpired(mailbox.sealed, mailbox.connection.permissions)
    except TokensLostError:
        return None
    questions = [question for link in links if token and (question := graph.poll(token, link))]
    return Ahead(token, questions, now) if token and len(questions) == len(links) else None
