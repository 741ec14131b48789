"""What a probability is made of: base + one part for each group of facts = the probability, exactly.

Answers: how far each milestone, attribute and clock moves P(won) of each open deal away from a typical one's. Does not
answer: what would happen if somebody changed it; these are associations in past deals.

Formula. Each component of the model is a sum of what the groups say, on the log-odds scale of every interval ahead:
the logistic one exactly, the trees by what each split on the deal's way changes (booked to the split's column). Taking
the average over the open deals from each share leaves Δ_g. With F the way from log-odds to probability (link, drift,
cumulation), the part of g is its Aumann–Shapley value: ∫₀¹ ∂F(average + t Σ Δ)/∂Δ_g dt, all groups walking together
from the typical deal to this one, so no order of telling them favours anybody. The slope of F is worked out backwards
through the intervals, once for all groups. The integral is a sum over four points (Gauss–Legendre); what that misses,
some thousandths, is shared out in proportion: the parts sum exactly. The shrunken
rates have two players, *path* and *age*, and are averaged exactly; beyond the time that history covers they carry
the curve on, and that rest is booked to *path*.
Source: Aumann & Shapley, Values of Non-Atomic Games (1974); Saabas (2014) on walking a tree.

Units: probability. Shapes: n open deals, K groups, J intervals up to the horizon. Work goes in chunks of deals, so
memory does not grow with their number.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from landmark.forecast.forest import as_forest, make_quick
from landmark.forecast.full import Full, drifted, slope_columns, tree_inputs, with_tail
from landmark.forecast.grid import EDGES, INTERVALS, YEAR, Calendar, at_horizons, calendar_ahead, clock_bins, cumulate
from landmark.forecast.hazards import BASIS
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.mixing import hazard_of, mixed_chances
from landmark.forecast.model import Fitted
from landmark.forecast.snapshots import Snapshots, Table

CHUNK = 4_000
TYPICAL_DEALS = 400
"""So many open deals, evenly spread over their list, stand for all when the average is taken."""
RATE_REFERENCES = 4
POINTS = 4
_STEP = 1e-6
SEASON_DAYS = (0, 91, 182, 273)
"""The calendar's own part is measured against four days, a quarter of a year apart."""
PATH, AGE, STAGE_AGE, CALENDAR, TOGETHER = "path", "age", "stage_age", "calendar", "together"
_ROUNDING = 1e-5
"""Trees answer in single precision."""


@dataclass(frozen=True)
class Explanation:
    """deal (n) positions in the history · p (n) · base · keys (K) · effects (n, K): base + effects.sum(1) = p.

    Keys: ``milestone:<name>``, ``attribute:<name>``, ``age``, ``idle``, ``pace``, ``path``, ``stage_age``, ``target``,
    ``cohort`` (when it was opened), ``calendar`` (the days ahead and what they bring to any deal).
    """

    deal: Ints
    p: Floats
    base: float
    keys: tuple[str, ...]
    effects: Floats


def explain(fitted: Fitted, history: History, as_of: float, horizon: int, p: Floats | None = None) -> Explanation:
    """Every deal open on the day, in the order of ``Fitted.predict``. ``p``: its P(won by horizon), if at hand."""
    if p is None:
        p = fitted.predict(history, as_of, [horizon]).p_won[:, 0]
    known = as_known(history, as_of)
    deal = known.open_deals()
    if deal.size == 0:
        return Explanation(deal, p, 0.0, (), np.zeros((0, 0)))
    snapshots = Snapshots(known.history, fitted.vocabulary)
    made_of = Explainer(fitted, snapshots, deal, as_of, horizon).explain(snapshots, deal, p)
    return replace(made_of, deal=known.position[deal])


def _spread(deal: Ints, count: int) -> Ints:
    """At most ``count`` of the deals, evenly spread."""
    if deal.size <= count:
        return deal
    return deal[np.linspace(0, deal.size - 1, count).astype(np.intp)]


@dataclass(frozen=True)
class _Shares:
    """What each group says on the log-odds scale: by_slopes (n, K, J, won and lost), by_trees (n, K, J,
    closes and a closing is a win)."""

    by_slopes: Floats
    by_trees: Floats


