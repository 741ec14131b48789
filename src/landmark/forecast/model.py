"""The forecast itself: fit on what was known on a day, predict won, lost and still open for every open deal.

Answers: P(won), P(lost), P(open) by any day up to a year ahead, which level of model speaks and why, and what a forecast
is made of. Does not answer: money (``portfolio``) or whether it was right (``evaluate``, ``backtest``).

Levels: *benchmarks* (the playbook alone), *shrunken* (closing rates by stage and age, pulled towards the playbook) and
*full* (penalised logistic and boosted hazards together, with a small share of the shrunken rates).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from landmark.forecast.design import Scaling, expand
from landmark.forecast.grid import (
    INTERVALS,
    LENGTH,
    MIDDLE,
    YEAR,
    Calendar,
    at_horizons,
    calendar_ahead,
    cumulate,
    known_calendar,
    outcomes,
)
from landmark.forecast.hazards import Hazards, fit_hazards
from landmark.forecast.history import LOST, WON, Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.priors import Priors
from landmark.forecast.sampling import Sample, sample
from landmark.forecast.shrunken import WINDOW_DAYS, Rates, fit_rates, no_rates
from landmark.forecast.snapshots import Snapshots, Table
from landmark.forecast.trees import Trees, fit_trees
from landmark.forecast.vocabulary import Vocabulary, learn

VERSION = 1
BENCHMARKS, SHRUNKEN, FULL = "benchmarks", "shrunken", "full"
CLOSED_FOR_SHRUNKEN = 10
CLOSED_FOR_FULL = 200
EACH_FOR_FULL = 30
PENALTY_A_ROW = 17.0
TREE_SHARE = 0.5
SHRUNKEN_WEIGHT = 40.0
TAIL_HALF_LIFE_DAYS = 60.0
_DEALS_AT_RISK = 30
_CHUNK = 4_000


@dataclass(frozen=True)
class Prediction:
    """deal (n) positions in the history that was handed in · horizons (H) days · p_won, p_lost, p_open (n, H)."""

    deal: Ints
    as_of: float
    horizons: Ints
    p_won: Floats
    p_lost: Floats
    p_open: Floats


@dataclass(frozen=True)
class Full:
    """The parts only the full level has. ``supported``: intervals ahead that history covers; later ones are tail.
    ``calendar`` (K) which calendar features were seen often enough."""

    scaling: Scaling
    hazards: Hazards
    trees: Trees | None
    supported: int
    calendar: NDArray[np.bool_]
    share: float

    def to_json(self) -> dict[str, Any]:
        return {"scaling": self.scaling.to_json(), "hazards": self.hazards.to_json(),
                "trees": None if self.trees is None else self.trees.to_json(), "supported": self.supported,
                "calendar": self.calendar.tolist(), "share": self.share}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Full":
        return Full(Scaling.from_json(data["scaling"]), Hazards.from_json(data["hazards"]),
                    None if data["trees"] is None else Trees.from_json(data["trees"]), int(data["supported"]),
                    np.array(data["calendar"], bool), float(data["share"]))


@dataclass(frozen=True)
class Fitted:
    """A fitted model. ``reason`` says in one sentence why this level is in use."""

    as_of: float
    level: str
    reason: str
    closed: int
    won: int
    vocabulary: Vocabulary
    priors: Priors
    rates: Rates
    full: Full | None = None

    def predict(self, history: History, as_of: float, horizons: Sequence[int]) -> Prediction:
        """Every deal open on ``as_of`` (a whole day, days since 1970), in the order of the history.

        horizons: whole days, 1 to 365. p_won and p_lost never fall as the horizon grows; the three sum to 1.
        Raises ValueError for another horizon or a day that is not whole.
        """
        wanted = _checked(as_of, horizons)
        known = as_known(history, as_of)
        deal = known.open_deals()
        table = Snapshots(known.history, self.vocabulary).table(deal, np.full(deal.size, int(as_of), np.int32))
        won_lost = np.zeros((deal.size, wanted.size, 2))
        for start in range(0, deal.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            won_lost[part] = self._incidence(replace(table, values=table.values[part]), as_of, wanted)
        p_open = np.maximum(1.0 - won_lost.sum(axis=2), 0.0)
        return Prediction(known.position[deal], as_of, wanted, won_lost[:, :, 0], won_lost[:, :, 1], p_open)

    def contributions(self, history: History, as_of: float, horizon: int) -> list[list[tuple[str, float]]]:
        """For each open deal (order of ``predict``): what moves its P(won) away from the average open deal's.

        Pairs (key, share of the probability), largest first; each list sums to p − average. Keys: ``milestone:<name>``,
        ``attribute:<name>``, ``age``, ``idle``, ``pace``, ``path``, ``stage_age``, ``target`` and ``together`` (what only
        the combination tells). Formula: change of the logistic part's P when a group is set to its average.
        Association, not cause.
        """
        wanted = _checked(as_of, [horizon])
        known = as_known(history, as_of)
        deal = known.open_deals()
        if deal.size == 0:
            return []
        p = self.predict(history, as_of, [horizon]).p_won[:, 0]
        gap = p - p.mean()
        if self.full is None:
            return [[("path", float(one))] for one in gap]
        table = Snapshots(known.history, self.vocabulary).table(deal, np.full(deal.size, int(as_of), np.int32))
        parts = self._group_effects(self.full, table, as_of, wanted)
        parts["together"] = gap - sum(parts.values())
        return [_ranked({key: float(values[row]) for key, values in parts.items()}) for row in range(deal.size)]

    def _group_effects(self, full: Full, table: Table, as_of: float, horizon: Ints) -> dict[str, Floats]:
        columns, _, groups = expand(table, self.vocabulary)
        kept = np.array(groups, object)[full.scaling.kept]
        x = full.scaling.apply(columns)
        calendar = self._calendar(full, as_of, x.shape[0])
        weight = full.hazards.day_weights(calendar)

        def p_won(inputs: Floats) -> Floats:
            incidence = cumulate(full.hazards.predict(inputs, calendar))
            return at_horizons(incidence, horizon, weight, calendar.row)[:, 0, 0]

        whole = p_won(x)
        return {str(group): whole - p_won(np.where(kept == group, 0.0, x)) for group in dict.fromkeys(kept.tolist())}

    def _calendar(self, full: Full, as_of: float, rows: int) -> Calendar:
        return calendar_ahead(np.full(rows, int(as_of), np.int32), self.vocabulary.close_shift, full.calendar)

    def _incidence(self, table: Table, as_of: float, horizons: Ints) -> Floats:
        """Cumulative incidence (rows, H, 2) of a part of the open deals."""
        slow = self.rates.predict(table, self.vocabulary.milestones, self.priors)
        rows = table.values.shape[0]
        if self.full is None:
            return at_horizons(cumulate(slow), horizons, np.ones((1, YEAR, 2)), np.zeros(rows, np.intp))
        full = self.full
        calendar = self._calendar(full, as_of, rows)
        x = full.scaling.apply(expand(table, self.vocabulary)[0])
        linear = cumulate(_with_tail(full.hazards.predict(x, calendar), slow, full.supported))
        mixed = linear
        if full.trees is not None:
            grown = full.trees.predict(tree_columns(table), calendar, full.supported)
            mixed = (1 - TREE_SHARE) * linear + TREE_SHARE * cumulate(_with_tail(grown, slow, full.supported))
        mixed = full.share * mixed + (1 - full.share) * cumulate(slow)
        return at_horizons(mixed, horizons, full.hazards.day_weights(calendar), calendar.row)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and texts, complete: ``from_json`` predicts the same to the last digit."""
        return {
            "version": VERSION, "as_of": self.as_of, "level": self.level, "reason": self.reason, "closed": self.closed,
            "won": self.won, "vocabulary": self.vocabulary.to_json(), "priors": self.priors.to_json(),
            "rates": self.rates.to_json(), "full": None if self.full is None else self.full.to_json(),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Fitted":
        if data.get("version") != VERSION:
            raise ValueError(f"this model has version {data.get('version')}, not {VERSION}; fit it again")
        return Fitted(
            float(data["as_of"]), data["level"], data["reason"], int(data["closed"]), int(data["won"]),
            Vocabulary.from_json(data["vocabulary"]), Priors.from_json(data["priors"]), Rates.from_json(data["rates"]),
            None if data["full"] is None else Full.from_json(data["full"]),
        )


def fit(history: History, as_of: float, priors: Priors | None = None, seed: int = 0) -> Fitted:
    """Fit on what was known at 00:00 UTC of ``as_of`` (days since 1970, whole); later rows of the history change nothing."""
    _checked(as_of, [1])
    priors = priors or Priors()
    known = as_known(history, as_of).history
    vocabulary = learn(known)
    won, lost = int(np.sum(known.outcome == WON)), int(np.sum(known.outcome == LOST))
    fitted = Fitted(as_of, BENCHMARKS, "", won + lost, won, vocabulary, priors, no_rates(vocabulary.milestones))
    if won + lost < CLOSED_FOR_SHRUNKEN:
        return replace(fitted, reason=_too_few(won + lost))
    rows = sample(known, as_of)
    table = Snapshots(known, vocabulary).table(rows.deal, rows.day)
    overlap = max(WINDOW_DAYS / rows.spacing, 1.0) * rows.kept
    rates = fit_rates(table, vocabulary.milestones, known, rows.deal, rows.day, as_of, overlap, priors)
    fitted = replace(fitted, level=SHRUNKEN, rates=rates, reason=_not_yet_full(won, lost))
    if won + lost < CLOSED_FOR_FULL or min(won, lost) < EACH_FOR_FULL:
        return fitted
    full = _fit_full(known, as_of, vocabulary, rows, table, won + lost, seed)
    if full is None:
        return replace(fitted, reason="No closing has yet been seen from open to end, so closing rates by stage speak.")
    return replace(fitted, level=FULL, full=full, reason=f"{won + lost:,} closed deals ({won:,} won) carry the full model.")


def _fit_full(known: History, as_of: float, vocabulary: Vocabulary, rows: Sample, table: Table, closed: int, seed: int
              ) -> Full | None:
    ahead = outcomes(known, rows.deal, rows.day, as_of)
    supported = _supported(ahead, rows.deal)
    if supported == 0:
        return None
    ahead[:, supported:] = -1
    columns = expand(table, vocabulary)[0]
    scaling = Scaling.learn(columns)
    usable = known_calendar(float(rows.day.min()), as_of)
    calendar = calendar_ahead(rows.day, vocabulary.close_shift, usable)
    deals = int(np.unique(rows.deal).size)
    penalty = PENALTY_A_ROW * max(rows.deal.size / deals, 1.0)
    # One thread: the same sums in the same order everywhere, and no spinning when web and worker share two cores.
    with threadpool_limits(1):
        hazards = fit_hazards(scaling.apply(columns), ahead, calendar, rows.weight, penalty)
        trees = fit_trees(tree_columns(table), ahead, calendar, deals, seed)
    return Full(scaling, hazards, trees, supported, usable, closed / (closed + SHRUNKEN_WEIGHT))


def tree_columns(table: Table) -> Floats:
    """Snapshot columns without the as-of day's calendar: intervals bring their own."""
    return table.values[:, [group != "calendar" for group in table.groups]]


def _supported(ahead: NDArray[np.int8], deal: Ints) -> int:
    """How many intervals in a row have at least thirty different deals at risk."""
    enough = [np.unique(deal[ahead[:, j] >= 0]).size >= _DEALS_AT_RISK for j in range(INTERVALS)]
    return enough.index(False) if False in enough else INTERVALS


def _with_tail(hazard: Floats, slow: Floats, supported: int) -> Floats:
    """Beyond the covered intervals the last daily rate goes on and fades to the shrunken rates, half in 60 days."""
    if supported >= INTERVALS:
        return hazard
    rate = _daily(hazard[:, supported - 1], LENGTH[supported - 1])
    result = hazard.copy()
    for j in range(supported, INTERVALS):
        fade = 0.5 ** ((MIDDLE[j] - MIDDLE[supported - 1]) / TAIL_HALF_LIFE_DAYS)
        mixed = fade * rate + (1 - fade) * _daily(slow[:, j], LENGTH[j])
        total = np.maximum(mixed.sum(axis=1, keepdims=True), 1e-300)
        result[:, j] = -np.expm1(-total * LENGTH[j]) * mixed / total
    return result


def _daily(hazard: Floats, days: float) -> Floats:
    """Hazards of an interval (rows, 2) → constant daily rates that give them."""
    total = np.clip(hazard.sum(axis=1, keepdims=True), 1e-300, 1 - 1e-12)
    rates: Floats = -np.log1p(-total) / days * hazard / total
    return rates


def _checked(as_of: float, horizons: Sequence[int]) -> Ints:
    if as_of != np.floor(as_of):
        raise ValueError("the as-of day must be a whole day")
    wanted = np.asarray(list(horizons), np.int64)
    if wanted.size == 0 or np.any(wanted < 1) or np.any(wanted > YEAR):
        raise ValueError(f"horizons are whole days from 1 to {YEAR}")
    return wanted.astype(np.int32)


def _ranked(parts: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(parts.items(), key=lambda item: (-abs(item[1]), item[0]))


def _too_few(closed: int) -> str:
    return f"Only {closed} deals have closed so far, so the playbook's benchmarks speak; they start to yield at {CLOSED_FOR_SHRUNKEN}."


def _not_yet_full(won: int, lost: int) -> str:
    return (f"{won + lost:,} closed deals ({won:,} won, {lost:,} lost) adjust the playbook's benchmarks; the full model needs "
            f"{CLOSED_FOR_FULL}, at least {EACH_FOR_FULL} of each kind.")
