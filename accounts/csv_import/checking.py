"""Which rows are fine, what they would do, and everything that is wrong with the others. Pure: plain data only."""

import re
from collections.abc import Callable, Iterator, Sequence

from accounts.csv_import.plan import ChangedPerson, Directory, GroupRef, Known, NewPerson, Plan
from accounts.csv_import.rows import FileRow, Problem

LONGEST_EMAIL = 254
LONGEST_NAME = 200
OWNER, ADMIN, MEMBER = ROLES = ("owner", "admin", "member")
LAST_OWNER = "The account needs an owner: nobody would be left who can manage the other owners."
# Control characters, which no list shows; line breaks have become blanks before.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def check(rows: Sequence[FileRow], directory: Directory, *, by_owner: bool, is_email: Callable[[str], bool]) -> Plan:
    """What importing these rows would do; where anything is wrong with any row, only what is wrong.

    `by_owner` is whether an owner asks: only they make owners, and change them.
    """
    found = [*_duplicates(rows), *_last_owner(rows, directory)]
    for row in rows:
        found += [Problem(row.line, text) for text in _problems(row, directory, by_owner, is_email)]
    if found:
        return Plan(problems=in_order(found))
    created = tuple(_new(row, directory) for row in rows if row.email not in directory.people)
    known = [_changed(row, directory.people[row.email], directory) for row in rows if row.email in directory.people]
    changed = tuple(person for person in known if person.is_changed)
    return Plan(created, changed, unchanged=len(known) - len(changed))


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems by line, each said once."""
    return tuple(dict.fromkeys(sorted(problems, key=lambda problem: problem.line)))


def _duplicates(rows: Sequence[FileRow]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        line = first.setdefault(row.email, row.line)
        if line != row.line and row.email:
            yield Problem(row.line, f"{row.email} is in line {line} already.")


def _last_owner(rows: Sequence[FileRow], directory: Directory) -> Iterator[Problem]:
    """Those who cannot all be demoted. People who never took part yet don't count, as in the users list."""
    named = [(row, directory.people[row.email]) for row in rows if row.email in directory.people]
    demoted = [(row, known) for row, known in named if row.role in (ADMIN, MEMBER) and known.id in directory.owners]
    promoted = {known.id for row, known in named if row.role == OWNER and known.is_active and not known.is_invited}
    if demoted and not (directory.owners - {known.id for _row, known in demoted}) | promoted:
        for row, _known in demoted:
            yield Problem(row.line, LAST_OWNER)


def _problems(row: FileRow, directory: Directory, by_owner: bool, is_email: Callable[[str], bool]) -> Iterator[str]:
    yield from _problems_of_cells(row, is_email)
    yield from (f"There is no group “{_short(name)}”." for name in row.groups if directory.group(name) is None)
    known = directory.people.get(row.email)
    if known and not known.is_active:
        yield f"{row.email} is deactivated. Reactivate them first, or leave this row out."
    if by_owner:
        return
    if row.role == OWNER and (known is None or known.role != OWNER):
        yield "Only an owner can make somebody an owner."
    elif known and known.role == OWNER and (_role(row, known), _name(row, known)) != (known.role, known.name):
        yield f"{row.email} is an owner, whom only an owner can change."


def _problems_of_cells(row: FileRow, is_email: Callable[[str], bool]) -> Iterator[str]:
    if not row.email:
        yield "The e-mail is missing."
    elif len(row.email) > LONGEST_EMAIL or not is_email(row.email):
        yield f"“{_short(row.email)}” is not an e-mail address."
    if len(row.name) > LONGEST_NAME:
        yield f"The name is longer than {LONGEST_NAME} characters."
    if UNPRINTABLE.search(row.name):
        yield "The name has a character that cannot be shown."
    if row.role and row.role not in ROLES:
        yield f"“{_short(row.role)}” is not a role. Use admin, member or owner, or leave it empty."


def _new(row: FileRow, directory: Directory) -> NewPerson:
    return NewPerson(row.email, row.name or row.email, row.role or MEMBER, _groups(row, directory))


def _changed(row: FileRow, known: Known, directory: Directory) -> ChangedPerson:
    joined = tuple(group for group in _groups(row, directory) if group.id not in known.group_ids)
    return ChangedPerson(known, _name(row, known), _role(row, known), joined)


def _name(row: FileRow, known: Known) -> str:
    """The name in the file, where it says another one than is known; a blank more or less is none."""
    return row.name if row.name and row.name != " ".join(known.name.split()) else known.name


def _role(row: FileRow, known: Known) -> str:
    return row.role or known.role


def _groups(row: FileRow, directory: Directory) -> tuple[GroupRef, ...]:
    """The row's groups, each once, in the order of the file."""
    return tuple(dict.fromkeys(group for name in row.groups if (group := directory.group(name))))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
