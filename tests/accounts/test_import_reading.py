"""A file is read the way a spreadsheet shows it; whatever is wrong is said with its line, and nothing ever raises."""

import codecs
import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv.streaming import csv_chunks
from accounts.csv_import.reading import on_one_line, read
from accounts.csv_import.rows import MOST_BYTES, MOST_ROWS, FileRow
from tests.accounts.making_groups import csv_of

HEADER = ("email", "name", "role", "groups")
EXPORTED = ("email", "name", "role", "status", "groups", "last_sign_in", "Office 365")
IGNORED = {"status", "last_sign_in", "office 365"}
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NAME = PRINTABLE.map(on_one_line).filter(lambda text: not text.startswith("'"))


def problems(data: bytes) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in read(data).problems]


def first(data: bytes) -> FileRow:
    reading = read(data)
    assert reading.problems == ()
    return reading.rows[0]


@given(
    st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"email,name\n{text}".encode("utf-8", "replace"))
)
def test_it_never_raises(data: bytes) -> None:
    reading = read(data)
    assert reading.rows or reading.problems


@given(st.lists(st.tuples(NAME, NAME, st.lists(NAME.map(lambda name: name.replace(";", "")), max_size=3)), min_size=1))
def test_an_exported_file_comes_back_as_it_was(people: list[tuple[str, str, list[str]]]) -> None:
    """Also names that begin like formulas, which the export guards."""
    rows: list[Sequence[object]] = [
        (f"{number}@x.example", name, "member", status, ";".join(groups), "", "Never")
        for number, (name, status, groups) in enumerate(people)
    ]
    reading = read(b"".join(csv_chunks(EXPORTED, rows)), ignored=IGNORED)
    assert reading.problems == ()
    expected = [
        FileRow(
            number + 2,
            f"{number}@x.example",
            name,
            "member",
            tuple(dict.fromkeys(filter(None, map(on_one_line, groups)))),
        )
        for number, (name, _status, groups) in enumerate(people)
    ]
    assert list(reading.rows) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_marks_and_line_ends_are_understood(delimiter: str, mark: bytes, ending: str) -> None:
    text = io.StringIO()
    # Everything in quotation marks: else the writer leaves a line break bare that is not the ending.
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("Groups", " NAME ", "email"), ("Sales; Interns;;Sales", "  Ana \n Lima", " ANA@X.example ")])
    assert first(mark + text.getvalue().encode()) == FileRow(2, "ana@x.example", "Ana Lima", "", ("Sales", "Interns"))


def test_lines_are_counted_as_a_spreadsheet_shows_them() -> None:
    data = b'email,name\n\na@x.example,"two\nlines"\n,\nb@x.example,Bo,extra\nc@x.example,Cy\n'
    assert [row.line for row in read(data).rows] == [3, 6]
    assert [line for line, _text in problems(data)] == [5]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "The file is empty."),
        (b"\n\n ,\n", 0, "The file is empty."),
        (b"email,name\n", 0, "There is no one in the file"),
        (b"ana@x.example,Ana\n", 1, "There is no column “email”."),
        (b"\nname,role\n", 2, "There is no column “email”."),
        (b"email,phone\n", 1, "There is a column “phone”, which is not known."),
        (b"email,name,Name\n", 1, "There are two columns “name”."),
        (b"email,,name\n", 1, "Column 2 has no name."),
        (b"email,name\na@x.example\n", 2, "This row has 1 cell, the first line has 2."),
        (b"email,name\na@x.example,Ana\0\n", 2, "NUL"),
        (b'email,name\na@x.example,"Ana\nb@x.example,Bo\n', 2, "quotation mark"),
        (b'email,name\nb@x.example,Bo\na@x.example,"A"na\n', 3, "quotation mark"),
        (b"email,name\na@x.example," + b"n" * 140_000, 2, "far too long"),
        ("email,name\na@x.example,Zoë\n".encode("utf-16"), 0, "UTF-16"),
        ("email,name\na@x.example,Zoë\n".encode("utf-16-le"), 0, "UTF-16"),
        ("email,name\na@x.example,Zoë\n".encode("utf-16-be"), 0, "UTF-16"),
        ('email,name\nb@x.example,"Bo\nChan"\na@x.example,Zoë\n'.encode("cp1252"), 3, "CSV UTF-8"),
        (b"email\n" + b"a" * MOST_BYTES, 0, "larger than 5 MB"),
        (b"email\n" + b"a@x.example\n" * (MOST_ROWS + 1), 0, "more than 20,000 rows"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data: bytes, line: int, words: str) -> None:
    found = problems(data)
    assert len(found) == 1
    assert found[0][0] == line
    assert words in found[0][1]


def test_as_many_rows_as_are_allowed_are_read() -> None:
    reading = read(b"email\n" + b"a@x.example\n" * MOST_ROWS)
    assert (len(reading.rows), reading.problems) == (MOST_ROWS, ())


def test_guards_against_formulas_are_taken_off() -> None:
    assert first(csv_of([("a@x.example", "'=SUM(A1)", "", "'+Sales")])).name == "=SUM(A1)"
    assert first(csv_of([("a@x.example", "'t Hooft", "", "")])).name == "'t Hooft"
