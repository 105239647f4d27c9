"""The portal's tables against a mailbox's plain listing, which is not the delta that fed them. By SQL from outside."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from calendar_integration.clients.base import MeetingRow
from calendar_integration.models import Meeting
from tests.calendar_integration.mirror import as_held, as_listed
from tests.drills.people import Person

Row = dict[str, Any]
CONNECTION = """
SELECT mailbox.* FROM calendar_integration_connection AS mailbox JOIN accounts_user ON accounts_user.id = user_id
WHERE email = %s
"""
OF_CONNECTION = "SELECT {columns} FROM calendar_integration_{table} WHERE connection_id = %s"


def rows(url: str, sql: str, *values: object) -> list[Row]:
    """What the database answers; a connection of its own, which sees what is committed by now."""
    connection = psycopg2.connect(url, cursor_factory=RealDictCursor)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [dict(row) for row in cursor.fetchall()]
    finally:
        connection.close()


def execute(url: str, sql: str, *values: object) -> int:
    """Change something, and commit; answers how many rows."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.rowcount
    finally:
        connection.close()


@dataclass(frozen=True)
class Mailbox:
    """A person's mailbox as the portal has it, and as the sandbox does."""

    person: Person

    @property
    def connection(self) -> Row:
        """The row of the connection."""
        return self._rows(CONNECTION, self.person.email)[0]

    @property
    def streams(self) -> dict[str, Row]:
        """How far it was read."""
        return {row["kind"]: row for row in self._of_connection("stream", "*")}

    @property
    def is_mirror(self) -> bool:
        """Whether nothing is lost, doubled or different."""
        return not self.differences

    @property
    def differences(self) -> str:
        """In words for whoever reads a failure; empty where there are none."""
        try:
            found = {"meetings": (self.held_meetings(), self._meetings()), "contacts": (self._held(), self._contacts())}
        except LookupError as error:
            return f"not read yet: {error}"
        return "; ".join(
            f"{len(held - there)} {what} too many, {len(there - held)} missing, such as"
            f" {[*(held - there), *(there - held)][:2]}"
            for what, (held, there) in found.items()
            if held != there
        )

    def held_meetings(self) -> Counter[Any]:
        """The portal's rows, each counted."""
        held = [
            Meeting(**row)
            for row in self._of_connection("meeting", ", ".join(MeetingRow._fields))
            if row["kind"] != "seriesMaster"
        ]
        return Counter((self._key(row.remote_id), as_held(row)) for row in held)

    def _meetings(self) -> Counter[Any]:
        stream = self.streams["events"]
        if not stream["finished_at"]:
            raise LookupError("meetings")
        start, end = (f"{stream[name]:%Y-%m-%dT%H:%M:%SZ}" for name in ("window_start", "window_end"))
        listed = self._control(f"events?start={start}&end={end}")
        return Counter((self._key(event["id"]), as_listed(event)) for event in listed)

    def _held(self) -> Counter[Any]:
        contacts = self._of_connection("contact", "remote_id, name, emails")
        return Counter((self._key(row["remote_id"]), row["name"], tuple(row["emails"])) for row in contacts)

    def _contacts(self) -> Counter[Any]:
        return Counter(
            (
                self._key(contact["id"]),
                contact["displayName"],
                tuple(entry["address"] for entry in contact["emailAddresses"]),
            )
            for contact in self._control("contacts")
        )

    def _key(self, remote_id: str) -> str:
        """Exchange has other ids than the listing, which are Graph's."""
        return "" if self.person.by_ews else remote_id

    def _control(self, path: str) -> list[Row]:
        return list(self.person.machine.control("GET", f"/people/{self.person.email}/{path}")["value"])

    def _of_connection(self, table: str, columns: str) -> list[Row]:
        return self._rows(OF_CONNECTION.format(table=table, columns=columns), self.connection["id"])

    def _rows(self, sql: str, *values: object) -> list[Row]:
        return rows(self.person.machine.postgres.url, sql, *values)
