"""From the bytes of a file to its text. Pure, without Django."""

import codecs
import csv
import io

SAVE_AS = "Save it as “CSV UTF-8” and choose it again."


class UnreadableError(Exception):
    """Nothing can be read from here on; `line` is 0 where it is not known."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises UnreadableError for any other encoding."""
    if data.startswith(b"PK\x03\x04"):
        raise UnreadableError(0, f"This is an Excel workbook. {SAVE_AS}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:2]:
        raise UnreadableError(0, f"The file is in UTF-16, not in UTF-8. {SAVE_AS}")
    content = data.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = row_number(content[: error.start].decode("utf-8"))
        raise UnreadableError(line, f"Here is a character that is not in UTF-8. {SAVE_AS}") from error


def row_number(text_before: str) -> int:
    """The number of the row in which the text goes on, as a spreadsheet counts; 0 where that cannot be said."""
    try:
        return sum(1 for _row in csv.reader(io.StringIO(f"{text_before}x", newline="")))
    except csv.Error:
        return 0
