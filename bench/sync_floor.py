"""The least that the same rows can cost: requests kept alive, orjson, and psycopg2's bare COPY or one SELECT of keys.

No lease, no plan, no checks, no index: what a sync costs beyond this is what it adds.
"""

import io
from collections.abc import Iterator
from typing import Any

import orjson
import psycopg2
import requests

from calendar_integration.clients.base import MeetingRow
from calendar_integration.models import Meeting

FIRST = "/me/calendarView/delta?startDateTime=2026-01-01T00:00:00Z&endDateTime=2027-01-01T00:00:00Z"
TABLE = "floor_meeting"
COLUMNS = ("connection_id", *MeetingRow._fields)


class Floor:
    """A connection of its own to the same database, and a session of its own."""

    def __init__(self, database: dict[str, Any], graph_url: str, ca_bundle: str) -> None:
        self._database = psycopg2.connect(**database)
        self._graph_url = graph_url
        self._session = requests.Session()
        self._session.trust_env, self._session.verify = False, ca_bundle or True
        self._session.headers["Authorization"] = "Bearer floor"
        self._run(f"CREATE TABLE {TABLE} (LIKE {Meeting._meta.db_table})")
        self._run(f"ALTER TABLE {TABLE} DROP COLUMN id")

    @property
    def backend_pid(self) -> int:
        """The process of PostgreSQL that serves it."""
        return int(self._database.info.backend_pid)

    def first_sync(self, mailbox: int) -> int:
        """Read every page and copy it into the table, one transaction; answers how many rows."""
        count = 0
        with self._database, self._database.cursor() as cursor:
            for events in self._pages(FIRST):
                text = "".join([line(mailbox, event) for event in events])
                cursor.copy_expert(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO(text))
                count += len(events)
        return count

    def compare_keys(self, mailbox: int) -> int:
        """Read every page and select the keys that are held; answers how many rows differ."""
        with self._database, self._database.cursor() as cursor:
            cursor.execute(
                f"SELECT remote_id, change_key FROM {Meeting._meta.db_table} WHERE connection_id = %s",  # noqa: S608 - our own table
                [mailbox],
            )
            held = dict(cursor.fetchall())
        return sum(held.get(event["id"]) != event["changeKey"] for events in self._pages(FIRST) for event in events)

    def _pages(self, path: str) -> Iterator[list[dict[str, Any]]]:
        link = self._graph_url + path
        while link:
            answer = orjson.loads(self._session.get(link).content)
            yield answer["value"]
            link = answer.get("@odata.nextLink")

    def _run(self, statement: str) -> None:
        with self._database, self._database.cursor() as cursor:
            cursor.execute(statement)


def line(mailbox: int, event: dict[str, Any]) -> str:
    """An event's columns as they lie in the JSON, in the text format of COPY; escaped where text may break a line."""
    get, organizer = event.get, event["organizer"]["emailAddress"]
    start, end = event["start"]["dateTime"][:19], event["end"]["dateTime"][:19]
    times = f"\\N\t\\N\t{start[:10]}\t{end[:10]}" if event["isAllDay"] else f"{start}Z\t{end}Z\t\\N\t\\N"
    recurrence, online = event["recurrence"], event["onlineMeeting"]
    return (
        f"{mailbox}\t{event['id']}\t{event['changeKey']}\t{event['type']}\t{get('seriesMasterId') or ''}\t"
        f"{recurrence['pattern']['type'] if recurrence else ''}\t{escaped(event['subject'])}\t"
        f"{escaped(event['bodyPreview'])}\t{escaped(event['location']['displayName'])}\t{escaped(organizer['name'])}\t"
        f"{organizer['address']}\t{event['isOrganizer']}\t{len(event['attendees'])}\t{times}\t"
        f"{event['originalStartTimeZone']}\t{online['joinUrl'] if online else ''}\t\t{event['isCancelled']}\t"
        f"{event['sensitivity'] == 'private'}\t{event['showAs']}\t{event['responseStatus']['response']}\t"
        f"{event['responseRequested']}\t{event['webLink']}\n"
    )


def escaped(text: str) -> str:
    """The text without what would end a column or a line."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
