"""The stored report card of a model, as data for any presenter.

Answers: how good the forecast was on past days, method by method, how often its ranges held, what it cannot know.
Does not answer: how it is drawn, how good people's calls were (``call_record``).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from landmark.forecast.backtest import OURS
from landmark.forecast.baselines import STAGE, STAGE_HORIZON
from landmark.outlook.models import FittedModel

METHODS = (OURS, STAGE_HORIZON, STAGE)
"""Methods in the order to show them: ours, stage × horizon, the plain stage percentage."""


@dataclass(frozen=True, slots=True)
class Score:
    """One method at one horizon; a score that is not defined is None. ``expected`` and ``actual`` count wins.

    ``three_class``: log loss over won, lost and open; only of methods that tell all three.
    """

    method: str
    horizon: int
    rows: int
    brier: float | None
    log_loss: float | None
    auc: float | None
    calibration_error: float | None
    expected: float
    actual: float
    three_class: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """Deals with similar probabilities: what was said of them on average, and what share was won."""

    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class PastMoney:
    """Bookings of one past window in the report's currency: what would have been said, and what came in.

    Deals opened after the day are part of both; ``unopened`` and ``actual_unopened`` are theirs alone.
    """

    expected: float
    unopened: float
    p10: float
    p50: float
    p90: float
    actual: float
    actual_unopened: float

    @property
    def has_held(self) -> bool:
        return self.p10 <= self.actual <= self.p90


@dataclass(frozen=True, slots=True)
class PastDay:
    """Wins within the horizon of one past day: expected by each method, our range, what happened.

    ``brier`` and ``log_loss`` by method, None where undefined; ``money`` is None in a report of an older version.
    """

    as_of: date
    horizon: int
    open_count: int
    expected: dict[str, float]
    p10: float
    p90: float
    actual: int
    brier: dict[str, float | None] = field(default_factory=dict)
    log_loss: dict[str, float | None] = field(default_factory=dict)
    three_class: float | None = None
    money: PastMoney | None = None

    @property
    def has_held(self) -> bool:
        return self.p10 <= self.actual <= self.p90


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the model cannot know; ``code`` as in ``forecast.unknowns``."""

    code: str
    count: int
    day: date | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class ReportCard:
    """``refits``: how often the model was fitted again between ``first`` and ``last``; ``levels``: as-of days by the
    level of model that spoke.

    ``shock`` by horizon: how far the market moves all deals at once, as a share (standard deviation); ``windows``: how
    many past windows that rests on. ``currency`` of the bookings.
    """

    horizons: tuple[int, ...]
    first: date
    last: date
    every_days: int
    refits: int
    levels: dict[str, int]
    scores: tuple[Score, ...]
    reliability: dict[tuple[str, int], tuple[Bin, ...]]
    past_days: tuple[PastDay, ...]
    shock: dict[int, float]
    windows: dict[int, float]
    currency: str

    def score(self, method: str, horizon: int) -> Score | None:
        return next((one for one in self.scores if one.method == method and one.horizon == horizon), None)

    def bins(self, method: str, horizon: int) -> tuple[Bin, ...]:
        return self.reliability.get((method, horizon), ())

    def past(self, horizon: int) -> tuple[PastDay, ...]:
        return tuple(day for day in self.past_days if day.horizon == horizon)

    @property
    def range_share(self) -> float | None:
        """Share of past windows whose wins lay within P10 … P90; 0.8 is meant."""
        return _share_held([day.has_held for day in self.past_days])

    @property
    def money_share(self) -> float | None:
        """The same of bookings."""
        return _share_held([day.money.has_held for day in self.past_days if day.money is not None])

    def is_better(self, horizon: int, than: str = STAGE) -> bool | None:
        """Did our probabilities have the lower Brier score? None when either is unknown."""
        ours, theirs = self.score(OURS, horizon), self.score(than, horizon)
        if ours is None or theirs is None or ours.brier is None or theirs.brier is None:
            return None
        return ours.brier < theirs.brier


def read_report_card(model: FittedModel) -> ReportCard | None:
    """None while there is too little past to test on."""
    report: dict[str, Any] = model.report
    if not report.get("cards"):
        return None
    return ReportCard(
        horizons=tuple(report["horizons"]),
        first=date.fromisoformat(report["first"]),
        last=date.fromisoformat(report["last"]),
        every_days=report["every_days"],
        refits=report["refits"],
        levels=report.get("levels", {}),
        scores=tuple(_read_score(card) for card in report["cards"]),
        reliability={
            (one["model"], one["horizon"]): tuple(Bin(**held) for held in one["bins"]) for one in report["reliability"]
        },
        shock={int(horizon): shock["size"] for horizon, shock in report.get("shocks", {}).items()},
        windows={int(horizon): shock["windows"] for horizon, shock in report.get("shocks", {}).items()},
        currency=report.get("currency", ""),
        past_days=tuple(_read_day(period) for period in report["periods"]),
    )


def _read_score(card: dict[str, Any]) -> Score:
    names = ("horizon", "rows", "brier", "log_loss", "auc", "calibration_error", "expected", "actual")
    return Score(method=card["model"], three_class=card.get("three_class"), **{name: card[name] for name in names})


def _read_day(period: dict[str, Any]) -> PastDay:
    return PastDay(
        as_of=date.fromisoformat(period["as_of"]),
        horizon=period["horizon"],
        open_count=period["open"],
        expected=period["expected"],
        p10=period["p10"],
        p90=period["p90"],
        actual=period["actual"],
        brier=period.get("brier", {}),
        log_loss=period.get("log_loss", {}),
        three_class=period.get("three_class"),
        money=PastMoney(**period["money"]) if period.get("money") else None,
    )


def read_gaps(model: FittedModel) -> tuple[Gap, ...]:
    """What the model cannot know, as found at the fit; also while there is too little past for a report card."""
    return tuple(
        Gap(one["code"], one["count"], date.fromisoformat(one["day"]) if one["day"] else None, tuple(one["names"]))
        for one in model.report.get("unknowns", [])
    )


def _share_held(held: list[bool]) -> float | None:
    return sum(held) / len(held) if held else None
