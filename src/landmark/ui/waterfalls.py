"""Geometry of a waterfall: steps in, shapes and positions out, upright for a wide page and lying for a narrow one.

Answers: where each bar stands, its shape and its words. Does not answer: what a step means. Pure: no Django, no domain.

What rises points up (or right), what falls points down (or left), a total is a plain block: the direction can be read
without its colour. Where the changes are small beside the totals the scale does not begin at zero: the totals are then
drawn torn, and ``base`` says where the scale begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from landmark.ui.charts import Frame

Kind = Literal["total", "up", "down", "gone"]
"""``gone`` falls like ``down``, but for a good reason."""
POINT = 7.0
THINNEST = 2.5
TEAR = 5.0
ZERO_FROM = 0.55
"""The scale begins at zero unless the lowest level is above this share of the highest."""
ROW = 38.0
WORDS = 76.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: a total at ``value``, or a signed change. ``words``: the value as text, ``title``: a sentence."""

    key: str
    label: str
    words: str
    value: float
    kind: Kind
    title: str = ""
    url: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One drawn bar: its outline, where its two texts go, and the field that takes the click."""

    step: Step
    path: str
    tear: str
    label_x: float
    label_y: float
    words_x: float
    words_y: float
    words_anchor: str
    hit_x: float
    hit_y: float
    hit_width: float
    hit_height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """``lines`` join neighbours at the level they share, as (x1, y1, x2, y2). ``base``: where the scale begins."""

    frame: Frame
    size: str
    blocks: tuple[Block, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    base: float
    label: str


def find_levels(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """From where to where each bar runs; a total runs from zero."""
    levels, here = [], 0.0
    for step in steps:
        before, here = (0.0, step.value) if step.kind == "total" else (here, here + step.value)
        levels.append((before, here))
    return levels


def find_base(levels: Sequence[tuple[float, float]]) -> float:
    """Where the scale begins: zero, or below the lowest level when the changes would be too thin to see."""
    reached = [end for _start, end in levels]
    low, high = min(reached, default=0.0), max(reached, default=0.0)
    if high <= 0 or low < ZERO_FROM * high:
        return 0.0
    return max(low - max(high - low, 0.02 * high) * 0.9, 0.0)


def draw_upright(steps: Sequence[Step], frame: Frame, label: str = "") -> Drawing:
    levels = find_levels(steps)
    base, share = _scale(levels)
    slot = (frame.x1 - frame.x0) / max(len(steps), 1)
    width = slot * 0.62
    blocks, lines = [], []
    for place, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        left = frame.x0 + slot * place + (slot - width) / 2
        top, bottom = _thicken(frame.y(share(max(start, end))), frame.y(share(min(start, end))))
        x, right, middle = round(left, 1), round(left + width, 1), round(left + width / 2, 1)
        blocks.append(
            Block(
                step=step, path=_upright(step.kind, x, right, top, bottom), tear=_tear(step, base, x, right, frame.y0),
                label_x=middle, label_y=frame.height - 8, words_x=middle, words_y=round(top - 6, 1),
                words_anchor="middle", hit_x=round(frame.x0 + slot * place, 1), hit_y=0, hit_width=round(slot, 1),
                hit_height=frame.height,
            )
        )  # fmt: skip
        y = frame.y(share(end))
        if not step.value and step.kind != "total":
            lines.append((x, y, right, y))
        if place + 1 < len(steps):
            lines.append((right, y, round(left + slot, 1), y))
    return Drawing(frame, "wide", tuple(blocks), tuple(lines), base, label)


def draw_lying(steps: Sequence[Step], width: float, label: str = "") -> Drawing:
    """One row a bar, its name above it and its amount beside it: for a phone."""
    frame = Frame(width, ROW * len(steps) + 2, left=2, right=WORDS, top=0, bottom=0)
    levels = find_levels(steps)
    base, share = _scale(levels)
    blocks, lines = [], []
    for place, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        y = round(ROW * place + 18, 1)
        left, right = frame.x(share(min(start, end))), frame.x(share(max(start, end)))
        left, right = (left, max(right, left + THINNEST)) if left < frame.x1 - THINNEST else (right - THINNEST, right)
        blocks.append(
            Block(
                step=step, path=_lying(step.kind, left, right, y, y + 12), tear=_tear_lying(step, base, frame.x0, y),
                label_x=frame.x0, label_y=y - 5, words_x=width - 2, words_y=y + 10, words_anchor="end", hit_x=0,
                hit_y=y - 17, hit_width=width, hit_height=ROW,
            )
        )  # fmt: skip
        if place + 1 < len(steps):
            lines.append((frame.x(share(end)), y + 12, frame.x(share(end)), y + ROW))
    return Drawing(frame, "narrow", tuple(blocks), tuple(lines), base, label)


class _Share:
    """A level as a share of the scale."""

    def __init__(self, base: float, high: float) -> None:
        self.base, self.span = base, (high - base) or 1.0

    def __call__(self, level: float) -> float:
        return min(max((level - self.base) / self.span, 0.0), 1.0)


def _scale(levels: Sequence[tuple[float, float]]) -> tuple[float, _Share]:
    base = find_base(levels)
    return base, _Share(base, max((end for _start, end in levels), default=1.0))


def _thicken(top: float, bottom: float) -> tuple[float, float]:
    return (top, bottom) if bottom - top >= THINNEST else (round(bottom - THINNEST, 1), bottom)


def _upright(kind: Kind, x: float, right: float, top: float, bottom: float) -> str:
    point, middle = min(POINT, (bottom - top) * 0.7), round((x + right) / 2, 1)
    if kind == "up":
        edge = round(top + point, 1)
        return f"M{x} {bottom}L{x} {edge}L{middle} {top}L{right} {edge}L{right} {bottom}Z"
    if kind in ("down", "gone"):
        edge = round(bottom - point, 1)
        return f"M{x} {top}L{right} {top}L{right} {edge}L{middle} {bottom}L{x} {edge}Z"
    return f"M{x} {bottom}L{x} {top}L{right} {top}L{right} {bottom}Z"


def _lying(kind: Kind, left: float, right: float, top: float, bottom: float) -> str:
    point, middle = min(POINT, (right - left) * 0.7), round((top + bottom) / 2, 1)
    if kind == "up":
        edge = round(right - point, 1)
        return f"M{left} {top}L{edge} {top}L{right} {middle}L{edge} {bottom}L{left} {bottom}Z"
    if kind in ("down", "gone"):
        edge = round(left + point, 1)
        return f"M{right} {top}L{right} {bottom}L{edge} {bottom}L{left} {middle}L{edge} {top}Z"
    return f"M{left} {top}L{right} {top}L{right} {bottom}L{left} {bottom}Z"


def _tear(step: Step, base: float, x: float, right: float, bottom: float) -> str:
    """A zigzag through the foot of a total whose scale does not begin at zero."""
    if step.kind != "total" or base <= 0:
        return ""
    middle, y = round((x + right) / 2, 1), bottom - 14
    return f"M{x - 3} {y + TEAR}L{middle - 5} {y - TEAR}L{middle + 5} {y + TEAR}L{right + 3} {y - TEAR}"


def _tear_lying(step: Step, base: float, left: float, top: float) -> str:
    if step.kind != "total" or base <= 0:
        return ""
    x = left + 14
    return f"M{x + TEAR} {top - 2}L{x - TEAR} {top + 4}L{x + TEAR} {top + 8}L{x - TEAR} {top + 14}"
