"""Two curves of the chance of a win: as the model tells it, and with every win some days later.

Answers: the lines, marks and table of a what-if. Does not answer: why it would be later (a road map of conditions, an
action of the plan that slips), or whether it will be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from landmark.engines.decision import delay_wins
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
class LaterWins:
    """``label``: the drawing in words. ``told`` and ``later``: the chance by ``asked_on`` of either curve."""

    asked_on: date
    told: str
    later: str
    label: str
    frame: Frame
    before: str
    after: str
    marks: tuple[Mark, ...]
    shares: tuple[Tick, ...]
    rows: tuple[CurveRow, ...]


def draw_later_wins(
    outlook: DealOutlook, wait: int, on: date, target: date | None, notes: Mapping[int, str]
) -> LaterWins:
    """``notes``: days ahead that have a name in the drawing and its table."""
    days = min(max(DAYS, wait + 30, (target - on).days + 14 if target else 0), 365)
    points = outlook.curve(days)
    won = [point.won for point in points]
    after = delay_wins(won, wait)
    last = len(points) - 1
    asked = target if target is not None and on < target <= points[-1].day else points[min(90, last)].day
    index = (asked - on).days
    top = max(max(won), 0.05) * 1.1
    return LaterWins(
        asked_on=asked,
        told=format_chance(won[index]),
        later=_tell(after[index]),
        label=_("Two lines of the chance of a win: as told by the model, and %(days)d days later. A table follows.")
        % {"days": wait},
        frame=FRAME,
        before=draw_line([(i / last, value / top) for i, value in enumerate(won)], FRAME),
        after=draw_line([(i / last, value / top) for i, value in enumerate(after)], FRAME),
        marks=tuple(place_marks(_marks(notes, target, on, last), FRAME)),
        shares=tuple(Tick(FRAME.y(share), format_chance(share * top) if share else "0 %") for share in (0.0, 0.5, 1.0)),
        rows=_rows(won, after, {**notes, index: _("asked about")}, on),
    )  # fmt: skip


def _tell(p: float) -> str:
    return "0 %" if p == 0 else format_chance(p)


def _marks(
    notes: Mapping[int, str], target: date | None, on: date, last: int
) -> list[tuple[float, str, bool]]:  # fmt: skip
    marks = []
    for ahead, name in notes.items():
        words = _("%(day)s · %(what)s") % {"day": format_day(on + timedelta(days=ahead), year_of=on), "what": name}
        marks.append((min(ahead / last, 1.0), words, True))
    if target is not None and 0 < (target - on).days <= last:
        words = _("%(day)s · target") % {"day": format_day(target, year_of=on)}
        marks.append(((target - on).days / last, words, False))
    return marks


def _rows(won: Sequence[float], after: Sequence[float], notes: Mapping[int, str], on: date) -> tuple[CurveRow, ...]:
    last = len(won) - 1
    days = sorted({*range(30, last + 1, 30), *(day for day in notes if day <= last)})
    return tuple(
        CurveRow(round(i / last, 4), on + timedelta(days=i), _tell(won[i]), _tell(after[i]), notes.get(i, ""))
        for i in days
    )
