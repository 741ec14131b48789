"""What the forecast says of one deal, in words and lines.

Answers: the score, the probabilities by the days that matter, the curve of won, open and lost. Does not answer: what
the score is made of (``parts``), how it is computed (``forecast``, ``outlook``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.utils.translation import gettext as _

from landmark.outlook.periods import Period
from landmark.outlook.reading import CurvePoint, DealOutlook
from landmark.playbook.schema import Playbook
from landmark.ui.charts import Band, Frame, Mark, Tick, draw_band, find_months, place_marks
from landmark.ui.formats import current_locale, format_chance, format_day, format_percent
from landmark.workspace.presenters.parts import Fact, Part, tell_parts

RANGES = (180, 365)
WIDE, NARROW = Frame(760, 260, top=58), Frame(350, 250, left=32, right=4, top=72)


@dataclass(frozen=True, slots=True)
class Chance:
    label: str
    day: str
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One size of the curve; the page shows the one that fits."""

    frame: Frame
    size: str
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    months: tuple[Tick, ...]
    shares: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """``at``: how far along the drawing the day lies, 0 … 1."""

    at: float
    day: date
    won: str
    open: str
    lost: str
    note: str


@dataclass(frozen=True, slots=True)
class Chances:
    """The parts lead from ``base`` to ``parts_lead_to``, the chance to be won by ``parts_by``."""

    score: int
    sentence: str
    base: str
    parts_lead_to: str
    parts_by: str
    parts: tuple[Part, ...]
    overlap: str
    chances: tuple[Chance, ...]
    drawings: tuple[Drawing, ...]
    days: int
    label: str
    rows: tuple[CurveRow, ...]
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of a deal that a forecast is asked about."""

    on: date
    period: Period
    first_target: date | None
    target: date | None
    pushes: int


def read_chances(outlook: DealOutlook, dates: Dates, days: int, playbook: Playbook, lang: str, fact: Fact) -> Chances:
    """``fact``: what was known of each part (``parts.FactTeller``)."""
    score = outlook.score(dates.period.ends_on)
    end = format_day(dates.period.ends_on, year_of=dates.on)
    points = outlook.curve(days)
    made_of = outlook.contributions
    parts, overlap = tell_parts(made_of, playbook, lang, fact)
    return Chances(
        score=score,
        sentence=_("%(chance)s likely to be won by %(day)s, the end of %(period)s.")
        % {"chance": format_chance(score / 100), "day": end, "period": dates.period.label},
        base=format_chance(made_of.base) if made_of else "",
        parts_lead_to=format_chance(made_of.p_won) if made_of else "",
        parts_by=format_day(made_of.by, year_of=dates.on) if made_of else "",
        parts=parts,
        overlap=overlap,
        chances=_chances(outlook, dates),
        drawings=tuple(_draw(points, dates, frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow"))),
        days=days,
        label=_curve_label(outlook, dates),
        rows=_rows(outlook, dates, points),
        is_stale=outlook.is_stale,
    )


def _chances(outlook: DealOutlook, dates: Dates) -> tuple[Chance, ...]:
    asked: list[tuple[str, date | None, str]] = [
        (_("End of %(period)s") % {"period": dates.period.label}, dates.period.ends_on, _("this is the score")),
        (_("First agreed date"), dates.first_target, ""),
        (_("Current target date"), dates.target, ""),
        (_("Within 90 days"), dates.on + timedelta(days=90), ""),
    ]
    return tuple(_chance(outlook, label, day, note, dates.on) for label, day, note in asked)


def _chance(outlook: DealOutlook, label: str, day: date | None, note: str, on: date) -> Chance:
    if day is None:
        return Chance(label, "", "—", _("no date yet"))
    shown = format_day(day, year_of=on)
    if day <= on:
        return Chance(label, shown, format_percent(0.0), _("gone by"))
    return Chance(label, shown, format_chance(outlook.p_won_by(day)), note)


def _draw(points: Sequence[CurvePoint], dates: Dates, frame: Frame, size: str) -> Drawing:
    won = [point.won for point in points]
    not_lost = [1 - point.lost for point in points]
    floor, top = [0.0] * len(points), [1.0] * len(points)
    last = max((points[-1].day - dates.on).days, 1)

    def share(day: date) -> float:
        return (day - dates.on).days / last

    named = [
        (dates.period.ends_on, _("%(day)s · end of %(period)s"), True),
        (dates.first_target, _("%(day)s · first agreed"), False),
        (dates.target if dates.target != dates.first_target else None, _("%(day)s · target"), False),
    ]
    marks = [
        (share(day), words % {"day": format_day(day, year_of=dates.on), "period": dates.period.label}, is_main)
        for day, words, is_main in named
        if day is not None and dates.on < day <= points[-1].day
    ]
    return Drawing(
        frame=frame,
        size=size,
        bands=(
            draw_band("lost", not_lost, top, frame),
            draw_band("open", won, not_lost, frame, label_width=90),
            draw_band("won", floor, won, frame),
        ),
        marks=tuple(place_marks(marks, frame)),
        months=tuple(_months(dates.on, points[-1].day, share, frame, size)),
        shares=tuple(Tick(frame.y(value), f"{round(100 * value)} %") for value in (0.0, 0.5, 1.0)),
    )


def _months(on: date, end: date, share: Callable[[date], float], frame: Frame, size: str) -> list[Tick]:
    """ "today" and the months that have room."""
    ticks = [Tick(frame.x0, _("today"), "start")]
    every = 2 if (end - on).days > 200 and size == "narrow" else 1
    for index, day in enumerate(find_months(on, end)):
        x = frame.x(share(day))
        if x - frame.x0 > 44 and frame.x1 - x > 14 and index % every == 0:
            pattern = "MMM" if (day.month != 1 or size == "narrow") else "MMM y"
            ticks.append(Tick(x, format_date(day, pattern, locale=current_locale())))
    return ticks


def _curve_label(outlook: DealOutlook, dates: Dates) -> str:
    day = dates.period.ends_on
    return _("By %(day)s: %(won)s won, %(open)s still open, %(lost)s lost. The same as a table follows.") % {
        "day": format_day(day, year_of=dates.on),
        "won": format_chance(outlook.p_won_by(day)),
        "open": format_chance(outlook.p_open_at(day)),
        "lost": format_chance(outlook.p_lost_by(day)),
    }


def _rows(outlook: DealOutlook, dates: Dates, points: Sequence[CurvePoint]) -> tuple[CurveRow, ...]:
    """Month ends and the days that matter."""
    notes = {dates.period.ends_on: _("end of %(period)s") % {"period": dates.period.label}}
    for day, note in ((dates.first_target, _("first agreed date")), (dates.target, _("target date"))):
        if day is not None:
            notes[day] = f"{notes[day]}, {note}" if day in notes else note
    last = points[-1].day
    ends = {month - timedelta(days=1) for month in find_months(dates.on, last + timedelta(days=1))}
    days = sorted(day for day in {*ends, *notes, last} if dates.on < day <= last)
    span = max((last - dates.on).days, 1)
    return tuple(
        CurveRow(
            round((day - dates.on).days / span, 4), day, format_chance(outlook.p_won_by(day)),
            format_chance(outlook.p_open_at(day)), format_chance(outlook.p_lost_by(day)), notes.get(day, ""),
        )
        for day in days
    )  # fmt: skip
