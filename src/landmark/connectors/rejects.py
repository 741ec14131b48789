"""Writes rejected rows to a file that can be corrected and imported again.

Answers: which rows, where they stood and why. Does not answer: what else there is to know about an import.
A cell that a spreadsheet would run as a formula gets an apostrophe in front.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from landmark.connectors.parsed import Parsed, Problem

RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guard_cell(text: str) -> str:
    """The text, harmless in a spreadsheet; a plain negative number stays as it is."""
    if not text.lstrip(" ").startswith(RISKY_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text if text[:1] in "+-0123456789" else f"'{text}"


def rejected_rows(parsed: Parsed) -> list[Problem]:
    """Rows left out whole; of the others one value may be missing."""
    return [problem for problem in parsed.problems if problem.kind == "row"]


def write_rejects(problems: Sequence[Problem], path: str | Path) -> int:
    """Write file, row number, reason and the row itself, also where one value alone is rejected; returns how many."""
    rows = [problem for problem in problems if problem.kind != "note"]
    with Path(path).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "row", "reason", "the row as it was"])
        for problem in rows:
            cells = (problem.file, str(problem.row), problem.reason, *problem.raw)
            writer.writerow([guard_cell(cell) for cell in cells])
    return len(rows)
