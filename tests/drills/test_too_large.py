"""A mailbox over the bound is not read, says so, and costs the others nothing; memory stays within bounds."""

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.tables import Mailbox

MEETINGS = 100_500  # more than 100,000 of them in the window
MOST_MEGABYTES = 400  # that one process of the worker may take


def megabytes(machine: Machine) -> float:
    """What the largest process of the worker takes."""
    return max(child.memory_info().rss for child in machine.process("worker").children()) / 2**20


def test_it_is_unsupported_and_explained(machine: Machine, connected: Connected) -> None:
    machine.control("POST", "/people/cy@contoso.example/bulk", {"events": MEETINGS})
    cy, ana = connected("Cy Marsh", "Ana Lima")
    ana.change(seed=7)
    mailbox, sizes = Mailbox(cy), [megabytes(machine)]
    machine.until(lambda: mailbox.streams.get("events", {}).get("items_read"), "being read")
    all_mirrored(machine, [ana])

    def is_given_up() -> bool:
        sizes.append(megabytes(machine))
        return bool(mailbox.connection["state"] == "mailbox_unsupported")

    machine.until(is_given_up, "unsupported", 300)
    assert "more than 100,000 meetings" in cy.status()
    assert not mailbox.held_meetings()
    print(f"The worker grew from {sizes[0]:.0f} to {max(sizes):.0f} MB.")  # noqa: T201 - measured for whoever asks
    assert max(sizes) < MOST_MEGABYTES
