"""What a period may bring: the distribution of bookings, for a company and for each of its scopes, from the same draws.

Answers: expected, P10, P50, P90, a spread for a picture, P(reaching a quota), and what of it comes from deals not yet
opened. Does not answer: how large the shared shock is (``shocks``) or how many deals arrive (``arrivals``).

Seeded: the same input gives the same draws. A scope's draw is the sum of its parts' draws, so that people add up to
teams and teams to the company in every single outcome. Limits, to be told wherever it is shown: one shock moves all
deals alike; an amount is what it was last said to be.

Cost: O(draws × (deals drawn one by one + scopes) + levels × deals), memory in pieces of a few megabytes. Of more than
2,000 deals only those that matter most for the spread are drawn one by one; of the rest each scope gets a normal
variable with the right mean and variance given the shock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.arrivals import Arrivals
from landmark.forecast.history import Floats
from landmark.forecast.shocks import Shock, no_shock

DRAWS = 10_000
LEVELS = 100
DRAWN_ONE_BY_ONE = 2_000
CELLS = 5_000_000
"""Most numbers a table of draws × scopes may hold; with more than 500 scopes fewer draws are made."""
FEWEST_DRAWS = 2_000
MOST_COUNTED = 300.0
"""Above so many expected arrivals their sum is drawn as a normal variable instead of deal by deal."""
_CHUNK = 128
_SHARES = (0.1, 0.5, 0.9)
_SPREAD = tuple((2 * place + 1) / 40 for place in range(20))
_HAZARDS = np.concatenate([[0.0], np.geomspace(1e-7, 400.0, 700)])

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Bookings:
    """All in the amounts' own unit. One in ten outcomes lies below ``p10``, one in ten above ``p90``.

    ``spread`` (20), rising: one outcome in twenty each, for a picture. Parts of ``expected``: ``unopened`` from deals
    that are not opened yet, ``unpriced`` from open deals whose amount nobody has said.
    """

    expected: float
    p10: float
    p50: float
    p90: float
    spread: tuple[float, ...] = ()
    unopened: float = 0.0
    unpriced: float = 0.0


@dataclass(frozen=True)
class Pipeline:
    """n open deals: p_won (n) within the period · amount (n), NaN where nobody has said it · scope (n) places in
    ``scopes`` · usual: amounts, each as likely, of which an unsaid one is drawn; empty makes it 0."""

    p_won: Floats
    amount: Floats
    scope: Places
    scopes: tuple[str, ...]
    usual: Floats

    @property
    def unpriced(self) -> NDArray[np.bool_]:
        """(n): whose amount is drawn."""
        return np.isnan(self.amount)

    @property
    def mean(self) -> Floats:
        """(n) the amount, or the mean of the usual ones."""
        return np.where(self.unpriced, self.usual.mean() if self.usual.size else 0.0, self.amount)

    @property
    def square(self) -> Floats:
        """(n) the amount's mean square."""
        return np.where(self.unpriced, np.mean(self.usual**2) if self.usual.size else 0.0, self.amount**2)

    @staticmethod
    def of(
        p_won: Floats, amount: Floats, scopes: Sequence[str] | None = None, usual: Floats | None = None
    ) -> "Pipeline":
        """``scopes`` (n): whose each deal is; left out, all are one. Raises ValueError for a p outside 0…1."""
        if p_won.size and not (np.nanmin(p_won) >= 0.0 and np.nanmax(p_won) <= 1.0):
            raise ValueError("a probability lies outside 0 to 1")
        names = sorted(set(scopes)) if scopes else [""]
        places = {name: place for place, name in enumerate(names)}
        scope = np.array([places[name] for name in scopes], np.intp) if scopes else np.zeros(p_won.size, np.intp)
        return Pipeline(np.nan_to_num(p_won), amount, scope, tuple(names), np.zeros(0) if usual is None else usual)


@dataclass(frozen=True)
class Newcomers:
    """Wins of the period from deals not yet opened.

    ``expected``: how many · ``doubt``: its standard deviation over itself · ``amounts``: what they may bring, each as
    likely · ``shares``: scope → its share of them (sums to 1); empty gives all to the scope "".
    """

    expected: float = 0.0
    doubt: float = 0.0
    amounts: Floats = field(default_factory=lambda: np.zeros(0))
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def value(self) -> float:
        return self.expected * float(self.amounts.mean()) if self.amounts.size else 0.0

    @property
    def by_scope(self) -> Mapping[str, float]:
        return self.shares or {"": 1.0}


def newcomers(
    arrivals: Arrivals, start: int, end: int, currency: str = "", shares: Mapping[str, float] | None = None
) -> Newcomers:
    """What opens from now on and is won after day ``start`` and by day ``end``, in one currency."""
    amounts = arrivals.amounts.get(currency, np.zeros(0))
    expected = arrivals.expect_wins(start, end) * arrivals.shares.get(currency, 0.0)
    if end <= 0 or not amounts.size:
        return Newcomers()
    return Newcomers(expected, arrivals.doubt(end), amounts, shares or {})


