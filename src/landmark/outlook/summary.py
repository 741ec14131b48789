"""What a period is worth: booked already, and expected from the pipeline, three ways.

Answers: for one fiscal period as known on a day: won so far; the classic weighted sum (amount × stage percentage of the
deals aimed at the period); the expected sum (amount × P(won within the period)) with its range; by stage, team, owner
and type. Does not answer: what somebody promised (a commit is a person's own number), the P of one deal (``reading``).

Money is exact: each deal's share is rounded to the cent first, so every grouping sums to the same total.
Currencies are never added to one another. Paused deals are kept apart and count in no total.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from landmark.deals.models import Deal, StageMove
from landmark.deals.snapshots import DealAsKnown, deals_as_known
from landmark.engines.deal_types import plain_deal_type
from landmark.ledger.models import FieldChange
from landmark.orgs.as_of import AsOf, on_day
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period
from landmark.outlook.ranges import CENT, Assumptions, Draws, Range, Share, draw_period, read_assumptions
from landmark.outlook.reading import DealOutlook, OrgForecast, read_forecast

ZERO = Decimal("0.00")
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Sums:
    """``amount`` is the open pipeline; ``weighted`` counts deals aimed at the period, ``expected`` all open ones."""

    won: Decimal = ZERO
    won_count: int = 0
    open_count: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO
    expected: Decimal = ZERO

    @property
    def weighted_total(self) -> Decimal:
        return self.won + self.weighted

    @property
    def expected_total(self) -> Decimal:
        return self.won + self.expected


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a breakdown. ``key`` is a stage key, team name, member id or type of deal; "" when there is none."""

    key: str
    label: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class CurrencySummary:
    """Everything in one currency. ``range`` is of the period's total, won included; None without a forecast.

    ``draws``: the outcomes behind the range, for ranges of people and teams and for P(reaching a quota).
    """

    currency: str
    total: Sums
    paused: Sums
    undated: Sums
    range: Range | None
    by_stage: tuple[Group, ...]
    by_team: tuple[Group, ...]
    by_owner: tuple[Group, ...]
    by_type: tuple[Group, ...] = ()
    draws: Draws | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NamedDeal:
    id: UUID
    name: str


@dataclass(frozen=True)
class PeriodSummary:
    """``main`` is the organisation's own currency; ``others`` the rest, largest pipeline first.

    ``without_amount`` deals are in the counts but in no sum (the range takes usual amounts for them);
    ``without_forecast`` ones came after the fit. ``arriving``: other currencies that deals not yet opened may bring.
    """

    period: Period
    as_of: date
    main: CurrencySummary
    others: tuple[CurrencySummary, ...]
    without_amount: tuple[NamedDeal, ...]
    without_forecast: tuple[NamedDeal, ...]
    forecast: OrgForecast | None = field(repr=False)
    arriving: tuple[str, ...] = ()

    @property
    def is_in_one_currency(self) -> bool:
        return not self.others and not self.arriving


@dataclass(frozen=True, slots=True)
class Line:
    """One deal's share in the period, open or won."""

    currency: str
    stage: str
    team: str
    owner_id: str
    owner: str
    is_won: bool
    amount: Decimal
    deal_type: str = ""
    weighted: Decimal = ZERO
    undated: Decimal = ZERO
    expected: Decimal = ZERO
    p_won: float = 0.0
    is_priced: bool = True

    @property
    def share(self) -> Share:
        amount = self.amount if self.is_priced else None
        return Share((self.owner_id, self.team), amount, self.p_won, self.is_won)


def summarise(org: Organisation, on: date | AsOf, period: Period) -> PeriodSummary:
    """The period as it was known on the day."""
    as_of = on if isinstance(on, AsOf) else on_day(org, on)
    forecast = read_forecast(org, as_of)
    outlooks = forecast.all_deals() if forecast else {}
    known = deals_as_known(org, as_of)
    lines = [_read_line(org, deal, outlooks.get(deal.id), period, as_of.on) for deal in known]
    lines += _won_lines(org, as_of, period)
    by_currency: dict[str, list[Line]] = defaultdict(list)
    by_currency[org.currency] = []
    for line in lines:
        by_currency[line.currency].append(line)
    assumptions = read_assumptions(forecast.model.report, org, as_of, period) if forecast else None
    summaries = {code: sum_lines(code, held, _draw(code, held, assumptions)) for code, held in by_currency.items()}
    main = summaries.pop(org.currency)
    return PeriodSummary(
        period=period,
        as_of=as_of.on,
        main=main,
        others=tuple(sorted(summaries.values(), key=lambda one: (-one.total.amount, one.currency))),
        without_amount=tuple(NamedDeal(deal.id, deal.name) for deal in known if deal.amount is None),
        without_forecast=tuple(NamedDeal(deal.id, deal.name) for deal in known if deal.id not in outlooks),
        forecast=forecast,
        arriving=assumptions.arriving if assumptions else (),
    )


def p_won_within(outlook: DealOutlook, period: Period) -> float:
    """P(won within the period): by its last day, less what falls before its first."""
    return max(0.0, outlook.p_won_by(period.ends_on) - outlook.p_won_by(period.starts_on - timedelta(days=1)))


