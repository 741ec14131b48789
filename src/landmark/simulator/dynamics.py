"""How simulated deals move, one working day at a time.

Answers: when milestones are reached, stages and target dates move, and deals end. Does not answer: who is involved
(``simulate``). Every rate is a chance per working day; all of a day's open deals are drawn at once.

What drives an outcome, and is there to be found: a hidden fit; the sponsor's commitment, a confirmed timeline, a
place on the short list; silence of a month; the buyer's approval month; the end of our quarter; industry and size.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from landmark.simulator.company import LOST, LOST_STAGE, MILESTONES, OPEN, TOUCHES, WON, WON_STAGE, Floats, Ints, Log

EPOCH = date(1970, 1, 1)
M = {name: place for place, name in enumerate(MILESTONES)}
DAILY_RATE = np.array([0, 0, 1 / 6, 1 / 14, 1 / 50, 1 / 28, 1 / 44, 1 / 21, 1 / 20, 1 / 29, 1 / 20, 1 / 17])
NEEDS = {
    "discovery_held": ("qualification_call",),
    "nda_in_hand": ("discovery_held",),
    "timeline_confirmed": ("discovery_held",),
    "sponsor_committed": ("discovery_held",),
    "criteria_known": ("discovery_held",),
    "terms_grasped": ("criteria_known",),
    "short_listed": ("criteria_known",),
    "contracting_known": ("terms_grasped",),
    "contract_in_markup": ("contracting_known", "short_listed"),
}
EASIER_WITH_FIT = np.array([0, 0, 0.1, 0.2, 0.2, 0.4, 0.7, 0.2, 0.2, 0.6, 0.2, 0.2])
SLOW_MONTHS = {8: 0.55, 12: 0.8, 1: 0.85}
OPENING, TOUCH_RATE = 8.0 / 24, 0.09
REOPENED_SHARE, LATE_SHARE, LATE_DAYS = 0.015, 0.28, 5.0


@dataclass(frozen=True)
class Traits:
    """What each deal is born with: (n,) each. ``speed`` multiplies rates, ``pull`` the chance to win, ``budget`` is the
    buyer's approval month, ``optimism`` the owner's habit of moving stages early."""

    opened: Floats
    fit: Floats
    speed: Floats
    pull: Floats
    budget: Ints
    optimism: Floats
    inbound: np.ndarray
    amount: Floats


@dataclass
class _Rows:
    """Rows collected day by day."""

    deal: list[np.ndarray] = field(default_factory=list)
    at: list[np.ndarray] = field(default_factory=list)
    what: list[np.ndarray] = field(default_factory=list)

    def add(self, deal: np.ndarray, at: np.ndarray, what: np.ndarray | float) -> None:
        if len(deal):
            self.deal.append(deal)
            self.at.append(at)
            self.what.append(np.broadcast_to(np.asarray(what, float), deal.shape))

    def log(self, known: Floats | None = None) -> Log:
        deal, at, what = (np.concatenate(part or [np.zeros(0)]) for part in (self.deal, self.at, self.what))
        at = np.round(at * 86_400) / 86_400
        order = np.lexsort((at, deal))
        known = at if known is None else known
        return Log(deal[order].astype(np.int64), at[order], known[order], what[order])


@dataclass
class World:
    """The state of all deals and what has been written down so far."""

    rng: np.random.Generator
    traits: Traits
    status: Ints
    stage: Ints
    reached: Floats
    touched: Floats
    target: Floats
    amount: Floats
    closed: Floats
    no_decision: np.ndarray
    reopens: Floats
    events: _Rows = field(default_factory=_Rows)
    stages: _Rows = field(default_factory=_Rows)
    amounts: _Rows = field(default_factory=_Rows)
    targets: _Rows = field(default_factory=_Rows)


def run(rng: np.random.Generator, traits: Traits, first_day: int, days: int) -> World:
    """Let ``days`` days pass from ``first_day`` (days since 1970)."""
    n = len(traits.opened)
    world = World(
        rng=rng,
        traits=traits,
        status=np.full(n, -1),
        stage=np.zeros(n, np.int64),
        reached=np.full((n, len(MILESTONES)), np.nan),
        touched=np.full(n, np.nan),
        target=np.full(n, np.nan),
        amount=traits.amount.copy(),
        closed=np.full(n, np.nan),
        no_decision=np.zeros(n, bool),
        reopens=np.full(n, np.nan),
    )
    born = np.argsort(traits.opened, kind="stable")
    starts = np.searchsorted(traits.opened[born], np.arange(first_day, first_day + days + 1))
    for step in range(days):
        day = first_day + step
        _open_deals(world, born[starts[step] : starts[step + 1]])
        today = EPOCH + timedelta(days=day)
        if today.weekday() < 5:
            _pass_day(world, day, today)
    return world


def _times(world: World, day: int, count: int) -> Floats:
    """Moments of a working day, eight to six."""
    return day + OPENING + world.rng.random(count) * 10 / 24


def _open_deals(world: World, new: Ints) -> None:
    opened, rng = world.traits.opened[new], world.rng
    world.status[new] = OPEN
    world.touched[new] = opened
    first = np.where(world.traits.inbound[new], M["inbound_interest"], M["outbound_interest"])
    world.reached[new, first] = opened
    world.events.add(new, opened, first)
    world.stages.add(new, opened, 0)
    world.amounts.add(new, opened, world.amount[new])
    horizon = np.floor(opened) + np.floor(rng.uniform(60, 150, len(new)))
    world.target[new] = _nice_date(rng, horizon, 0.6)
    world.targets.add(new, opened, world.target[new])


def _nice_date(rng: np.random.Generator, days: Floats, share: float) -> Floats:
    """Representatives like the end of a quarter, else the end of a month, else they name the day itself."""
    if not len(days):
        return days
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    month_end = (month + 1).astype("datetime64[D]").astype(float) - 1
    quarter = month + (2 - month.astype(int) % 3)
    quarter_end = (quarter + 1).astype("datetime64[D]").astype(float) - 1
    draw = rng.random(len(days))
    return np.where(draw < share, quarter_end, np.where(draw < share + 0.25, month_end, np.floor(days)))


def _pass_day(world: World, day: int, today: date) -> None:
    _reopen(world, day)
    pace = SLOW_MONTHS.get(today.month, 1.0)
    active = np.flatnonzero(world.status == OPEN)
    active = active[world.traits.opened[active] < day]
    if not len(active):
        return
    _reach_milestones(world, active, day, pace)
    _touch(world, active, day, pace)
    _move_stages(world, active, day)
    _end_deals(world, active, day, today, pace)
    still = active[world.status[active] == OPEN]
    _move_targets(world, still, day)
    _change_amounts(world, still, day)


def _reach_milestones(world: World, active: Ints, day: int, pace: float) -> None:
    reached = ~np.isnan(world.reached[active])
    ready = ~reached
    for name, needed in NEEDS.items():
        for need in needed:
            ready[:, M[name]] &= reached[:, M[need]]
    speed = world.traits.speed[active, None] * np.exp(EASIER_WITH_FIT * world.traits.fit[active, None])
    hit = ready & (world.rng.random(ready.shape) < pace * DAILY_RATE * speed)
    rows, codes = np.nonzero(hit)
    deals, times = active[rows], _times(world, day, len(rows))
    world.reached[deals, codes] = times
    world.touched[deals] = times
    world.events.add(deals, times, codes)


def _touch(world: World, active: Ints, day: int, pace: float) -> None:
    rate = pace * TOUCH_RATE * np.exp(0.35 * world.traits.fit[active])
    deals = active[world.rng.random(len(active)) < rate]
    times = _times(world, day, len(deals))
    world.touched[deals] = times
    world.events.add(deals, times, len(MILESTONES) + world.rng.choice(len(TOUCHES), len(deals), p=[0.4, 0.4, 0.2]))


def _due_stage(reached: np.ndarray) -> Ints:
    """The stage that the milestones reached so far stand for."""
    return np.select(
        [
            reached[:, M["contract_in_markup"]],
            reached[:, M["terms_grasped"]] & (reached[:, M["short_listed"]] | reached[:, M["timeline_confirmed"]]),
            reached[:, M["discovery_held"]] & reached[:, M["criteria_known"]],
            reached[:, M["qualification_call"]],
        ],
        [4, 3, 2, 1],
        0,
    )


def _move_stages(world: World, active: Ints, day: int) -> None:
    """Mostly a few days after the milestones say so; now and then early, rarely back."""
    due, stage = _due_stage(~np.isnan(world.reached[active])), world.stage[active]
    draw = world.rng.random(len(active))
    later = (due > stage) & (draw < 0.35)
    early = (due == stage) & (stage < 4) & (draw < 0.006 * world.traits.optimism[active])
    back = (due < stage) & (draw < 0.015)
    moved = later | early | back
    deals = active[moved]
    world.stage[deals] = np.where(later | early, stage + 1, stage - 1)[moved]
    world.stages.add(deals, _times(world, day, len(deals)), world.stage[deals])


def _quarter_pull(today: date) -> float:
    """Signatures crowd into the last two weeks of a quarter and are missing in the first."""
    last_month = today.month + (3 - today.month) % 3
    end = date(today.year + last_month // 12, last_month % 12 + 1, 1) - timedelta(days=1)
    left = (end - today).days
    return 0.85 if left < 14 else -0.45 if left > 75 else 0.0


def _end_deals(world: World, active: Ints, day: int, today: date, pace: float) -> None:
    traits, reached = world.traits, ~np.isnan(world.reached[active])
    has = {name: reached[:, place] for name, place in M.items()}
    silent = world.touched[active] < day - 30
    base = np.select(
        [has["contract_in_markup"], has["contracting_known"], has["terms_grasped"], has["discovery_held"]],
        [0.0185, 0.0018, 0.0004, 0.00003],
        0.00002,
    )
    pull = traits.pull[active] + 0.6 * traits.fit[active] + 0.8 * has["sponsor_committed"] + 0.35 * has["short_listed"]
    pull += 0.4 * has["timeline_confirmed"] + 0.2 * has["nda_in_hand"] - 0.6 * silent - 0.55
    pull += 0.45 * (traits.budget[active] == today.month) + _quarter_pull(today)
    win = pace * base * np.exp(pull)
    age = day - traits.opened[active]
    lose = 0.0078 * np.exp(
        -0.5 * traits.fit[active]
        - 0.35 * has["sponsor_committed"]
        - 0.2 * has["short_listed"]
        - 0.2 * has["timeline_confirmed"]
        + 0.5 * silent
        + 0.3 * ~has["discovery_held"]
    )
    stall = 0.002 * np.minimum(age / 60, 4) * np.exp(0.8 * silent - 0.3 * traits.fit[active])
    draw = world.rng.random(len(active))
    won = draw < win
    no_decision = ~won & (draw < win + stall)
    lost = ~won & (draw < win + stall + lose)
    _close(world, active[won], day, WON, WON_STAGE)
    world.no_decision[active[no_decision]] = True
    _close(world, active[lost], day, LOST, LOST_STAGE)


def _close(world: World, deals: Ints, day: int, status: int, stage: int) -> None:
    """End deals in the evening, after everything else of their day; the target date becomes that day."""
    times = day + (18.2 + world.rng.random(len(deals))) / 24
    world.status[deals] = status
    world.closed[deals] = times
    world.stages.add(deals, times, stage)
    world.target[deals] = day
    world.targets.add(deals, times, day)
    if status == LOST:
        again = world.rng.random(len(deals)) < REOPENED_SHARE
        world.reopens[deals[again]] = day + world.rng.integers(25, 110, int(again.sum()))


def _reopen(world: World, day: int) -> None:
    deals = np.flatnonzero((world.reopens <= day) & (world.status == LOST))
    if not len(deals):
        return
    times = _times(world, day, len(deals))
    world.status[deals] = OPEN
    world.closed[deals] = np.nan
    world.reopens[deals] = np.nan
    world.no_decision[deals] = False
    world.touched[deals] = times
    world.stages.add(deals, times, world.stage[deals])
    world.target[deals] = _nice_date(world.rng, np.full(len(deals), day + 60.0), 0.5)
    world.targets.add(deals, times, world.target[deals])


def _move_targets(world: World, active: Ints, day: int) -> None:
    """A date that has passed is pushed within days; some are pushed before, a few pulled in."""
    overdue = world.target[active] < day
    draw = world.rng.random(len(active))
    moved = np.where(overdue, draw < 0.12, draw < 0.005)
    pulled = ~overdue & (draw > 0.999)
    deals = active[moved | pulled]
    base = np.maximum(world.target[deals], day)
    pushed = _nice_date(world.rng, base + world.rng.integers(12, 60, len(deals)), 0.55)
    nearer = day + np.maximum(7, np.floor((base - day) / 2))
    fresh = np.where(pulled[moved | pulled], nearer, pushed)
    changed = fresh != world.target[deals]
    world.target[deals] = fresh
    world.targets.add(deals[changed], _times(world, day, len(deals))[changed], fresh[changed])


def _change_amounts(world: World, active: Ints, day: int) -> None:
    deals = active[(world.stage[active] >= 2) & (world.rng.random(len(active)) < 0.008)]
    factor = np.exp(world.rng.normal(-0.02, 0.14, len(deals)))
    fresh = np.maximum(np.round(world.amount[deals] * factor / 500) * 500, 500)
    changed = fresh != world.amount[deals]
    world.amount[deals] = fresh
    world.amounts.add(deals[changed], _times(world, day, len(deals))[changed], fresh[changed])


def known_times(rng: np.random.Generator, at: Floats) -> Floats:
    """When each event was written down: mostly within the hour, often days later."""
    late = rng.random(len(at)) < LATE_SHARE
    lag = np.where(late, 0.5 + rng.exponential(LATE_DAYS, len(at)), rng.random(len(at)) / 24)
    return np.round((at + lag) * 86_400) / 86_400
