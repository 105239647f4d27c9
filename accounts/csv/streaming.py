"""CSV files of any length, written while they are sent."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from accounts.csv.cells import guarded

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else
ROWS_PER_CHUNK = 500


def stream_csv(file_name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A download in UTF-8 whose rows are taken when they are sent; cells are safe to open in a spreadsheet.

    Text is guarded, None is an empty cell. `rows` is read after the view has returned, outside its transaction.
    """
    response = StreamingHttpResponse(csv_chunks(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    response["X-Accel-Buffering"] = "no"  # a proxy that waited for the whole file would hold it in memory
    return response


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file in pieces of some hundred rows; the first one is the header, at once."""
    yield (BYTE_ORDER_MARK + csv_text([header])).encode()
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        yield csv_text(chunk).encode()


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    """A value as its cell. Numbers are no formulas, so that a negative one stays a number."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else guarded(str(value))
