"""Target plans: measured conversions, a published plan that is locked and replaced, a sample that publishes itself."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from landmark.cadence.models import TargetPlan
from landmark.cadence.sample_plan import name_step_owners, set_up_sample
from landmark.cadence.target_actions import NotReady, drop_draft, publish, save_draft
from landmark.cadence.target_plans import PlanInput, Rate, measure_progress, read_input, suggest_rates, work_out
from landmark.deals.models import GateState, NextStep
from landmark.deals.policies import Refused
from landmark.engines.targets import Answer
from landmark.ledger.models import AuditEvent
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Organisation
from landmark.orgs.roles import Role
from landmark.outlook.actions import run_fit, start_fit
from landmark.outlook.freezes import find_freeze, freeze_stages
from landmark.outlook.funnel import measure_funnel
from landmark.outlook.periods import Period, period_containing
from landmark.outlook.reading import read_forecast
from landmark.playbook.loader import load_playbook
from tests.apps.outlook.company import add_deal, add_past, make_company, on
from tests.factories import make_member, make_team

pytestmark = pytest.mark.django_db
D = Decimal
PAIRS = (("qualified", "discovery", "0.8"), ("discovery", "proposal", "0.7"), ("proposal", "won", "0.35"))


@pytest.fixture
def org() -> Organisation:
    return make_company()


@pytest.fixture
def ops(org: Organisation) -> Member:
    return make_member(org, Role.SALES_OPERATIONS, "Olga Brandt", make_team(org))


@pytest.fixture
def period(org: Organisation) -> Period:
    return period_containing(org, latest(org).on)


def plan_of(**changes: Any) -> PlanInput:
    values: dict[str, Any] = {
        "amount": D(1_200_000), "deal_size": D(60_000), "overall": D("0.2"),
        "rates": tuple(Rate(a, b, D(rate), D(rate)) for a, b, rate in PAIRS),
        "definitions": {"qualified": "Fits, names a date", "booked": "Signed, start and terms set",
                        "stage_entry": "Its door is passed"},
        "measures": {"coverage": D("3.0"), "last_step": D("0.35")}, "roles": {"outbound": D(60), "inbound": D(40)},
        "tests": {key: Answer(True, "Because") for key in ("controllable", "diagnostic", "consistent")},
    }  # fmt: skip
    return PlanInput(**{**values, **changes})


@pytest.mark.rule("1.2", "A stored plan reads back as it was written")
def test_1_2_a_stored_plan_reads_back_as_it_was_written(org: Organisation, ops: Member, period: Period) -> None:
    plan = plan_of(teams={str(ops.team_id): D(1)})
    draft = save_draft(org, period, plan, by=ops)
    draft.refresh_from_db()
    assert read_input(draft) == plan
    assert [level.shown_high for level in work_out(read_input(draft)).levels] == [103, 82, 58, 20]
    assert [row["part"] for row in draft.shares] == ["62", "41", "1200000.00"]


@pytest.mark.rule("1.2", "Published targets are locked and replaced by a newer version")
def test_1_2_published_targets_are_locked_and_replaced_by_a_newer_version(
    org: Organisation, ops: Member, period: Period
) -> None:
    first = publish(save_draft(org, period, plan_of(), by=ops), by=ops)
    for act in (publish, drop_draft):
        with pytest.raises(Refused, match="locked"):
            act(first, by=ops)
    second = publish(save_draft(org, period, plan_of(amount=D(1_300_000)), by=ops), by=ops)
    first.refresh_from_db()
    assert (first.status, first.amount, second.number) == ("replaced", D(1_200_000), 2)
    verbs = AuditEvent.objects.filter(org_id=org.id).in_chain_order().values_list("verb", flat=True)
    assert list(verbs) == ["targets.drafted", "targets.published"] * 2
    assert verify(org.id).is_whole


@pytest.mark.rule("1.2", "What is missing keeps a plan a draft")
def test_1_2_what_is_missing_keeps_a_plan_a_draft(org: Organisation, ops: Member, period: Period) -> None:
    draft = save_draft(org, period, plan_of(definitions={}), by=ops)
    with pytest.raises(NotReady, match="counts as qualified"):
        publish(draft, by=ops)
    draft.refresh_from_db()
    assert draft.status == "draft"
    save_draft(org, period, plan_of(), by=ops)
    assert TargetPlan.objects.count() == 1


def test_only_who_has_the_right_sets_targets(org: Organisation, ops: Member, period: Period) -> None:
    manager = make_member(org, Role.MANAGER, "Bob Lindqvist")
    with pytest.raises(PermissionDenied):
        save_draft(org, period, plan_of(), by=manager)
    draft = save_draft(org, period, plan_of(), by=ops)
    for act in (publish, drop_draft):
        with pytest.raises(PermissionDenied):
            act(draft, by=manager)


@pytest.mark.rule("1.2", "Conversions are measured and ranges while thin")
def test_1_2_conversions_are_measured_and_ranges_while_thin(org: Organisation) -> None:
    for end in ["won"] * 3 + ["lost"] * 5:
        add_deal(org, moves=[(0, "qualification"), (5, "discovery"), (20, "commercial"), (40, end)])
    for _number in range(30):
        add_deal(org, moves=[(0, "qualification"), (5, "discovery"), (20, "lost")])
    booked, proposal, won = suggest_rates(measure_funnel(org, latest(org)), load_playbook())
    assert (booked.origin, booked.low, booked.count) == ("measured", D("1.000"), 38)
    assert (proposal.low, proposal.high, proposal.count) == (D("0.211"), D("0.211"), 38)
    assert (won.low, won.high, won.count) == (D("0.137"), D("0.694"), 8)


def test_nothing_to_measure_leaves_the_sample_80_70_35(org: Organisation) -> None:
    rates = suggest_rates(measure_funnel(org, latest(org)), load_playbook())
    assert [(rate.low, rate.origin) for rate in rates] == [(D("0.80"), "own"), (D("0.70"), "own"), (D("0.35"), "own")]


@pytest.mark.rule("1.2", "Progress coverage is the pipeline aimed at the period over what is left")
def test_1_2_progress_coverage_is_the_pipeline_aimed_at_the_period_over_what_is_left(
    org: Organisation, ops: Member, period: Period
) -> None:
    add_deal(org, moves=[(380, "qualification"), (395, "won")], amount=D(400_000), owner=ops)
    add_deal(org, moves=[(380, "commercial")], amount=D(2_400_000), target_on=period.ends_on)
    add_deal(org, moves=[(380, "commercial")], amount=D(999_000), target_on=on(900))
    add_deal(org, moves=[(380, "commercial"), (390, "paused")], amount=D(999_000), target_on=period.ends_on)
    plan = publish(save_draft(org, period, plan_of(teams={str(ops.team_id): D(1)}), by=ops), by=ops)
    found = measure_progress(plan, latest(org), measure_funnel(org, latest(org)), {})
    assert (found.won, found.left, found.pipeline, found.coverage) == (D(400_000), D(800_000), D(2_400_000), D(3))
    assert [(team.label, team.target, team.won) for team in found.teams] == [("North", D("1200000.00"), D(400_000))]


def test_the_sample_company_publishes_a_plan_and_holds_its_percentages_once(org: Organisation, ops: Member) -> None:
    add_past(org, 60)
    for _time in range(2):
        set_up_sample(org, by=ops)
    plan = TargetPlan.objects.get()
    assert plan.status == "published"
    assert plan.rates[0]["origin"] == "measured"
    assert find_freeze(org, latest(org)) is not None


def test_most_next_steps_of_the_sample_get_the_owner_of_their_deal_the_same_each_time(
    org: Organisation, ops: Member
) -> None:
    deals = [add_deal(org, moves=[(380, "qualification")], owner=ops, name=f"Deal {number:02}") for number in range(40)]
    for deal in deals:
        NextStep.objects.create(deal=deal, text="Call", due_on=on(410))
    assert 28 < name_step_owners(org) < 40
    named = set(NextStep.objects.filter(owner=ops.name).values_list("deal__name", flat=True))
    NextStep.objects.update(owner="")
    name_step_owners(org)
    assert set(NextStep.objects.filter(owner=ops.name).values_list("deal__name", flat=True)) == named
    assert GateState.objects.filter(deal__in=deals).exists()


@pytest.mark.rule("12.2", "A fit weighs deals with what is held")
def test_12_2_a_fit_weighs_deals_with_what_is_held(org: Organisation, ops: Member) -> None:
    held = add_deal(org, moves=[(380, "qualification"), (390, "discovery")], amount=D(50_000))
    free = add_deal(org, moves=[(380, "qualification"), (390, "solution")], amount=D(50_000))
    freeze_stages(org, {"discovery": D("0.35")}, by=ops, until_on=on(430))
    run = run_fit(start_fit(org, enqueue=False).id)
    assert run.error == ""
    forecast = read_forecast(org, latest(org))
    assert forecast is not None
    found = forecast.all_deals()
    assert found[held.id].stage_percent == 0.35
    assert found[free.id].stage_percent == 0.45
