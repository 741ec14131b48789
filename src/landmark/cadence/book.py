"""A period's open deals and bookings side by side, and the numbers of every scope: people, teams, the organisation.

Answers: for each open deal its amount in the organisation's currency, P(won in the period), the category somebody chose
and the one the model suggests; for each scope what is won, what the model expects with its range, what lies in each
category, what has no rate. Does not answer: what people called (``calls``), how probabilities come about (``reading``).

The model's number is the mean of the outcomes its range is drawn from, the same as on the overview: people add up to
teams and teams to the organisation, to the cent. Paused deals count in no sum. A deal without a rate counts in none
either; it is told apart by currency.
Teams are those of today: membership keeps no history.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from landmark.cadence.booked import Booking, read_bookings, read_earlier_values
from landmark.cadence.categories import PAUSED, Chosen, categories_as_known, suggest_categories
from landmark.cadence.rates import CENT, Rate, Rates, convert, read_rates
from landmark.cadence.seats import Seat, read_seats
from landmark.deals.models import Deal
from landmark.deals.snapshots import DealAsKnown, deals_as_known
from landmark.engines.categories import Suggestion
from landmark.engines.deal_types import read_deal_type
from landmark.engines.rounding import round_together
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period
from landmark.outlook.ranges import SHARED_OVER_DAYS, Assumptions, Draws, Share, Whose, draw_period, read_assumptions
from landmark.outlook.reading import OrgForecast, read_forecast
from landmark.outlook.summary import p_won_within

ZERO = Decimal("0.00")
OWNED = ("owner", "currency", "deal_type")
NOBODY = ""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One deal that was open. ``expected``: its value × chance in the organisation's currency, not yet corrected by how
    past totals came out (``Book.worths``). ``percent``: its stage's."""

    deal: DealAsKnown
    owner_id: UUID | None
    owner: str
    team_id: UUID | None
    currency: str
    deal_type: str
    converted: Decimal | None
    rate: Rate | None
    p_won: float | None
    expected: Decimal
    chosen: Chosen | None
    suggestion: Suggestion
    percent: float = 0.0

    @property
    def is_paused(self) -> bool:
        return self.deal.stage == PAUSED

    @property
    def category(self) -> str:
        """What a person set; "" while nobody has."""
        return self.chosen.category if self.chosen else ""


