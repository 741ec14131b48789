"""Measured tables on the pages of the documentation.

Answers: how a table is laid out and where on a page it goes. Does not answer: what is said around it; that text is
written by hand.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

EXPLANATION = Path(__file__).resolve().parent.parent / "docs" / "explanation"
Cells = Iterable[str]


def markdown(headings: Sequence[str], rows: Iterable[Cells]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_between(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``. Raises ValueError without the markers."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = page.read_text()
    if begin not in whole or end not in whole:
        raise ValueError(f"{page} has no place for {name}; it needs the lines {begin} and {end}")
    pattern = re.escape(begin) + r".*?" + re.escape(end)
    page.write_text(re.sub(pattern, lambda _: f"{begin}\n\n{text}\n\n{end}", whole, flags=re.DOTALL))
