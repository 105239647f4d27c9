"""Cells that a spreadsheet shows and never executes. Pure."""

import re

# What spreadsheets take for a formula, also in full width and after blanks. Apostrophes in front count as well, so that
# a guarded cell can be told from one that somebody wrote with an apostrophe. A spreadsheet that separates by something
# else than commas begins a cell after every semicolon, tab and line break.
_FORMULA = r"'*[^\S\t\r\n]*[=+\-@＝＋－＠]"
_AT_THE_BEGINNING = r"'*\s*[=+\-@\t\r\n＝＋－＠]"
_AFTER_A_SEPARATOR = rf"(?<=[;\t\r\n])(?={_FORMULA})"
_DANGEROUS = re.compile(rf"\A(?={_AT_THE_BEGINNING})|{_AFTER_A_SEPARATOR}")
_GUARDED = re.compile(rf"\A'(?={_AT_THE_BEGINNING})|(?<=[;\t\r\n])'(?={_FORMULA})")


def guarded(text: str) -> str:
    """The text as a cell: wherever a spreadsheet might execute something, an apostrophe stands in front."""
    return _DANGEROUS.sub("'", text)


def unguarded(cell: str) -> str:
    """The text that `guarded` made this cell of; other cells stay as they are."""
    return _GUARDED.sub("", cell)