@dataclass(frozen=True)
class Outcomes:
    """Draws of a period. totals (draws, scopes), ``already`` included · expected, unopened, unpriced (scopes)."""

    scopes: tuple[str, ...]
    totals: Floats
    expected: Floats
    unopened: Floats
    unpriced: Floats

    def of(self, scopes: Collection[str] | None = None) -> Bookings:
        """The distribution of these scopes together; of all when left out."""
        chosen = self._chosen(scopes)
        total = self.totals[:, chosen].sum(axis=1)
        low, middle, high = np.quantile(total, _SHARES)
        return Bookings(
            float(self.expected[chosen].sum()),
            float(low),
            float(middle),
            float(high),
            tuple(np.quantile(total, _SPREAD).tolist()),
            float(self.unopened[chosen].sum()),
            float(self.unpriced[chosen].sum()),
        )

    def chance_to_reach(self, quota: float, scopes: Collection[str] | None = None) -> float:
        """P(bookings ≥ quota): the share of draws at or above it."""
        return float(np.mean(self.totals[:, self._chosen(scopes)].sum(axis=1) >= quota))

    def _chosen(self, scopes: Collection[str] | None) -> Places:
        kept = [place for place, name in enumerate(self.scopes) if scopes is None or name in scopes]
        return np.array(kept, np.intp)


