"""Landmark and its peers, each fitted anew on every as-of day on what was known then.

Answers: P(won), and P(lost) where a model gives it, for every open deal and horizon. Does not answer: which is better
(``compare``). Per-horizon classifiers learn from past days whose horizon is over; survival models also from the rest.
Settings are the peers' usual ones for data of this size; rows are limited only so that they end on a small machine.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.accuracy.features import Lookout, Rows
from benchmarks.accuracy.logs import Log

from landmark.forecast.baselines import STAGE, predict_baselines
from landmark.forecast.history import OPEN, WON
from landmark.forecast.known import as_known
from landmark.forecast.lead_scoring import Lead, Stage, fit_leads
from landmark.forecast.model import fit
from landmark.forecast.priors import Priors
from landmark.forecast.snapshots import Snapshots
from landmark.forecast.vocabulary import learn
from landmark.playbook.loader import DEFAULT_REF, load_playbook

MOST_ROWS = 60_000
COX_ROWS, FOREST_ROWS, FOREST_TREES, FOREST_TIMES = 10_000, 2_500, 60, 30
SHRINK = 5.0
SEED = 0
PRIORS = Priors.from_playbook(load_playbook(DEFAULT_REF))

Probabilities = tuple[np.ndarray, np.ndarray | None]
"""P(won) (n, H) and P(lost) (n, H) or None."""


@dataclass
class Round:
    """One as-of day: the log, what is open, and the past to learn from. ``notes`` holds what is worth telling."""

    log: Log
    look: Lookout
    day: float
    now: Rows
    notes: dict[str, str] = field(default_factory=dict)

    def past(self, horizon: float, most: int = MOST_ROWS) -> Rows:
        """Rows at least ``horizon`` days before the as-of day, at most so many of them, drawn with a fixed seed."""
        rows = np.flatnonzero(self.look.past.as_of <= self.day - horizon)
        drawn = pd.Series(rows).sample(min(rows.size, most), random_state=SEED).to_numpy()
        return self.look.past.take(drawn)

    def outcome(self, rows: Rows, horizon: float) -> np.ndarray:
        """0 open, 1 won, 2 lost within the horizon."""
        return np.where(rows.to_close <= horizon, np.where(rows.won, 1, 2), 0)


def predict_landmark(one: Round) -> Probabilities:
    fitted = fit(one.log.history, one.day, PRIORS)
    made = fitted.predict(one.log.history, one.day, one.log.horizons)
    one.notes["level"] = fitted.level
    return made.p_won, made.p_lost


def predict_stage(one: Round) -> Probabilities:
    """The classic percentage of the stage, here measured on the log itself; it knows no horizon."""
    return predict_baselines(one.log.history, one.day, one.log.horizons)[STAGE], None


def predict_stage_horizon(one: Round) -> Probabilities:
    """Share won within the horizon among past rows with the same milestones, five rows' worth of the average added."""
    columns = []
    mask = one.look.mask(one.now)
    for horizon in one.log.horizons:
        past = one.past(horizon)
        won = pd.Series(one.outcome(past, horizon) == 1)
        groups = won.groupby(one.look.mask(past)).agg(["mean", "size"])
        share = (groups["mean"] * groups["size"] + SHRINK * won.mean()) / (groups["size"] + SHRINK)
        columns.append(pd.Series(mask).map(share).fillna(won.mean()).to_numpy())
    return np.stack(columns, axis=1), None


def predict_lead_scoring(one: Round) -> Probabilities:
    """Naive Bayes over stage and fields. Stages are the milestones, in the order in which deals usually reach them."""
    known = as_known(one.log.history, one.day).history
    vocabulary = learn(known)
    snapshots = Snapshots(known, vocabulary)
    deal = np.arange(known.deal_ids.size, dtype=np.int32)
    reached = snapshots.reached(deal, np.full(deal.size, int(one.day), np.int32))
    order = _usual_order(known, vocabulary.milestones)
    furthest = (reached[:, order] * np.arange(1, len(order) + 1)).max(axis=1, initial=0)
    fields = {a.name: known.attributes[a.name] for a in vocabulary.attributes if a.kind == "category"}
    leads = [Lead(None, int(furthest[i]), {name: column[i] for name, column in fields.items()}) for i in deal.tolist()]
    stages = [Stage(place, place) for place in range(len(order) + 1)]
    closed = np.flatnonzero(known.outcome != OPEN).tolist()
    scoring = fit_leads(stages, [(leads[i], bool(known.outcome[i] == WON)) for i in closed])
    scores = [scoring.score(leads[i]) for i in np.flatnonzero(known.outcome == OPEN).tolist()]
    p = np.array([0.5 if score is None else score / 100 for score in scores])
    return np.repeat(p[:, None], len(one.log.horizons), axis=1), None


