"""The table: what each size takes, what gives way first, and what the settings for it are."""

import sys
from dataclasses import replace

from bench.scaling.costs import Costs, Limits, Load
from bench.scaling.needs import Needs, needs_of, processes_of, used
from bench.scaling.run import Simulation
from bench.scaling.tally import Tally
from bench.scaling.world import Scenario

COSTS, LOAD, LIMITS = Costs(), Load(), Limits()
SIZES = (10_000, 100_000, 1_000_000)
SAMPLE = 150  # mailboxes of a first look, which says how many processes to simulate
FEWER = 400  # of the second table


def main() -> None:
    """Print it; a minute at the most."""
    say(f"{'mailboxes':<46}" + "".join(f"{size:>26,}" for size in SIZES))
    lines: dict[str, list[str]] = {}
    for size in SIZES:
        scenario = fitting(Scenario(size, processes=1))
        tally = Simulation(scenario, COSTS, LOAD).run()
        for name, value in figures(scenario, tally).items():
            lines.setdefault(name, []).append(value)
    for name, values in lines.items():
        say(f"{name:<46}" + "".join(f"{value:>26}" for value in values))
    say("")
    say_others()


def fitting(scenario: Scenario) -> Scenario:
    """With as many worker processes as it needs, and room in the queue for twice its busiest hour."""
    sample = replace(scenario, simulated=SAMPLE, processes=10**6, under_way=10**9, under_way_each=10**9)
    tally = Simulation(sample, COSTS, LOAD).run()
    room = max(5000, round(int(tally.busiest("syncs") * 20), -3))
    return replace(
        scenario,
        processes=processes_of(tally, LIMITS),
        under_way=room,
        under_way_each=max(1000, room // 4),
    )


def figures(scenario: Scenario, tally: Tally) -> dict[str, str]:
    """One column."""
    needs = needs_of(scenario, tally, COSTS, LOAD, LIMITS)
    first, second, *_ = used(needs, scenario, tally, LIMITS)
    return {
        "worker processes, a core each": f"{scenario.processes:,}",
        "  their CPU in the busiest hour": f"{needs.worker_cores:,.2f} cores",
        "  SYNC_UNDER_WAY": f"{scenario.under_way:,}",
        "  SYNC_UNDER_WAY_PER_ACCOUNT": f"{scenario.under_way_each:,}",
        "web CPU, pages and notifications": f"{needs.web_cores:,.2f} cores",
        **_postgres(needs),
        "Redis, commands a second": f"{needs.redis:,.0f}",
        "Graph, requests a second, busiest 5 min": f"{needs.graph:,.0f}",
        "syncs a mailbox on Monday": f"{tally.a_day('syncs') / scenario.mailboxes:.1f}",
        "full rounds a second, busiest hour": f"{tally.busiest('rounds'):,.1f}",
        "refreshed tokens a second, busiest hour": f"{tally.busiest('refreshes'):,.1f}",
        "notifications a second, busiest hour": f"{tally.busiest('notifications'):,.0f}",
        "a change is seen within, half of them": f"{tally.wait(0.5):,.0f} s",
        "  99 of 100": f"{tally.wait(0.99):,.0f} s",
        "longest between two syncs of a mailbox": f"{tally.longest() / 60:,.0f} min",
        "nearest limit, and how much of it is used": f"{first[0]:.0%}",
        "  which": first[1],
        "the next": f"{second[0]:.0%}",
        "  which ": second[1],
    }


def _postgres(needs: Needs) -> dict[str, str]:
    return {
        "PostgreSQL CPU": f"{needs.postgres_cores:,.2f} cores",
        "  statements a second": f"{needs.statements:,.0f}",
        "  write-ahead log": f"{needs.log / 1e6:,.2f} MB/s",
        "  connections without a pooler": f"{needs.connections:,}",
        "  the table of meetings": f"{needs.meetings / 1e9:,.0f} GB",
        "  the database": f"{needs.everything / 1e9:,.0f} GB",
    }


def others() -> dict[str, Scenario]:
    """What would be if something were otherwise. Where less is there than is needed, it is by that word."""
    fits = replace(fitting(Scenario(SIZES[-1], processes=1)), simulated=FEWER)
    silent = Scenario(SIZES[-1], processes=1, notified=False)
    few = Scenario(1000, processes=2, simulated=1000)  # one for one: limits of a company are of few requests
    return {
        "1,000,000, as above": fits,
        "  windows that all move on at midnight": replace(fits, spread=False),
        "  half of the processes": replace(fits, processes=fits.processes // 2),
        "  no notifications": replace(fitting(silent), simulated=FEWER // 2),
        "    and SYNC_UNDER_WAY as it comes, 5,000": replace(
            fitting(silent), simulated=FEWER // 2, under_way=5000, under_way_each=5000
        ),
        "    and windows that move on at midnight": replace(fitting(silent), simulated=FEWER // 2, spread=False),
        "1,000": few,
        "  Graph lets a tenant ask 12 times a minute": replace(few, tenant_limit=0.2),
    }


def say_others() -> None:
    """The second table."""
    titles = ("processes", "syncs/s", "rounds/s", "Graph/s", "p50 s", "p99 s", "gap min", "late")
    say(f"{'otherwise':<50}" + "".join(f"{title:>10}" for title in titles))
    for name, scenario in others().items():
        simulation = Simulation(scenario, COSTS, LOAD)
        tally = simulation.run()
        values = (
            scenario.processes,
            tally.busiest("syncs"),
            tally.busiest("rounds"),
            tally.rush(),
            tally.wait(0.5),
            tally.wait(0.99),
            tally.longest() / 60,
            simulation.waiting * scenario.weight,
        )
        say(f"{name:<50}" + "".join(f"{value:>10,.0f}" for value in values))


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
