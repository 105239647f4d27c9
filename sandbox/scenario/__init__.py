"""What the sandbox holds when it starts for the first time: two organisations with full calendars."""

from sandbox.scenario.people import DOMAINS, EXCHANGE_HOSTS
from sandbox.scenario.seed import seed

__all__ = ["DOMAINS", "EXCHANGE_HOSTS", "seed"]
