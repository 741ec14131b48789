"""Losses of models on the same rows, and how sure their ratios are.

Answers: mean losses, our loss divided by a peer's with a 95 % interval, calibration beside a perfect model's. Does not
answer: why. The interval is a bootstrap by deal (500 draws): the days of one deal are not independent. Every model of a
set and horizon meets the same draws.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.peers import OURS
from benchmarks.accuracy.results import Made

from landmark.forecast.evaluate import Perfect, auc, calibration_error, perfect_model, stated_wins
from landmark.forecast.history import WON
from landmark.forecast.shocks import size_shock

FLOOR = 1e-6
BRIER, LOG_LOSS, THREE = "Brier", "log loss", "three-class"
METRICS = (BRIER, LOG_LOSS, THREE)


@dataclass(frozen=True)
class Ratio:
    """Our loss divided by theirs; below 1 ours is smaller."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Line:
    """One model at one horizon of a set; ``ratios`` is empty for ourselves."""

    model: str
    losses: Mapping[str, float]
    ratios: Mapping[str, Ratio]


@dataclass(frozen=True)
class Table:
    """One set at one horizon. ``perfect`` is the band of a model as sure as ours whose every p is right; ``stated`` the
    95 % range of wins as Landmark gives it where it has not yet seen how far it strays."""

    set_name: str
    horizon: int
    rows: int
    deals: int
    wins: int
    lines: tuple[Line, ...]
    auc: float
    calibration: float
    expected: float
    perfect: Perfect
    stated: tuple[float, float]


def row_losses(made: np.ndarray, lost: np.ndarray | None, outcome: np.ndarray) -> dict[str, np.ndarray]:
    """Per row: squared error, −log of what was said of won or not, and of won, lost or open."""
    won = (outcome == 1).astype(np.float64)
    q = np.clip(made, FLOOR, 1 - FLOOR)
    found = {BRIER: (q - won) ** 2, LOG_LOSS: -(won * np.log(q) + (1 - won) * np.log(1 - q))}
    if lost is not None:
        said = np.stack([1 - made - lost, made, lost], axis=1)[np.arange(outcome.size), outcome]
        found[THREE] = -np.log(np.clip(said, FLOOR, 1.0))
    return found


def compare(set_name: str, logs: Sequence[Log], made: Mapping[str, Sequence[Made]], draws: int) -> list[Table]:
    """One table for each horizon. ``made``: model → its predictions on each of the logs."""
    return [_table(set_name, logs, made, place, horizon, draws) for place, horizon in enumerate(logs[0].horizons)]


def _table(
    set_name: str, logs: Sequence[Log], made: Mapping[str, Sequence[Made]], place: int, horizon: int, draws: int
) -> Table:
    complete = [one.day + horizon <= log.history.complete_to for log, one in zip(logs, made[OURS], strict=True)]
    outcome, deal, day, market = _rows(logs, made[OURS], complete, horizon)

    def gather(model: str, name: str) -> np.ndarray:
        parts = zip(made[model], complete, strict=True)
        return np.concatenate([getattr(one, name)[kept, place] for one, kept in parts])

    by_model = {
        model: row_losses(gather(model, "p_won"), gather(model, "p_lost") if ones[0].gives_three else None, outcome)
        for model, ones in made.items()
    }
    weights = draw_deals(int(deal.max(initial=-1)) + 1, draws)
    p_won = gather(OURS, "p_won")
    won = (outcome == 1).astype(np.float64)
    return Table(
        set_name,
        horizon,
        rows=outcome.size,
        deals=weights.shape[1],
        wins=int(won.sum()),
        lines=tuple(_line(model, losses, by_model[OURS], deal, weights) for model, losses in by_model.items()),
        auc=auc(won, p_won),
        calibration=calibration_error(won, p_won),
        expected=float(p_won.sum()),
        perfect=perfect_model(p_won, deal, day, float(horizon)),
        stated=stated_wins(p_won, day, market, float(horizon), size_shock([])),
    )