def _usual_order(known: Any, milestones: tuple[str, ...]) -> np.ndarray:
    age = known.event_at - known.opened[known.event_deal]
    code = {name: place for place, name in enumerate(known.milestones)}
    return np.argsort([float(np.median(age[known.event_code == code[name]])) for name in milestones], kind="stable")


Maker = Callable[[], Any]


def _classify(one: Round, make: Maker, dense: bool, three: bool) -> Probabilities:
    """One classifier for each horizon: won or not, or won, lost and open."""
    result = np.zeros((one.now.won.size, len(one.log.horizons), 3))

    def inputs(rows: Rows) -> np.ndarray:
        return rows.dense if dense else rows.x.to_numpy(np.float64)

    for place, horizon in enumerate(one.log.horizons):
        past = one.past(horizon)
        y = one.outcome(past, horizon) if three else (one.outcome(past, horizon) == 1).astype(int)
        classes, coded = np.unique(y, return_inverse=True)
        if classes.size == 1:
            result[:, place, classes[0]] = 1.0
            continue
        result[:, place, classes] = make().fit(inputs(past), coded).predict_proba(inputs(one.now))
    return result[:, :, 1], result[:, :, 2] if three else None


def _xgboost(**settings: Any) -> Maker:
    def make() -> Any:
        import xgboost

        return xgboost.XGBClassifier(n_estimators=200, learning_rate=0.05, n_jobs=2, **settings)

    return make


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))


def _lightgbm() -> Any:
    import lightgbm

    return lightgbm.LGBMClassifier(
        n_estimators=200, learning_rate=0.05, num_leaves=15, subsample=0.5, subsample_freq=1, colsample_bytree=0.5,
        n_jobs=1, random_state=SEED, verbose=-1,
    )  # fmt: skip


@dataclass(frozen=True)
class Durations:
    """For survival models: x (rows, p), days followed (at most the longest horizon), 0 open 1 won 2 lost."""

    x: np.ndarray
    followed: np.ndarray
    outcome: np.ndarray
    now: np.ndarray


def _durations(one: Round, most: int) -> Durations:
    """Standardised rows of the past, followed to the closing, the as-of day or the longest horizon."""
    past = one.past(1.0, most)
    until = np.minimum(one.day - past.as_of, max(one.log.horizons))
    to_close = np.where(np.isnan(past.to_close), np.inf, past.to_close)
    followed = np.maximum(np.minimum(to_close, until), 1e-3)
    outcome = np.where(to_close <= until, np.where(past.won, 1, 2), 0)
    x, now = past.dense, one.now.dense
    kept = x.std(axis=0) > 1e-6
    mean, spread = x[:, kept].mean(axis=0), x[:, kept].std(axis=0)
    return Durations((x[:, kept] - mean) / spread, followed, outcome, (now[:, kept] - mean) / spread)


