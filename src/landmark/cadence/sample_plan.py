"""Targets, held percentages and owners of next steps for the sample company, so that a first look is as a team's own.

Answers: a published plan for the quarter under way and a freeze, both through the same actions as anybody's; who takes
the next steps, which an export does not say. Does not answer: what the sample's deals are (``simulator``).
"""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from landmark.cadence.booked import read_bookings
from landmark.cadence.models import TargetPlan
from landmark.cadence.rates import read_rates
from landmark.cadence.target_actions import publish, save_draft
from landmark.cadence.target_plans import PlanInput, Rate, read_deal_size, suggest_rates
from landmark.deals.gate_states import refresh_gate_states
from landmark.deals.models import Deal, NextStep
from landmark.engines.targets import Answer
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Organisation, Team
from landmark.outlook.freezes import find_freeze, freeze_stages
from landmark.outlook.funnel import read_funnel, read_percents
from landmark.outlook.periods import period_containing
from landmark.playbook.loader import load_playbook

SEED, OWNED_SHARE = 7, 0.9
YEAR = timedelta(days=365)
STRETCH = Decimal("1.1")
ROUND_TO = Decimal(10_000)
SMALLEST = Decimal(100_000)
DEFINITIONS = {
    "qualified": "Fits the profile, and the buyer named a date that matters to them.",
    "booked": "Signed by both sides, with a start date and payment terms set.",
    "stage_entry": "What the stage's door asks for is on record; an import alone does not count.",
}
ANSWERS = {
    "controllable": Answer(True, "Coverage and proposals are ours to work on within the quarter."),
    "diagnostic": Answer(True, "Low coverage sends us to prospecting, few proposals won to discovery."),
    "consistent": Answer(True, "All three definitions are what the doors of our stages ask for."),
}


def set_up_sample(org: Organisation, *, by: Member) -> None:
    """Publish a plan for the quarter under way and hold the percentages, unless that was done before."""
    as_of = latest(org)
    name_step_owners(org)
    if not TargetPlan.objects.filter(org=org).exists():
        plan = make_plan(org)
        publish(save_draft(org, period_containing(org, as_of.on), plan, by=by, via="system"), by=by, via="system")
    if find_freeze(org, as_of) is None:
        playbook = load_playbook(org.playbook)
        percents = {one.stage: one.value for one in read_percents(org, as_of, read_funnel(org, as_of))}
        until_on = as_of.on + timedelta(days=playbook.benchmarks.upkeep.freeze_days)
        freeze_stages(org, percents, by=by, until_on=until_on, reason="New stage definitions this month.", via="system")


def name_step_owners(org: Organisation) -> int:
    """Most next steps are taken by whoever owns the deal; the rest keep their gap. Returns how many were named."""
    steps = NextStep.objects.filter(deal__org=org, done_at=None, owner="").exclude(deal__owner=None)
    dice = random.Random(SEED)  # noqa: S311 - a sample
    named = []
    for step in steps.select_related("deal__owner").order_by("deal__name", "deal__opened_at", "id"):
        if dice.random() < OWNED_SHARE and step.deal.owner is not None:
            step.owner = step.deal.owner.name
            named.append(step)
    NextStep.objects.bulk_update(named, ["owner"], batch_size=500)
    refresh_gate_states(Deal.objects.filter(id__in={step.deal_id for step in named}).select_related("org"), latest(org))
    return len(named)


def make_plan(org: Organisation) -> PlanInput:
    """A tenth above the past year's mean quarter, by the company's own conversions."""
    as_of = latest(org)
    playbook = load_playbook(org.playbook)
    booked = read_bookings(org, as_of, as_of.on - YEAR, as_of.on, read_rates(org, as_of))
    year = sum((one.converted for one in booked if one.converted is not None), Decimal(0))
    amount = max((year / 4 * STRETCH / ROUND_TO).to_integral_value() * ROUND_TO, SMALLEST)
    start = playbook.benchmarks.targets
    rates: tuple[Rate, ...] = suggest_rates(read_funnel(org, as_of), playbook)
    plan = PlanInput(
        amount=amount,
        deal_size=read_deal_size(org, as_of) or amount / 20,
        rates=rates,
        definitions=DEFINITIONS,
        measures={"coverage": start.coverage, "last_step": rates[-1].low},
        roles={role.key: Decimal(role.weight) for role in start.roles},
        tests=ANSWERS,
    )
    teams = Team.objects.filter(org=org).values_list("id", flat=True)
    return replace(plan, teams={str(team): Decimal(1) for team in teams})
