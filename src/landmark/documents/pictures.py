"""Drawings and pages as files: SVG in, PNG or a PDF page out.

Answers: how a drawing becomes a file that a mail or a slide can hold. Does not answer: what is drawn. Pure: the same
input gives the same bytes. A font that is missing would be replaced without a word, so fonts come from a package and a
warning of the typesetter is an error here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import typst

FONT = "Source Sans Pro"
OTHER_WRITING = ("manimgx_fonts", "manimgx_fonts_cjk")
PIXELS_A_POINT = 2
MARGIN = 16
_POINTS_AN_INCH = 72
_TEXT_SIZES = (9.5, 8.5, 7.5, 6.5, 5.5)
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)


class CannotDraw(ValueError):
    """The drawing or the page could not be set; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a page: a heading with a drawing, a table (``has_head``: its first row names the columns), lines."""

    title: str
    svg: str = ""
    rows: Sequence[Sequence[str]] = ()
    has_head: bool = True
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What the one page says. ``as_of`` and ``made`` are shown as they are."""

    title: str
    subtitle: str
    as_of: str
    made: str
    blocks: Sequence[Block]
    lang: str = "en"


def draw_png(svg: str, width: float, height: float) -> bytes:
    """A drawing of this size in points on white, two pixels a point; the margin is for words over its edge."""
    page = (
        f"#set page(width: {width + 2 * MARGIN}pt, height: {height + 2 * MARGIN}pt, margin: {MARGIN}pt, fill: white)\n"
        '#image("drawing.svg", width: 100%, height: 100%)'
    )
    return compile_pages({"main": page.encode(), "drawing.svg": svg.encode()}, "png")[0]


def set_review(review: Review) -> bytes:
    """One landscape page; the text shrinks step by step until everything fits on it.

    Raises CannotDraw when it does not fit at the smallest size.
    """
    sheet = (files("landmark.documents") / "review.typ").read_bytes()
    drawings = {f"{place}.svg": block.svg.encode() for place, block in enumerate(review.blocks) if block.svg}
    for size in _TEXT_SIZES:
        held = json.dumps({**asdict(review), "size": size, "font": FONT}).encode()
        inputs = {"main": sheet, "review.json": held, **drawings}
        if len(compile_pages(inputs, "png", pixels=0.2)) == 1:
            return compile_pages(inputs, "pdf")[0]
    raise CannotDraw("This page holds more than one sheet of paper can. Choose fewer parts.")


def compile_pages(inputs: dict[str, bytes], kind: Literal["png", "pdf"], pixels: float = PIXELS_A_POINT) -> list[bytes]:
    """The pages as pictures, or one PDF. ``inputs``: files by name, "main" is set."""
    try:
        # its types leave out a document of several files
        made, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]
            inputs, format=kind, ppi=_POINTS_AN_INCH * pixels, font_paths=_fonts(), timestamp=_MADE_AT
        )
    except typst.TypstError as error:
        raise CannotDraw(f"The page could not be set: {error.message}") from error
    if warnings:
        raise CannotDraw(f"The page could not be set as meant: {warnings[0].message}")
    return made if isinstance(made, list) else [made]


@cache
def _fonts() -> typst.Fonts:
    """Ours, then those installed for other writing and for signs, then the system's."""
    folders = [files("font_source_sans_pro") / "files", *(files(name) for name in OTHER_WRITING if find_spec(name))]
    return typst.Fonts(include_system_fonts=True, font_paths=[Path(str(folder)) for folder in folders])
