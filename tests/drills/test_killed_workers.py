"""kill -9 while a mailbox is being read, and while it is being written: another worker makes it whole."""

import psycopg2
import pytest

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.tables import Mailbox, rows

LARGE = 3_000  # meetings: many pages
WAITING = """
SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%calendar_integration_meeting%%'
"""


def test_a_first_sync_begins_anew_where_its_worker_is_killed(machine: Machine, connected: Connected) -> None:
    machine.control("POST", "/people/kim@contoso.example/bulk", {"events": LARGE, "contacts": 500})
    machine.control("PUT", "/latency", {"milliseconds": 300})
    (kim,) = connected("Kim Sato")
    mailbox, died = Mailbox(kim), machine.restarts["worker"]
    machine.until(lambda: mailbox.streams.get("events", {}).get("items_read"), "the first sync is under way")
    assert "Reading your mailbox for the first time" in kim.status()
    machine.kill_workers(whole=True)
    assert not mailbox.held_meetings()
    machine.control("PUT", "/latency", {"milliseconds": 0})
    all_mirrored(machine, [kim])
    assert machine.restarts["worker"] == died + 1
    machine.until(lambda: "Up to date" in kim.status(), "up to date")


@pytest.mark.parametrize("whole", [True, False], ids=["the service", "its processes"])
def test_what_is_half_written_is_written_whole(machine: Machine, connected: Connected, whole: bool) -> None:
    (mia,) = connected("Mia Brandt")
    all_mirrored(machine, [mia])
    mailbox = Mailbox(mia)
    before = mailbox.held_meetings()
    held_up = psycopg2.connect(machine.postgres.url)
    with held_up.cursor() as cursor:
        cursor.execute("LOCK TABLE calendar_integration_meeting IN SHARE ROW EXCLUSIVE MODE")
        mia.change(seed=100 + whole, count=40)
        machine.until(lambda: rows(machine.postgres.url, WAITING), "the rows are being written")
        machine.kill_workers(whole=whole)
    held_up.close()
    machine.until(lambda: not rows(machine.postgres.url, WAITING), "what the dead were waiting for is over")
    assert mailbox.held_meetings() == before
    all_mirrored(machine, [mia])
