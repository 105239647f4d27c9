"""What a file says, row by row. Pure, without Django."""

from dataclasses import dataclass

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
COLUMNS = ("email", "name", "role", "groups")


@dataclass(frozen=True)
class FileRow:
    """A row of the file. `line` is its number in a spreadsheet, where the header is 1; `role` may be empty."""

    line: int
    email: str
    name: str
    role: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Why nothing can be written; line 0 is the file as a whole."""

    line: int
    text: str


@dataclass(frozen=True)
class Reading:
    """The rows of a file, and what is wrong with it as a file."""

    rows: tuple[FileRow, ...] = ()
    problems: tuple[Problem, ...] = ()
