"""How a period may turn out: ranges of bookings and chances of reaching a quota, for people, teams and the whole.

Answers: draws of a period in one currency, from the stored shock and arrivals; no page fits anything. Does not answer:
what is won already or expected of each deal (``summary``), how the draws are made (``forecast.portfolio``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Count

from landmark.deals.models import Deal
from landmark.engines.rounding import round_together
from landmark.forecast.arrivals import Arrivals
from landmark.forecast.portfolio import Bookings, Newcomers, Outcomes, Pipeline, draw_outcomes, newcomers
from landmark.forecast.shocks import Shock, size_shock
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period

SEED = 1
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
SHARED_OVER_DAYS = 365
Whose = tuple[str, str]
"""Owner's id and team's name, "" where there is none: the finest scope a draw is kept for."""


@dataclass(frozen=True, slots=True)
class Range:
    """The period's total, won included. One in ten outcomes lies below ``p10``, one in ten above ``p90``.

    ``spread`` are twenty outcomes, each as likely as the next. ``expected`` is the mean; parts of it: ``unopened`` from
    deals that are not opened yet, ``unpriced`` from open deals without an amount, taken as usual ones.
    """

    p10: Decimal
    p50: Decimal
    p90: Decimal
    spread: tuple[float, ...] = ()
    expected: Decimal = Decimal("0.00")
    unopened: Decimal = Decimal("0.00")
    unpriced: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class Draws:
    """Outcomes of a period in one currency; every scope is read from the same ones, so that people add up to teams.

    ``booked``: what is won already, by scope.
    """

    outcomes: Outcomes = field(repr=False, compare=False)
    whose: Mapping[str, Whose] = field(repr=False)
    booked: Mapping[str, Decimal] = field(default_factory=dict, repr=False)

    @cached_property
    def expected(self) -> Mapping[Whose, Decimal]:
        """The model's number of each owner, won included: to the cent, and adding up to ``range().expected``."""
        scopes = self.outcomes.scopes
        booked = [self.booked.get(scope, ZERO) for scope in scopes]
        ahead = [(float(mean) - float(won)) * 100 for mean, won in zip(self.outcomes.expected, booked, strict=True)]
        cents = round_together(ahead, int((self.range().expected - sum(booked, ZERO)) * 100))
        return {self.whose[scope]: won + CENT * cent for scope, won, cent in zip(scopes, booked, cents, strict=True)}

    def range(self, *, owners: Iterable[str] | None = None, teams: Iterable[str] | None = None) -> Range:
        """Of these people or teams; of everybody when both are left out."""
        return _to_range(self.outcomes.of(self._scopes(owners, teams)))

    def chance_to_reach(
        self, quota: Decimal, *, owners: Iterable[str] | None = None, teams: Iterable[str] | None = None
    ) -> float:
        """P(bookings of the period ≥ quota), what is won already included."""
        return self.outcomes.chance_to_reach(float(quota), self._scopes(owners, teams))

    def _scopes(self, owners: Iterable[str] | None, teams: Iterable[str] | None) -> set[str] | None:
        if owners is None and teams is None:
            return None
        people, groups = set(owners or ()), set(teams or ())
        return {scope for scope, (owner, team) in self.whose.items() if owner in people or team in groups}


@dataclass(frozen=True, slots=True)
class Share:
    """One deal as the draws see it: won already, or open with its chance; ``amount`` None where nobody has said it."""

    whose: Whose
    amount: Decimal | None
    p_won: float
    is_won: bool


@dataclass(frozen=True)
class Assumptions:
    """What the stored model says beyond single deals, for one period: the shared shock, arrivals and whose they are.

    ``openings``: currency → whose → deals opened in the last year.
    """

    shock: Shock
    arrivals: Arrivals | None
    start: int
    end: int
    openings: Mapping[str, Mapping[Whose, int]]
    currency: str

    def newcomers(self, currency: str) -> Newcomers:
        if self.arrivals is None or self.end <= 0:
            return Newcomers()
        found = newcomers(self.arrivals, self.start, self.end, currency)
        unsaid = newcomers(self.arrivals, self.start, self.end, "") if currency == self.currency else Newcomers()
        more, less = (found, unsaid) if found.expected >= unsaid.expected else (unsaid, found)
        counts = self.openings.get(currency) or self._openings_of_all()
        total = sum(counts.values())
        shares = {_scope(whose): count / total for whose, count in counts.items()}
        return replace(more, expected=more.expected + less.expected, shares=shares)

    def _openings_of_all(self) -> Mapping[Whose, int]:
        """Whose they are where nobody has opened one in the currency; nobody's where none was opened at all."""
        found = sum((Counter(counts) for counts in self.openings.values()), Counter[Whose]())
        return found or {("", ""): 1}

    def newcomers_of_all(self, currency: str, rates: Mapping[str, Decimal]) -> list[Newcomers]:
        """Each currency's own, in units of ``currency``. ``rates``: another currency → what one unit of it is worth."""
        others = [(self.newcomers(code), float(rates[code])) for code in sorted(rates) if code != currency]
        return [self.newcomers(currency), *(replace(new, amounts=new.amounts * rate) for new, rate in others)]

    @cached_property
    def arriving(self) -> tuple[str, ...]:
        """Currencies other than the organisation's in which deals not yet opened may be won."""
        codes = sorted(self.arrivals.amounts) if self.arrivals else []
        return tuple(code for code in codes if code not in ("", self.currency) and self.newcomers(code).value > 0)

    def usual(self, currency: str) -> Any:
        """Amounts of won deals, for open ones that have none."""
        amounts = self.arrivals.amounts if self.arrivals else {}
        return amounts.get(currency, amounts.get("") if currency == self.currency else None)


