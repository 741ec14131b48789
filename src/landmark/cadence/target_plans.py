"""Target plans of a period: what a plan says, what history suggests, how far the team has come.

Answers: which plan counts on a day, the stack, split and contradiction that follow from it, conversions measured from
this organisation's own deals, progress against a published plan. Does not answer: who may change one
(``target_actions``), how a stack is computed (``engines.targets``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from landmark.cadence.booked import Booking, read_bookings
from landmark.cadence.models import TargetPlan
from landmark.cadence.rates import Rates, convert, read_rates
from landmark.deals.models import Deal
from landmark.deals.snapshots import deals_as_known
from landmark.engines.funnel import Share
from landmark.engines.targets import (
    Answer,
    Contradiction,
    Conversion,
    Level,
    PlanFacts,
    build_stack,
    find_contradiction,
    find_coverage,
    split,
)
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Member, Organisation, Team
from landmark.outlook.funnel import Funnel
from landmark.outlook.periods import Period
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook

CENT = Decimal("0.01")
YEAR = timedelta(days=365)
ROUGHLY = Decimal("0.001")
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Rate:
    """One conversion of a plan. ``origin``: own or measured; ``count``: closed deals a measured one rests on."""

    from_state: str
    to_state: str
    low: Decimal
    high: Decimal
    origin: str = "own"
    count: int = 0

    @property
    def conversion(self) -> Conversion:
        return Conversion(self.from_state, self.to_state, self.low, self.high)


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What a person fills in. ``roles`` and ``teams``: key → weight; a team's key is its id as text."""

    amount: Decimal
    deal_size: Decimal
    rates: tuple[Rate, ...]
    overall: Decimal | None = None
    definitions: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Decimal] = field(default_factory=dict)
    roles: Mapping[str, Decimal] = field(default_factory=dict)
    teams: Mapping[str, Decimal] = field(default_factory=dict)
    tests: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Worked:
    """What follows from a plan: the stack, first state first, won last; the contradiction; the parts that sum."""

    levels: tuple[Level, ...]
    contradiction: Contradiction | None
    role_counts: Mapping[str, int]
    team_amounts: Mapping[str, Decimal]


def list_steps(playbook: Playbook) -> list[tuple[str, str]]:
    """The steps between the funnel states that are kept here, in order."""
    kept = [state.key for state in playbook.benchmarks.states if state.stage is not None]
    return list(zip(kept, kept[1:], strict=False))


def work_out(plan: PlanInput) -> Worked:
    conversions = [rate.conversion for rate in plan.rates]
    levels = build_stack(plan.amount, plan.deal_size, conversions)
    roles = {key: weight for key, weight in plan.roles.items() if weight > 0}
    teams = {key: weight for key, weight in plan.teams.items() if weight > 0}
    counts = split(Decimal(levels[0].shown_high), roles) if roles else {}
    return Worked(
        levels=levels,
        contradiction=find_contradiction(plan.overall, plan.amount, plan.deal_size, conversions),
        role_counts={key: int(part) for key, part in counts.items()},
        team_amounts=split(plan.amount, teams, CENT) if teams else {},
    )


def facts_of_plan(plan: PlanInput) -> PlanFacts:
    worked = work_out(plan)
    return PlanFacts(
        definitions=plan.definitions,
        measures={"bookings": plan.amount, **plan.measures},
        tests=plan.tests,
        first_level=worked.levels[0].shown_high,
        role_counts=worked.role_counts,
        team_amounts=worked.team_amounts,
        amount=plan.amount,
    )


# What history suggests


def suggest_rates(funnel: Funnel, playbook: Playbook) -> tuple[Rate, ...]:
    """Each step measured from this organisation's deals: one figure, a range while history is thin, and the playbook's
    sample where nothing can be measured."""
    start = playbook.benchmarks.targets.rates
    by_pair = {(step.from_state, step.to_state): step.key for step in playbook.benchmarks.funnel}
    rates = []
    for place, (from_state, to_state) in enumerate(list_steps(playbook)):
        line = funnel.step(by_pair.get((from_state, to_state), ""))
        found = _measured(from_state, to_state, line.share if line else None)
        sample = start[place] if place < len(start) else Decimal("0.5")
        rates.append(found or Rate(from_state, to_state, sample, sample))
    return tuple(rates)


