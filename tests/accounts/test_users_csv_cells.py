"""Cells of a CSV file: a spreadsheet executes none of them, and an import gets back what was exported."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv.cells import guarded, unguarded
from accounts.csv.streaming import csv_chunks, stream_csv

TEXT = st.one_of(st.text(), st.text(alphabet="'=+-@\t\r\n; \u00a0＝aé", max_size=8))


@given(TEXT)
def test_what_was_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(TEXT)
def test_no_guarded_cell_starts_a_formula(text: str) -> None:
    cell = guarded(text)
    assert cell.lstrip()[:1] not in {*"=+-@＝＋－＠"}
    assert cell[:1] not in {"\t", "\r", "\n"}


@pytest.mark.parametrize("text", ["=1+1", "+34 600", "-5", "@SUM(A1)", "\rx", "  =1", "\u00a0=1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("separator", [";", "\t", "\r\n"])
def test_a_spreadsheet_that_separates_otherwise_executes_nothing_either(separator: str) -> None:
    cell = guarded(f"x{separator} =cmd|' /c calc'!A1{separator}fine")
    assert all(not part.strip().startswith("=") for part in cell.split(separator))


@pytest.mark.parametrize("text", ["", "Ana", "a=b", "ana@contoso.example", "'Ana'", "Pérez - Lima", "O'Neil"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_rows_come_back_from_the_file(rows: list[tuple[str, str]]) -> None:
    text = b"".join(csv_chunks(["one", "two"], rows)).decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    assert header == ["one", "two"]
    assert [tuple(unguarded(cell) for cell in line) for line in lines] == rows


def test_a_file_says_what_it_is() -> None:
    answer = stream_csv("people.csv", ["name", "count"], [("Ana", -1), (None, 2)])
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert answer.getvalue() == b"\xef\xbb\xbfname,count\r\nAna,-1\r\n,2\r\n"


def test_rows_are_taken_only_when_they_are_sent() -> None:
    taken: list[int] = []

    def rows() -> Iterator[tuple[int]]:
        for number in range(2_000):
            taken.append(number)
            yield (number,)

    chunks = csv_chunks(["number"], rows())
    next(chunks)
    assert taken == []
    next(chunks)
    assert len(taken) < 2_000
