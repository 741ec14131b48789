"""What the road map of conditions does to the deal's curve.

Answers: the chance of a win as the model tells it, beside the one if the way to a signature starts only once the last
condition is met. Does not answer: whether it will be so: it is a what-if, and says that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from landmark.engines.decision import StepFact, delay_wins, road_map_days
from landmark.outlook.reading import DealOutlook
from landmark.ui.charts import Frame, Mark, Tick, draw_line, place_marks
from landmark.ui.formats import format_chance, format_day

DAYS = 120
FRAME = Frame(520, 210, top=46)


@dataclass(frozen=True, slots=True)
class CurveRow:
    at: float
    day: date
    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class RoadMapCurve:
    """``sentence``: the effect on the day that matters; ``label``: the drawing in words."""

    sentence: str
    label: str
    frame: Frame
    before: str
    after: str
    marks: tuple[Mark, ...]
    shares: tuple[Tick, ...]
    rows: tuple[CurveRow, ...]


def read_road_map_curve(
    outlook: DealOutlook | None, steps: Sequence[StepFact], on: date, target: date | None
) -> RoadMapCurve | None:
    """None where no condition is open or no forecast is stored."""
    wait = road_map_days(steps, on)
    if outlook is None or wait == 0:
        return None
    days = min(max(DAYS, wait + 30, (target - on).days + 14 if target else 0), 365)
    points = outlook.curve(days)
    won = [point.won for point in points]
    after = delay_wins(won, wait)
    last = len(points) - 1
    asked = target if target is not None and on < target <= points[-1].day else points[min(90, last)].day
    index = (asked - on).days
    top = max(max(won), 0.05) * 1.1
    return RoadMapCurve(
        sentence=_("Won by %(day)s: %(before)s as the model tells it, %(after)s if the way to a signature starts only "
                   "once the last condition is met.")
        % {"day": format_day(asked, year_of=on), "before": format_chance(won[index]), "after": _tell(after[index])},
        label=_("Two lines of the chance of a win: as told by the model, and %(days)d days later. A table follows.")
        % {"days": wait},
        frame=FRAME,
        before=draw_line([(i / last, value / top) for i, value in enumerate(won)], FRAME),
        after=draw_line([(i / last, value / top) for i, value in enumerate(after)], FRAME),
        marks=tuple(place_marks(_marks(wait, target, on, last), FRAME)),
        shares=tuple(Tick(FRAME.y(share), format_chance(share * top) if share else "0 %") for share in (0.0, 0.5, 1.0)),
        rows=_rows(won, after, {wait: _("last condition"), index: _("asked about")}, on),
    )  # fmt: skip


def _tell(p: float) -> str:
    return "0 %" if p == 0 else format_chance(p)


def _marks(wait: int, target: date | None, on: date, last: int) -> list[tuple[float, str, bool]]:
    ready = on + timedelta(days=wait)
    marks = [(min(wait / last, 1.0), _("%(day)s · last condition") % {"day": format_day(ready, year_of=on)}, True)]
    if target is not None and 0 < (target - on).days <= last:
        words = _("%(day)s · target") % {"day": format_day(target, year_of=on)}
        marks.append(((target - on).days / last, words, False))
    return marks


def _rows(won: Sequence[float], after: Sequence[float], notes: dict[int, str], on: date) -> tuple[CurveRow, ...]:
    last = len(won) - 1
    days = sorted({*range(30, last + 1, 30), *(day for day in notes if day <= last)})
    return tuple(
        CurveRow(round(i / last, 4), on + timedelta(days=i), _tell(won[i]), _tell(after[i]), notes.get(i, ""))
        for i in days
    )
