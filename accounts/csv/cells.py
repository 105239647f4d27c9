"""Cells that a spreadsheet shows and never executes. Pure."""

import re

# What spreadsheets take for a formula, also in full width and after blanks. Apostrophes in front count as well, so that
# a guarded cell can be told from one that somebody wrote with an apostrophe.
_DANGEROUS = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """The text as a cell: one that a spreadsheet might execute gets an apostrophe in front."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made this cell of; other cells stay as they are."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell
