"""What a probability is made of: base + one part for each group of facts = the probability, exactly.

Answers: how far each milestone, attribute and clock moves P(won) of each open deal away from a typical one's. Does not
answer: what would happen if somebody changed it; these are associations in past deals.

Formula. Each component of the model is a sum of what the groups say, on the log-odds scale of every interval ahead:
the logistic one exactly, the trees by what each split on the deal's way changes (booked to the split's column). Taking
the average over the open deals from each share leaves Δ_g. With F the way from log-odds to probability (link, drift,
cumulation), the part of g is its Aumann–Shapley value: ∫₀¹ ∂F(average + t Σ Δ)/∂Δ_g dt, all groups walking together
from the typical deal to this one, so no order of telling them favours anybody. The integral is a sum over four points
(Gauss–Legendre); what that misses, some thousandths, is shared out in proportion: the parts sum exactly. The shrunken
rates have two players, *path* and *age*, and are averaged exactly; beyond the time that history covers they carry
the curve on, and that rest is booked to *path*.
Source: Aumann & Shapley, Values of Non-Atomic Games (1974); Saabas (2014) on walking a tree.

Units: probability. Shapes: n open deals, K groups, J intervals up to the horizon. Work goes in chunks of deals, so
memory does not grow with their number.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from xgboost import DMatrix

from landmark.forecast.design import expand
from landmark.forecast.full import Full, drifted, tree_inputs, with_tail
from landmark.forecast.grid import EDGES, INTERVALS, YEAR, Calendar, at_horizons, calendar_ahead, clock_bins, cumulate
from landmark.forecast.hazards import BASIS
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.model import Fitted
from landmark.forecast.snapshots import Snapshots, Table

CHUNK = 1_000
TYPICAL_DEALS = 400
"""So many open deals, evenly spread over their list, stand for all when the average is taken."""
RATE_REFERENCES = 4
POINTS = 4
_STEP = 1e-4
SEASON_DAYS = (0, 91, 182, 273)
"""The calendar's own part is measured against four days, a quarter of a year apart."""
PATH, AGE, STAGE_AGE, CALENDAR, TOGETHER = "path", "age", "stage_age", "calendar", "together"
_ROUNDING = 1e-5
"""Trees answer in single precision."""


@dataclass(frozen=True)
class Explanation:
    """deal (n) positions in the history · p (n) · base · keys (K) · effects (n, K): base + effects.sum(1) = p.

    Keys: ``milestone:<name>``, ``attribute:<name>``, ``age``, ``idle``, ``pace``, ``path``, ``stage_age``, ``target``,
    ``calendar`` (the days ahead and what they bring to any deal).
    """

    deal: Ints
    p: Floats
    base: float
    keys: tuple[str, ...]
    effects: Floats

    def ranked(self, row: int) -> list[tuple[str, float]]:
        """The parts of one deal, largest first; without those that are nothing."""
        parts = [(key, float(effect)) for key, effect in zip(self.keys, self.effects[row], strict=True)]
        return sorted((part for part in parts if part[1] != 0.0), key=lambda part: (-abs(part[1]), part[0]))


def explain(
    fitted: Fitted, history: History, as_of: float, horizon: int, p: Floats | None = None, threads: int = 1
) -> Explanation:
    """Every deal open on the day, in the order of ``Fitted.predict``. ``p``: its P(won by horizon), if at hand.

    ``threads``: chunks worked on at once; any number gives the same parts.
    """
    if p is None:
        p = fitted.predict(history, as_of, [horizon]).p_won[:, 0]
    known = as_known(history, as_of)
    deal = known.open_deals()
    if deal.size == 0:
        return Explanation(deal, p, 0.0, (), np.zeros((0, 0)))
    snapshots = Snapshots(known.history, fitted.vocabulary)

    def table_of(deals: Ints) -> Table:
        return snapshots.table(deals, np.full(deals.size, int(as_of), np.int32))

    game = _Game(fitted, table_of(_spread(deal, TYPICAL_DEALS)), as_of, horizon)
    with ThreadPoolExecutor(threads) as pool:
        chunks = (deal[start : start + CHUNK] for start in range(0, deal.size, CHUNK))
        effects = np.concatenate(list(pool.map(lambda chunk: game.play(table_of(chunk)), chunks)))
    rest = p - game.base - effects.sum(axis=1)
    keys = game.keys
    if game.has_tail or np.abs(rest).max() < _ROUNDING:
        effects[:, keys.index(PATH)] += rest
    else:
        keys, effects = (*keys, TOGETHER), np.column_stack([effects, rest])
    return Explanation(known.position[deal], p, game.base, keys, effects)


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


