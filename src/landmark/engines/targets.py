"""From a revenue target down to what a team can influence, and what must hold before the numbers are published.

Answers: how many deals each state of the funnel has to see, where two stated conversions contradict each other, how a
number is split so that its parts sum, the coverage of what is still to win, what keeps a plan from being published.
Does not answer: what the conversions are (``engines.funnel`` measures them), how a plan is stored (``outlook``).

Exact: fractions all the way up the chain; only what is shown is rounded, and always up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

LAGGING = ("bookings",)
LEADING = ("coverage", "last_step", "qualified")
LAGGING_WANTED, LEADING_WANTED = 1, 2
DEFINITIONS = ("qualified", "booked", "stage_entry")
TESTS = ("controllable", "diagnostic", "consistent")

TENTH_OF_A_PERCENT = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The share of deals in ``from_state`` that reach ``to_state``: low and high, equal when one figure is meant."""

    from_state: str
    to_state: str
    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= 1:
            raise ValueError(f"a conversion lies above 0 and up to 1, low before high, not {self.low} to {self.high}")


@dataclass(frozen=True, slots=True)
class Level:
    """How many deals have to come to ``state``: ``low`` with the best conversions, ``high`` with the worst."""

    state: str
    low: Fraction
    high: Fraction

    @property
    def shown_low(self) -> int:
        return math.ceil(self.low)

    @property
    def shown_high(self) -> int:
        return math.ceil(self.high)

    @property
    def is_range(self) -> bool:
        return self.shown_low != self.shown_high


def build_stack(amount: Decimal, deal_size: Decimal, conversions: Sequence[Conversion]) -> tuple[Level, ...]:
    """The target stack, first state first, won last. ``conversions`` follow one another and end at won.

    Formula: wins = amount / deal size; an earlier state = the later one / the conversion between them. Unrounded values
    are carried up.
    """
    if amount <= 0 or deal_size <= 0:
        raise ValueError("the target and the deal size have to be above zero")
    if not conversions:
        raise ValueError("there is no conversion to work back through")
    low = high = Fraction(amount) / Fraction(deal_size)
    levels = [Level(conversions[-1].to_state, low, high)]
    for step in reversed(conversions):
        low, high = low / Fraction(step.high), high / Fraction(step.low)
        levels.append(Level(step.from_state, low, high))
    return tuple(reversed(levels))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A stated overall conversion that its own steps do not give. ``stated_count`` deals would be too few or too many
    beside ``chain_low`` to ``chain_high``."""

    stated: Fraction
    low: Fraction
    high: Fraction
    stated_count: int
    chain_low: int
    chain_high: int


def find_contradiction(
    overall: Decimal | None, amount: Decimal, deal_size: Decimal, conversions: Sequence[Conversion]
) -> Contradiction | None:
    """Does the overall conversion, to a tenth of a percent as people write it, agree with the product of the steps?"""
    if overall is None or not conversions:
        return None
    stated, low, high = Fraction(overall), Fraction(1), Fraction(1)
    for step in conversions:
        low, high = low * Fraction(step.low), high * Fraction(step.high)
    if _to_tenths(low) <= _to_tenths(stated) <= _to_tenths(high):
        return None
    first = build_stack(amount, deal_size, conversions)[0]
    count = math.ceil(Fraction(amount) / Fraction(deal_size) / stated) if stated > 0 else 0
    return Contradiction(stated, low, high, count, first.shown_low, first.shown_high)


def _to_tenths(share: Fraction) -> int:
    return round(share / TENTH_OF_A_PERCENT)


def split(total: Decimal, weights: Mapping[str, Decimal], unit: Decimal = Decimal(1)) -> dict[str, Decimal]:
    """Parts of ``total`` by weight, each a whole number of ``unit``, that sum to it (largest remainders get the rest).

    ``total`` must be a whole number of ``unit`` itself; weights of zero get nothing.
    """
    if any(weight < 0 for weight in weights.values()) or sum(weights.values(), Decimal(0)) <= 0:
        raise ValueError("give each part a weight of zero or more, and at least one above zero")
    whole = Fraction(sum(weights.values(), Decimal(0)))
    units = Fraction(total) / Fraction(unit)
    if units.denominator != 1:
        raise ValueError(f"{total} is no whole number of {unit}")
    exact = {key: units * Fraction(weight) / whole for key, weight in weights.items()}
    given = {key: math.floor(part) for key, part in exact.items()}
    left = int(units) - sum(given.values())
    by_remainder = sorted(exact, key=lambda key: given[key] - exact[key])
    for key in by_remainder[:left]:
        given[key] += 1
    return {key: given[key] * unit for key in weights}


def find_coverage(pipeline: Decimal, target: Decimal, won: Decimal) -> Decimal | None:
    """The pipeline aimed at a period / what is still to win of its target; None when nothing is left to win."""
    left = target - won
    return pipeline / left if left > 0 else None


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three questions before publishing, with its reason."""

    is_yes: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the question "may this be published?" looks at. ``measures``: key → the figure to reach."""

    definitions: Mapping[str, str]
    measures: Mapping[str, Decimal]
    tests: Mapping[str, Answer]
    first_level: int
    role_counts: Mapping[str, int]
    team_amounts: Mapping[str, Decimal]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing to put right first: what kind, and which part of the plan."""

    kind: str
    key: str = ""


def find_obstacles(plan: PlanFacts) -> tuple[Obstacle, ...]:
    """Everything that keeps a plan from being published, in the order a person would put it right. Empty: publish."""
    found = [Obstacle("undefined", key) for key in DEFINITIONS if not plan.definitions.get(key, "").strip()]
    if sum(key in LAGGING for key in plan.measures) != LAGGING_WANTED:
        found.append(Obstacle("lagging"))
    if sum(key in LEADING for key in plan.measures) != LEADING_WANTED:
        found.append(Obstacle("leading"))
    found += [Obstacle("no_figure", key) for key, figure in plan.measures.items() if figure <= 0]
    if plan.team_amounts and sum(plan.team_amounts.values(), Decimal(0)) != plan.amount:
        found.append(Obstacle("teams_do_not_sum"))
    if plan.role_counts and sum(plan.role_counts.values()) != plan.first_level:
        found.append(Obstacle("roles_do_not_sum"))
    for key in TESTS:
        answer = plan.tests.get(key)
        if answer is None or not answer.reason.strip():
            found.append(Obstacle("unanswered", key))
        elif not answer.is_yes:
            found.append(Obstacle("failed", key))
    return tuple(found)
