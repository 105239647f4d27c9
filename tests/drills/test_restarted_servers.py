"""PostgreSQL and Redis are restarted under everything: nobody restarts anything else, and nothing is lost."""

from collections.abc import Callable

import pytest

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine

PEOPLE = ("Ana Lima", "Mia Brandt", "Sam Okafor", "Finn Carter")


def restart_postgres(machine: Machine) -> None:
    machine.postgres.stop_at_once()
    machine.postgres.start()


def restart_redis(machine: Machine) -> None:
    machine.redis.kill()
    machine.redis.start()


def restart_both(machine: Machine) -> None:
    machine.redis.kill()
    machine.postgres.stop_at_once()
    machine.postgres.start()
    machine.redis.start()


@pytest.mark.parametrize("restart", [restart_postgres, restart_redis, restart_both])
def test_a_restart_loses_nothing(
    machine: Machine, connected: Connected, restart: Callable[[Machine], None], request: pytest.FixtureRequest
) -> None:
    people = connected(*PEOPLE)
    all_mirrored(machine, people)
    died = machine.restarts.copy()
    for person in people:
        person.change(seed=len(request.node.name))
    restart(machine)
    for person in people:
        person.change(seed=len(request.node.name) + 1)
    all_mirrored(machine, people)
    assert machine.restarts == died
