"""The forecast itself: fit on what was known on a day, predict won, lost and still open for every open deal.

Answers: P(won), P(lost), P(open) by any day up to a year ahead, which level of model speaks and why. Does not answer:
what a probability is made of (``explain``), money (``portfolio``) or whether it was right (``evaluate``, ``backtest``).

Levels: *benchmarks* (the playbook alone), *shrunken* (closing rates by stage and age, pulled towards the playbook) and
*full* (penalised logistic and boosted hazards together, with a small share of the shrunken rates).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landmark.forecast.full import Full, drifted, fit_full, slope_columns, tree_inputs, with_tail
from landmark.forecast.grid import (
    EDGES,
    YEAR,
    Calendar,
    at_horizons,
    calendar_ahead,
    clock_bins,
    cumulate,
)
from landmark.forecast.hazards import Ahead
from landmark.forecast.history import LOST, WON, Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.leaks import Leak
from landmark.forecast.mixing import mixed
from landmark.forecast.priors import Priors
from landmark.forecast.sampling import sample
from landmark.forecast.shrunken import Rates, fit_rates, no_rates
from landmark.forecast.snapshots import Snapshots, Table
from landmark.forecast.vocabulary import Vocabulary, learn

VERSION = 8
BENCHMARKS, SHRUNKEN, FULL = "benchmarks", "shrunken", "full"
CLOSED_FOR_SHRUNKEN = 10
CLOSED_FOR_FULL = 50
EACH_FOR_FULL = 10
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
            won_lost[part] = self.chances(replace(table, values=table.values[part]), as_of, wanted)
        p_open = np.maximum(1.0 - won_lost.sum(axis=2), 0.0)
        return Prediction(known.position[deal], as_of, wanted, won_lost[:, :, 0], won_lost[:, :, 1], p_open)

    def _calendar(self, full: Full, as_of: float, rows: int) -> Calendar:
        words = self.vocabulary
        return calendar_ahead(np.full(rows, int(as_of), np.int32), words.close_shift, full.calendar, words.season)

    def chances(self, table: Table, as_of: float, horizons: Ints) -> Floats:
        """P(won) and P(lost) by each horizon (rows, H, 2) of snapshots of the day; memory grows with the rows."""
        slow = self.rates.predict(table, self.vocabulary.milestones, self.priors)
        rows = table.values.shape[0]
        if self.full is None:
            return at_horizons(cumulate(slow), horizons, np.ones((1, YEAR, 2)), np.zeros(rows, np.intp))
        full = self.full
        calendar = self._calendar(full, as_of, rows)
        x = full.scaling.apply(slope_columns(table, self.vocabulary, slow)[0])
        hazard = full.hazards.predict(Ahead(x, clock_bins(table.clocks), calendar))
        if full.trees is not None:
            needed = int(np.searchsorted(EDGES, horizons.max()))  # leave out what nobody asked for
            by_trees = full.trees.predict(tree_inputs(table, calendar, full.hazards), min(full.supported, needed))
            hazard = mixed(hazard, by_trees, full.tree_shares)
        curve = cumulate(with_tail(drifted(hazard, full.drift), slow, full.supported))
        curve = full.share * curve + (1 - full.share) * cumulate(slow)
        return at_horizons(curve, horizons, full.hazards.day_weights(calendar), calendar.row)

    @property
    def left_out(self) -> tuple[Leak, ...]:
        """Attributes that would give the outcome away, each with one sentence why."""
        return self.vocabulary.left_out

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and texts, complete: ``from_json`` predicts the same to the last digit."""
        return {
            "version": VERSION,
            "as_of": self.as_of,
            "level": self.level,
            "reason": self.reason,
            "closed": self.closed,
            "won": self.won,
            "vocabulary": self.vocabulary.to_json(),
            "priors": self.priors.to_json(),
            "rates": self.rates.to_json(),
            "full": None if self.full is None else self.full.to_json(),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Fitted":
        if data.get("version") != VERSION:
            raise ValueError(f"this model has version {data.get('version')}, not {VERSION}; fit it again")
        return Fitted(
            float(data["as_of"]),
            data["level"],
            data["reason"],
            int(data["closed"]),
            int(data["won"]),
            Vocabulary.from_json(data["vocabulary"]),
            Priors.from_json(data["priors"]),
            Rates.from_json(data["rates"]),
            None if data["full"] is None else Full.from_json(data["full"]),
        )


def fit(history: History, as_of: float, priors: Priors | None = None, seed: int = 0, *, threads: int = 1) -> Fitted:
    """Fit on what was known at 00:00 UTC of ``as_of`` (whole days since 1970); later rows change nothing.

    ``threads``: with two, half of the work runs beside the other half; any number gives the same numbers.
    """
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
    rates = fit_rates(table, vocabulary.milestones, known, rows, as_of, priors)
    fitted = replace(fitted, level=SHRUNKEN, rates=rates, reason=_not_yet_full(won, lost))
    if won + lost < CLOSED_FOR_FULL or min(won, lost) < EACH_FOR_FULL:
        return fitted
    slow = rates.predict(table, vocabulary.milestones, priors)
    full = fit_full(known, as_of, vocabulary, rows, table, slow, won + lost, seed, threads)
    if full is None:
        return replace(fitted, reason="No closing has yet been seen from open to end, so closing rates by stage speak.")
    return replace(
        fitted, level=FULL, full=full, reason=f"{won + lost:,} closed deals ({won:,} won) carry the full model."
    )


def _checked(as_of: float, horizons: Sequence[int]) -> Ints:
    if as_of != np.floor(as_of):
        raise ValueError("the as-of day must be a whole day")
    wanted = np.asarray(list(horizons), np.int64)
    if wanted.size == 0 or np.any(wanted < 1) or np.any(wanted > YEAR):
        raise ValueError(f"horizons are whole days from 1 to {YEAR}")
    return wanted.astype(np.int32)


def _too_few(closed: int) -> str:
    until = f"they start to yield at {CLOSED_FOR_SHRUNKEN}"
    return f"Only {closed} deals have closed so far, so the playbook's benchmarks speak; {until}."


def _not_yet_full(won: int, lost: int) -> str:
    return (
        f"{won + lost:,} closed deals ({won:,} won, {lost:,} lost) adjust the playbook's benchmarks; "
        f"the full model needs {CLOSED_FOR_FULL}, at least {EACH_FOR_FULL} of each kind."
    )