def _measured(from_state: str, to_state: str, share: Share | None) -> Rate | None:
    if share is None or not share.rate:
        return None
    if not share.is_thin:
        one = _round_rate(share.rate)
        return Rate(from_state, to_state, one, one, "measured", share.ended)
    return Rate(from_state, to_state, _round_rate(share.low), _round_rate(share.high), "measured", share.ended)


def _round_rate(rate: float) -> Decimal:
    """To a tenth of a percent, as people write it; never zero."""
    return max(Decimal(repr(rate)).quantize(ROUGHLY, ROUND_HALF_UP), ROUGHLY)


def suggest_deal_size(bookings: Sequence[Booking]) -> Decimal | None:
    """The mean of what was won in the past year, in whole units of the organisation's currency."""
    amounts = [b.converted for b in bookings if b.converted]
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(Decimal(1), ROUND_HALF_UP) if amounts else None


def read_deal_size(org: Organisation, as_of: AsOf) -> Decimal | None:
    rates = read_rates(org, as_of)
    return suggest_deal_size(read_bookings(org, as_of, as_of.on - YEAR, as_of.on, rates))


# Stored plans


def read_published(org: Organisation, period: Period, as_of: AsOf) -> TargetPlan | None:
    """The plan that counted on that day: published by then, and not replaced by then."""
    rows = TargetPlan.objects.filter(org=org, starts_on=period.starts_on, published_at__lte=as_of.known_by)
    standing = rows.filter(Q(replaced_at=None) | Q(replaced_at__gt=as_of.known_by))
    return standing.select_related("published_by").order_by("-number").first()


def read_draft(org: Organisation, period: Period) -> TargetPlan | None:
    return TargetPlan.objects.filter(org=org, starts_on=period.starts_on, status=TargetPlan.Status.DRAFT).first()


def read_input(plan: TargetPlan) -> PlanInput:
    """A stored plan as a person filled it in."""
    return PlanInput(
        amount=plan.amount,
        deal_size=plan.deal_size,
        overall=plan.overall,
        rates=tuple(_read_rate(row) for row in plan.rates),
        definitions=dict(plan.definitions),
        measures={key: Decimal(figure) for key, figure in plan.measures.items()},
        roles=_weights(plan.shares, "role"),
        teams=_weights(plan.shares, "team"),
        tests={key: Answer(bool(row["yes"]), str(row["reason"])) for key, row in plan.tests.items()},
    )


def _read_rate(row: Mapping[str, Any]) -> Rate:
    return Rate(row["from"], row["to"], Decimal(row["low"]), Decimal(row["high"]), row["origin"], int(row["count"]))


def _weights(shares: Iterable[Mapping[str, Any]], kind: str) -> dict[str, Decimal]:
    return {row["key"]: Decimal(row["weight"]) for row in shares if row["kind"] == kind}


