"""What a page shows, taken out of it again: each chart with its heading and its table, for files.

Answers: the drawings and tables of a finished page. Does not answer: what is in them, or how a file is made of them.
Reading the page, instead of drawing a second time, keeps one truth: a file can show nothing that the page does not.

A part is any element with ``data-chart="name"``: its first heading, its first ``svg.chart`` (the wide one where there
are two), its tables, lists of terms with ``data-rows``, and what its list items say in ``data-line``. What lies in a
part within it belongs to that one alone. ``data-value`` on a cell carries the exact figure behind a shortened text.
"""

from dataclasses import dataclass

from lxml import html
from lxml.html import HtmlElement

_CHART = "contains(concat(' ', normalize-space(@class), ' '), ' chart ')"
_WIDE = "contains(concat(' ', normalize-space(@class), ' '), ' only-wide ')"
_UNSEEN = "contains(concat(' ', normalize-space(@class), ' '), ' visually-hidden ')"


@dataclass(frozen=True, slots=True)
class Cell:
    """``exact`` is the figure behind the text, where the text is shortened."""

    text: str
    exact: str


@dataclass(frozen=True, slots=True)
class Part:
    """``svg`` is empty for a table alone; ``rows``: its tables and terms, one below the other, ``has_head`` when the
    first row names the columns. ``lines``: its list, one line each. ``is_review``: it belongs on the weekly page."""

    name: str
    title: str
    svg: str
    rows: tuple[tuple[Cell, ...], ...]
    has_head: bool
    lines: tuple[str, ...]
    is_review: bool


def read_parts(page: str) -> list[Part]:
    """The parts of a page, in the order of the page."""
    return [_read_part(element) for element in html.fromstring(page).xpath("//*[@data-chart]")]


def _read_part(element: HtmlElement) -> Part:
    for unseen in element.xpath(f".//*[{_UNSEEN}][not(self::thead)]"):
        unseen.drop_tree()
    headings = _own(element, ".//h1 | .//h2 | .//h3")
    drawings = _own(element, f".//svg[{_CHART}][{_WIDE}]") or _own(element, f".//svg[{_CHART}]")
    rows = _own(element, ".//table//tr | .//dl[@data-rows]/div")
    return Part(
        name=element.get("data-chart"),
        title=_text(headings[0]) if headings else element.get("data-chart"),
        svg=_drawing(drawings[0]) if drawings else "",
        rows=tuple(tuple(_cells(row)) for row in rows),
        has_head=bool(rows) and rows[0].getparent().tag == "thead",
        lines=tuple(line.get("data-line") for line in _own(element, ".//li[@data-line]")),
        is_review="data-review" in element.attrib,
    )


def _own(element: HtmlElement, path: str) -> list[HtmlElement]:
    return [found for found in element.xpath(path) if found.xpath("ancestor::*[@data-chart][1]")[0] is element]


def _drawing(svg: HtmlElement) -> str:
    """As XML; the parser of web pages writes every attribute small, SVG has one that is not."""
    text: str = html.tostring(svg, method="xml", encoding="unicode", with_tail=False)
    return text.replace("viewbox=", "viewBox=", 1)


def _cells(row: HtmlElement) -> list[Cell]:
    cells = []
    for cell in row.xpath("./th | ./td | ./dt | ./dd"):
        text = _text(cell)
        cells.append(Cell(text, cell.get("data-value", text)))
        cells += [Cell("", "")] * (int(cell.get("colspan", 1)) - 1)
    return cells


def _text(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