def combine_hazards(won: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Cumulative hazards (n, T) of both causes on one grid → cumulative incidence (n, T, 2).

    Within a step the causes share what is lost of "open" in proportion to their increments.
    """
    steps = np.diff(np.stack([won, lost], axis=2), axis=1, prepend=0.0)
    total = steps.sum(axis=2)
    before = np.exp(-(np.cumsum(total, axis=1) - total))
    share = np.divide(steps, total[:, :, None], out=np.zeros_like(steps), where=total[:, :, None] > 0)
    return np.cumsum((before * -np.expm1(-total))[:, :, None] * share, axis=1)


def predict_cox(one: Round) -> Probabilities:
    """Cause-specific Cox models on landmark rows, followed to the longest horizon."""
    from lifelines import CoxPHFitter

    data = _durations(one, COX_ROWS)
    grid = np.arange(1, max(one.log.horizons) + 1)
    hazards = []
    for cause in (1, 2):
        frame = pd.DataFrame(data.x).assign(followed=data.followed, happened=data.outcome == cause)
        model = CoxPHFitter(penalizer=0.1).fit(frame, "followed", "happened")
        base = model.baseline_cumulative_hazard_.iloc[:, 0]
        by_day = base.to_numpy()[np.searchsorted(base.index.to_numpy(), grid, "right") - 1]
        risk = model.predict_partial_hazard(pd.DataFrame(data.now)).to_numpy()
        hazards.append(risk[:, None] * by_day[None, :])
    return _at(combine_hazards(*hazards), one)


def predict_forest(one: Round) -> Probabilities:
    """Two random survival forests, won and lost, each with the other as censoring, put together as competing risks."""
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.util import Surv

    data = _durations(one, FOREST_ROWS)
    step = max(1.0, max(one.log.horizons) / FOREST_TIMES)
    hazards = []
    for cause in (1, 2):
        y = Surv.from_arrays(data.outcome == cause, np.ceil(data.followed / step) * step)
        forest = RandomSurvivalForest(
            FOREST_TREES, min_samples_leaf=15, max_features="sqrt", n_jobs=2, random_state=SEED
        )
        forest.fit(data.x, y)
        steps = forest.predict_cumulative_hazard_function(data.now, return_array=True)
        hazards.append(_between(steps, forest.unique_times_, step)[:, : max(one.log.horizons)])
    return _at(combine_hazards(*hazards), one)


def _between(steps: np.ndarray, times: np.ndarray, step: float) -> np.ndarray:
    """Cumulative hazards (n, days 1, 2, …) by straight lines between the forest's times, multiples of ``step``."""
    edges = step * np.arange(FOREST_TIMES + 1)
    place = np.searchsorted(times, edges + 1e-9, "right") - 1
    at_edges = np.where(place >= 0, steps[:, np.maximum(place, 0)], 0.0)
    days = np.arange(1, int(edges[-1]) + 1) / step
    low = np.minimum(days.astype(int), FOREST_TIMES - 1)
    between: np.ndarray = at_edges[:, low] + (at_edges[:, low + 1] - at_edges[:, low]) * (days - low)
    return between


def _at(incidence: np.ndarray, one: Round) -> Probabilities:
    chosen = incidence[:, np.array(one.log.horizons) - 1]
    return chosen[:, :, 0], chosen[:, :, 1]


def _per_horizon(make: Maker, *, dense: bool = False, three: bool = False) -> Callable[[Round], Probabilities]:
    return lambda one: _classify(one, make, dense, three)


_DEPTH_3 = {"max_depth": 3, "min_child_weight": 10, "subsample": 0.5, "colsample_bytree": 0.5}
OURS = "landmark"
MODELS: dict[str, Callable[[Round], Probabilities]] = {
    OURS: predict_landmark,
    "stage percentage": predict_stage,
    "stage x horizon": predict_stage_horizon,
    "lead scoring": predict_lead_scoring,
    "landmark Cox": predict_cox,
    "random survival forest": predict_forest,
    "logistic": _per_horizon(_logistic, dense=True),
    "xgboost depth 6": _per_horizon(_xgboost(max_depth=6, min_child_weight=10)),
    "xgboost depth 3": _per_horizon(_xgboost(**_DEPTH_3)),
    "xgboost three classes": _per_horizon(_xgboost(**_DEPTH_3), three=True),
    "lightgbm three classes": _per_horizon(_lightgbm, three=True),
}
IN_SCORER = ("stage x horizon", "logistic", "xgboost depth 6", "xgboost depth 3")
"""Peers that other scorers of the same files also have, with the same settings; see ``--check-against``."""


def run(name: str, one: Round) -> Probabilities:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers remark on convergence and ties; what counts is how they predict
        return MODELS[name](one)
