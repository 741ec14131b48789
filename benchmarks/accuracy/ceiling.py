"""How much there is left to win on the simulated sets: the same model, taught by many more deals than any peer has.

Answers: the loss of a model fitted on another company's ``DEALS`` deals of the same making, divided by ours and by the
best peer's. What all such companies share (how milestones, silence and the calendar drive an outcome) it knows nearly
for certain; the rest is chance, and nobody can foretell it. Does not answer: what another kind of model might see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.accuracy.compare import METRICS, Ratio, Table, best_of, compare
from benchmarks.accuracy.logs import SETS, Log, simulated
from benchmarks.accuracy.peers import MODELS, OURS, PRIORS
from benchmarks.accuracy.results import Made, keep, load, load_whole

from landmark.forecast.model import Fitted, fit

DEALS, SEED = 200_000, 777
CEILING, ITSELF = "ceiling", "landmark itself"
MADE_UP = tuple(name for name in SETS if name.startswith("simulated"))


@dataclass(frozen=True)
class Room:
    """One contest: the ceiling's loss divided by ours, and by the best peer's; 0.98 says that 2 % are left to win."""

    set_name: str
    horizon: int
    metric: str
    ours: Ratio
    peer: str
    theirs: Ratio


def measure_ceiling(folder: Path, again: bool, tell: Callable[[str], None], draws: int) -> list[Room]:
    """Predictions are kept like those of any model; ours and the peers' are read from ``folder``."""
    logs = {name: SETS[name]() for name in MADE_UP}
    every = [log for name in MADE_UP for log in logs[name]]
    if again or any(load(folder, log, CEILING) is None for log in every):
        _predict(folder, every, tell)
    return [room for name in MADE_UP for room in _compare(folder, name, logs[name], draws)]


def _predict(folder: Path, logs: Sequence[Log], tell: Callable[[str], None]) -> None:
    """One fit for each as-of day serves all logs: they share their days."""
    many = simulated(SEED, DEALS)
    tell(f"ceiling: {DEALS:,} deals made")
    fits = []
    for day in logs[0].days:
        fits.append(fit(many, day, PRIORS))
        tell(f"ceiling: fitted as of day {day:.0f}")
    for log in logs:
        keep(folder, log, CEILING, _say(log, fits))


def _say(log: Log, fits: Sequence[Fitted]) -> Made:
    said = [one.predict(log.history, day, log.horizons) for one, day in zip(fits, log.days, strict=True)]
    return Made(
        np.concatenate([log.history.deal_ids[one.deal] for one in said]).astype(str),
        np.concatenate([np.full(one.deal.size, day) for one, day in zip(said, log.days, strict=True)]),
        np.concatenate([one.p_won for one in said]),
        np.concatenate([one.p_lost for one in said]),
        0.0,
        (),
    )


def _compare(folder: Path, name: str, logs: Sequence[Log], draws: int) -> list[Room]:
    models = (OURS, CEILING, *(model for model in MODELS if model != OURS))
    whole = load_whole(folder, logs, models)
    if not {OURS, CEILING} <= whole.keys():
        return []
    as_ours = {OURS: whole.pop(CEILING), ITSELF: whole.pop(OURS), **whole}
    return [_room(table, metric) for table in compare(name, logs, as_ours, draws) for metric in METRICS]


def _room(table: Table, metric: str) -> Room:
    lines = {line.model: line for line in table.lines if metric in line.ratios}
    ours = lines.pop(ITSELF)
    best = best_of(lines.values(), metric)
    return Room(table.set_name, table.horizon, metric, ours.ratios[metric], best.model, best.ratios[metric])
