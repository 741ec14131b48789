"""Charts of the report card: reliability, scores over time, ranges beside what came.

Answers: where dots, lines and bars stand. Does not answer: what they mean (``report_card``).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from landmark.outlook.report_card import METHODS, Bin
from landmark.ui.charts import Frame, Tick, draw_line
from landmark.ui.formats import format_day, format_percent

SQUARE = Frame(360, 330, left=40, right=10, top=10, bottom=40)
WIDE, NARROW = (
    Frame(620, 230, left=52, right=10, top=14, bottom=28),
    Frame(330, 230, left=46, right=8, top=14, bottom=28),
)
SIZES = ((WIDE, "wide"), (NARROW, "narrow"))
SERIES = {METHODS[0]: "1", METHODS[1]: "3", METHODS[2]: "2"}
"""The look of each method's line, by the number of its class."""
DATES = {"wide": 6, "narrow": 3}
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """``places``: how far along the drawing each group of ours lies, 0 … 1."""

    frame: Frame
    diagonal: str
    ours: str
    ours_dots: tuple[Dot, ...]
    other: str
    other_dots: tuple[Dot, ...]
    places: tuple[float, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class PastBar:
    """One past window: the range as a bar, its middle as a line, what happened as a dot."""

    x: float
    top: float
    height: float
    middle_y: float
    actual_y: float
    has_held: bool
    width: float

    @property
    def bottom(self) -> float:
        return round(self.top + self.height, 1)

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def right(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Past:
    frame: Frame
    size: str
    bars: tuple[PastBar, ...]
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One method's scores; ``series`` is the number of its class."""

    series: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    frame: Frame
    size: str
    lines: tuple[Line, ...]
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    """What a bar shows of one past window."""

    day: date
    low: float
    middle: float
    high: float
    actual: float
    has_held: bool


def draw_reliability(ours: Sequence[Bin], stage: Sequence[Bin]) -> Reliability:
    top = max([b.predicted for b in (*ours, *stage)] + [b.observed for b in (*ours, *stage)] + [0.1])
    end = next(step for step in (0.1, 0.2, 0.3, 0.5, 0.75, 1.0) if step >= min(top, 1.0))

    def points(bins: Sequence[Bin]) -> list[tuple[float, float]]:
        return [(min(b.predicted / end, 1.0), min(b.observed / end, 1.0)) for b in bins]

    most = max(b.rows for b in ours)
    ticks = [end * share for share in (0, 0.25, 0.5, 0.75, 1)]
    digits = 0 if end >= 0.2 else 1
    return Reliability(
        frame=SQUARE,
        diagonal=draw_line([(0, 0), (1, 1)], SQUARE),
        ours=draw_line(points(ours), SQUARE),
        ours_dots=_dots(ours, points(ours), most),
        other=draw_line(points(stage), SQUARE) if stage else "",
        other_dots=_dots(stage, points(stage), most),
        places=tuple(round(x, 4) for x, _y in points(ours)),
        across=tuple(Tick(SQUARE.x(t / end), format_percent(t, digits)) for t in ticks),
        up=tuple(Tick(SQUARE.y(t / end), format_percent(t, digits)) for t in ticks),
        label=_("What was forecast against what happened, in %(bins)d groups of deals. The same as a table follows.")
        % {"bins": len(ours)},
    )


def _dots(bins: Sequence[Bin], points: Sequence[tuple[float, float]], most: int) -> tuple[Dot, ...]:
    return tuple(
        Dot(SQUARE.x(x), SQUARE.y(y), round(2.5 + 2.5 * (one.rows / most) ** 0.5, 1))
        for one, (x, y) in zip(bins, points, strict=True)
    )


def draw_past(windows: Sequence[Window], words: Callable[[float], str], label: str) -> tuple[Past, ...]:
    """Bars in two sizes; ``words`` writes a number of the scale."""
    return tuple(_draw_past(windows, words, label, frame, size) for frame, size in SIZES)


def _draw_past(windows: Sequence[Window], words: Callable[[float], str], label: str, frame: Frame, size: str) -> Past:
    end, step = _scale(max(max(one.high, one.actual, one.middle) for one in windows))
    slot = (frame.x1 - frame.x0) / len(windows)
    places = find_slots(len(windows))
    bars = []
    for place, one in zip(places, windows, strict=True):
        high, low = frame.y(one.high / end), frame.y(one.low / end)
        bars.append(
            PastBar(
                x=frame.x(place), top=high, height=max(round(low - high, 1), 1.5),
                middle_y=frame.y(one.middle / end), actual_y=frame.y(one.actual / end), has_held=one.has_held,
                width=round(min(slot * 0.5, 22), 1),
            )
        )  # fmt: skip
    days = _days([one.day for one in windows], [bar.x for bar in bars], size)
    return Past(frame, size, tuple(bars), _up(end, step, frame, words), days, label)


def find_slots(count: int) -> list[float]:
    """How far along the drawing each of so many bars stands, 0 … 1: in the middle of its slot."""
    return [round((place + 0.5) / count, 4) for place in range(count)]


def find_points(count: int) -> list[float]:
    """How far along the drawing each of so many points of a line stands: from edge to edge."""
    return [round(place / max(count - 1, 1), 4) for place in range(count)]


def _scale(most: float) -> tuple[float, float]:
    """A round end of the axis at or above ``most``, and the step between its lines: at most five of them."""
    if most <= 0:
        return 1.0, 1.0
    power = 10.0 ** math.floor(math.log10(most / 5))
    step = next(power * size for size in STEPS if power * size * 5 >= most * 0.999)
    return step * math.ceil(most / step * 0.999), step


def _up(end: float, step: float, frame: Frame, words: Callable[[float], str]) -> tuple[Tick, ...]:
    return tuple(Tick(frame.y(place * step / end), words(place * step)) for place in range(round(end / step) + 1))


def _days(days: Sequence[date], places: Sequence[float], size: str) -> tuple[Tick, ...]:
    every = -(-len(days) // DATES[size])
    shown = list(zip(days, places, strict=True))[::every]
    return tuple(Tick(x, format_day(day, year_of=day)) for day, x in shown)


def draw_lines(
    days: Sequence[date], values: Mapping[str, Sequence[float | None]], words: Callable[[float], str], label: str
) -> tuple[Lines, ...]:
    """A line for each method over the past days, in two sizes; nothing with fewer than two days."""
    held = [value for line in values.values() for value in line if value is not None]
    if len(days) < 2 or not held:
        return ()
    end, step = _scale(max(held))
    drawings = []
    for frame, size in SIZES:
        xs = find_points(len(days))
        lines = tuple(_line(SERIES[method], xs, line, end, frame) for method, line in values.items())
        ticks = _days(days, [frame.x(x) for x in xs], size)
        drawings.append(Lines(frame, size, lines, _up(end, step, frame, words), ticks, label))
    return tuple(drawings)


def _line(series: str, xs: Sequence[float], values: Sequence[float | None], end: float, frame: Frame) -> Line:
    points = [(x, value / end) for x, value in zip(xs, values, strict=True) if value is not None]
    dots = tuple(Dot(frame.x(x), frame.y(y), 3.0) for x, y in points)
    return Line(series, draw_line(points, frame) if points else "", dots)
