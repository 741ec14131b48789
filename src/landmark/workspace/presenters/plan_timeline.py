"""The timeline of a shared plan: one bar an action, from its first to its last working day.

Answers: where bars, marks and months stand. Does not answer: the dates (``plans.reading``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.utils.translation import gettext as _

from landmark.plans.reading import PlanLine, PlanState
from landmark.ui.charts import Frame, Mark, Tick, find_months, place_marks
from landmark.ui.formats import current_locale, format_day

MOST_BARS = 60
WIDE, WIDE_LEFT, WIDE_ROW, NARROW_ROW = 1120, 300.0, 24.0, 34.0
LETTERS_WIDE, LETTERS_NARROW = 44, 52


@dataclass(frozen=True, slots=True)
class Bar:
    """``kind``: a-open done, bar-in critical, bar other, bar-neg late. ``late_to``: where it ends by now, if later."""

    x: float
    y: float
    width: float
    kind: str
    is_moment: bool
    diamond: str
    label: str
    label_x: float
    label_y: float
    anchor: str
    is_strong: bool
    late_from: float
    late_to: float
    middle: float


@dataclass(frozen=True, slots=True)
class Drawing:
    frame: Frame
    size: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    months: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """``at``: how far along the drawing the due day lies, 0 … 1."""

    at: float
    label: str
    start: date | None
    due: date | None
    expected: date | None
    slack: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Timeline:
    drawings: tuple[Drawing, ...]
    rows: tuple[TimelineRow, ...]
    label: str
    left_out: int


def draw_timeline(state: PlanState, say_state: Callable[[PlanLine], str]) -> Timeline | None:
    """None while no action has a day. A long plan draws what is open first, up to what an eye can follow."""
    dated = [line for line in state.lines if line.state != "dropped" and (line.action.due_on or line.action.done_on)]
    if not dated:
        return None
    shown = dated if len(dated) <= MOST_BARS else [line for line in dated if line.is_open][:MOST_BARS] or dated
    shown = shown[:MOST_BARS]
    first, last = _span(state, shown)
    days = max((last - first).days, 1)

    def share(day: date) -> float:
        return (day - first).days / days

    drawings = tuple(_draw(state, shown, (first, last), share, size) for size in ("wide", "narrow"))
    rows = tuple(_row(line, share, say_state) for line in shown)
    label = _("%(count)d actions from %(first)s to %(last)s. The same as a table follows.") % {
        "count": len(shown), "first": format_day(first), "last": format_day(last),
    }  # fmt: skip
    return Timeline(drawings, rows, label, len(dated) - len(shown))


def _start(line: PlanLine, state: PlanState) -> date:
    """The first working day of an action that ends on its day."""
    end = line.action.done_on or line.action.due_on
    assert end is not None  # noqa: S101  (only dated lines are drawn)
    return end if line.action.days <= 1 else state.workdays.shift(end, 1 - line.action.days)


def _span(state: PlanState, shown: Sequence[PlanLine]) -> tuple[date, date]:
    days = [state.on, state.plan.anchor_on]
    for line in shown:
        days += [_start(line, state), *(d for d in (line.action.done_on, line.action.due_on) if d)]
        if line.row is not None and line.is_open:
            days.append(line.row.expected_on)
    return min(days) - timedelta(days=2), max(days) + timedelta(days=4)


def _draw(
    state: PlanState, shown: Sequence[PlanLine], span: tuple[date, date], share: Callable[[date], float], size: str
) -> Drawing:
    is_wide = size == "wide"
    row = WIDE_ROW if is_wide else NARROW_ROW
    height = 44 + row * len(shown) + 26
    frame = Frame(WIDE if is_wide else 350, height, left=WIDE_LEFT if is_wide else 6, right=8, top=44, bottom=26)
    bars = tuple(_bar(line, state, frame, frame.top + row * n, share, is_wide) for n, line in enumerate(shown))
    anchor = f"{state.plan.get_anchor_display()} {format_day(state.plan.anchor_on, year_of=state.on)}"
    marks = place_marks([(share(state.on), _("today"), False), (share(state.plan.anchor_on), anchor, True)], frame)
    months = [
        Tick(frame.x(share(day)), format_date(day, "MMM", locale=current_locale()))
        for day in find_months(*span)
        if frame.x(share(day)) < frame.x1 - 14
    ]
    every = max(1, -(-len(months) * 30 // int(frame.x1 - frame.x0)))
    return Drawing(frame, size, bars, tuple(marks), tuple(months[::every]))


def _bar(
    line: PlanLine, state: PlanState, frame: Frame, top: float, share: Callable[[date], float], is_wide: bool
) -> Bar:
    end = line.action.done_on or line.action.due_on or state.on
    x0, x1 = frame.x(share(_start(line, state))), frame.x(share(end + timedelta(days=1)))
    y = top + (6 if is_wide else 17)
    expected = line.row.expected_on if line.row is not None and line.is_open else end
    is_critical = line.row is not None and line.row.is_critical
    kind = "a-open" if not line.is_open else "bar-neg" if line.state == "late" else "bar-in" if is_critical else "bar"
    middle, half = y + 6, 6
    at = frame.x(share(end))
    return Bar(
        x=x0, y=round(y, 1), width=max(round(x1 - x0, 1), 4), kind=kind, is_moment=line.action.days == 0,
        diamond=f"M{at} {middle - half}L{at + half} {middle}L{at} {middle + half}L{at - half} {middle}Z",
        label=_shorten(line.action.text, LETTERS_WIDE if is_wide else LETTERS_NARROW),
        label_x=frame.x0 - 10 if is_wide else 6, label_y=round(middle + 4 if is_wide else top + 12, 1),
        anchor="end" if is_wide else "start", is_strong=is_critical,
        late_from=x1, late_to=frame.x(share(expected + timedelta(days=1))) if expected > end else 0.0, middle=middle,
    )  # fmt: skip


def _shorten(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def _row(line: PlanLine, share: Callable[[date], float], say_state: Callable[[PlanLine], str]) -> TimelineRow:
    end = line.action.done_on or line.action.due_on
    return TimelineRow(
        at=round(share(end), 4) if end else 0.0, label=line.action.text,
        start=line.row.latest.start_on if line.row else None, due=end,
        expected=line.row.expected_on if line.row and line.is_open else None,
        slack=line.row.slack if line.row and line.is_open else None, state=say_state(line),
    )  # fmt: skip
