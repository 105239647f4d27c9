"""Calls to Graph as a sync makes them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.sandbox.running import PATIENCE_SECONDS, Sandbox

Json = dict[str, Any]
IMMUTABLE = 'IdType="ImmutableId"'


def usual_window() -> dict[str, str]:
    """30 days back and 365 ahead."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = today - timedelta(days=30), today + timedelta(days=365)
    return {"startDateTime": start.isoformat(), "endDateTime": end.isoformat()}


@dataclass
class Graph:
    """A client with somebody's access token."""

    sandbox: Sandbox
    token: str
    prefer: str = f"{IMMUTABLE}, odata.maxpagesize=100"

    def get(self, path: str, **options: Any) -> requests.Response:
        """One call; `path` may be a whole link."""
        return self.call("GET", path, **options)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call by any method."""
        url = path if path.startswith("http") else f"{self.sandbox.graph}{path}"
        headers = {"Authorization": f"Bearer {self.token}", "Prefer": self.prefer, **options.pop("headers", {})}
        return self.sandbox.client.request(method, url, headers=headers, timeout=PATIENCE_SECONDS, **options)

    def round(self, path: str, **options: Any) -> tuple[list[Json], str, list[Json]]:
        """A whole delta round: its rows, its deltaLink, and the pages."""
        pages: list[Json] = []
        link: str | None = path
        while link:
            answer = self.get(link, **(options if not pages else {}))
            assert answer.status_code == 200, answer.text
            pages.append(answer.json())
            link = pages[-1].get("@odata.nextLink")
        return [row for page in pages for row in page["value"]], pages[-1]["@odata.deltaLink"], pages

    def plain_view(self) -> list[Json]:
        """The plain listing of the usual window, all pages."""
        rows: list[Json] = []
        link: str | None = "/me/calendarView"
        query: dict[str, str] | None = {**usual_window(), "$top": "100"}
        while link:
            page = self.get(link, params=query).json()
            rows += page["value"]
            link, query = page.get("@odata.nextLink"), None
        return rows


@dataclass
class Replica:
    """What a sync holds after applying delta rounds: rows by id, occurrences completed from their masters."""

    rows: dict[str, Json] = field(default_factory=dict)

    def apply(self, changes: list[Json]) -> None:
        """One round, reduced to the last word on each id; a retold series replaces its occurrences."""
        last = {row["id"]: row for row in changes}
        for master in (row for row in last.values() if row.get("type") == "seriesMaster"):
            self._drop_series(master["id"])
        for key, row in last.items():
            if "@removed" in row:
                self.rows.pop(key, None)
                self._drop_series(key)
            else:
                self.rows[key] = row

    def _drop_series(self, master: str) -> None:
        self.rows = {key: row for key, row in self.rows.items() if row.get("seriesMasterId") != master}

    def shown(self) -> dict[str, tuple[str, str, str]]:
        """Start, end and subject of everything but masters."""
        return {
            key: (row["start"]["dateTime"], row["end"]["dateTime"], self._subject(row))
            for key, row in self.rows.items()
            if row["type"] != "seriesMaster"
        }

    def _subject(self, row: Json) -> str:
        return str(row["subject"] if "subject" in row else self.rows[row["seriesMasterId"]]["subject"])


def shown(rows: list[Json]) -> dict[str, tuple[str, str, str]]:
    """The same of a plain listing."""
    return {row["id"]: (row["start"]["dateTime"], row["end"]["dateTime"], row["subject"]) for row in rows}
