"""Why a deal's number is what it is, in words and bars.

Answers: band and similar deals, what would move it, the suggested date. Does not answer: what the number is made of
(``parts``), why it changed (``why_changed``), what deserves a look (``deal_alerts``), how any of it is computed
(``forecast``, ``outlook``). Everything here tells what goes together in past deals; no sentence says that one thing
brings another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.forecast.closing import WinDays
from landmark.forecast.similar import FEWEST_SIMILAR
from landmark.outlook.reading import DealOutlook
from landmark.outlook.reasons import NextMilestone, SimilarDeals
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_chance, format_day, format_days, format_percent, make_readable

SCALES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
Teller = Callable[[str], str]
"""A key of a milestone or attribute → its name."""


@dataclass(frozen=True, slots=True)
class Band:
    """``low`` and ``width`` are percent of the whole line; ``at`` is the probability itself."""

    words: str
    similar: str
    low: float
    width: float
    at: float


@dataclass(frozen=True, slots=True)
class StepRow:
    """One milestone not yet reached. ``bar_left`` and ``bar_width`` draw its range, ``dot`` its value, in percent
    of the scale; ``seen`` the share of the deals that had it and were won, None when too few had."""

    label: str
    p: str
    points: str
    is_for: bool
    span: str
    words: str
    is_thin: bool
    bar_left: float
    bar_width: float
    dot: float
    seen: float | None


@dataclass(frozen=True, slots=True)
class StepsView:
    """``now`` is the deal's own probability by ``day``; ``now_at`` where it lies on the bars, which end at
    ``scale``. ``unseen`` says of which milestones nothing can be said."""

    day: str
    now: str
    now_at: float
    rows: tuple[StepRow, ...]
    scale: str
    unseen: str


@dataclass(frozen=True, slots=True)
class DateView:
    """The suggested target date and its ranges; ``share_*`` place them on a line from today to the last of them."""

    middle: date
    p25: date
    p75: date
    p10: date
    p90: date
    target: date | None
    verdict: str
    is_odd: bool
    left80: float
    width80: float
    left50: float
    width50: float
    at: float
    target_at: float | None


# Band and similar deals


def make_band(outlook: DealOutlook, on: date) -> Band | None:
    """None when nothing like it has been seen; of very few the sentence says so."""
    reasons, parts = outlook.reasons, outlook.contributions
    if reasons is None or parts is None or reasons.similar is None or reasons.similar.count == 0:
        return None
    like = reasons.similar
    words, similar = tell_similar(like, parts.by, outlook.as_of, on)
    return Band(
        words=words,
        similar=similar,
        low=round(100 * like.low, 1),
        width=round(100 * max(like.high - like.low, 0.01), 1),
        at=round(100 * parts.p_won, 1),
    )


def tell_similar(like: SimilarDeals, by: date, as_of: date, on: date) -> tuple[str, str]:
    """The band, and how many of the deals it rests on were won, counted from ``as_of``."""
    similar = ngettext(
        "Won within %(days)s: %(won)d of %(count)d similar deal.",
        "Won within %(days)s: %(won)d of %(count)d similar deals.",
        like.count,
    ) % {"count": like.count, "won": like.won, "days": format_days((by - as_of).days)}
    if like.count < FEWEST_SIMILAR:
        similar = f"{similar} {_('That is few: take the band as wide as it looks.')}"
    words = _("By %(day)s likely between %(low)s and %(high)s") % {
        "day": format_day(by, year_of=on),
        "low": format_chance(like.low),
        "high": format_chance(like.high),
    }
    return words, similar


# What would move it


def make_steps(outlook: DealOutlook, on: date, name: Teller) -> StepsView | None:
    reasons = outlook.reasons
    if reasons is None or outlook.contributions is None or not (reasons.steps or reasons.unseen):
        return None
    now = outlook.contributions.p_won
    scale = _find_scale(reasons.steps, now)
    rows = tuple(_step_row(step, now, name, scale) for step in reasons.steps)
    day = format_day(outlook.contributions.by, year_of=on)
    return StepsView(
        day,
        format_chance(now),
        round(100 * now / scale, 1),
        rows,
        format_percent(scale),
        _say_unseen(reasons.unseen, name),
    )


def _say_unseen(keys: Sequence[str], name: Teller) -> str:
    if not keys:
        return ""
    names = ", ".join(name(f"milestone:{key}") for key in keys)
    return ngettext(
        "Too few past deals had %(names)s on record: what it goes with cannot be told yet.",
        "Too few past deals had %(names)s on record: what they go with cannot be told yet.",
        len(keys),
    ) % {"names": names}


def _find_scale(steps: Sequence[NextMilestone], now: float) -> float:
    """The least round end of a scale from 0 that holds every range: a few percent are not drawn on a whole hundred."""
    largest = max([now, *(max(step.p, step.high if step.count >= FEWEST_SIMILAR else 0.0) for step in steps)])
    return next((end for end in SCALES if end >= largest), 1.0)


def _step_row(step: NextMilestone, now: float, name: Teller, scale: float) -> StepRow:
    def place(p: float) -> float:
        return round(100 * p / scale, 1)

    is_thin = step.count < FEWEST_SIMILAR
    span = _("%(low)s to %(high)s") % {
        "low": sign_points(_points(step.low) - _points(now)), "high": sign_points(_points(step.high) - _points(now)),
    }  # fmt: skip
    had = ngettext(
        "%(count)d deal had it at this point, %(won)d was won",
        "%(count)d deals had it at this point, %(won)d were won",
        step.count,
    ) % {"count": step.count, "won": step.won}
    return StepRow(
        label=name(f"milestone:{step.key}"),
        p=format_chance(step.p),
        points=sign_points(_points(step.p) - _points(now)),
        is_for=step.p >= now,
        span=_("too few to say") if is_thin else span,
        words=had if step.count else _("no deal had it at this point"),
        is_thin=is_thin,
        bar_left=place(step.low),
        bar_width=round(max(place(step.high) - place(step.low), 0.8), 1),
        dot=place(step.p),
        seen=None if is_thin else place(step.won / step.count),
    )


def _points(p: float) -> int:
    return round(100 * p)


def sign_points(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "±0"


# The date


def make_date(win: WinDays | None, on: date, target: date | None) -> DateView | None:
    if win is None:
        return None
    p10, p25, middle, p75, p90 = (
        on + timedelta(days=days) for days in (win.p10, win.p25, win.middle, win.p75, win.p90)
    )
    last = max((max(p90, target) if target else p90) - on, timedelta(days=1)).days * 1.04

    def share(day: date) -> float:
        return round(max((day - on).days, 0) / last * 100, 1)

    verdict, is_odd = _judge_date(target, on, p10, p90, p25, p75)
    return DateView(
        middle=middle, p25=p25, p75=p75, p10=p10, p90=p90, target=target, verdict=verdict, is_odd=is_odd,
        left80=share(p10), width80=round(max(share(p90) - share(p10), 0.8), 1), left50=share(p25),
        width50=round(max(share(p75) - share(p25), 0.8), 1), at=share(middle),
        target_at=share(target) if target and target >= on else None,
    )  # fmt: skip


def _judge_date(target: date | None, on: date, p10: date, p90: date, p25: date, p75: date) -> tuple[str, bool]:
    if target is None:
        return _("No target date is agreed yet."), False
    if target < on:
        return _("The agreed date has gone by."), True
    if target < p10:
        return _("The agreed date is sooner than nine wins in ten."), True
    if target > p90:
        return _("The agreed date is later than nine wins in ten."), True
    if p25 <= target <= p75:
        return _("The agreed date fits the deal's own curve."), False
    return _("The agreed date is at the edge of what its own curve holds likely."), False


def make_teller(playbook: Playbook, lang: str, name_part: Callable[[str, Playbook, str], str]) -> Teller:
    return lambda key: name_part(key, playbook, lang) if ":" in key else make_readable(key)
