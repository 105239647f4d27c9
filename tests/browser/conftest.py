"""A real browser in front of the whole stack, which runs as separate processes."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests import names
from tests.back_door_client import BackDoor, back_door
from tests.browser.person import Person
from tests.browser_install import find_browser
from tests.stack import Stack, running_stack

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Headless, and the system's Chromium where there is one."""
    found = find_browser()
    return {"args": FLAGS, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def _stack() -> Iterator[Stack]:
    # Not in pytest's own folder, which is closed to the user that PostgreSQL runs as.
    with (
        tempfile.TemporaryDirectory(prefix="atrium-", ignore_cleanup_errors=True) as folder,
        running_stack(Path(folder) / "var", **names.environment(Path(folder))) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def _back_door(_stack: Stack) -> Iterator[BackDoor]:
    with back_door(_stack) as opened:
        yield opened


@pytest.fixture
def stack(_stack: Stack, _back_door: BackDoor) -> Stack:
    """The stack as on its first day."""
    _stack.control("POST", "/reset")
    _back_door.reset()
    names.lead_to(_stack.var.parent, {})
    return _stack


@pytest.fixture
def door(stack: Stack, _back_door: BackDoor) -> BackDoor:
    """The back door of the stack."""
    return _back_door


@pytest.fixture
def person(stack: Stack, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Person]]:
    """Makes people, each with a browser of their own; at the end, none of them may have met a browser error."""
    people: list[Person] = []

    def make(name: str = "Ana Lima", **options: Any) -> Person:
        context = new_context(**{"timezone_id": "Europe/Madrid", **options})
        people.append(Person(name, stack, context))
        return people[-1]

    yield make
    for somebody in people:
        assert somebody.browser_errors == []