def read_assumptions(report: Mapping[str, Any], org: Organisation, as_of: AsOf, period: Period) -> Assumptions:
    """From a stored model's report. A report without them means the prior shock and no arrivals."""
    days = (period.ends_on - as_of.on).days
    arrivals = report.get("arrivals")
    return Assumptions(
        shock=shock_for(report, days),
        arrivals=Arrivals.from_json(arrivals) if arrivals else None,
        start=max((period.starts_on - as_of.on).days - 1, 0),
        end=days,
        openings=_count_openings(org, as_of.on) if arrivals and days > 0 else {},
        currency=org.currency,
    )


def shock_for(report: Mapping[str, Any], days: int) -> Shock:
    """The shock measured over the length nearest to ``days``; the prior alone while nothing is measured."""
    measured: Mapping[str, Any] = report.get("shocks") or {}
    if not measured:
        return size_shock([])
    return Shock.from_json(measured[min(measured, key=lambda one: abs(int(one) - days))])


def _count_openings(org: Organisation, on: date) -> dict[str, dict[Whose, int]]:
    """Who has opened how many deals in the last year: so newcomers are shared out."""
    rows = Deal.objects.of(org).filter(opened_at__date__gt=on - timedelta(days=SHARED_OVER_DAYS))
    rows = rows.filter(opened_at__date__lte=on).order_by()
    found: dict[str, dict[Whose, int]] = {}
    counted = rows.values_list("currency", "owner_id", "owner__team__name").annotate(n=Count("id"))
    for currency, owner_id, team, count in counted:
        of_currency = found.setdefault(currency or org.currency, {})
        whose = str(owner_id or ""), team or ""
        of_currency[whose] = of_currency.get(whose, 0) + count
    return found


def draw_period(
    shares: Iterable[Share], currency: str, assumptions: Assumptions, rates: Mapping[str, Decimal] | None = None
) -> Draws:
    """Seeded, so that the same forecast gives the same range on every look. ``rates``: of the other currencies whose
    newcomers count as well; left out, only those of ``currency`` do."""
    held = list(shares)
    new = assumptions.newcomers_of_all(currency, rates or {})
    still_open = [one for one in held if not one.is_won]
    booked: dict[str, Decimal] = {}
    for one in held:
        if one.is_won:
            booked[_scope(one.whose)] = booked.get(_scope(one.whose), ZERO) + (one.amount or ZERO)
    pipeline = Pipeline.of(
        np.array([one.p_won for one in still_open], np.float64),
        np.array([np.nan if one.amount is None else float(one.amount) for one in still_open], np.float64),
        [_scope(one.whose) for one in still_open],
        assumptions.usual(currency),
    )
    already = {scope: float(amount) for scope, amount in booked.items()}
    outcomes = draw_outcomes(pipeline, already=already, shock=assumptions.shock, newcomers=new, seed=SEED)
    return Draws(outcomes, {scope: _whose(scope) for scope in outcomes.scopes}, booked)


def _scope(whose: Whose) -> str:
    return f"{whose[0]} {whose[1]}"


def _whose(scope: str) -> Whose:
    """An owner's id holds no space."""
    owner, _space, team = scope.partition(" ")
    return owner, team


def _to_range(found: Bookings) -> Range:
    low, middle, high, expected, unopened, unpriced = (
        Decimal(repr(value)).quantize(CENT)
        for value in (found.p10, found.p50, found.p90, found.expected, found.unopened, found.unpriced)
    )
    return Range(low, middle, high, found.spread, expected, unopened, unpriced)