def write_input(plan: PlanInput, labels: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a stored plan; ``labels`` name roles and teams as they are called today."""
    worked = work_out(plan)
    roles = [_share_row("role", k, w, labels, str(worked.role_counts.get(k, 0))) for k, w in plan.roles.items()]
    teams = [_share_row("team", k, w, labels, str(worked.team_amounts.get(k, 0))) for k, w in plan.teams.items()]
    return {
        "amount": plan.amount,
        "deal_size": plan.deal_size,
        "overall": plan.overall,
        "rates": [
            {"from": r.from_state, "to": r.to_state, "low": str(r.low), "high": str(r.high), "origin": r.origin,
             "count": r.count}
            for r in plan.rates
        ],
        "definitions": {key: text.strip() for key, text in plan.definitions.items()},
        "measures": {key: str(figure) for key, figure in plan.measures.items()},
        "shares": [*roles, *teams],
        "tests": {key: {"yes": a.is_yes, "reason": a.reason.strip()} for key, a in plan.tests.items()},
    }  # fmt: skip


def _share_row(kind: str, key: str, weight: Decimal, labels: Mapping[str, str], part: str) -> dict[str, str]:
    return {"kind": kind, "key": key, "weight": str(weight), "label": labels.get(key, key), "part": part}


def name_shares(org: Organisation, playbook: Playbook, lang: str) -> dict[str, str]:
    """Every key a share may have → what it is called."""
    roles = {
        role.key: playbook.text(f"target_role.{role.key}.label", lang) for role in playbook.benchmarks.targets.roles
    }
    teams = {str(team.id): team.name for team in Team.objects.filter(org=org).order_by("name")}
    return {**roles, **teams}


# Progress


@dataclass(frozen=True, slots=True)
class TeamProgress:
    label: str
    target: Decimal
    won: Decimal


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a published plan has come. ``elapsed``: the share of the period that has passed.

    ``pipeline``: open, unpaused deals aimed at the period or overdue for it. ``pace``: what an even pace would have won
    by now. ``unconverted``: deals in a currency without a rate, in no sum.
    """

    won: Decimal
    won_count: int
    left: Decimal
    elapsed: float
    pipeline: Decimal
    coverage: Decimal | None
    entered: Mapping[str, int]
    last_step: Share | None
    teams: tuple[TeamProgress, ...]
    unconverted: int

    @property
    def is_reached(self) -> bool:
        return self.left <= 0


def measure_progress(plan: TargetPlan, as_of: AsOf, funnel: Funnel, entered: Mapping[str, int]) -> Progress:
    """``entered``: funnel state → deals that came to it within the period."""
    org = plan.org
    rates = read_rates(org, as_of)
    booked = read_bookings(org, as_of, plan.starts_on, plan.ends_on, rates)
    won = sum((b.converted for b in booked if b.converted is not None), Decimal(0))
    aimed = read_aimed(org, as_of, plan.ends_on, rates)
    step = next((s for s in load_playbook(org.playbook).benchmarks.funnel if s.to_state == "won"), None)
    line = funnel.step(step.key) if step else None
    return Progress(
        won=won,
        won_count=len(booked),
        left=max(plan.amount - won, Decimal(0)),
        elapsed=_elapsed(plan.starts_on, plan.ends_on, as_of.on),
        pipeline=aimed.amount,
        coverage=find_coverage(aimed.amount, plan.amount, won),
        entered=entered,
        last_step=line.share if line else None,
        teams=_progress_by_team(plan, booked),
        unconverted=sum(b.converted is None for b in booked) + aimed.unconverted,
    )


@dataclass(frozen=True, slots=True)
class Aimed:
    """``unconverted``: deals in a currency without a rate, in no sum."""

    amount: Decimal
    unconverted: int


def read_aimed(org: Organisation, as_of: AsOf, ends_on: date, rates: Rates) -> Aimed:
    """The open pipeline that coverage is reckoned with: unpaused deals aimed at the period, or overdue for it."""
    amount, unconverted = Decimal(0), 0
    for currency, worth, count in _sum_aimed(org, as_of, ends_on):
        converted = convert(worth, currency, as_of.on, rates)
        amount += converted or Decimal(0)
        unconverted += count if converted is None else 0
    return Aimed(amount, unconverted)


def _sum_aimed(org: Organisation, as_of: AsOf, ends_on: date) -> Iterable[tuple[str, Decimal, int]]:
    """Currency, sum and deals; the database adds up the present, an earlier day is read deal by deal."""
    if as_of.is_latest:
        rows = Deal.objects.of(org).open().exclude(stage=PAUSED).filter(target_on__lte=ends_on).order_by()
        summed = rows.values_list("currency").annotate(worth=Sum("amount"), count=Count("id"))
        return [(currency, worth or Decimal(0), count) for currency, worth, count in summed]
    known = [d for d in deals_as_known(org, as_of) if d.stage != PAUSED]
    aimed = [d for d in known if d.target_on is not None and d.target_on <= ends_on]
    return [(d.currency, d.amount or Decimal(0), 1) for d in aimed]


def _elapsed(starts_on: date, ends_on: date, on: date) -> float:
    whole = (ends_on - starts_on).days + 1
    return min(max(((on - starts_on).days + 1) / whole, 0.0), 1.0)


def _progress_by_team(plan: TargetPlan, booked: Sequence[Booking]) -> tuple[TeamProgress, ...]:
    team_of = dict(Member.objects.filter(org=plan.org).values_list("id", "team_id"))
    sums: dict[str, Decimal] = {}
    for booking in booked:
        team = str(team_of.get(booking.owner_id) or "") if booking.owner_id else ""
        sums[team] = sums.get(team, Decimal(0)) + (booking.converted or Decimal(0))
    rows = [row for row in plan.shares if row["kind"] == "team"]
    return tuple(TeamProgress(row["label"], Decimal(row["part"]), sums.get(row["key"], Decimal(0))) for row in rows)
