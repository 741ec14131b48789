"""The influence × interest map as a drawing and as a table.

Answers: where each dot and name stands, without one covering another. Does not answer: which quadrant is whose
(``engines.relationships``). People of the same field are set one below the other; a name too long is cut on the
drawing and whole in the table.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from landmark.buying.people import Person
from landmark.engines.relationships import find_quadrant
from landmark.playbook.relationships import TOP_LEVEL, Relationships
from landmark.playbook.schema import Playbook
from landmark.ui.charts import Frame
from landmark.ui.formats import find_initials

ROW = 19.0
LETTER = 6.3
WIDE = Frame(760, 430, left=36, right=10, top=12, bottom=34)
NARROW = Frame(360, 430, left=30, right=6, top=12, bottom=34)


@dataclass(frozen=True, slots=True)
class Dot:
    """``mark``: a circle for those in favour or neutral, a square for those against."""

    x: float
    y: float
    label: str
    tone: str
    is_square: bool
    side: float = 10.0

    @property
    def corner_x(self) -> float:
        return round(self.x - self.side / 2, 1)

    @property
    def corner_y(self) -> float:
        return round(self.y - self.side / 2, 1)

    @property
    def label_x(self) -> float:
        return round(self.x + 10, 1)

    @property
    def label_y(self) -> float:
        return round(self.y + 4, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """One quadrant's area and where its name stands."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_main: bool

    @property
    def label_x(self) -> float:
        return round(self.x + 10, 1)

    @property
    def label_y(self) -> float:
        return round(self.y + 18, 1)


@dataclass(frozen=True, slots=True)
class MapDrawing:
    size: str
    frame: Frame
    label: str
    fields: tuple[Field, ...]
    dots: tuple[Dot, ...]

    @property
    def middle_x(self) -> float:
        return (self.frame.x0 + self.frame.x1) / 2

    @property
    def middle_y(self) -> float:
        return (self.frame.y0 + self.frame.y1) / 2


def draw_maps(people: Sequence[Person], playbook: Playbook, lang: str) -> tuple[MapDrawing, ...]:
    """For a wide and for a narrow place; none while nobody has a place on it."""
    placed = [row for row in people if find_quadrant(row.fact, playbook.relationships) is not None]
    if not placed:
        return ()
    label = _("Map of %(count)d people by influence and interest; the table below says the same.") % {
        "count": len(placed)
    }
    return tuple(
        MapDrawing(size, frame, label, _fields(frame, playbook, lang), _dots(placed, frame, playbook))
        for size, frame in (("wide", WIDE), ("narrow", NARROW))
    )


def _fields(frame: Frame, playbook: Playbook, lang: str) -> tuple[Field, ...]:
    part: Relationships = playbook.relationships
    split = (part.high_from - 1) / TOP_LEVEL
    x, y = frame.x(split), frame.y(split)
    spans: dict[str, tuple[float, float]] = {"low": (frame.x0, x), "high": (x, frame.x1)}
    heights: dict[str, tuple[float, float]] = {"low": (y, frame.y0), "high": (frame.y1, y)}
    made = []
    for item in part.quadrants:
        (left, right), (top, bottom) = spans[item.interest], heights[item.influence]
        label = playbook.text(f"relationship.quadrant.{item.key}.label", lang)
        shown = _shorten(label, right - left - 16)
        made.append(Field(left, top, round(right - left, 1), round(bottom - top, 1), shown, item.influence == "high"))
    return tuple(made)


def _dots(people: Sequence[Person], frame: Frame, playbook: Playbook) -> tuple[Dot, ...]:
    cells: dict[tuple[int, int], list[Person]] = defaultdict(list)
    for row in people:
        cells[(row.fact.interest or 1, row.fact.influence or 1)].append(row)
    red = {stance.key for stance in playbook.stances if stance.rank < 0}
    good = {stance.key for stance in playbook.stances if stance.rank > 0}
    width = (frame.x1 - frame.x0) / TOP_LEVEL
    dots: list[Dot] = []
    for (interest, influence), rows in sorted(cells.items()):
        x = frame.x0 + (interest - 1) * width + (14 if frame.width > 500 else 8)
        middle = frame.y((influence - 0.5) / TOP_LEVEL) + 6
        for index, row in enumerate(sorted(rows, key=lambda r: r.name)):
            y = middle + (index - (len(rows) - 1) / 2) * ROW
            tone = "bar-neg" if row.fact.stance in red else "bar-pos" if row.fact.stance in good else "bar"
            shown = row.name if frame.width > 500 else find_initials(row.name)
            label = _shorten(shown, width - 30)
            dots.append(Dot(round(x, 1), round(y, 1), label, tone, row.fact.stance in red))
    return tuple(dots)


def _shorten(text: str, room: float) -> str:
    letters = max(int(room / LETTER), 3)
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def name_level(value: Any) -> str:
    """ "4 of 5"."""
    return _("%(value)s of %(top)s") % {"value": value, "top": TOP_LEVEL} if value else "—"
