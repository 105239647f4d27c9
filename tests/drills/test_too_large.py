"""A mailbox over the bound is not read, says so, and costs the others nothing; memory stays within bounds."""

import pytest

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.tables import Mailbox, rows

MORE = 100_500  # than 100,000 of them in the window
MOST_MEGABYTES = 400  # that one process of the worker may take
# As many meetings by EWS take two and a half minutes, and no more memory.
LARGE = {
    "Graph": ("Cy Marsh", "cy@contoso.example", "events"),
    "EWS": ("New6 Hire", "new6@fabrikam.example", "contacts"),
}
TABLES = {"events": "meeting", "contacts": "contact"}
HELD = "SELECT count(*) FROM calendar_integration_{} WHERE connection_id = %s"


def megabytes(machine: Machine) -> float:
    """What the largest process of the worker takes."""
    return max(child.memory_info().rss for child in machine.process("worker").children()) / 2**20


@pytest.mark.parametrize("way", LARGE)
def test_it_is_unsupported_and_explained(machine: Machine, connected: Connected, way: str) -> None:
    name, email, kind = LARGE[way]
    machine.control("POST", f"/people/{email}/bulk", {kind: MORE})
    died = machine.restarts.copy()
    large, *others = connected(name, "Ana Lima", "Finn Carter")
    mailbox, sizes = Mailbox(large), [megabytes(machine)]
    machine.until(lambda: mailbox.streams.get(kind, {}).get("items_read"), "being read")
    for person in others:
        person.change()
    all_mirrored(machine, others)

    def is_given_up() -> bool:
        sizes.append(megabytes(machine))
        return bool(mailbox.connection["state"] == "mailbox_unsupported")

    machine.until(is_given_up, "unsupported", 300)
    assert "more than 100,000 meetings or contacts" in large.status()
    assert rows(machine.postgres.url, HELD.format(TABLES[kind]), mailbox.connection["id"]) == [{"count": 0}]
    print(f"By {way} a process grew from {sizes[0]:.0f} to {max(sizes):.0f} MB.")  # noqa: T201 - for whoever asks
    assert max(sizes) < MOST_MEGABYTES
    assert machine.restarts == died
