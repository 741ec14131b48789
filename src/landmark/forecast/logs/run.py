"""From a loaded log to a fitted model and to predictions, on whichever engine holds it.

Answers: what ``landmark forecast`` computes. Does not answer: how files are read, how results are written.

A fit needs some ten thousand snapshots, however long the log is. From more than ``MOST_DEALS`` deals a fixed share is
drawn by a hash of their ids and only those leave the engine; predictions are made part by part, where the deals are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa

from landmark.forecast.duplicates import name_twins
from landmark.forecast.history import Season
from landmark.forecast.logs.engines import Engine
from landmark.forecast.logs.relations import drawn, known_deals, milestone_counts, open_deals, with_trails
from landmark.forecast.logs.trails import to_history
from landmark.forecast.logs.typed import Layout
from landmark.forecast.model import Fitted, Prediction, fit
from landmark.forecast.priors import Priors

MOST_DEALS = 60_000


@dataclass(frozen=True)
class LogFit:
    """A fitted model, how many deals were known on the day, how many of them it learned from, and which of these look
    like one deal twice: the ids of either, the one opened first before the other."""

    fitted: Fitted
    deals: int
    drawn: int
    twins: tuple[tuple[str, str], ...] = ()


def fit_log(
    engine: Engine,
    layout: Layout,
    as_of: float,
    priors: Priors,
    *,
    season: Season = Season(),  # noqa: B008
    most_deals: int = MOST_DEALS,
    seed: int = 0,
) -> LogFit:
    """Fit on what was known on the day; on all deals, or on the same draw of ``most_deals`` every time."""
    deals = known_deals(layout, as_of)
    known = int(engine.fetch(deals.agg(n=deals.count())).column("n")[0].as_py())
    share = most_deals / max(known, most_deals)
    rows = engine.fetch(with_trails(drawn(deals, share), as_of, layout).order_by("deal"))
    history = replace(to_history(rows, layout), season=season)
    del rows
    return LogFit(fit(history, as_of, priors, seed, threads=2), known, history.deal_ids.size, name_twins(history))


def predict_log(
    engine: Engine, layout: Layout, fitted: Fitted, as_of: float, horizons: Sequence[int]
) -> tuple[list[str], Prediction]:
    """Every deal open on the day, in the order of the file: ids (n), and a prediction whose ``deal`` is 0 … n − 1."""
    wanted = np.array(sorted(horizons), np.int32)
    score = Scorer(json.dumps(fitted.to_json()), layout, as_of, tuple(wanted.tolist()))
    rows = with_trails(open_deals(known_deals(layout, as_of)), as_of, layout)
    parts = list(engine.score(rows, score, scores_schema()))
    table = pa.Table.from_batches(parts, scores_schema()).sort_by("deal")
    curves = [_matrix(table.column(name), wanted.size) for name in ("p_won", "p_lost", "p_open")]
    ids = table.column("deal_id").to_pylist()
    return ids, Prediction(np.arange(len(ids), dtype=np.int32), as_of, wanted, *curves)


def count_known_milestones(engine: Engine, layout: Layout, as_of: float) -> dict[str, int]:
    """How many events of each milestone were known on the day."""
    rows = engine.fetch(milestone_counts(layout, as_of)).to_pylist()
    return {str(row["milestone"]): int(row["n"]) for row in rows}


def scores_schema() -> pa.Schema:
    curve = pa.list_(pa.float64())
    return pa.schema(
        [("deal", pa.int64()), ("deal_id", pa.string()), ("p_won", curve), ("p_lost", curve), ("p_open", curve)]
    )


@dataclass(frozen=True)
class Scorer:
    """The one scoring function: it sees some deals, never the whole log, and travels with its model as JSON."""

    model: str
    layout: Layout
    as_of: float
    horizons: tuple[int, ...]

    def __call__(self, part: pa.RecordBatch) -> pa.RecordBatch:
        prediction = _load(self.model).predict(to_history(part, self.layout), self.as_of, self.horizons)
        chosen = pa.array(prediction.deal)
        columns = [part.column("deal").take(chosen), part.column("deal_id").take(chosen).cast(pa.string())]
        ends = pa.array(np.arange(prediction.deal.size + 1, dtype=np.int32) * len(self.horizons))
        curves = (prediction.p_won, prediction.p_lost, prediction.p_open)
        columns += [pa.ListArray.from_arrays(ends, pa.array(curve.ravel())) for curve in curves]
        return pa.RecordBatch.from_arrays(columns, schema=scores_schema())


@lru_cache(maxsize=2)
def _load(model: str) -> Fitted:
    return Fitted.from_json(json.loads(model))


def _matrix(column: pa.ChunkedArray, width: int) -> np.ndarray:
    return np.asarray(column.combine_chunks().flatten()).reshape(-1, width)
