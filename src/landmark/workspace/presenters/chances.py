"""What the forecast says of one deal, in words and lines.

Answers: the score and its parts, the probabilities by the days that matter, the curve of won, open and lost.
Does not answer: how they are computed (``forecast``, ``outlook``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.utils.translation import gettext as _

from landmark.engines.rounding import round_together
from landmark.outlook.periods import Period
from landmark.outlook.reading import Contributions, CurvePoint, DealOutlook
from landmark.playbook.schema import Playbook
from landmark.ui.charts import Band, Frame, Mark, Tick, draw_band, find_months, place_marks
from landmark.ui.formats import current_locale, format_chance, format_day, format_percent, make_readable

PARTS_SHOWN = 6
OVERLAP, REST = "together", "other"
RANGES = (180, 365)
WIDE, NARROW = Frame(760, 260, top=58), Frame(350, 250, left=32, right=4, top=72)


@dataclass(frozen=True, slots=True)
class Part:
    """One bar: ``width`` is its share of the longest."""

    label: str
    points: str
    width: float
    is_for: bool

    @property
    def left(self) -> float:
        """Where a bar that pulls down begins: it ends in the middle."""
        return round(50 - self.width, 1)


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
    score: int
    sentence: str
    base: str
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


def read_chances(outlook: DealOutlook, dates: Dates, days: int, playbook: Playbook, lang: str) -> Chances:
    score = outlook.score(dates.period.ends_on)
    end = format_day(dates.period.ends_on, year_of=dates.on)
    points = outlook.curve(days)
    parts, overlap = _parts(outlook.contributions, playbook, lang)
    return Chances(
        score=score,
        sentence=_("%(chance)s likely to be won by %(day)s, the end of %(period)s.")
        % {"chance": format_chance(score / 100), "day": end, "period": dates.period.label},
        base=format_chance(outlook.contributions.base) if outlook.contributions else "",
        parts=parts,
        overlap=overlap,
        chances=_chances(outlook, dates),
        drawings=tuple(_draw(points, dates, frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow"))),
        days=days,
        label=_curve_label(outlook, dates),
        rows=_rows(outlook, dates, points),
        is_stale=outlook.is_stale,
    )


def _parts(found: Contributions | None, playbook: Playbook, lang: str) -> tuple[tuple[Part, ...], str]:
    """The largest effects first, the rest in one bar at the end, and what is said of the overlap.

    Rounded together, so that the points lead from the base that is shown to the probability that is shown.
    """
    if found is None:
        return (), ""
    effects = {part.key: part.effect for part in found.parts}
    overlap, rest = effects.pop(OVERLAP, 0.0), effects.pop(REST, 0.0)
    ranked = sorted(effects.items(), key=lambda item: -abs(item[1]))
    shown = ranked[:PARTS_SHOWN]
    shown.append((REST, rest + sum(effect for _key, effect in ranked[PARTS_SHOWN:])))
    total = round(100 * found.p_won) - round(100 * found.base)
    *points, together = round_together([*(100 * effect for _key, effect in shown), 100 * overlap], total)
    visible = [(key, effect, worth) for (key, effect), worth in zip(shown, points, strict=True) if worth]
    longest = max((abs(effect) for _key, effect, _worth in visible), default=0.0) or 1.0
    parts = tuple(
        Part(
            label=name_part(key, playbook, lang),
            points=f"{'+' if worth > 0 else '−'}{abs(worth)}",
            width=round(50 * abs(effect) / longest, 1),
            is_for=worth > 0,
        )
        for key, effect, worth in visible
    )
    return parts, _say_overlap(together)


def _say_overlap(points: int) -> str:
    """Facts that tell the same story count once: how far the whole lies from the sum of the parts."""
    if points < 0:
        return _("They tell much the same story, so together they count %(points)d points less than their sum.") % {
            "points": -points
        }
    if points > 0:
        return _("They strengthen one another: together they count %(points)d points more than their sum.") % {
            "points": points
        }
    return ""


def name_part(key: str, playbook: Playbook, lang: str) -> str:
    """What moves the probability, in words; a name only the source knows is made readable."""
    kind, _colon, name = key.partition(":")
    if kind == "milestone" and name.startswith("stage:"):
        return _("Came to %(stage)s") % {"stage": playbook.label("stage", name.removeprefix("stage:"), lang)}
    if kind in ("milestone", "attribute"):
        label = playbook.label(kind, name, lang)
        return label if label != name else make_readable(name)
    words = {
        "age": _("Age of the deal"),
        "idle": _("Days since anything happened"),
        "pace": _("Pace against its own past"),
        "path": _("Order of its milestones"),
        "stage_age": _("Time in this stage"),
        "target": _("Target date"),
        "moved_dates": _("Target date pushed"),
        "calendar": _("Days left and time of the year"),
        REST: _("Everything else"),
    }
    return words.get(key, make_readable(key))


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