def draw_outcomes(
    pipeline: Pipeline,
    *,
    already: Mapping[str, float] | None = None,
    shock: Shock | None = None,
    newcomers: Sequence[Newcomers] = (),
    seed: int = 0,
    draws: int = DRAWS,
) -> Outcomes:
    """Simulate a period.

    Formula: a draw first draws the shared G (``shock``); each deal is then won with 1 − e^(−H·G) independently, where H
    is such that the mean over G is the deal's own p once G is scaled to mean 1. Arrivals are counted from history, so
    the level of the model is no matter of theirs: Poisson with mean expected · D · G / mean G, where D (gamma, mean 1,
    standard deviation ``doubt``) is how unsure the rate is. ``newcomers``: of one currency each, in one unit; G and D
    are the same for all of them. ``already``: scope → booked so far.
    """
    arriving, booked = [new for new in newcomers if new.value > 0], already or {}
    scopes = tuple(sorted({*pipeline.scopes, *booked, *(name for new in arriving for name in new.by_scope)}))
    place = {name: index for index, name in enumerate(scopes)}
    levels = (shock or no_shock()).levels(LEVELS)
    count = int(min(max(CELLS // max(len(scopes), 1), FEWEST_DRAWS), draws)) // LEVELS * LEVELS
    random = np.random.default_rng(seed)
    totals = np.tile([booked.get(name, 0.0) for name in scopes], (count, 1)).astype(np.float64)
    scope = np.array([place[name] for name in pipeline.scopes], np.intp)[pipeline.scope]
    hazard = hazards_given(pipeline.p_won, levels)
    worth = _mean_chance(hazard, levels) * pipeline.mean
    expected = totals[0] + np.bincount(scope, worth, len(scopes))
    unpriced = np.bincount(scope, np.where(pipeline.unpriced, worth, 0.0), len(scopes)).astype(np.float64)
    _add_open(totals, pipeline, hazard, scope, levels, random)
    worths = np.array([[new.value * new.by_scope.get(name, 0.0) for name in scopes] for new in arriving])
    unopened = worths.sum(axis=0) if arriving else np.zeros(len(scopes))
    if arriving:
        shared, doubt = np.repeat(levels / levels.mean(), count // LEVELS), _draw_doubt(arriving, count, random)
        for new, worth in zip(arriving, worths, strict=True):
            _add_newcomers(totals, new, new.expected * shared * doubt, worth / worth.sum(), random)
    return Outcomes(scopes, totals, expected + unopened, unopened, unpriced)


def bookings(
    p_won: Floats,
    amount: Floats,
    *,
    already: float = 0.0,
    shock: Shock | None = None,
    newcomers: Sequence[Newcomers] = (),
    seed: int = 0,
    draws: int = DRAWS,
) -> Bookings:
    """The same for one scope: p_won (n) · amount (n), NaN counts as 0. Raises ValueError for a p outside 0…1."""
    found = draw_outcomes(
        Pipeline.of(p_won, amount), already={"": already}, shock=shock, newcomers=newcomers, seed=seed, draws=draws
    )
    return found.of()


def window_probability(p_won: Floats, start: int, end: int) -> Floats:
    """P(won after day ``start`` and by day ``end``) from daily curves (n, 365); start 0 means from now on."""
    until_start = p_won[:, start - 1] if start > 0 else np.zeros(p_won.shape[0])
    chance: Floats = np.maximum(p_won[:, end - 1] - until_start, 0.0)
    return chance


def hazards_given(p_won: Floats, levels: Floats) -> Floats:
    """H (n) such that the mean over G of 1 − e^(−H·G) is p_won, with G the levels scaled to mean 1; interpolated."""
    found: Floats = np.interp(p_won, _reached(levels / levels.mean()), _HAZARDS)
    return found


def _mean_chance(hazard: Floats, levels: Floats) -> Floats:
    """(n) the mean over G of 1 − e^(−H·G): p_won itself, but for the level of the model."""
    found: Floats = np.interp(hazard, _HAZARDS, _reached(levels))
    return found


def _reached(levels: Floats) -> Floats:
    reached: Floats = 1.0 - np.exp(-np.outer(_HAZARDS, levels)).mean(axis=1)
    return reached


def _add_open(
    totals: Floats, pipeline: Pipeline, hazard: Floats, scope: Places, levels: Floats, random: np.random.Generator
) -> None:
    p = pipeline.p_won
    counts = np.flatnonzero((p > 0) & (pipeline.square > 0))
    weight = p[counts] * pipeline.square[counts] - (p[counts] * pipeline.mean[counts]) ** 2
    ranked = counts[np.argsort(-weight, kind="stable")]
    for chosen in _chunks(ranked[:DRAWN_ONE_BY_ONE], scope):
        _add_drawn(totals, pipeline, chosen, hazard[chosen], scope[chosen], levels, random)
    rest = ranked[DRAWN_ONE_BY_ONE:]
    if rest.size:
        _add_rest(totals, pipeline, rest, hazard[rest], scope[rest], levels, random)


def _chunks(chosen: Places, scope: Places) -> Iterator[Places]:
    """Pieces of the deals, ordered by scope."""
    ordered = chosen[np.argsort(scope[chosen], kind="stable")]
    for start in range(0, ordered.size, _CHUNK):
        yield ordered[start : start + _CHUNK]


def _add_drawn(
    totals: Floats,
    pipeline: Pipeline,
    chosen: Places,
    hazard: Floats,
    scope: Places,
    levels: Floats,
    random: np.random.Generator,
) -> None:
    """Each deal won or not in each draw; ``scope`` is in order, so each scope is one stretch of columns."""
    p_won = -np.expm1(-np.outer(levels, hazard)).astype(np.float32)
    draws = totals.shape[0]
    luck = random.random((levels.size, draws // levels.size, hazard.size), np.float32)
    won = (luck < p_won[:, None, :]).reshape(draws, hazard.size)
    value = won * np.nan_to_num(pipeline.amount[chosen])
    drawn = np.flatnonzero(pipeline.unpriced[chosen])
    if drawn.size:
        value[:, drawn] = won[:, drawn] * random.choice(pipeline.usual, (draws, drawn.size))
    names, starts = np.unique(scope, return_index=True)
    totals[:, names] += np.add.reduceat(value, starts, axis=1)


def _add_rest(
    totals: Floats,
    pipeline: Pipeline,
    chosen: Places,
    hazard: Floats,
    scope: Places,
    levels: Floats,
    random: np.random.Generator,
) -> None:
    """Many small deals: each scope's sum given the shock is nearly normal; never below 0, never above all of them."""
    scopes, each = totals.shape[1], totals.shape[0] // levels.size
    amount, square = pipeline.mean[chosen], pipeline.square[chosen]
    least, most = (np.bincount(scope, side(amount, 0.0), scopes) for side in (np.minimum, np.maximum))
    for place, level in enumerate(levels):
        p = -np.expm1(-hazard * level)
        mean = np.bincount(scope, p * amount, scopes)
        spread = np.sqrt(np.bincount(scope, p * square - (p * amount) ** 2, scopes))
        rows = slice(place * each, (place + 1) * each)
        totals[rows] += np.clip(mean + spread * random.standard_normal((each, scopes)), least, most)


def _draw_doubt(arriving: Sequence[Newcomers], draws: int, random: np.random.Generator) -> Floats:
    """D (draws): one rate of openings stands behind all currencies, so they stray together."""
    doubt = max(new.doubt for new in arriving)
    return random.gamma(doubt**-2, doubt**2, draws) if doubt > 0 else np.ones(draws)


def _add_newcomers(totals: Floats, new: Newcomers, rate: Floats, shares: Floats, random: np.random.Generator) -> None:
    """Arrivals won, each with an amount drawn from history and a scope drawn by its share. rate (draws): how many."""
    draws, scopes = totals.shape
    if new.expected > MOST_COUNTED:
        mean, square = float(new.amounts.mean()), float(np.mean(new.amounts**2))
        spread = np.sqrt(np.outer(rate, shares) * square)
        totals += np.maximum(np.outer(rate, shares) * mean + spread * random.standard_normal((draws, scopes)), 0.0)
        return
    count = random.poisson(rate)
    row = np.repeat(np.arange(draws), count)
    column = random.choice(scopes, row.size, p=shares) if scopes > 1 else np.zeros(row.size, np.intp)
    value = random.choice(new.amounts, row.size)
    totals += np.bincount(row * scopes + column, value, draws * scopes).reshape(draws, scopes)
