"""What a problem costs the buyer a month.

Answers: figures of one unit brought to a month and added, what the summary still lacks. Does not answer: whether the
buyer agrees (that is a confirmation), how a figure is written (the screens).

Hours are never added to money, nor one currency to another, nor what is counted to anything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

WEEKS_A_MONTH = Decimal("4.33")
WORKDAYS_A_WEEK = 5
MONTHLY: dict[str, Decimal] = {
    "day": WORKDAYS_A_WEEK * WEEKS_A_MONTH,
    "week": WEEKS_A_MONTH,
    "month": Decimal(1),
    "quarter": 1 / Decimal(3),
    "year": 1 / Decimal(12),
}
"""How often a period fits into a month. What happens once has no month."""
PERIODS = (*MONTHLY, "once")
UNITS = ("hours", "money", "count", "percent")
ALL_KINDS = ("time", "revenue", "cost", "risk")

Lack = Literal["issue", "driver", "figure", "per_month"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of impact. ``counted``: of what, for a count or a percentage."""

    kind: str
    amount: Decimal
    unit: str
    period: str
    currency: str = ""
    counted: str = ""
    is_proxy: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """Figures of the same unit together. ``period`` is month, or once for what does not repeat."""

    amount: Decimal
    unit: str
    period: str
    currency: str = ""
    counted: str = ""


def per_month(figure: Figure) -> Decimal | None:
    """The figure brought to a month: 46 hours a week are 199.18 a month. None for what happens once and for a share."""
    if figure.unit == "percent" or figure.period not in MONTHLY:
        return None
    return figure.amount * MONTHLY[figure.period]


def add_up(figures: Iterable[Figure]) -> tuple[Total, ...]:
    """One total a unit, money first, what repeats before what comes once; shares stand as they are."""
    sums: dict[tuple[str, str, str, str], Decimal] = {}
    shares: list[Total] = []
    for figure in figures:
        if figure.unit == "percent":
            shares.append(Total(figure.amount, "percent", "once", counted=figure.counted))
            continue
        monthly = per_month(figure)
        period, amount = ("once", figure.amount) if monthly is None else ("month", monthly)
        key = (figure.unit, period, figure.currency, figure.counted.casefold() if figure.unit == "count" else "")
        sums[key] = sums.get(key, Decimal(0)) + amount
    order = {"money": 0, "hours": 1, "count": 2}
    totals = [Total(amount, unit, period, cur, what) for (unit, period, cur, what), amount in sums.items()]
    totals.sort(key=lambda t: (order[t.unit], t.period == "once", t.currency, t.counted))
    return (*totals, *shares)


def find_lacks(issue: str, driver: str, figures: Iterable[Figure]) -> tuple[Lack, ...]:
    """What stands between these parts and a sentence worth confirming: issue, driver, and a figure per month.

    A proxy (so many cases a week) is a figure; words alone are not.
    """
    held = tuple(figures)
    lacks: list[Lack] = []
    if not issue.strip():
        lacks.append("issue")
    if not driver.strip():
        lacks.append("driver")
    if not held:
        lacks.append("figure")
    elif all(per_month(figure) is None for figure in held):
        lacks.append("per_month")
    return tuple(lacks)


def kinds_without_figure(figures: Iterable[Figure], kinds: Iterable[str] = ALL_KINDS) -> tuple[str, ...]:
    """Kinds of impact nobody has asked a figure for yet: the next question to put."""
    asked = {figure.kind for figure in figures}
    return tuple(kind for kind in kinds if kind not in asked)
