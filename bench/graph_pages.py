"""A lean stand-in for Graph under load: a process of its own that serves pages which were built before it listens.

Every bearer token has the same mailbox. What it answers, below /v1.0/me:

    calendarView/delta and contactFolders/contacts/contacts/delta
        the first page of a full round; `@odata.nextLink` leads to the next, and the last has the delta link
    the same with $deltatoken, as that link has it
        nothing new, and a new delta link
    the same with $deltatoken=again
        every page once more, as Graph replays rows that have not changed
    calendars/<id>/calendarView?$top=, calendarView?$top=, contacts?$top=
        plain listings, paged by $top and $skip
    events/<id>, and the empty path
        one event; whose mailbox it is

    python -m bench.graph_pages [--port 8090] [--events 1000] [--occurrences] [--contacts 0] [--latency 0.05] [--tls]

prints where it listens, and with --tls the file with its certificate authority; SIGTERM ends it.
"""

import argparse
import asyncio
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, unquote

import orjson
import trustme

from bench.graph_mailbox import calendar_rows, contact_rows
from sandbox.tenant.mailbox import Json

PAGE = 200
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#Collection"
TOKEN = "R0usmcdvmMu7jxWP8" * 20  # Outlook's links are long, and are written down with every round
NOT_FOUND = orjson.dumps({"error": {"code": "ErrorItemNotFound", "message": "The specified object was not found."}})


class Pages:
    """Every answer in bytes, for one base address such as http://127.0.0.1:8090."""

    def __init__(self, base: str, calendar: list[Json], contacts: list[Json]) -> None:
        self._base = f"{base}/v1.0/me"
        self._rows = {"event": [orjson.dumps(row) for row in calendar], "contact": [orjson.dumps(r) for r in contacts]}
        shown = [row for row in calendar if row["type"] in ("singleInstance", "exception")]
        self._listed = {"event": [orjson.dumps(row) for row in shown], "contact": self._rows["contact"]}
        self._by_id = {row["id"]: orjson.dumps(row) for row in calendar}
        self._rounds = count(1)

    def answer(self, target: str) -> bytes | None:
        """The body for a request's target, or None where there is nothing."""
        path, _, query = target.partition("?")
        if path.endswith("/delta"):
            return self._delta("event" if "calendarView" in path else "contact", path, query)
        return self._plain(path.removeprefix("/v1.0/me"), query)

    def _delta(self, kind: str, path: str, query: str) -> bytes | None:
        if "%24deltatoken=again" in query or "$deltatoken=again" in query:
            return self._page(kind, path, 0)
        if "deltatoken=" in query:
            return b'{"@odata.context":"%b","value":[],"@odata.deltaLink":"%b"}' % (
                f"{CONTEXT}({kind})".encode(),
                f"{self._base}{path.removeprefix('/v1.0/me')}?$deltatoken={TOKEN}{next(self._rounds)}".encode(),
            )
        _, _, page = query.partition("skiptoken=")
        return self._page(kind, path, int(page.rpartition("-")[2]) if page else 0)

    @cache  # noqa: B019 - there is one for the whole process
    def _page(self, kind: str, path: str, page: int) -> bytes:
        rows = self._rows[kind]
        is_last = (page + 1) * PAGE >= len(rows)
        token = f"$deltatoken={TOKEN}0" if is_last else f"$skiptoken={TOKEN}-{page + 1}"
        link = f"{self._base}{path.removeprefix('/v1.0/me')}?{token}"
        return listing(kind, rows[page * PAGE :][:PAGE], "@odata.deltaLink" if is_last else "@odata.nextLink", link)

    @cache  # noqa: B019 - there is one for the whole process
    def _plain(self, path: str, query: str) -> bytes | None:
        parts = path.strip("/").split("/")
        match parts:
            case [""]:
                return orjson.dumps({"id": "oid", "mail": "dana@contoso.example", "userPrincipalName": "dana"})
            case ["calendar"]:
                return orjson.dumps({"id": "calendar", "name": "Calendar", "isDefaultCalendar": True, "canEdit": True})
            case ["calendarView"] | ["calendars", _, "calendarView"]:
                return self._list("event", path, query)
            case ["contacts"]:
                return self._list("contact", path, query)
            case ["events", event_id]:
                return self._by_id.get(unquote(event_id))
        return None

    def _list(self, kind: str, path: str, query: str) -> bytes:
        given, rows = {name.lower(): values[0] for name, values in parse_qs(query).items()}, self._listed[kind]
        top, skip = int(given.get("$top", 10)), int(given.get("$skip", 0))
        further = f"{self._base}{path}?$top={top}&$skip={skip + top}" if skip + top < len(rows) else ""
        return listing(kind, rows[skip : skip + top], "@odata.nextLink", further)


