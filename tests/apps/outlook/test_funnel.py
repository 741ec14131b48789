"""The funnel from an organisation's own moves: stays with censoring, steps, percentages in use, flags, freezes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from landmark.cadence.schedule import run_due_drift_checks
from landmark.deals.models import DealAttribute, NextStep
from landmark.deals.policies import Refused
from landmark.engines.funnel import Share
from landmark.ledger.models import AuditEvent
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest, on_day
from landmark.orgs.models import Notice, Organisation
from landmark.orgs.roles import Role
from landmark.outlook.freezes import check_drift, find_freeze, freeze_stages, lift_freeze, list_due_checks, read_drift
from landmark.outlook.funnel import (
    count_entered,
    find_falling,
    measure_funnel,
    measure_recent,
    read_funnel,
    read_percents,
)
from landmark.outlook.models import DriftCheck
from landmark.outlook.upkeep import explain_flag, list_for_what_if, read_upkeep
from tests.apps.outlook.company import add_deal, make_company, on
from tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    return make_company()


def add_many(org: Organisation, count: int, *moves: tuple[float, str], **fields: Any) -> None:
    for _number in range(count):
        add_deal(org, moves=moves, **fields)


@pytest.mark.rule("12.2", "18 of 40 went on and the open ones are censored")
def test_12_2_18_of_40_went_on_and_the_open_ones_are_censored(org: Organisation) -> None:
    add_many(org, 18, (0, "discovery"), (10, "commercial"), (20, "commitment"), (30, "won"))
    add_many(org, 22, (0, "discovery"), (10, "commercial"), (40, "lost"))
    add_many(org, 30, (390, "discovery"), (395, "commercial"))
    funnel = measure_funnel(org, latest(org))
    share = funnel.share_of("commercial")
    assert share is not None
    assert (share.entered, share.reached, share.lost, share.open) == (70, 18, 22, 30)
    assert share.rate == pytest.approx(0.45)
    commitment = funnel.share_of("commitment")
    assert commitment is not None
    assert (commitment.entered, commitment.rate) == (18, pytest.approx(1.0))


def test_a_stage_skipped_on_the_way_counts_as_entered_a_win_from_before_it_does_not(org: Organisation) -> None:
    add_many(org, 1, (0, "qualification"), (5, "commercial"), (20, "won"))
    add_many(org, 1, (0, "qualification"), (9, "won"))
    funnel = measure_funnel(org, latest(org))
    entered = {line.stage: line.share.entered for line in funnel.stages}
    assert entered == {"qualification": 2, "discovery": 1, "solution": 1, "commercial": 1, "commitment": 0}
    step = funnel.step("discovery_to_proposal")
    assert step is not None
    assert step.share is not None
    assert step.share.reached == 1


def test_only_what_was_known_on_the_day_counts(org: Organisation) -> None:
    add_many(org, 3, (0, "qualification"), (50, "won"))
    early = measure_funnel(org, on_day(org, on(40)))
    assert early.overall.open == 3
    assert measure_funnel(org, latest(org)).overall.reached == 3


def test_a_deal_reopened_is_open_again_and_a_later_loss_counts(org: Organisation) -> None:
    add_deal(org, moves=[(0, "qualification"), (10, "lost"), (20, "qualification")])
    add_deal(org, moves=[(0, "qualification"), (10, "won"), (20, "discovery"), (30, "lost")])
    share = measure_funnel(org, latest(org)).overall
    assert (share.reached, share.lost, share.open) == (0, 1, 1)


def test_a_source_without_stage_history_is_told_apart(org: Organisation) -> None:
    add_many(org, 12, (0, "qualification"), (30, "won"))
    funnel = measure_funnel(org, latest(org))
    assert not funnel.keeps_stages
    assert funnel.stages == ()
    assert funnel.overall.rate == pytest.approx(1.0)
    assert {p.origin for p in read_percents(org, latest(org), funnel)} == {"playbook"}


def test_left_truncation_a_deal_known_since_day_200_was_not_watched_before(org: Organisation) -> None:
    add_many(org, 2, (0, "qualification"), (50, "discovery"), (60, "won"))
    known = datetime(2025, 7, 20, tzinfo=UTC)
    add_deal(org, moves=[(0, "qualification"), (210, "discovery"), (300, "lost")], history_known_from=known)
    share = measure_funnel(org, latest(org)).share_of("qualification")
    assert share is not None
    assert share.rate == pytest.approx(1.0)


@pytest.mark.rule("2.2", "Steps guardrails and reasons")
def test_2_2_steps_guardrails_and_reasons(org: Organisation) -> None:
    add_many(org, 30, (0, "qualification"), (8, "discovery"), (20, "commercial"), (40, "won"))
    add_many(org, 70, (0, "qualification"), (8, "discovery"), (30, "lost"))
    funnel = measure_funnel(org, latest(org))
    lead, booked, proposal, _won = funnel.steps
    assert (lead.share, lead.absent) == (None, "lead")
    assert booked.guardrail is not None
    assert (booked.guardrail.measure, booked.guardrail.value) == ("days_to", 8.0)
    assert proposal.share is not None
    assert proposal.share.rate == pytest.approx(0.3)
    assert (proposal.verdict, proposal.reasons) == ("below", {"": 70})
    assert proposal.guardrail is not None
    assert proposal.guardrail.value is None  # nobody gave a reason: that is not "never unfit"


@pytest.mark.rule("2.2", "Win rate by source where the data says it")
def test_2_2_win_rate_by_source_where_the_data_says_it(org: Organisation) -> None:
    for source, end in (("Web", "won"), ("Web", "lost"), ("Event", "lost")):
        deal = add_deal(org, moves=[(0, "qualification"), (4, "discovery"), (30, end)])
        DealAttribute.objects.create(deal=deal, key="LeadSource", value=source)
    sources = measure_funnel(org, latest(org)).sources
    assert [(one.source, one.share.entered, one.share.rate) for one in sources] == [
        ("Web", 2, pytest.approx(0.5)), ("Event", 1, pytest.approx(0.0)),
    ]  # fmt: skip


@pytest.mark.rule("2.2", "Each step by source")
def test_2_2_each_step_by_source(org: Organisation) -> None:
    ways = {
        "Web": [(0, "qualification"), (4, "discovery"), (9, "commercial"), (30, "won")],
        "Event": [(0, "qualification"), (4, "discovery"), (30, "lost")],
    }
    for source, moves in ways.items():
        DealAttribute.objects.create(deal=add_deal(org, moves=moves), key="Lead_Source__c", value=source)
    event, web = measure_funnel(org, latest(org)).sources
    measured = {key: (share.entered, share.rate) for key, share in event.steps.items()}
    assert measured == {
        "qualified_to_discovery": (1, 1.0),
        "discovery_to_proposal": (1, 0.0),
        "proposal_to_won": (0, None),
    }
    assert {key: share.reached for key, share in web.steps.items()} == dict.fromkeys(measured, 1)


@pytest.mark.rule("2.2", "Loss reasons of the source count where nobody gave one here")
def test_2_2_loss_reasons_of_the_source_count_where_nobody_gave_one_here(org: Organisation) -> None:
    add_many(org, 2, (0, "qualification"), (8, "discovery"), (20, "commercial"), (40, "won"))
    for words in ("Not a Fit", "not-a-fit", "Price", "Moon phase", "Competitor"):
        deal = add_deal(org, moves=[(0, "qualification"), (8, "discovery"), (30, "lost")])
        DealAttribute.objects.create(deal=deal, key="Loss_Reason__c", value=words)
    reopened = add_deal(org, moves=[(0, "qualification"), (8, "discovery")])
    DealAttribute.objects.create(deal=reopened, key="Loss_Reason__c", value="Price")
    step = measure_funnel(org, latest(org)).step("discovery_to_proposal")
    assert step is not None
    assert step.reasons == {"poor_fit": 2, "Moon phase": 1, "price": 1, "rival": 1}
    assert step.guardrail is not None
    assert (step.guardrail.value, step.guardrail.count) == (pytest.approx(2 / 7), 7)


def test_a_share_of_reasons_is_not_told_from_words_nobody_knows(org: Organisation) -> None:
    for words in ("Moon phase", "Tide", "Price"):
        deal = add_deal(org, moves=[(0, "qualification"), (8, "discovery"), (30, "lost")])
        DealAttribute.objects.create(deal=deal, key="Loss Reason", value=words)
    step = measure_funnel(org, latest(org)).step("discovery_to_proposal")
    assert step is not None
    assert step.guardrail is not None
    assert (step.guardrail.value, step.reasons["Tide"]) == (None, 1)


@pytest.mark.rule("12.2", "Thin history leans on the playbook until 20 have ended")
def test_12_2_thin_history_leans_on_the_playbook_until_20_have_ended(org: Organisation) -> None:
    add_many(org, 19, (0, "qualification"), (5, "discovery"), (30, "lost"))
    percents = {p.stage: p for p in read_percents(org, latest(org), measure_funnel(org, latest(org)))}
    assert (percents["discovery"].origin, percents["discovery"].value) == ("playbook", Decimal("0.315"))
    add_many(org, 1, (0, "qualification"), (5, "discovery"), (40, "won"))
    found = read_percents(org, latest(org), measure_funnel(org, latest(org)))
    percents = {p.stage: p for p in found}
    assert (percents["discovery"].origin, percents["discovery"].value) == ("measured", Decimal("0.0500"))
    assert find_falling(found) == ()


def test_counts_of_a_period(org: Organisation) -> None:
    add_many(org, 2, (10, "qualification"), (20, "discovery"), (40, "commercial"), (60, "won"))
    assert count_entered(org, latest(org), on(15), on(59)) == {
        "qualified": 0, "discovery": 2, "proposal": 2, "won": 0,
    }  # fmt: skip


def test_the_funnel_is_measured_anew_once_something_was_recorded(org: Organisation) -> None:
    add_deal(org, moves=[(0, "qualification")])
    assert read_funnel(org, latest(org)).overall.entered == 1
    deal = add_deal(org, moves=[(0, "qualification")], evidence=[(1, "qualification_call")])
    assert read_funnel(org, latest(org)).overall.entered == 2
    assert deal.pk is not None


# Flags


@pytest.mark.rule("12.2", "Stalled is no move and no evidence for 31 days")
def test_12_2_stalled_is_no_move_and_no_evidence_for_31_days(org: Organisation) -> None:
    add_deal(org, moves=[(369, "qualification")], name="quiet")
    add_deal(org, moves=[(369, "qualification")], evidence=[(395, "qualification_call")], name="proved")
    add_deal(org, moves=[(300, "qualification"), (370, "paused")], name="paused")
    assert [one.deal.name for one in read_upkeep(org, latest(org), None).stalled] == ["quiet"]


@pytest.mark.rule("12.2", "Evidence completeness in percent")
def test_12_2_evidence_completeness_in_percent(org: Organisation) -> None:
    add_deal(org, moves=[(380, "qualification")], evidence=[(385, "qualification_call")])
    assert [one.evidence_percent for one in read_upkeep(org, latest(org), None).deals] == [50]


@pytest.mark.rule("12.2", "A trigger after the date was set asks for a look until somebody looks")
def test_12_2_a_trigger_after_the_date_was_set_asks_for_a_look_until_somebody_looks(org: Organisation) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    deal = add_deal(org, moves=[(300, "solution")], evidence=[(390, "terms_grasped")], target_on=on(450))
    moved = add_deal(
        org, moves=[(300, "solution")], evidence=[(390, "terms_grasped")], target_on=on(480),
        changes=[(395, "target_on", on(450).isoformat(), on(480).isoformat())],
    )  # fmt: skip
    found = read_upkeep(org, latest(org), None)
    assert [(one.deal.id, one.reviews) for one in found.reviews] == [(deal.id, ("price_aligned",))]
    explain_flag(deal, by=ops, kind="date", note="Purchasing confirmed the day.")
    assert read_upkeep(org, latest(org), None).reviews == []
    assert moved.pk is not None


@pytest.mark.rule("12.2", "An old deal is restaged or explained and asks again after 14 days")
def test_12_2_an_old_deal_is_restaged_or_explained_and_asks_again_after_14_days(org: Organisation) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    deal = add_deal(org, moves=[(300, "qualification")])
    assert len(read_upkeep(org, latest(org), None).ageing) == 1
    note = explain_flag(deal, by=ops, kind="ageing", note="Their year starts in March.")
    assert (note.until_on - note.made_on).days == 14
    upkeep = read_upkeep(org, latest(org), None)
    assert (upkeep.ageing, len(upkeep.old), len(upkeep.explained)) == ([], 1, 1)
    Organisation.objects.filter(pk=org.pk).update(data_until=on(415))
    org.refresh_from_db()
    assert len(read_upkeep(org, latest(org), None).ageing) == 1
    assert AuditEvent.objects.filter(deal_id=deal.id, verb="flag.explained").count() == 1
    with pytest.raises(PermissionDenied):
        explain_flag(deal, by=make_member(org, Role.EXECUTIVE, "Dan Oyelaran"), kind="ageing", note="No")


@pytest.mark.rule("1.5", "A stage change without note or next step is incomplete")
def test_1_5_a_stage_change_without_note_or_next_step_is_incomplete(org: Organisation) -> None:
    add_deal(org, moves=[(350, "qualification"), (396, "discovery")], name="bare")
    add_deal(org, moves=[(350, "qualification"), (380, "discovery")], name="long ago")
    whole = add_deal(org, moves=[(350, "qualification")], name="unmoved")
    NextStep.objects.create(deal=whole, text="Call", owner="Alice", due_on=on(410))
    upkeep = read_upkeep(org, latest(org), None)
    assert [one.deal.name for one in upkeep.incomplete_moves] == ["bare"]
    assert {one.deal.name for one in upkeep.without_step} == {"bare", "long ago"}


def test_what_if_knows_the_strongest_fresh_proof(org: Organisation) -> None:
    add_deal(org, moves=[(100, "qualification")], evidence=[(110, "qualification_call"), (395, "fit_confirmed")])
    (found,) = list_for_what_if(read_upkeep(org, latest(org), None), org, latest(org).on)
    assert found.evidence == {"fit_confirmed": 1}  # the call ran out after 120 days


# Freeze and drift

PERCENTS = {"qualification": Decimal("0.2"), "discovery": Decimal("0.35"), "solution": Decimal("0.55")}


@pytest.mark.rule("12.2", "Percentages are held for a while by somebody")
def test_12_2_percentages_are_held_for_a_while_by_somebody(org: Organisation) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    made = freeze_stages(org, PERCENTS, by=ops, until_on=on(490), reason="New definitions")
    found = {p.stage: p for p in read_percents(org, latest(org), measure_funnel(org, latest(org)))}
    assert (found["solution"].value, found["solution"].origin) == (Decimal("0.55"), "frozen")
    assert found["commercial"].origin == "playbook"
    assert find_freeze(org, on_day(org, on(399))) is None
    again = freeze_stages(org, PERCENTS, by=ops, until_on=on(450))
    made.refresh_from_db()
    assert made.ended_by == ops
    assert find_freeze(org, latest(org)) == again
    assert lift_freeze(org, by=ops)
    assert not lift_freeze(org, by=ops)
    assert find_freeze(org, latest(org)) is None
    assert verify(org.id).is_whole


@pytest.mark.parametrize("days", [-1, 401])
def test_a_freeze_ends_today_or_later_within_a_year_or_so(org: Organisation, days: int) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    with pytest.raises(Refused):
        freeze_stages(org, PERCENTS, by=ops, until_on=on(400 + days))
    with pytest.raises(PermissionDenied):
        freeze_stages(org, PERCENTS, by=make_member(org, Role.MANAGER, "Bob Lindqvist"), until_on=on(420))


@pytest.mark.rule("12.2", "The monthly check tells what strayed once")
def test_12_2_the_monthly_check_tells_what_strayed_once(org: Organisation) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    freeze = freeze_stages(org, PERCENTS, by=ops, until_on=on(490))
    strayed = {
        "discovery": Share(60, 30, 30, 0, 0.5, 0.4, 0.6, 0.0),
        "solution": Share(60, 33, 27, 0, 0.55, 0.4, 0.7, 0),
    }
    check_drift(freeze, on(430), strayed)
    check_drift(freeze, on(430), strayed)
    assert [finding["stage"] for finding in DriftCheck.objects.get().findings] == ["discovery"]
    assert Notice.objects.filter(member=ops).count() == 1
    assert "Discovery" in Notice.objects.get().text
    state = read_drift(org, on_day(org, on(430)))
    assert state is not None


@pytest.mark.rule("12.2", "A check is due every 30 days and run by the schedule")
def test_12_2_a_check_is_due_every_30_days_and_run_by_the_schedule(org: Organisation) -> None:
    ops = make_member(org, Role.SALES_OPERATIONS)
    add_many(org, 40, (360, "qualification"), (370, "discovery"), (395, "lost"))
    freeze_stages(org, PERCENTS, by=ops, until_on=on(490))
    assert list_due_checks() == []
    Organisation.objects.filter(pk=org.pk).update(data_until=on(430))
    assert run_due_drift_checks() == 1
    assert run_due_drift_checks() == 0
    assert {finding["stage"] for finding in DriftCheck.objects.get().findings} == {"qualification", "discovery"}


def test_the_check_looks_at_recent_deals_alone(org: Organisation) -> None:
    add_many(org, 30, (0, "qualification"), (5, "discovery"), (50, "won"))
    add_many(org, 30, (350, "qualification"), (355, "discovery"), (380, "lost"))
    recent = measure_recent(org, latest(org), 90)["discovery"]
    assert (recent.reached, recent.lost, recent.rate) == (0, 30, pytest.approx(0.0))
    whole = measure_funnel(org, latest(org)).share_of("discovery")
    assert whole is not None
    assert whole.reached == 30
