"""The simulation of many mailboxes loses none, starves none, and shows what it is there to show."""

from datetime import datetime, timedelta

from bench.scaling.costs import Costs, Limits, Load
from bench.scaling.needs import needs_of
from bench.scaling.run import Simulation
from bench.scaling.world import ENDS, MONDAY, Scenario

COMPANIES, SMALL = 27, 26  # of which the last has a fiftieth of everybody
TINY = Scenario(100, processes=2, simulated=100)
MINUTE = timedelta(minutes=1).total_seconds()


EARLY = MONDAY + timedelta(hours=2)


def simulated(scenario: Scenario, ends: datetime = ENDS) -> Simulation:
    simulation = Simulation(scenario, Costs(), Load())
    simulation.run(ends)
    return simulation


def test_nobody_is_lost_or_left_out() -> None:
    simulation = simulated(TINY)
    joined = len(simulation.mailboxes) - TINY.simulated  # what connects is read without being claimed
    assert joined == 5
    assert simulation.claimed + joined == simulation.done + simulation.expired + simulation.under_way.total()
    assert all(mailbox.read_at for mailbox in simulation.mailboxes)
    assert simulation.tally.longest() < 1.1 * TINY.longest.total_seconds() + MINUTE


def test_the_same_seed_brings_the_same_day() -> None:
    first, second = simulated(TINY, EARLY), simulated(TINY, EARLY)
    assert first.tally == second.tally


def test_where_all_cannot_be_read_in_time_nobody_waits_for_much_longer_than_the_others() -> None:
    # One in five seconds may be claimed, where a hundred mailboxes want to be read every five minutes.
    crowded = Scenario(100, 2, 100, notified=False, under_way=1, joining=0)
    waits = simulated(crowded, EARLY).tally.longest_wait
    assert len(waits) == COMPANIES
    assert max(waits.values()) < 1.2 * min(waits.values())


def test_a_company_that_graph_holds_back_pauses_alone() -> None:
    free, held = simulated(TINY), simulated(Scenario(100, 2, 100, tenant_limit=0.08))
    assert held.pauses.opened > 0
    assert held.throttled > 0
    assert held.tally.longest_wait[SMALL] < free.tally.longest_wait[SMALL] + MINUTE


def test_windows_that_all_move_on_at_midnight_make_a_rush() -> None:
    silent = Scenario(100, 2, 100, notified=False, interval=timedelta(minutes=15))
    together = Scenario(100, 2, 100, notified=False, interval=timedelta(minutes=15), spread=False)
    assert simulated(together, EARLY).tally.busiest("rounds") > 5 * simulated(silent, EARLY).tally.busiest("rounds")


def test_ten_times_the_mailboxes_are_ten_times_the_work() -> None:
    few, many = Scenario(1000, 2, 50, joining=0), Scenario(10_000, 20, 50, joining=0, under_way=50_000)
    one, ten = (needs_of(scenario, simulated(scenario).tally, Costs(), Load(), Limits()) for scenario in (few, many))
    assert 8 < ten.worker_cores / one.worker_cores < 12
    assert 9.9 < ten.meetings / one.meetings < 10.1