def _read_line(org: Organisation, deal: DealAsKnown, outlook: DealOutlook | None, period: Period, on: date) -> Line:
    p_won = p_won_within(outlook, period) if outlook else 0.0
    percent = outlook.stage_percent if outlook and period.ends_on >= on else None
    return open_line(deal, deal.currency or org.currency, period, p_won, percent or 0.0)


def open_line(deal: DealAsKnown, currency: str, period: Period, p_won: float, percent: float) -> Line:
    """``percent``: its stage's, 0 in a period that is over."""
    amount = deal.amount if deal.amount is not None else ZERO
    weighted = _share(amount, percent)
    return Line(
        currency=currency,
        stage=deal.stage,
        team=deal.team,
        owner_id=str(deal.owner_id or ""),
        owner=deal.owner,
        is_won=False,
        amount=amount,
        deal_type=plain_deal_type(deal.deal_type),
        weighted=weighted if deal.target_on is not None and deal.target_on in period else ZERO,
        undated=weighted if deal.target_on is None else ZERO,
        expected=_share(amount, p_won),
        p_won=p_won,
        is_priced=deal.amount is not None,
    )


def _share(amount: Decimal, probability: float) -> Decimal:
    return (amount * Decimal(repr(probability))).quantize(CENT)


def _won_lines(org: Organisation, as_of: AsOf, period: Period) -> list[Line]:
    """Deals won in the period by the as-of day, and not reopened by then."""
    ids = _won_ids(org, as_of, period)
    later = _amounts_before_later_changes(org, ids, as_of)
    rows = Deal.objects.of(org).select_related("owner", "owner__team").filter(id__in=ids) if ids else []
    return [
        Line(
            currency=deal.currency or org.currency,
            stage="won",
            team=deal.owner.team.name if deal.owner and deal.owner.team else "",
            owner_id=str(deal.owner_id or ""),
            owner=deal.owner.name if deal.owner else "",
            is_won=True,
            amount=later.get(deal.id, deal.amount) or ZERO,
            deal_type=plain_deal_type(deal.deal_type),
        )
        for deal in rows
    ]


def _won_ids(org: Organisation, as_of: AsOf, period: Period) -> list[UUID]:
    last = min(period.ends_on, as_of.on)
    if as_of.is_latest:
        won = Deal.objects.of(org).filter(stage="won", closed_at__date__range=(period.starts_on, last))
        return list(won.values_list("id", flat=True))
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by)
    moves = moves.filter(occurred_at__date__gte=period.starts_on)
    ordered = moves.order_by("occurred_at", "recorded_at").values_list("deal_id", "to_stage", "occurred_at")
    latest = {deal_id: (to_stage, at.date()) for deal_id, to_stage, at in ordered.iterator(2_000)}
    return [deal_id for deal_id, (stage, day) in latest.items() if stage == "won" and day <= last]


def _amounts_before_later_changes(org: Organisation, ids: list[UUID], as_of: AsOf) -> dict[UUID, Decimal | None]:
    """The amount as it was known, where somebody changed it after the as-of day."""
    if as_of.is_latest or not ids:
        return {}
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", field="amount", known_at__gt=as_of.known_by)
    newest_first = rows.order_by("-known_at", "-seq", "-position").values_list("object_id", "old")
    wanted = set(ids)
    return {deal_id: Decimal(old) if old else None for deal_id, old in newest_first if deal_id in wanted}


def _draw(currency: str, lines: Iterable[Line], assumptions: Assumptions | None) -> Draws | None:
    if assumptions is None:
        return None
    return draw_period((line.share for line in lines if line.stage != PAUSED), currency, assumptions)


def sum_lines(currency: str, lines: Iterable[Line], draws: Draws | None) -> CurrencySummary:
    """Lines of one currency, or converted into one, with the outcomes drawn of them."""
    held = list(lines)
    counted = [line for line in held if line.stage != PAUSED]
    total = _sum(counted)
    return CurrencySummary(
        currency=currency,
        total=total,
        paused=_sum(line for line in held if line.stage == PAUSED),
        undated=Sums(
            open_count=sum(1 for line in counted if line.undated),
            weighted=sum((line.undated for line in counted), ZERO),
        ),
        range=draws.range() if draws else None,
        by_stage=_group(counted, lambda line: (line.stage, line.stage)),
        by_team=_group(counted, lambda line: (line.team, line.team)),
        by_owner=_group(counted, lambda line: (line.owner_id, line.owner)),
        by_type=_group(counted, lambda line: (line.deal_type, line.deal_type)),
        draws=draws,
    )


def _sum(lines: Iterable[Line]) -> Sums:
    held = list(lines)
    still_open = [line for line in held if not line.is_won]
    return Sums(
        won=sum((line.amount for line in held if line.is_won), ZERO),
        won_count=len(held) - len(still_open),
        open_count=len(still_open),
        amount=sum((line.amount for line in still_open), ZERO),
        weighted=sum((line.weighted for line in still_open), ZERO),
        expected=sum((line.expected for line in still_open), ZERO),
    )


def _group(lines: list[Line], name: Callable[[Line], tuple[str, str]]) -> tuple[Group, ...]:
    held: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        held[name(line)].append(line)
    groups = [Group(key, label, _sum(rows)) for (key, label), rows in held.items()]
    return tuple(sorted(groups, key=lambda group: (-group.sums.expected_total, group.label)))
