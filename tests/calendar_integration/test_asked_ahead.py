"""Graph is asked for a whole chunk at once: what it says is taken as if each mailbox had asked, and asked for once."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.clients import graph, graph_ahead
from calendar_integration.clients.graph_ahead import Question
from calendar_integration.models import Connection
from calendar_integration.sync import threads
from calendar_integration.sync.ahead import Ahead, is_nothing
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status
from calendar_integration.wire.kept_alive import Answer
from tests.accounts.making_servers import Answer as Said
from tests.accounts.making_servers import endless, serving, whole
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.synced import make_team
from tests.conftest import forget_connections
from tests.sandbox.running import Sandbox


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    threads.stop()
    forget_connections()


def asked_of(microsoft: Sandbox) -> list[str]:
    """The paths of Graph that were asked for."""
    return [row["path"] for row in microsoft.control("GET", "/requests") if "/v1.0/" in row["path"]]


def chunk(microsoft: Sandbox, team: list[Connection]) -> dict[Status, int]:
    Connection.objects.update(next_attempt_at=timezone.now())
    microsoft.control("DELETE", "/requests")
    return dict(sync_chunk([connection.pk for connection in team]))


@pytest.mark.django_db(transaction=True)
def test_where_nothing_is_new_no_thread_is_needed(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(microsoft)
    monkeypatch.setattr(threads, "submit", lambda _work: pytest.fail("a thread was asked"))
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert len(asked_of(microsoft)) == 6


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_is_not_asked_again(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    microsoft.control("POST", f"/people/{team[1].mailbox}/contacts", {"displayName": "Zoe Blum"}, 201)
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert len(asked_of(microsoft)) == 6
    for connection in team:
        assert_is_mirror(microsoft, connection)


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_is_to_wait_is_told_so_once(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    microsoft.fault("graph.throttled", upn=team[0].mailbox, seconds=300)
    assert chunk(microsoft, team) == {Status.DONE: 2, Status.FAILED: 1}
    assert len(asked_of(microsoft)) == 6
    team[0].refresh_from_db()
    assert team[0].failure_kind == "throttled"


@pytest.mark.django_db(transaction=True)
def test_a_lost_sync_state_is_read_whole_by_a_thread(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    microsoft.fault("graph.sync_state_not_found", upn=team[0].mailbox, count=2)
    team[0].meetings.all().delete()
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert_is_mirror(microsoft, team[0])


@pytest.mark.django_db(transaction=True)
def test_who_takes_long_is_waited_for_by_a_thread(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_ahead, "WITHIN_SECONDS", 0.5)
    team = make_team(microsoft)
    microsoft.fault("graph.slow", upn=team[0].mailbox, seconds=1, count=4)
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert len(asked_of(microsoft)) == 8


@pytest.mark.django_db(transaction=True)
def test_a_large_answer_is_read_by_a_thread(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_ahead, "LARGEST_ANSWER", 2000)
    team = make_team(microsoft)
    microsoft.control("POST", f"/people/{team[1].mailbox}/contacts", {"displayName": "Zoe " * 30}, 201)
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert_is_mirror(microsoft, team[1])


@pytest.mark.django_db(transaction=True)
def test_a_token_that_has_expired_is_not_sent(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    team, ask = make_team(microsoft), graph_ahead.ask
    asked: list[Question] = []

    def noted(questions: Sequence[Question]) -> list[Answer | None]:
        asked.extend(questions)
        return ask(questions)

    monkeypatch.setattr(graph_ahead, "ask", noted)
    let_expire(team[0])
    team[1].streams.all().delete()
    assert chunk(microsoft, team) == {Status.DONE: 3}
    assert len(asked) == 2, "one mailbox needs a token first, and another is read whole"


@pytest.mark.django_db(transaction=True)
def test_while_graph_is_out_of_reach_every_mailbox_fails_as_it_would_alone(
    microsoft: Sandbox, settings: Settings
) -> None:
    team = make_team(microsoft)
    settings.MS_GRAPH_URL = "https://127.0.0.1:9/v1.0"
    for connection in team:
        for stream in connection.streams.all():
            stream.delta_link = stream.delta_link.replace(microsoft.graph, settings.MS_GRAPH_URL)
            stream.save()
    forget_connections()
    assert chunk(microsoft, team)[Status.FAILED] >= 1
    assert set(Connection.objects.exclude(failure_kind="").values_list("failure_kind", flat=True)) == {"mailboxes"}


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/me", "https://graph.example/v1.0@evil.example/", "https://graph.example/v1.0/me x",
     "https://graph.example/v1.0/me\r\nHost: evil.example", "https://graph.example/v1.0/é", ""],
)  # fmt: skip
def test_a_link_to_elsewhere_or_none_is_not_asked(link: str, settings: Settings) -> None:
    settings.MS_GRAPH_URL = "https://graph.example/v1.0"
    assert graph.poll("token", link) is None
    assert graph.poll("token", "https://graph.example/v1.0/me?$deltatoken=R0u%2F")


def test_a_token_is_in_no_representation() -> None:
    question = Question("https://graph.example/v1.0/me", {"Authorization": "Bearer secret"})
    assert "secret" not in repr([question, Ahead("secret", [question])])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {}, b'{"value":[],"@odata.deltaLink":"x"}'), True),
        (Answer(200, {}, b'{"value":[{}],"@odata.deltaLink":"x"}'), False),
        (Answer(429, {}, b'{"value":[]}'), False),
    ],
)
def test_nothing_new_is_seen_by_its_bytes(answer: Answer, expected: bool) -> None:
    assert is_nothing(answer) is expected


def one_answer(said: Said, settings: Settings, **options: Any) -> Answer | None:
    """What is made of an answer with exactly these bytes."""
    with serving(said, **options) as server:
        scheme = "https" if options else "http"
        settings.MS_GRAPH_URL = f"{scheme}://127.0.0.1:{server.port}/v1.0"
        forget_connections()
        (answer,) = graph_ahead.ask([Question(f"{settings.MS_GRAPH_URL}/me", {"Authorization": "Bearer secret"})])
        graph_ahead.stop()
    assert bool(server.requests) == bool(not options or answer)
    return answer


def test_a_redirect_is_not_followed(settings: Settings) -> None:
    settings.MS_CA_BUNDLE = ""
    answer = one_answer(whole(b"", "302 Found", "Location: http://127.0.0.1:9/"), settings)
    assert answer
    assert answer.status == 302


@pytest.mark.parametrize(
    "said",
    [
        whole(b"half", "200 OK", "Content-Length: 9"),
        whole(b"nonsense", "200 OK", "Content-Encoding: gzip"),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 100_000),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b" ", pause=0.05),
        lambda connection: connection.sendall(b"HTTP/1.1 OK\r\n\r\n"),
        lambda connection: connection.close(),
    ],
)
def test_what_is_no_whole_answer_is_none(said: Said, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_ahead, "WITHIN_SECONDS", 0.5)
    settings.MS_CA_BUNDLE = ""
    assert one_answer(said, settings) is None


def test_a_server_must_be_certified_by_who_is_trusted(settings: Settings, tmp_path: Path) -> None:
    ours, other = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    settings.MS_CA_BUNDLE = str(tmp_path / "ca.pem")
    assert one_answer(whole(b"{}"), settings, authority=ours, name="127.0.0.1")
    assert one_answer(whole(b"{}"), settings, authority=other, name="127.0.0.1") is None
    assert one_answer(whole(b"{}"), settings, authority=ours, name="graph.example") is None