class Explainer:
    """The typical deal, and the way from log-odds to probability; built once, asked about any of the open deals."""

    def __init__(self, fitted: Fitted, snapshots: Snapshots, deal: Ints, as_of: float, horizon: int) -> None:
        """``deal``: all that are open; some of them stand for all."""
        self._fitted, self._as_of = make_quick(fitted), as_of
        typical = self._table(snapshots, _spread(deal, TYPICAL_DEALS))
        self._horizon = np.array([horizon], np.int32)
        self._typical = _rows(typical, _spread(np.arange(typical.values.shape[0], dtype=np.int32), RATE_REFERENCES))
        self._slow = self._rates(typical).mean(axis=0, keepdims=True)
        self.keys: tuple[str, ...] = (PATH, AGE)
        self.base = float(self._by_rates(self._typical).mean())
        if self._fitted.full is not None:
            self._prepare(self._fitted.full, typical)

    def _prepare(self, full: Full, typical: Table) -> None:
        groups = [group for group in dict.fromkeys(typical.groups) if group != CALENDAR]
        self.keys = tuple(dict.fromkeys([*groups, PATH, AGE, STAGE_AGE, CALENDAR]))
        self._intervals = max(int(np.searchsorted(EDGES, self._horizon[0])), 1)
        self._calendar = self._calendar_of(full, 1, 0)
        self._weight = full.hazards.day_weights(self._calendar)
        seasons = [self._shares(full, typical, day) for day in SEASON_DAYS]
        self._mean = _Shares(
            np.mean([one.by_slopes.mean(axis=0) for one in seasons], axis=0),
            np.mean([one.by_trees.mean(axis=0) for one in seasons], axis=0),
        )
        start = self._p_full(full, self._mean.by_slopes.sum(axis=0)[None], self._mean.by_trees.sum(axis=0)[None])
        self.base = full.share * float(start[0]) + (1 - full.share) * self.base

    def explain(self, snapshots: Snapshots, deal: Ints, p: Floats) -> Explanation:
        """What led from the typical deal to ``p`` for each of these deals (positions in the snapshots' history)."""
        chunks = (deal[start : start + CHUNK] for start in range(0, deal.size, CHUNK))
        effects = np.concatenate([self.play(self._table(snapshots, chunk)) for chunk in chunks])
        rest, keys = p - self.base - effects.sum(axis=1), self.keys
        if self.has_tail or np.abs(rest).max() < _ROUNDING:
            effects[:, keys.index(PATH)] += rest
        else:
            keys, effects = (*keys, TOGETHER), np.column_stack([effects, rest])
        return Explanation(deal, p, self.base, keys, effects)

    def _table(self, snapshots: Snapshots, deal: Ints) -> Table:
        return snapshots.table(deal, np.full(deal.size, int(self._as_of), np.int32))

    @property
    def has_tail(self) -> bool:
        return self._fitted.full is not None and self._intervals > self._fitted.full.supported

    def play(self, table: Table) -> Floats:
        """The parts (n, K) of a chunk of deals."""
        full = self._fitted.full
        parts = np.zeros((table.values.shape[0], len(self.keys)))
        if full is not None:
            parts += full.share * self._play_full(full, self._shares(full, table, 0))
        share = 1.0 if full is None else 1 - full.share
        path, age = self._play_rates(table)
        parts[:, self.keys.index(PATH)] += share * path
        parts[:, self.keys.index(AGE)] += share * age
        return parts

    # The hazards of the full level

    def _calendar_of(self, full: Full, rows: int, shift: int) -> Calendar:
        day = np.full(rows, int(self._as_of) + shift, np.int32)
        words = self._fitted.vocabulary
        return calendar_ahead(day, words.close_shift, full.calendar, words.season)

    def _shares(self, full: Full, table: Table, shift: int) -> _Shares:
        calendar = self._calendar_of(full, table.values.shape[0], shift)
        return _Shares(self._slope_shares(full, table, calendar), self._tree_shares(full, table, calendar))

    def _slope_shares(self, full: Full, table: Table, calendar: Calendar) -> Floats:
        """(n, K, J, 2); the constant is part of *calendar*, which makes no difference: it is everybody's."""
        columns, groups = slope_columns(table, self._fitted.vocabulary, self._rates(table))
        x, kept = full.scaling.apply(columns), np.array(groups, object)[full.scaling.kept]
        slopes, within = full.hazards.slopes, slice(0, self._intervals)
        flat = np.zeros((x.shape[0], len(self.keys), slopes[0].size))
        for place, key in enumerate(self.keys):
            chosen = np.flatnonzero(kept == key)
            flat[:, place] = x[:, chosen] @ slopes[1 + chosen].reshape(chosen.size, slopes[0].size)
        by_basis = flat.reshape(x.shape[0], len(self.keys), *slopes[0].shape)
        shares: Floats = np.einsum("nkcb,jb->nkjc", by_basis, BASIS[within], optimize=True)
        everybody = (BASIS[within] @ slopes[0].T) + full.hazards.level[:, within].T
        shares[:, self.keys.index(CALENDAR)] += everybody
        shares[:, self.keys.index(CALENDAR)] += calendar.effect(full.hazards.calendar)[:, within][calendar.row]
        bins = clock_bins(table.clocks)[:, :, within]
        for clock, key in enumerate((AGE, STAGE_AGE)):
            shares[:, self.keys.index(key)] += full.hazards.clocks[clock].T[bins[:, clock]]
        return shares

    def _tree_shares(self, full: Full, table: Table, calendar: Calendar) -> Floats:
        """(n, K, J, 2); what the time ahead and the start say is part of *calendar*."""
        if full.trees is None:
            return np.zeros((table.values.shape[0], len(self.keys), self._intervals, 2))
        inputs = tree_inputs(table, calendar, full.hazards)
        groups = self._tree_groups(table, inputs.x.shape[1], calendar)
        return as_forest(full.trees).shares(inputs, self._intervals, groups)

    def _tree_groups(self, table: Table, columns: int, calendar: Calendar) -> Floats:
        """(columns of the trees + 1, K): which group speaks through a column."""
        named = [group for group in table.groups if group != CALENDAR]
        dated = calendar.interval.shape[2] + calendar.along.shape[2]
        ahead = [CALENDAR, *table.running_groups, *[CALENDAR] * dated, CALENDAR]
        groups = [*named, *ahead]
        if len(named) != columns:
            raise ValueError("the trees read other columns than the snapshots have")
        return np.array([[group == key for key in self.keys] for group in groups], np.float64)

    def _p_full(self, full: Full, slopes: Floats, trees: Floats) -> Floats:
        """F: log-odds (n, J, 2) twice → P(won by the horizon) (n)."""
        return self._p_of(full, hazard_of(*_chances(full, slopes, trees)))

    def _p_of(self, full: Full, hazard: Floats) -> Floats:
        whole = np.zeros((hazard.shape[0], INTERVALS, 2))
        whole[:, : self._intervals] = hazard
        slow = np.broadcast_to(self._slow, whole.shape)
        incidence = cumulate(with_tail(drifted(whole, full.drift), slow, full.supported))
        row = np.zeros(hazard.shape[0], np.intp)
        return at_horizons(incidence, self._horizon, self._weight, row)[:, 0, 0]

    def _play_full(self, full: Full, shares: _Shares) -> Floats:
        """All groups walk together; at each point on the way, what a small step of one of them would add."""
        slopes, trees = shares.by_slopes - self._mean.by_slopes, shares.by_trees - self._mean.by_trees
        start = (self._mean.by_slopes.sum(axis=0)[None], self._mean.by_trees.sum(axis=0)[None])
        way = (slopes.sum(axis=1), trees.sum(axis=1))
        rise = np.zeros((2, *way[0].shape))
        points, weights = np.polynomial.legendre.leggauss(POINTS)
        for at, weight in zip((points + 1) / 2, weights / 2, strict=True):
            rise += weight * self._rise_of_full(full, start[0] + at * way[0], start[1] + at * way[1])
        parts = np.einsum("nkjc,njc->nk", slopes, rise[0]) + np.einsum("nkjc,njc->nk", trees, rise[1])
        whole = self._p_full(full, start[0] + way[0], start[1] + way[1]) - self._p_full(full, start[0], start[1])
        size = np.abs(parts) + 1e-15
        missed = whole - parts.sum(axis=1)
        result: Floats = parts + size * (missed / size.sum(axis=1))[:, None]
        return result

    def _rise_of_full(self, full: Full, slopes: Floats, trees: Floats) -> Floats:
        """∂ ``_p_full`` by the log-odds of both components (2, n, J, 2)."""
        closes, wins = _chances(full, slopes, trees)
        by = self._rise_of(full, hazard_of(closes, wins))
        by_closes, by_wins = wins * by[:, :, 0] + (1 - wins) * by[:, :, 1], closes * (by[:, :, 0] - by[:, :, 1])
        by_odds = np.stack([by_closes * closes * (1 - closes), by_wins * wins * (1 - wins)], axis=2)
        rise = np.stack([(1 - _shares_of_trees(full)) * by_odds, _shares_of_trees(full) * by_odds])
        own_wins = expit(slopes[:, :, 0] - slopes[:, :, 1])
        by_closes, by_wins = rise[0, :, :, 0], rise[0, :, :, 1]
        rise[0] = np.stack([own_wins * by_closes + by_wins, (1 - own_wins) * by_closes - by_wins], axis=2)
        return rise

    def _rise_of(self, full: Full, hazard: Floats) -> Floats:
        """∂ ``_p_of`` by the hazards (n, J, 2): wins of an interval, less those its closings leave no deal for.

        Formula, backwards: V_j = w_j h_won + (1 − h_won − h_lost) V_{j+1}; ∂/∂h_won = S_j (w_j − V_{j+1}), ∂/∂h_lost =
        −S_j V_{j+1}; w_j: the share of the interval that the horizon takes in.
        """
        last, weight = self._intervals - 1, np.ones(self._intervals)
        weight[last] = self._last_share()
        moved = drifted(hazard, full.drift)
        whole = self._with_tail(full, moved)
        stay = 1.0 - whole.sum(axis=2)
        before = np.cumprod(np.column_stack([np.ones(stay.shape[0]), stay[:, :-1]]), axis=1)
        rise, later = np.empty_like(whole), np.zeros(whole.shape[0])
        for j in range(last, -1, -1):
            rise[:, j, 0], rise[:, j, 1] = before[:, j] * (weight[j] - later), -before[:, j] * later
            later = weight[j] * whole[:, j, 0] + stay[:, j] * later
        if self.has_tail:
            self._add_tail(full, moved, rise)
        drift_sum = (hazard * full.drift).sum(axis=2, keepdims=True)
        capped = np.where(drift_sum > 1.0, (rise * moved).sum(axis=2, keepdims=True), 0.0)
        result: Floats = full.drift * (rise - capped) / np.maximum(drift_sum, 1.0)
        return result

    def _add_tail(self, full: Full, hazard: Floats, rise: Floats) -> None:
        """The tail goes on from the last covered interval: what it brings is that interval's."""
        covered = full.supported
        for cause in (0, 1):
            step = np.zeros(hazard.shape[1:])
            step[covered - 1, cause] = _STEP
            tail = self._with_tail(full, hazard + step) - self._with_tail(full, hazard - step)
            rise[:, covered - 1, cause] += (tail * rise)[:, covered:].sum(axis=(1, 2)) / (2 * _STEP)
        rise[:, covered:] = 0.0

    def _with_tail(self, full: Full, hazard: Floats) -> Floats:
        """(n, J, 2) → the same with the intervals that history does not cover."""
        whole = np.zeros((hazard.shape[0], INTERVALS, 2))
        whole[:, : self._intervals] = hazard
        slow = np.broadcast_to(self._slow, whole.shape)
        return with_tail(whole, slow, full.supported)[:, : self._intervals]

    def _last_share(self) -> float:
        """How much of the last interval's closings fall before the horizon."""
        incidence = np.zeros((1, INTERVALS + 1, 2))
        incidence[:, self._intervals :] = 1.0
        return float(at_horizons(incidence, self._horizon, self._weight, np.zeros(1, np.intp))[0, 0, 0])

    # The shrunken rates

    def _rates(self, table: Table) -> Floats:
        return self._fitted.rates.predict(table, self._fitted.vocabulary.milestones, self._fitted.priors)

    def _by_rates(self, table: Table) -> Floats:
        rows = table.values.shape[0]
        incidence = cumulate(self._rates(table))
        weight = np.ones((1, YEAR, 2))
        full = self._fitted.full
        if full is not None:
            weight = full.hazards.day_weights(self._calendar_of(full, 1, 0))
        return at_horizons(incidence, self._horizon, weight, np.zeros(rows, np.intp))[:, 0, 0]

    def _play_rates(self, table: Table) -> tuple[Floats, Floats]:
        """Two players against each of a few typical deals: where it stands, and how old it is."""
        age = table.names.index("age")
        own, rows = self._by_rates(table), table.values.shape[0]
        path, years = np.zeros(rows), np.zeros(rows)
        count = self._typical.values.shape[0]
        for row in self._typical.values:
            other = replace(table, values=np.repeat(row[None], rows, axis=0))
            neither = self._by_rates(_rows(other, np.zeros(1, np.int32)))
            by_path, by_age = self._by_rates(_with(table, age, row[age])), self._by_rates(_with(other, age, table))
            path += (by_path - neither + own - by_age) / (2 * count)
            years += (by_age - neither + own - by_path) / (2 * count)
        return path, years


def _shares_of_trees(full: Full) -> Floats:
    return np.zeros(2) if full.trees is None else full.tree_shares


def _chances(full: Full, slopes: Floats, trees: Floats) -> tuple[Floats, Floats]:
    """Log-odds (n, J, won and lost, against staying open) and (n, J, closes, and a closing is a win) → the chances that
    the deal closes, and that a closing is a win; without the bounds that keep predictions off certainty."""
    own = np.stack([np.logaddexp(slopes[:, :, 0], slopes[:, :, 1]), slopes[:, :, 0] - slopes[:, :, 1]], axis=2)
    return mixed_chances(own, trees, _shares_of_trees(full))


def _with(table: Table, column: int, value: float | Table) -> Table:
    values = table.values.copy()
    values[:, column] = value.values[:, column] if isinstance(value, Table) else value
    return replace(table, values=values)


def _rows(table: Table, rows: NDArray[np.int32]) -> Table:
    return replace(table, values=table.values[rows])
