"""A document for people: parts in, PDF or pictures of its pages out.

Answers: how every document of a deal looks, and what each states about itself (as-of day, version, for whom). Does not
answer: what stands in it (``deal_snapshot``, ``action_plan``, ``meetings``, ``summaries``, ``recap``, ``hand_over``).
Pure: the same paper gives the same bytes.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

from landmark.documents.pictures import FONT, CannotDraw, compile_pages
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED, Audience

PAGE_PICTURE_SCALE = 1.5
ROWS_LIMIT = 2000
SMALLER = (1.0, 0.94, 0.88, 0.82)
_LONG_WORD = re.compile(r"\S{25}(?=\S)")
_SOFT_BREAK = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every document states about itself. ``as_of``: what it says was known that day. ``version``: counts the
    contents that went out; ``is_draft``: this one has not gone out yet. ``by``: whose hand it comes from."""

    lang: str
    deal: str
    seller: str
    buyer: str
    as_of: date
    version: int = 1
    is_draft: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """The one thing to read: a label and a sentence in a box."""

    text: str
    label: str = ""
    kind: Literal["lead"] = "lead"


@dataclass(frozen=True, slots=True)
class Facts:
    """Short values with their names, two side by side."""

    rows: Sequence[tuple[str, str]]
    title: str = ""
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences one below the other; ``is_numbered`` where their order counts, ``has_boxes`` where they are ticked."""

    title: str
    lines: Sequence[str]
    note: str = ""
    mark: Literal["dot", "number", "box"] = "dot"
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. ``widths``: shares of the width, 0 = as narrow as its words; ``strong``: rows to stand out;
    ``numbers``: columns of figures; ``has_total``: the last row sums up."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    note: str = ""
    strong: Sequence[int] = ()
    numbers: Sequence[int] = ()
    has_total: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Bar:
    """``start``, ``end``: shares of the time shown. A point in time has no length."""

    label: str
    start: float
    end: float
    state: Literal["done", "open", "late", "decision"] = "open"
    head: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars over time; ``ticks``: where a day stands and what it is called; ``today``: where the as-of day stands."""

    title: str
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    today: float | None = None
    note: str = ""
    kind: Literal["timeline"] = "timeline"


Part = Lead | Facts | Lines | Sheet | Timeline


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document: ``name`` is the kind of document, ``title`` what this one is about, ``ask`` what the reader is
    asked to do, ``seal`` what they have confirmed already. ``on_one_page``: it shrinks a little to fit one."""

    frame: Frame
    audience: Audience
    name: str
    title: str
    parts: Sequence[Part]
    subtitle: str = ""
    ask: str = ""
    seal: str = ""
    on_one_page: bool = False


def set_paper(paper: Paper) -> bytes:
    """The document as PDF."""
    return compile_pages(_fitting(paper), "pdf")[0]


def draw_pages(paper: Paper) -> list[bytes]:
    """Each page as PNG, for looking before it goes out."""
    return compile_pages(_fitting(paper), "png", PAGE_PICTURE_SCALE)


def read_text(paper: Paper) -> str:
    """Every word of the document, one below the other: what a test or a search reads."""
    held = asdict(paper)
    shown = ("name", "title", "subtitle", "parts", "ask", "seal")
    return "\n".join(_texts([held["frame"], *(held[name] for name in shown)]))


def _fitting(paper: Paper) -> dict[str, bytes]:
    """At the largest size that keeps it on one page; at full size when none does."""
    for scale in SMALLER if paper.on_one_page else ():
        inputs = _inputs(paper, scale)
        if len(compile_pages(inputs, "png", pixels=0.1)) == 1:
            return inputs
    return _inputs(paper)


def _inputs(paper: Paper, scale: float = 1.0) -> dict[str, bytes]:
    if sum(len(part.rows) for part in paper.parts if isinstance(part, Sheet)) > ROWS_LIMIT:
        raise CannotDraw(f"A document holds {ROWS_LIMIT} rows at most. Choose fewer.")
    frame, write = paper.frame, Writer(paper.frame.lang)
    held = {
        "font": FONT,
        "scale": scale,
        "lang": frame.lang,
        "name": paper.name,
        "title": paper.title,
        "subtitle": paper.subtitle,
        "between": write("between", seller=frame.seller, buyer=frame.buyer) if frame.buyer else frame.seller,
        "deal": frame.deal,
        "seller": frame.seller,
        "as_of": write("as_of", day=write.day(frame.as_of)),
        "version": write("draft_version" if frame.is_draft else "version", version=frame.version),
        "by": write("by", name=frame.by) if frame.by else "",
        "page": write("page"),
        "internal": "" if paper.audience is SHARED else write("internal"),
        "parts": [asdict(part) for part in paper.parts if not _is_empty(part)],
        "ask": paper.ask or paper.seal,
    }
    sheet = (files("landmark.documents") / "paper.typ").read_bytes()
    return {"main": sheet, "paper.json": json.dumps(_soften(held)).encode()}


def _is_empty(part: Part) -> bool:
    match part:
        case Lead():
            return not part.text.strip()
        case Facts() | Sheet():
            return not part.rows
        case Lines():
            return not part.lines and not part.note
        case Timeline():
            return not part.bars


def _soften(value: object) -> object:
    """Very long words may break anywhere, so that an address does not run over the edge of its column."""
    if isinstance(value, str):
        return _LONG_WORD.sub(lambda found: found[0] + _SOFT_BREAK, value)
    if isinstance(value, dict):
        return {key: _soften(held) for key, held in value.items()}
    return [_soften(held) for held in value] if isinstance(value, list | tuple) else value


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [text for key, held in value.items() if key != "kind" for text in _texts(held)]
    return [text for held in value for text in _texts(held)] if isinstance(value, list | tuple) else []