class _Game:
    """The typical deal, and the way from log-odds to probability; built once, played for each chunk."""

    def __init__(self, fitted: Fitted, typical: Table, as_of: float, horizon: int) -> None:
        self._fitted, self._as_of = fitted, as_of
        self._horizon = np.array([horizon], np.int32)
        self._typical = _rows(typical, _spread(np.arange(typical.values.shape[0], dtype=np.int32), RATE_REFERENCES))
        self._slow = self._rates(typical).mean(axis=0, keepdims=True)
        self.keys: tuple[str, ...] = (PATH, AGE)
        self.base = float(self._by_rates(self._typical).mean())
        if fitted.full is not None:
            self._prepare(fitted.full, typical)

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
        columns, _names, groups = expand(table, self._fitted.vocabulary)
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
        shares[:, self.keys.index(CALENDAR)] += (calendar.interval[:, within] @ full.hazards.calendar)[calendar.row]
        bins = clock_bins(table.clocks)[:, :, within]
        for clock, key in enumerate((AGE, STAGE_AGE)):
            shares[:, self.keys.index(key)] += full.hazards.clocks[clock].T[bins[:, clock]]
        return shares

    def _tree_shares(self, full: Full, table: Table, calendar: Calendar) -> Floats:
        """(n, K, J, 2); what the time ahead and the start say is part of *calendar*."""
        rows = table.values.shape[0]
        shares = np.zeros((rows, len(self.keys), self._intervals, 2))
        if full.trees is None:
            return shares
        inputs = tree_inputs(table, calendar, full.hazards)
        to_group = self._tree_groups(table, inputs.x.shape[1], calendar)
        row, interval = np.repeat(np.arange(rows), self._intervals), np.tile(np.arange(self._intervals), rows)
        cells, start = DMatrix(inputs.at(row, interval), nthread=1), inputs.start_of(row, interval)
        for place, booster in enumerate((full.trees.closes, full.trees.wins)):
            cells.set_base_margin(start[:, place])
            said = booster.predict(cells, pred_contribs=True, approx_contribs=True).astype(np.float64)
            by_group = (said @ to_group).reshape(rows, self._intervals, len(self.keys))
            shares[:, :, :, place] = by_group.transpose(0, 2, 1)
        return shares

    def _tree_groups(self, table: Table, columns: int, calendar: Calendar) -> Floats:
        """(columns of the trees + 1, K): which group speaks through a column."""
        named = [group for group in table.groups if group != CALENDAR]
        ahead = [CALENDAR, *table.running_groups, *[CALENDAR] * calendar.interval.shape[2], CALENDAR]
        groups = [*named, *ahead]
        if len(named) != columns:
            raise ValueError("the trees read other columns than the snapshots have")
        return np.array([[group == key for key in self.keys] for group in groups], np.float64)

    def _p_full(self, full: Full, slopes: Floats, trees: Floats) -> Floats:
        """F: log-odds (n, J, 2) twice → P(won by the horizon) (n)."""
        odds = np.exp(np.clip(slopes, -30.0, 30.0))
        p = self._p_of(full, odds / (1.0 + odds.sum(axis=2, keepdims=True)))
        if full.trees is not None:
            closes, wins = expit(trees[:, :, 0]), expit(trees[:, :, 1])
            by_trees = self._p_of(full, np.stack([closes * wins, closes * (1 - wins)], axis=2))
            p = (1 - full.tree_share) * p + full.tree_share * by_trees
        return p

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
        parts = np.zeros((slopes.shape[0], len(self.keys)))
        points, weights = np.polynomial.legendre.leggauss(POINTS)
        for at, weight in zip((points + 1) / 2, weights / 2, strict=True):
            by_slopes, by_trees = start[0] + at * way[0], start[1] + at * way[1]
            here = self._p_full(full, by_slopes, by_trees)
            for group in range(len(self.keys)):
                there = self._p_full(full, by_slopes + _STEP * slopes[:, group], by_trees + _STEP * trees[:, group])
                parts[:, group] += weight * (there - here) / _STEP
        whole = self._p_full(full, start[0] + way[0], start[1] + way[1]) - self._p_full(full, start[0], start[1])
        size = np.abs(parts) + 1e-15
        missed = whole - parts.sum(axis=1)
        result: Floats = parts + size * (missed / size.sum(axis=1))[:, None]
        return result

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


def _with(table: Table, column: int, value: float | Table) -> Table:
    values = table.values.copy()
    values[:, column] = value.values[:, column] if isinstance(value, Table) else value
    return replace(table, values=values)


def _rows(table: Table, rows: NDArray[np.int32]) -> Table:
    return replace(table, values=table.values[rows])
