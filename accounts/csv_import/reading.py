"""From the bytes of a file to its rows, or to everything that is wrong with it as a file. Pure, without Django."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence

from accounts.csv.cells import unguarded
from accounts.csv_import.rows import COLUMNS, MOST_BYTES, MOST_ROWS, FileRow, Problem, Reading
from accounts.csv_import.text import UnreadableError, text_of

DELIMITERS = ",;\t"
GROUP_SEPARATOR = ";"
NAMES = "The first line names the columns: email, name, role, groups."
TOO_LARGE = f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it into smaller files."
TOO_MANY = f"The file has more than {MOST_ROWS:,} rows. Split it into smaller files."
Numbered = tuple[int, list[str]]


def read(data: bytes, *, ignored: Collection[str] = ()) -> Reading:
    """The rows of a CSV file in UTF-8, separated by comma, semicolon or tab. It never raises, whatever the bytes are.

    `ignored` are the names of columns that may be there and are not read, in small letters.
    """
    try:
        if len(data) > MOST_BYTES:
            raise UnreadableError(0, TOO_LARGE)
        numbered = _numbered(text_of(data), ignored)
        columns = _columns(numbered, ignored)
        return _rows(numbered, columns)
    except UnreadableError as error:
        return Reading(problems=(Problem(error.line, error.text),))


def _numbered(text: str, ignored: Collection[str]) -> Iterator[Numbered]:
    """The records that hold anything, by the numbers a spreadsheet gives them: it counts empty rows as well."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, ignored), strict=True)
    line = 0
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(line, _words_of(error)) from error
        if any(cell.strip() for cell in cells):
            yield line, cells


def _words_of(error: csv.Error) -> str:
    if "field limit" in str(error):
        return "A cell in this row is far too long. Perhaps a quotation mark is not closed."
    return "A quotation mark in this row is not closed, or does not belong there. What follows could not be read."


def _delimiter(text: str, ignored: Collection[str]) -> str:
    """The one by which the first line falls into the most columns that we know; the comma where none does."""
    header = text.lstrip("\r\n").splitlines()[:1]
    known = {*COLUMNS, *ignored}
    return max(DELIMITERS, key=lambda delimiter: len(known.intersection(_names("".join(header).split(delimiter)))))


def _names(cells: Sequence[str]) -> list[str]:
    """The columns' names as they are compared, without quotation marks."""
    return [unguarded(cell.strip().strip('"')).strip().lower() for cell in cells]


def _columns(numbered: Iterator[Numbered], ignored: Collection[str]) -> list[str]:
    """The names in the header. Raises UnreadableError where it is missing, or names a column we don't know."""
    line, cells = next(numbered, (0, []))
    names = _names(cells)
    if not names:
        raise UnreadableError(0, f"The file is empty. {NAMES}")
    if "email" not in names:
        raise UnreadableError(line, f"There is no column “email”. {NAMES}")
    for number, name in enumerate(names, start=1):
        if not name:
            raise UnreadableError(line, f"Column {number} has no name. {NAMES}")
        if name not in COLUMNS and name not in ignored:
            raise UnreadableError(line, f"There is a column “{_short(name)}”, which is not known. {NAMES}")
        if name in names[: number - 1]:
            raise UnreadableError(line, f"There are two columns “{_short(name)}”. {NAMES}")
    return names


def _rows(numbered: Iterator[Numbered], columns: list[str]) -> Reading:
    rows: list[FileRow] = []
    problems: list[Problem] = []
    try:
        for read_so_far, (line, cells) in enumerate(numbered, start=1):
            if read_so_far > MOST_ROWS:
                return Reading(problems=(Problem(0, TOO_MANY),))
            problem = _problem(cells, columns)
            if problem:
                problems.append(Problem(line, problem))
            else:
                rows.append(_row(line, cells, columns))
    except UnreadableError as error:
        problems.append(Problem(error.line, error.text))
    if not rows and not problems:
        problems.append(Problem(0, "There is no one in the file: it ends after the names of the columns."))
    return Reading(tuple(rows), tuple(problems))


def _problem(cells: list[str], columns: list[str]) -> str:
    if len(cells) != len(columns):
        return (
            f"This row has {len(cells)} cell{'' if len(cells) == 1 else 's'}, the first line has {len(columns)}. "
            "Several groups in one cell need quotation marks around them where semicolons separate the cells."
        )
    if any("\0" in cell for cell in cells):
        return "There is a NUL character in this row, which cannot be stored."
    return ""


def _row(line: int, cells: list[str], columns: list[str]) -> FileRow:
    values = {name: unguarded(cell).strip() for name, cell in zip(columns, cells, strict=True)}
    groups = [on_one_line(name) for name in values.get("groups", "").split(GROUP_SEPARATOR)]
    return FileRow(
        line=line,
        email=values["email"].lower(),
        name=on_one_line(values.get("name", "")),
        role=values.get("role", "").lower(),
        groups=tuple(dict.fromkeys(name for name in groups if name)),
    )


def on_one_line(text: str) -> str:
    """Without line breaks and repeated blanks."""
    return " ".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