def _rows(
    logs: Sequence[Log], made: Sequence[Made], complete: Sequence[np.ndarray], horizon: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcome at the horizon (0 open, 1 won, 2 lost), number of the deal, as-of day, number of the log."""
    outcomes, deals, days, markets, before = [], [], [], [], 0
    for market, (log, one, kept) in enumerate(zip(logs, made, complete, strict=True)):
        place_of = {deal: place for place, deal in enumerate(log.history.deal_ids.tolist())}
        place = np.array([place_of[deal] for deal in one.deal_id[kept].tolist()], np.int64)
        over = log.history.closed[place] <= one.day[kept] + horizon
        outcomes.append(np.where(over, np.where(log.history.outcome[place] == WON, 1, 2), 0))
        deals.append(place + before)
        days.append(one.day[kept])
        markets.append(np.full(place.size, market))
        before += log.history.deal_ids.size
    numbered = np.unique(np.concatenate(deals), return_inverse=True)[1]
    return np.concatenate(outcomes), numbered, np.concatenate(days), np.concatenate(markets)


def draw_deals(deals: int, draws: int) -> np.ndarray:
    """(draws, deals): how often each deal was drawn."""
    random = np.random.default_rng(0)
    drawn = (np.bincount(random.integers(0, deals, deals), minlength=deals) for _ in range(draws))
    return np.stack([counts.astype(np.float32) for counts in drawn])


def _line(
    model: str, losses: dict[str, np.ndarray], ours: dict[str, np.ndarray], deal: np.ndarray, weights: np.ndarray
) -> Line:
    means = {name: float(values.mean()) for name, values in losses.items()}
    if model == OURS:
        return Line(model, means, {})
    ratios = {name: ratio_of(ours[name], losses[name], deal, weights) for name in losses}
    return Line(model, means, ratios)


def ratio_of(ours: np.ndarray, theirs: np.ndarray, deal: np.ndarray, weights: np.ndarray) -> Ratio:
    size = weights.shape[1]
    a, b = np.bincount(deal, ours, size), np.bincount(deal, theirs, size)
    low, high = np.quantile((weights @ a) / (weights @ b), [0.025, 0.975])
    return Ratio(float(a.sum() / b.sum()), float(low), float(high))


@dataclass(frozen=True)
class Measured:
    """All of one set: a table for each horizon, and the CPU seconds of each model."""

    name: str
    tables: Sequence[Table]
    costs: Mapping[str, float]


def measure_up(name: str, logs: Sequence[Log], made: Mapping[str, Sequence[Made]], draws: int) -> Measured:
    costs = {model: sum(one.cpu_seconds for one in ones) for model, ones in made.items()}
    return Measured(name, compare(name, logs, made, draws), costs)


def store(folder: Path, measured: Measured) -> None:
    """Keep it, so that the page can be written again although only one set was measured anew."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{measured.name}.json").write_text(json.dumps(asdict(measured)))


def stored(folder: Path, names: Iterable[str]) -> list[Measured]:
    """Those of the named sets that have been measured."""
    paths = [folder / f"{name}.json" for name in names]
    return [_read(json.loads(path.read_text())) for path in paths if path.exists()]


def _read(data: dict[str, Any]) -> Measured:
    return Measured(data["name"], [_read_table(one) for one in data["tables"]], data["costs"])


def _read_table(data: dict[str, Any]) -> Table:
    lines = tuple(
        Line(one["model"], one["losses"], {name: Ratio(**ratio) for name, ratio in one["ratios"].items()})
        for one in data["lines"]
    )
    return Table(**{**data, "lines": lines, "perfect": Perfect(**data["perfect"]), "stated": tuple(data["stated"])})


@dataclass(frozen=True)
class Verdict:
    """One target, whether it is met (None: not measured), and what it rests on."""

    target: str
    met: bool | None
    detail: str


def best_of(lines: Iterable[Line], metric: str) -> Line:
    """The one with the smallest loss, picked afterwards, which favours it."""
    return min((line for line in lines if metric in line.losses), key=lambda line: line.losses[metric])


def judge(tables: Sequence[Table]) -> list[Verdict]:
    """The targets, over all sets that were measured."""
    better, won_by_us, contests = [], 0, 0
    for table in tables:
        peers = [line for line in table.lines if line.model != OURS]
        for metric in METRICS:
            rivals = [line for line in peers if metric in line.losses]
            if not rivals:
                continue
            contests += 1
            best = best_of(rivals, metric)
            won_by_us += best.ratios[metric].high < 1
            better += [
                f"{line.model} on {table.set_name} at {table.horizon} d by {metric}: {line.ratios[metric].text}"
                for line in rivals
                if line.ratios[metric].low > 1
            ]
    made_up = [table for table in tables if table.set_name.startswith("simulated")]
    return [
        Verdict("Nobody is better beyond the interval", not better, "; ".join(better) or f"{contests} contests"),
        Verdict(
            "Better than the best peer beyond the interval on at least half",
            contests > 0 and 2 * won_by_us >= contests,
            f"{won_by_us} of {contests} (set × horizon × measure)",
        ),
        _verdict_of("Calibration error inside a perfect model's 95 % band (simulator)", made_up, _calibrated),
        _verdict_of("Calibration error at most 0.02 at 30,000 deals", _large(made_up), _closely_calibrated),
        _verdict_on_wins(tables),
    ]


def _verdict_on_wins(tables: Sequence[Table]) -> Verdict:
    target = "Expected wins within 10 % of actual, or actual inside the stated interval"
    verdict = _verdict_of(target, tables, lambda table: _wins_near(table) or _wins_inside(table))
    near = sum(_wins_near(table) for table in tables)
    inside = sum(_wins_inside(table) and not _wins_near(table) for table in tables)
    told = f"{near} of {len(tables)} within 10 %, {inside} more inside the stated interval"
    return replace(verdict, detail=f"{told}; {verdict.detail}" if verdict.met is False else told)


def _large(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if table.set_name == "simulated 30000"]


def _verdict_of(target: str, tables: Sequence[Table], is_met: Callable[[Table], bool]) -> Verdict:
    failed = [f"{table.set_name} at {table.horizon} d" for table in tables if not is_met(table)]
    detail = f"missed: {', '.join(failed)}" if failed else f"{len(tables)} of {len(tables)}"
    return Verdict(target, not failed if tables else None, detail if tables else "")


def _calibrated(table: Table) -> bool:
    return table.calibration <= table.perfect.calibration_high


def _closely_calibrated(table: Table) -> bool:
    return table.calibration <= 0.02


def _wins_near(table: Table) -> bool:
    return abs(table.expected - table.wins) <= 0.1 * table.wins


def _wins_inside(table: Table) -> bool:
    return table.stated[0] <= table.wins <= table.stated[1]