@dataclass(frozen=True, slots=True)
class InCategory:
    count: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Spread:
    """One in ten outcomes lies below ``low``, one in ten above ``high``; won included."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class ScopeSums:
    """``model`` is the mean of all outcomes, won included; None without a forecast. ``unseen``: the part of it that no
    open deal with an amount stands behind. ``apart``: open amounts without a rate, by currency; ``won_apart`` the same
    for won ones."""

    won: Decimal
    won_count: int
    open_count: int
    model: Decimal | None
    unseen: Decimal
    by_category: Mapping[str, InCategory]
    apart: Mapping[str, Decimal]
    won_apart: Mapping[str, Decimal]

    @property
    def committed(self) -> Decimal:
        """Won, and the deals people put in commit."""
        return self.won + self.by_category["commit"].amount


@dataclass(frozen=True)
class Book:
    """``seats`` by member id. Ask it for the sums of any group of people."""

    org: Organisation
    as_of: AsOf
    period: Period
    lines: tuple[OpenLine, ...]
    bookings: tuple[Booking, ...]
    seats: Mapping[UUID, Seat]
    rates: Rates
    forecast: OrgForecast | None = field(repr=False)
    assumptions: Assumptions | None = field(default=None, repr=False)

    def lines_of(self, owners: Collection[UUID | None] | None) -> Sequence[OpenLine]:
        """Of these people's deals; of all when None. ``None`` among them stands for deals that nobody owns."""
        if owners is None:
            return self.lines
        return [line for owner in owners for line in self._lines_by_owner.get(owner, ())]

    def bookings_of(self, owners: Collection[UUID | None] | None) -> Sequence[Booking]:
        if owners is None:
            return self.bookings
        return [one for owner in owners for one in self._bookings_by_owner.get(owner, ())]

    def sums_of(self, owners: Collection[UUID | None] | None) -> ScopeSums:
        def total(found: Mapping[UUID | None, Decimal]) -> Decimal:
            return sum((worth for owner, worth in found.items() if owners is None or owner in owners), ZERO)

        model = None if self.draws is None else total(self.expected)
        return add_up(self.lines_of(owners), self.bookings_of(owners), model=model, unseen=total(self.unseen))

    @cached_property
    def _lines_by_owner(self) -> dict[UUID | None, list[OpenLine]]:
        held: dict[UUID | None, list[OpenLine]] = defaultdict(list)
        for line in self.lines:
            held[line.owner_id].append(line)
        return held

    @cached_property
    def _bookings_by_owner(self) -> dict[UUID | None, list[Booking]]:
        held: dict[UUID | None, list[Booking]] = defaultdict(list)
        for one in self.bookings:
            held[one.owner_id].append(one)
        return held

    def spread_of(self, owners: Collection[UUID | None] | None) -> Spread | None:
        if self.draws is None:
            return None
        found = self.draws.range(owners=_names(owners))
        return Spread(found.p10, found.p90)

    def chance_of(self, quota: Decimal, owners: Collection[UUID | None] | None) -> float | None:
        """P(bookings of the period reach the quota)."""
        return None if self.draws is None else self.draws.chance_to_reach(quota, owners=_names(owners))

    @cached_property
    def draws(self) -> Draws | None:
        """Outcomes in the organisation's currency, made once; people add up in every single one of them."""
        if self.assumptions is None:
            return None
        shares = [
            Share(self.whose(line.owner_id), line.converted, line.p_won or 0.0, is_won=False)
            for line in self.lines
            if not line.is_paused and (line.converted is not None or line.deal.amount is None)
        ]
        shares += [Share(self.whose(one.owner_id), one.converted, 0.0, is_won=True) for one in self.bookings]
        rates = {rate.currency: rate.rate for rate in self.rates.used(self.arriving, self.as_of.on)}
        return draw_period(shares, self.org.currency, self.assumptions, rates)

    @cached_property
    def expected(self) -> Mapping[UUID | None, Decimal]:
        """The model's number of each owner, won included."""
        found: dict[UUID | None, Decimal] = defaultdict(lambda: ZERO)
        for (owner, _team), worth in self.draws.expected.items() if self.draws else ():
            found[UUID(owner) if owner else None] += worth
        return found

    @cached_property
    def unseen(self) -> Mapping[UUID | None, Decimal]:
        """What the model adds for each owner: deals not yet opened, and open ones whose amount nobody has said.

        It is all that lies ahead for whoever has no open deal with an amount.
        """
        found: dict[UUID | None, Decimal] = defaultdict(lambda: ZERO)
        if self.draws is None:
            return found
        outcomes, whole = self.draws.outcomes, self.draws.range()
        parts = ((outcomes.unopened + outcomes.unpriced) * 100).tolist()
        cents = round_together(parts, int((whole.unopened + whole.unpriced) * 100))
        for scope, cent in zip(outcomes.scopes, cents, strict=True):
            owner = self.draws.whose[scope][0]
            found[UUID(owner) if owner else None] += CENT * cent
        for owner_id, model in self.expected.items():
            if not any(line.expected for line in self.lines_of([owner_id]) if not line.is_paused):
                found[owner_id] = model - _sum_won(self.bookings_of([owner_id]))
        return found

    @cached_property
    def worths(self) -> Mapping[UUID, Decimal]:
        """Open deal → its part of the model's number: what its owner's open deals bring together, corrected as the
        outcomes are, shared out by value × chance."""
        found: dict[UUID, Decimal] = {}
        for owner, model in self.expected.items():
            held = [line for line in self.lines_of([owner]) if line.expected and not line.is_paused]
            ahead = model - _sum_won(self.bookings_of([owner])) - self.unseen[owner]
            plain = sum((line.expected for line in held), ZERO)
            cents = round_together([float(ahead * line.expected / plain) * 100 for line in held], int(ahead * 100))
            found |= {line.deal.id: CENT * cent for line, cent in zip(held, cents, strict=True)}
        return found

    def whose(self, owner: UUID | None) -> tuple[str, str]:
        """The owner as text, and the team; nothing for nobody and for no team."""
        seat = self.seats.get(owner) if owner else None
        return (_name(owner), seat.team if seat else "")

    @property
    def arriving(self) -> tuple[str, ...]:
        """Other currencies in which deals not yet opened may be won."""
        return self.assumptions.arriving if self.assumptions else ()

    @cached_property
    def currencies_ahead(self) -> frozenset[str]:
        """Of open deals, and of those not opened yet."""
        return frozenset({*self.arriving, *(line.currency for line in self.lines)})

    @cached_property
    def rates_used(self) -> tuple[Rate, ...]:
        """Of the day."""
        return self.rates.used(self.currencies_ahead, self.as_of.on)


