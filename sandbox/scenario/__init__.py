"""What the sandbox holds when it starts for the first time: two organisations with full calendars."""

from sandbox.scenario.people import DOMAINS
from sandbox.scenario.seed import seed

__all__ = ["DOMAINS", "seed"]
