"""Cells of files that a spreadsheet opens. Answers: which text is safe there. Does not answer: which rows there are."""

import re

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*\s?%?")


def guard_cell(cell: object) -> object:
    """A text that a spreadsheet would run as a formula becomes plain text; a number stays one."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return "" if cell is None else cell