def _names(owners: Collection[UUID | None] | None) -> set[str] | None:
    return None if owners is None else {_name(owner) for owner in owners}


def _name(owner: UUID | None) -> str:
    return str(owner) if owner else NOBODY


def _sum_won(bookings: Iterable[Booking]) -> Decimal:
    return sum((one.converted for one in bookings if one.converted is not None), ZERO)


def add_up(
    lines: Iterable[OpenLine], won: Iterable[Booking], *, model: Decimal | None, unseen: Decimal = ZERO
) -> ScopeSums:
    """Exact sums of some lines and bookings; ``model``: what the model says of them."""
    booked = list(won)
    counted = [line for line in lines if not line.is_paused]
    apart: dict[str, Decimal] = defaultdict(lambda: ZERO)
    won_apart: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in counted:
        if line.converted is None and line.deal.amount is not None:
            apart[line.currency] += line.deal.amount
    for one in booked:
        if one.converted is None:
            won_apart[one.currency] += one.amount
    return ScopeSums(
        won=_sum_won(booked),
        won_count=len(booked),
        open_count=len(counted),
        model=model,
        unseen=unseen,
        by_category=_by_category(counted),
        apart=dict(apart),
        won_apart=dict(won_apart),
    )


def _by_category(lines: Iterable[OpenLine]) -> dict[str, InCategory]:
    found: dict[str, InCategory] = defaultdict(InCategory)
    for line in lines:
        held = found[line.category]
        found[line.category] = InCategory(held.count + 1, held.amount + (line.converted or ZERO))
    return found


UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class TypeLine:
    """``kind``: new, expansion, renewal, "" for what the source calls otherwise, or unseen: of no type yet."""

    kind: str
    sums: ScopeSums


def sums_by_type(book: Book, owners: Collection[UUID | None] | None = None) -> list[TypeLine]:
    """The period by type of deal, types in their usual order; the model's numbers add up to that of all."""
    found = []
    for kind in ("new", "expansion", "renewal", ""):
        lines = [line for line in book.lines_of(owners) if read_deal_type(line.deal_type) == kind]
        won = [one for one in book.bookings_of(owners) if read_deal_type(one.deal_type) == kind]
        if lines or won:
            worth = sum((book.worths.get(line.deal.id, ZERO) for line in lines), _sum_won(won))
            found.append(TypeLine(kind, add_up(lines, won, model=worth if book.draws else None)))
    unseen = book.sums_of(owners).unseen
    if unseen:
        found.append(TypeLine(UNSEEN, add_up([], [], model=unseen, unseen=unseen)))
    return found


