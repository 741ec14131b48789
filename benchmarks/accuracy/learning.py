"""How good the forecast is while history is thin: with 0, 10, 30, 100 and 300 closed deals.

Answers: our losses beside the playbook's own percentages, on simulated teams that begin to record their pipeline one
day: deals open on that day are known from then on, deals closed before it never. The as-of day stays; the first day of
recording moves, until just so many deals have closed since. Does not answer: how a team with another market fares.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from benchmarks.accuracy.compare import BRIER, LOG_LOSS, Ratio, draw_deals, ratio_of, row_losses
from benchmarks.accuracy.logs import as_of_days, simulated
from benchmarks.accuracy.peers import OURS, PRIORS

from landmark.forecast.backtest import outcome_at
from landmark.forecast.history import OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.model import fit
from landmark.forecast.snapshots import Snapshots
from landmark.forecast.vocabulary import learn

SIZES = (0, 10, 30, 100, 300)
HORIZONS = (14, 30, 90)
SEEDS = range(100, 112)
DEALS = 1_500
DAYS = as_of_days("2025-12-07", "2026-03-29", 56)
METRICS = (BRIER, LOG_LOSS)
BENCHMARKS, PERCENTAGES = "playbook, dated", "playbook stage percentage"


@dataclass(frozen=True)
class Round:
    """One as-of day of one company: level in use · deal (n) · outcome (n, H) · P(won) (n, H) by model."""

    level: str
    deal: np.ndarray
    outcome: np.ndarray
    said: dict[str, np.ndarray]


@dataclass(frozen=True)
class Point:
    """One number of closed deals at one horizon: our losses, theirs, and the ratios."""

    closed: int
    horizon: int
    rows: int
    levels: str
    losses: dict[str, dict[str, float]]
    ratios: dict[str, dict[str, Ratio]]


def begin_recording(history: History, as_of: float, closed: int) -> History:
    """The history of a team that began on the day since which ``closed`` deals have closed until ``as_of``."""
    ended = np.sort(history.closed[history.closed <= as_of])
    first = as_of if closed == 0 else float(np.floor(ended[-closed])) if closed <= ended.size else -np.inf
    kept = ~(history.closed <= first)
    if closed:
        late = np.flatnonzero((history.closed > first) & (history.closed <= as_of))
        extra = late[np.argsort(history.closed[late], kind="stable")][: late.size - closed]
        kept[extra] = False
    known_from = np.where(history.opened < first, first, history.known_from)
    return replace(take_deals(history, np.flatnonzero(kept)), known_from=known_from[kept])


def take_deals(history: History, deals: np.ndarray) -> History:
    """Some of the deals with all that belongs to them."""
    place = np.full(history.deal_ids.size, -1)
    place[deals] = np.arange(deals.size)
    events, changes = place[history.event_deal] >= 0, place[history.change_deal] >= 0
    columns = {
        name: getattr(history, name)[deals] for name in ("deal_ids", "opened", "closed", "outcome", "known_from")
    }
    columns |= {name: getattr(history, name)[events] for name in ("event_at", "event_known", "event_code")}
    columns |= {name: getattr(history, name)[changes] for name in ("change_at", "change_field", "change_value")}
    return replace(
        history,
        event_deal=place[history.event_deal[events]].astype(np.int32),
        change_deal=place[history.change_deal[changes]].astype(np.int32),
        attributes={name: column[deals] for name, column in history.attributes.items()},
        strength=None if history.strength is None else history.strength[events],
        **columns,
    )


def stage_percentages(history: History, as_of: float) -> np.ndarray:
    """The playbook's percentage of each open deal's stage; the same for every horizon."""
    known = as_known(history, as_of)
    vocabulary = learn(known.history)
    deal = known.open_deals()
    reached = Snapshots(known.history, vocabulary).reached(deal, np.full(deal.size, int(as_of), np.int32))
    rates = PRIORS.rates(vocabulary.milestones, reached)
    shares: np.ndarray = rates[:, 0] / rates.sum(axis=1)
    return shares


def measure_curve(folder: Path, again: bool, tell: Callable[[str], None], draws: int) -> list[Point]:
    """Measured once, then read from ``learning.json``."""
    path = folder / "learning.json"
    if path.exists() and not again:
        return [_read(one) for one in json.loads(path.read_text())]
    rows: dict[int, list[Round]] = {size: [] for size in SIZES}
    for seed in SEEDS:
        history = simulated(seed, DEALS)
        for day in DAYS:
            for size in SIZES:
                rows[size].append(_round(begin_recording(history, day, size), day, seed))
        tell(f"learning curve: company {seed - SEEDS[0] + 1} of {len(SEEDS)}")
    points = [_point(size, place, rows[size], draws) for size in SIZES for place in range(len(HORIZONS))]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([_plain(point) for point in points]))
    return points


def _round(history: History, day: float, seed: int) -> Round:
    fitted = fit(history, day, PRIORS)
    made = fitted.predict(history, day, HORIZONS)
    nothing = fit(begin_recording(history, day, 0), day, PRIORS)
    share = np.repeat(stage_percentages(history, day)[:, None], len(HORIZONS), axis=1)
    said = {
        OURS: made.p_won,
        BENCHMARKS: nothing.predict(history, day, HORIZONS).p_won,
        PERCENTAGES: share,
    }
    outcome = np.stack([outcome_at(history, made, horizon) for horizon in HORIZONS], axis=1)
    deal = np.array([f"{seed} {one}" for one in history.deal_ids[made.deal].tolist()], object)
    return Round(fitted.level, deal, np.where(outcome == OPEN, 0, np.where(outcome == WON, 1, 2)), said)


def _point(size: int, place: int, rounds: Sequence[Round], draws: int) -> Point:
    outcome = np.concatenate([one.outcome[:, place] for one in rounds])
    deal = np.unique(np.concatenate([one.deal for one in rounds]).astype(str), return_inverse=True)[1]
    losses = {
        model: row_losses(np.concatenate([one.said[model][:, place] for one in rounds]), None, outcome)
        for model in (OURS, BENCHMARKS, PERCENTAGES)
    }
    weights = draw_deals(int(deal.max()) + 1, draws)
    levels = [one.level for one in rounds]
    return Point(
        size,
        HORIZONS[place],
        int(outcome.size),
        ", ".join(sorted(set(levels), key=lambda level: -levels.count(level))),
        {model: {name: float(v.mean()) for name, v in one.items()} for model, one in losses.items()},
        {
            model: {name: ratio_of(losses[OURS][name], losses[model][name], deal, weights) for name in METRICS}
            for model in (BENCHMARKS, PERCENTAGES)
        },
    )


def _plain(point: Point) -> dict[str, object]:
    ratios = {
        model: {name: [r.value, r.low, r.high] for name, r in by_name.items()}
        for model, by_name in point.ratios.items()
    }
    return {**vars(point), "ratios": ratios}


def _read(data: dict[str, object]) -> Point:
    ratios = {
        model: {name: Ratio(*numbers) for name, numbers in by_name.items()}
        for model, by_name in data["ratios"].items()  # type: ignore[attr-defined]
    }
    return Point(**{**data, "ratios": ratios})  # type: ignore[arg-type]
