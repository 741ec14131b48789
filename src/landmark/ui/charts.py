"""Geometry of our charts: numbers in, path strings and positions out. Templates draw them with classes, so that one
drawing follows the colours of light and dark, and no style attribute meets the content policy.

Answers: where a line runs and where a label fits. Does not answer: what is drawn. Pure: no Django, no domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LABEL_GAP = 6.0
LABEL_ROW = 14.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing's size and the box inside it that holds the data."""

    width: float
    height: float
    left: float = 34.0
    right: float = 8.0
    top: float = 40.0
    bottom: float = 22.0

    @property
    def x0(self) -> float:
        return self.left

    @property
    def x1(self) -> float:
        return self.width - self.right

    @property
    def y0(self) -> float:
        return self.height - self.bottom

    @property
    def y1(self) -> float:
        return self.top

    def x(self, share: float) -> float:
        return round(self.x0 + share * (self.x1 - self.x0), 1)

    def y(self, share: float) -> float:
        return round(self.y0 - share * (self.y0 - self.y1), 1)


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Mark:
    """A named line across the chart; ``label_y`` keeps names from covering one another."""

    x: float
    label: str
    label_x: float
    label_y: float
    anchor: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A filled area; ``label_x`` and ``label_y`` say where its name fits, None where it does not."""

    key: str
    path: str
    label_x: float | None = None
    label_y: float | None = None


def draw_band(key: str, low: Sequence[float], high: Sequence[float], frame: Frame, *, label_width: float = 60) -> Band:
    """The area between two curves given as shares of the height, evenly spaced over the width."""
    last = max(len(low) - 1, 1)
    xs = [frame.x(index / last) for index in range(len(low))]
    up = [f"{x} {frame.y(value)}" for x, value in zip(xs, high, strict=True)]
    down = [f"{x} {frame.y(value)}" for x, value in zip(reversed(xs), reversed(low), strict=True)]
    path = "M" + "L".join(up) + "L" + "L".join(down) + "Z"
    spot = _find_spot(low, high, xs, frame, label_width)
    return Band(key, path, *(spot or (None, None)))


def _find_spot(
    low: Sequence[float], high: Sequence[float], xs: Sequence[float], frame: Frame, label_width: float
) -> tuple[float, float] | None:
    """The middle of the widest stretch where a line of text fits, away from the edges."""
    room = 18 / (frame.y0 - frame.y1)
    best: tuple[float, int] | None = None
    for index, x in enumerate(xs):
        if not frame.x0 + label_width / 2 < x < frame.x1 - label_width / 2:
            continue
        thickness = high[index] - low[index]
        if thickness > room and (best is None or thickness > best[0]):
            best = (thickness, index)
    if best is None:
        return None
    index = best[1]
    return xs[index], frame.y((low[index] + high[index]) / 2) + 4


def draw_line(points: Sequence[tuple[float, float]], frame: Frame) -> str:
    """A line through points given as shares of width and height."""
    return "M" + "L".join(f"{frame.x(x)} {frame.y(y)}" for x, y in points)


def place_marks(marks: Sequence[tuple[float, str, bool]], frame: Frame, *, letter: float = 6.1) -> list[Mark]:
    """Named lines at shares of the width, names on as many rows above the chart as it takes to keep them apart.

    From right to left: a line on the left then rises past the names on its right, and none is crossed out.
    """
    rows: list[list[tuple[float, float]]] = []
    placed = []
    for share, label, is_main in sorted(marks, reverse=True):
        x, width = frame.x(share), len(label) * letter
        anchor = "end" if x + width + LABEL_GAP > frame.x1 else "start"
        start = x - width - LABEL_GAP if anchor == "end" else x + LABEL_GAP
        if start < 0:
            anchor, start = "start", max(frame.x1 - width, 0)
        row = _free_row(rows, start, start + width)
        label_x = start + width if anchor == "end" else start
        label_y = max(frame.y1 - 6 - row * LABEL_ROW, 9)
        placed.append(Mark(x, label, round(label_x, 1), round(label_y, 1), anchor, is_main))
    return placed


def _free_row(rows: list[list[tuple[float, float]]], start: float, end: float) -> int:
    for index, row in enumerate(rows):
        if all(end + LABEL_GAP < left or start - LABEL_GAP > right for left, right in row):
            row.append((start, end))
            return index
    rows.append([(start, end)])
    return len(rows) - 1


def find_months(start: date, end: date) -> list[date]:
    """The first days of the months after ``start``, up to ``end``."""
    months = []
    day = date(start.year, start.month, 1)
    while (day := (day + timedelta(days=32)).replace(day=1)) <= end:
        months.append(day)
    return months