def read_book(org: Organisation, as_of: AsOf, period: Period, forecast: OrgForecast | None = None) -> Book:
    """Everything of the period as known by the as-of moment. ``forecast``: another one than the day's own."""
    forecast = forecast or read_forecast(org, as_of)
    rates = read_rates(org, as_of)
    known = deals_as_known(org, as_of)
    earlier = read_earlier_values(org, as_of, OWNED, {deal.id for deal in known})
    outlooks = forecast.all_deals() if forecast else {}
    p_won = {deal_id: p_won_within(outlook, period) for deal_id, outlook in outlooks.items()}
    chosen = categories_as_known(org, as_of)
    suggested = suggest_categories(org, as_of, known, p_won, period.starts_on, period.ends_on)
    seats = read_seats(org)
    percents = {deal_id: outlook.stage_percent or 0.0 for deal_id, outlook in outlooks.items()}
    lines = tuple(
        _make_line(org, seats, deal, earlier, rates, as_of.on, p_won.get(deal.id), percents.get(deal.id, 0.0),
                   chosen.get(deal.id), suggested[deal.id])
        for deal in known
    )  # fmt: skip
    return Book(
        org=org,
        as_of=as_of,
        period=period,
        lines=lines,
        bookings=tuple(read_bookings(org, as_of, period.starts_on, period.ends_on, rates)),
        seats=seats,
        rates=rates,
        forecast=forecast,
        assumptions=_assume(org, as_of, period, forecast, seats) if forecast else None,
    )


def _assume(
    org: Organisation, as_of: AsOf, period: Period, forecast: OrgForecast, seats: Mapping[UUID, Seat]
) -> Assumptions:
    """The stored shock and arrivals; looking back, newcomers are shared out by who owned what then."""
    found = read_assumptions(forecast.model.report, org, as_of, period)
    if as_of.is_latest or not found.openings:
        return found
    first = as_of.on - timedelta(days=SHARED_OVER_DAYS)
    rows = Deal.objects.of(org).filter(opened_at__date__gt=first, opened_at__date__lte=as_of.on)
    held = {deal_id: (currency, owner) for deal_id, currency, owner in rows.values_list("id", "currency", "owner_id")}
    earlier = read_earlier_values(org, as_of, OWNED, held)
    openings: dict[str, dict[Whose, int]] = {}
    for deal_id, (currency, owner) in held.items():
        whose = earlier.get((deal_id, "owner"), str(owner or ""))
        seat = seats.get(UUID(whose)) if whose else None
        of_currency = openings.setdefault(earlier.get((deal_id, "currency"), currency) or org.currency, {})
        of_currency[whose, seat.team if seat else ""] = of_currency.get((whose, seat.team if seat else ""), 0) + 1
    return replace(found, openings=openings)


def _make_line(
    org: Organisation,
    seats: Mapping[UUID, Seat],
    deal: DealAsKnown,
    earlier: dict[tuple[UUID, str], str],
    rates: Rates,
    on: date,
    p_won: float | None,
    percent: float,
    chosen: Chosen | None,
    suggestion: Suggestion,
) -> OpenLine:
    def value(name: str, today: Any) -> Any:
        return earlier.get((deal.id, name), today)

    owner = value("owner", deal.owner_id)
    currency = str(value("currency", deal.currency) or org.currency)
    converted = None if deal.amount is None else convert(deal.amount, currency, on, rates)
    is_counted = converted is not None and p_won is not None and deal.stage != PAUSED
    seat = seats.get(UUID(str(owner))) if owner else None
    return OpenLine(
        deal=deal,
        owner_id=seat.id if seat else None,
        owner=seat.name if seat else "",
        team_id=seat.team_id if seat else None,
        currency=currency,
        deal_type=str(value("deal_type", deal.deal_type) or ""),
        converted=converted,
        rate=None if currency == org.currency else rates.find(currency, on),
        p_won=p_won,
        expected=(converted * Decimal(repr(p_won))).quantize(CENT) if is_counted and converted is not None else ZERO,
        chosen=chosen,
        suggestion=suggestion,
        percent=percent,
    )
