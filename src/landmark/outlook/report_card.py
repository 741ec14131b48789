"""The stored report card of a model, as data for any presenter.

Answers: how good the forecast was on past days, method by method. Does not answer: how it is drawn.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from landmark.forecast.backtest import OURS
from landmark.forecast.baselines import STAGE, STAGE_HORIZON
from landmark.outlook.models import FittedModel

METHODS = (OURS, STAGE_HORIZON, STAGE)
"""Methods in the order to show them: ours, stage × horizon, the plain stage percentage."""


@dataclass(frozen=True, slots=True)
class Score:
    """One method at one horizon; a score that is not defined is None. ``expected`` and ``actual`` count wins."""

    method: str
    horizon: int
    rows: int
    brier: float | None
    log_loss: float | None
    auc: float | None
    calibration_error: float | None
    expected: float
    actual: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Deals with similar probabilities: what was said of them on average, and what share was won."""

    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class PastDay:
    """Wins within the horizon of one past day: expected by each method, our range, what happened."""

    as_of: date
    horizon: int
    open_count: int
    expected: dict[str, float]
    p10: float
    p90: float
    actual: int

    @property
    def has_held(self) -> bool:
        return self.p10 <= self.actual <= self.p90


@dataclass(frozen=True)
class ReportCard:
    """``refits``: how often the model was fitted again between ``first`` and ``last``.

    ``stretch`` by horizon: how many times further totals strayed than those of independent deals would.
    """

    horizons: tuple[int, ...]
    first: date
    last: date
    every_days: int
    refits: int
    scores: tuple[Score, ...]
    reliability: dict[tuple[str, int], tuple[Bin, ...]]
    past_days: tuple[PastDay, ...]
    stretch: dict[int, float]

    def score(self, method: str, horizon: int) -> Score | None:
        return next((one for one in self.scores if one.method == method and one.horizon == horizon), None)

    def bins(self, method: str, horizon: int) -> tuple[Bin, ...]:
        return self.reliability.get((method, horizon), ())

    def past(self, horizon: int) -> tuple[PastDay, ...]:
        return tuple(day for day in self.past_days if day.horizon == horizon)

    @property
    def range_share(self) -> float | None:
        """Share of past days whose wins lay within P10 … P90; 0.8 is meant."""
        return sum(day.has_held for day in self.past_days) / len(self.past_days) if self.past_days else None

    def is_better(self, horizon: int, than: str = STAGE) -> bool | None:
        """Did our probabilities have the lower Brier score? None when either is unknown."""
        ours, theirs = self.score(OURS, horizon), self.score(than, horizon)
        if ours is None or theirs is None or ours.brier is None or theirs.brier is None:
            return None
        return ours.brier < theirs.brier


def find_stretch_for(model: FittedModel, days: int) -> float:
    """The stretch measured at the horizon nearest to ``days``; 1 while nothing is measured."""
    measured: dict[str, float] = model.report.get("stretch", {})
    return min(measured.items(), key=lambda one: abs(int(one[0]) - days))[1] if measured else 1.0


def read_report_card(model: FittedModel) -> ReportCard | None:
    """None while there is too little past to test on."""
    report: dict[str, Any] = model.report
    if not report:
        return None
    return ReportCard(
        horizons=tuple(report["horizons"]),
        first=date.fromisoformat(report["first"]),
        last=date.fromisoformat(report["last"]),
        every_days=report["every_days"],
        refits=report["refits"],
        scores=tuple(_read_score(card) for card in report["cards"]),
        reliability={
            (one["model"], one["horizon"]): tuple(Bin(**held) for held in one["bins"]) for one in report["reliability"]
        },
        stretch={int(horizon): stretch for horizon, stretch in report["stretch"].items()},
        past_days=tuple(_read_day(period) for period in report["periods"]),
    )


def _read_score(card: dict[str, Any]) -> Score:
    names = ("horizon", "rows", "brier", "log_loss", "auc", "calibration_error", "expected", "actual")
    return Score(method=card["model"], **{name: card[name] for name in names})


def _read_day(period: dict[str, Any]) -> PastDay:
    return PastDay(
        as_of=date.fromisoformat(period["as_of"]),
        horizon=period["horizon"],
        open_count=period["open"],
        expected=period["expected"],
        p10=period["p10"],
        p90=period["p90"],
        actual=period["actual"],
    )
