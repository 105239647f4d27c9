"""From a day's work to machines, and to what gives way first."""

from dataclasses import dataclass
from math import ceil

from bench.scaling.costs import Costs, Limits, Load
from bench.scaling.tally import Tally
from bench.scaling.world import TICK, Scenario

WORKDAY = 8 * 3600  # seconds in which people open pages


@dataclass(frozen=True)
class Needs:
    """What a number of mailboxes takes: in the busiest hour where nothing else is said."""

    worker_cores: float
    web_cores: float
    postgres_cores: float
    connections: int  # to PostgreSQL, without a pooler
    log: float  # bytes a second
    statements: float  # a second
    redis: float  # commands a second
    graph: float  # requests a second in the busiest five minutes
    meetings: float  # bytes of the table with its indexes
    everything: float  # bytes of the database


def processes_of(tally: Tally, limits: Limits) -> int:
    """Worker processes, so that neither their CPU nor the threads that wait in them are busier than they should be."""
    return max(2, ceil(tally.busiest("taken") / limits.busy))


def needs_of(scenario: Scenario, tally: Tally, costs: Costs, load: Load, limits: Limits) -> Needs:
    """What the simulated day takes."""
    people = scenario.mailboxes
    pages = people * load.pages_a_day / WORKDAY
    web = tally.busiest("notifications") * costs.notification_web + pages * load.page_cpu
    claims = tally.busiest("syncs") * costs.claim_each
    postgres = tally.busiest("postgres") + tally.busiest("notifications") * costs.notification_postgres + claims
    meetings = people * load.items * costs.meeting_bytes
    others = people * (load.contacts * costs.contact_bytes + costs.mailbox_bytes)
    processes = scenario.processes
    return Needs(
        worker_cores=tally.busiest("worker"),
        web_cores=web,
        postgres_cores=postgres + pages * load.page_postgres,
        connections=processes * load.databases + ceil(web / limits.busy) * 8,
        log=tally.busiest("log"),
        statements=tally.busiest("statements"),
        redis=tally.busiest("tasks") * costs.redis_task + tally.busiest("notifications") * costs.redis_notification,
        graph=tally.rush(),
        meetings=meetings,
        everything=meetings + others,
    )


def used(needs: Needs, scenario: Scenario, tally: Tally, limits: Limits) -> list[tuple[float, str]]:
    """How much of each limit is used, the most first."""
    room = scenario.under_way / TICK.total_seconds()
    most = {
        "Graph's requests for one app": needs.graph / (limits.graph_app / 10),
        "SYNC_UNDER_WAY, by the tick": tally.busiest("syncs") / room,
        "connections to PostgreSQL": needs.connections / limits.postgres_connections,
        "PostgreSQL's CPU": needs.postgres_cores / limits.busy / limits.postgres_cores,
        "PostgreSQL's log": needs.log / limits.log,
        "the table of meetings": needs.meetings / limits.table,
        "Redis": needs.redis / limits.redis,
    }
    return sorted(((share, name) for name, share in most.items()), reverse=True)
