"""Orders to the back door of a running stack; see back_door."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.stack import PATIENCE_SECONDS, PROJECT, Stack, environment

SERVE = "from tests.back_door import serve; serve()"


@dataclass
class BackDoor:
    """Beside a running stack, for what nobody can do as a person within a test."""

    process: "subprocess.Popen[str]"

    def reset(self) -> None:
        """The portal is as on its first day."""
        self._order("reset")

    def pass_time(self, minutes: float) -> None:
        """So many minutes pass for everything about authorization and consent; sessions and mailboxes stay as new."""
        self._order("pass_time", minutes)

    def expire_attempts(self) -> None:
        """The schedule comes by, which ends what nobody came back from."""
        self._order("expire_attempts")

    def holders_of_tokens(self) -> list[str]:
        """The addresses of those for whose mailboxes anything of Microsoft's is held."""
        return list(self._order("holders_of_tokens"))

    def save_ews_url(self, vanity: str, url: str) -> None:
        """The account has this Exchange server, which was found to be one when it was saved."""
        self._order("save_ews_url", vanity, url)

    def add_crowd(self, vanity: str) -> None:
        """The account has people with long names, and mailboxes in every kind of trouble."""
        self._order("add_crowd", vanity)

    def manage(self, *arguments: str) -> str:
        """What a manage.py command prints."""
        return str(self._order("manage", *arguments))

    def sync(self, email: str) -> str:
        """What manage.py sync prints of somebody's mailbox, once no worker is synchronising it any more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Another worker" in (printed := self.manage("sync", email)):
            assert time.monotonic() < deadline, printed
            time.sleep(0.1)
        return printed

    def _order(self, *order: object) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the back door has ended; back_door.log beside the stack's data says why"
        return json.loads(answer)


@contextmanager
def back_door(stack: Stack) -> Iterator[BackDoor]:
    """The back door of a stack that nobody has used yet: this is the first day that it goes back to."""
    with (
        (stack.var.parent / "back_door.log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", SERVE],
            cwd=PROJECT,
            env=environment(stack.var),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        yield BackDoor(process)