def listing(kind: str, rows: list[bytes], link_name: str, link: str) -> bytes:
    """A page of rows that are bytes already; without a link where that is empty."""
    tail = b',"%b":"%b"' % (link_name.encode(), link.encode()) if link else b""
    context = f"{CONTEXT}({kind})".encode()
    return b'{"@odata.context":"%b","value":[%b]%b}' % (context, b",".join(rows), tail)


class KeptAlive(asyncio.Protocol):
    """A connection that answers one request after the other, each after the simulated latency."""

    def __init__(self, pages: Pages, latency: float) -> None:
        self._pages, self._latency, self._received = pages, latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio gives a stream's protocol nothing else
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A request, or part of one; those of Graph that are measured have no body."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            answer = self._answer(head)
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.writelines, answer)
            else:
                self._transport.writelines(answer)

    def _answer(self, head: bytes) -> tuple[bytes, bytes]:
        if b"authorization: bearer " not in head.lower():
            return _head(401, 0), b""
        body = self._pages.answer(head.split(b" ", 2)[1].decode())
        return (_head(200, len(body)), body) if body is not None else (_head(404, len(NOT_FOUND)), NOT_FOUND)


def _head(status: int, length: int) -> bytes:
    return (
        f"HTTP/1.1 {status} .\r\nContent-Type: application/json;odata.metadata=minimal\r\n"
        f"request-id: 7f0c9e1c-6a0f-4b53-9f5e-a71a05b0c0de\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@dataclass(frozen=True)
class Served:
    """Where a running page server is. `graph_url` goes into MS_GRAPH_URL, `ca_bundle` into MS_CA_BUNDLE."""

    graph_url: str
    ca_bundle: str
    pid: int


@contextmanager
def serving(
    *, events: int = 1000, occurrences: bool = False, contacts: int = 0, latency: float = 0, tls: bool = False
) -> Iterator[Served]:
    """A page server of its own for the block, on a port that is free. `latency` is in seconds."""
    command = [sys.executable, "-m", "bench.graph_pages", "--events", str(events), "--contacts", str(contacts),
               "--latency", str(latency)]  # fmt: skip
    command += ["--occurrences"] * occurrences + ["--tls"] * tls
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            url, _, ca_bundle = process.stdout.readline().strip().partition(" ")
            if not url:
                raise RuntimeError("the page server did not start")
            yield Served(f"{url}/v1.0", ca_bundle, process.pid)
        finally:
            process.terminate()


async def serve(options: argparse.Namespace) -> None:
    """Listen until the process is ended."""
    with tempfile.TemporaryDirectory() as folder:
        context, ca_bundle = certified(Path(folder)) if options.tls else (None, "")
        pages: list[Pages] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: KeptAlive(pages[0], options.latency), "127.0.0.1", options.port, ssl=context, start_serving=False
        )
        base = f"{'https' if options.tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        calendar = calendar_rows(options.events, with_occurrences=options.occurrences)
        pages.append(Pages(base, calendar, contact_rows(options.contacts)))
        await server.start_serving()
        sys.stdout.write(f"{base} {ca_bundle}\n")
        sys.stdout.flush()
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await ended.wait()


def certified(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A certificate for this machine by an authority of its own, and the authority's file."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return context, str(folder / "ca.pem")


def main() -> None:
    """Serve by the command line's options."""
    parser = argparse.ArgumentParser(description="Pages of Graph, built before they are asked for.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--events", type=int, default=1000, help="whole events, of about 4 kB each")
    parser.add_argument("--occurrences", action="store_true", help="the occurrences of their series too")
    parser.add_argument("--contacts", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0, help="seconds before every answer")
    parser.add_argument("--tls", action="store_true")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
