"""Points, decisions and returns on the database: what is written, refused, undone, and what comes back by itself."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from landmark.buying import competition_actions as rivals
from landmark.buying.keeping import undo
from landmark.buying.models import BuyerCriteria, ReturnWatch, Score
from landmark.buying.qualification_actions import (
    DecisionInput,
    ItemInput,
    PointsInput,
    confirm_buying,
    confirm_points,
    decide_at_gate,
    save_buying,
)
from landmark.buying.returns import Trigger, bring_back_due, qualify_out
from landmark.closing.models.trials import TrialClose
from landmark.closing.trial_actions import TrialInput, fix_gap, record_trial
from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, StaleVersion
from landmark.deals.snapshots import deal_facts
from landmark.ledger.models import AuditEvent, Evidence
from landmark.orgs.as_of import latest, on_day
from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def known_keys(deal: Deal) -> list[str]:
    rows = Evidence.objects.for_deal(deal.org_id, deal.id).as_known(latest(deal.org).known_by)
    return sorted(row.key for row in rows)


@pytest.mark.rule("5.2", "Every point above zero carries an observation")
def test_points_without_an_observation_are_refused_whole(deal: Deal, rep: Member) -> None:
    points = {"evaluation": PointsInput(2, "Pointed questions"), "timing": PointsInput(1)}
    with pytest.raises(Refused, match="Timing"):
        confirm_points(deal, by=rep, rubric="intent", points=points)
    assert not Score.objects.exists()
    confirm_points(deal, by=rep, rubric="intent", points={"timing": PointsInput(0)})
    assert Score.objects.get().points == 0


@pytest.mark.rule("5.1", "A promised measure names the day it is promised for")
def test_a_promise_takes_its_day(deal: Deal, rep: Member) -> None:
    with pytest.raises(Refused, match="by which day"):
        confirm_points(deal, by=rep, rubric="fit_gates", points={"outcome": PointsInput(1, "They will look")})


def test_a_new_version_ends_the_one_before_and_undo_brings_it_back(deal: Deal, rep: Member) -> None:
    (first,) = confirm_points(deal, by=rep, rubric="intent", points={"timing": PointsInput(1, "This quarter")})
    again = PointsInput(2, "Audit in May", was=first.id)
    (second,) = confirm_points(deal, by=rep, rubric="intent", points={"timing": again})
    with pytest.raises(StaleVersion, match="timing: 2"):
        confirm_points(deal, by=rep, rubric="intent", points={"timing": again})
    with pytest.raises(Refused, match="changed since"):
        undo(deal, by=rep, model=Score, entry=first.entry)
    undo(deal, by=rep, model=Score, entry=second.entry)
    now = Score.objects.current().get(deal=deal)
    assert (now.points, now.observation) == (1, "This quarter")
    yesterday = on_day(deal.org, latest(deal.org).on - timedelta(days=1))
    assert not Score.objects.filter(deal=deal).as_known(yesterday).exists()


def test_only_who_may_change_the_deal_confirms_points(deal: Deal) -> None:
    reader = factories.make_member(deal.org, Role.EXECUTIVE, "Dan Oyelaran")
    with pytest.raises(PermissionDenied):
        confirm_points(deal, by=reader, rubric="intent", points={"timing": PointsInput(1, "x")})


@pytest.mark.rule("5.5", "A gate's decision sets one next step in one sentence")
def test_a_decision_is_the_next_step(deal: Deal, rep: Member) -> None:
    due = latest(deal.org).on + timedelta(days=4)
    sentence = "Ada and Kim hold the readiness call"
    decide_at_gate(deal, by=rep, decision=DecisionInput("fit_and_access", "readiness_call", sentence, "Kim", due))
    step = deal_facts(deal, latest(deal.org)).next_step
    assert step is not None
    assert (step.text, step.owner, step.due_on) == (sentence, "Kim", due)
    with pytest.raises(Refused, match="one way on"):
        decide_at_gate(deal, by=rep, decision=DecisionInput("fit_and_access", "pilot", sentence, "Kim", due))
    with pytest.raises(Refused):
        decide_at_gate(deal, by=rep, decision=DecisionInput("fit_and_access", "readiness_call", "", "Kim", due))


@pytest.mark.rule("5.5", "A pause at a gate names its trigger and comes back by it")
def test_a_pause_is_watched(deal: Deal, rep: Member) -> None:
    trigger = Trigger("event", event="New budget", evidence_key="budget_confirmed")
    decide_at_gate(deal, by=rep, decision=DecisionInput("fit_and_access", "pause", "No budget", trigger=trigger))
    deal.refresh_from_db()
    assert deal.stage == "paused"
    assert bring_back_due() == 0
    factories.prove(deal, rep, "budget_confirmed")
    assert bring_back_due() == 1
    assert bring_back_due() == 0
    assert "Budget confirmed" in Notice.objects.get(member=rep).text
    step = deal_facts(deal, latest(deal.org)).next_step
    assert step is not None
    assert step.owner == rep.name


@pytest.mark.rule("5.4", "A deal qualified out comes back by itself when its window opens")
@pytest.mark.parametrize("to_stage", ["paused", "lost"])
def test_a_window_brings_it_back_on_its_day(deal: Deal, rep: Member, to_stage: str) -> None:
    day = latest(deal.org).on + timedelta(days=90)
    qualify_out(
        deal, by=rep, to_stage=to_stage, reason="rival", note="Fixed contract, no way out",
        trigger=Trigger("rival_renewal", day),
    )  # fmt: skip
    assert bring_back_due(timezone.now() + timedelta(days=88)) == 0
    assert bring_back_due(timezone.now() + timedelta(days=91)) == 1
    assert ReturnWatch.objects.get(deal=deal).returned_at is not None
    assert Notice.objects.filter(member=rep, deal_id=deal.id).count() == 1
    assert AuditEvent.objects.filter(deal_id=deal.id, verb="return.due").count() == 1
    deal.refresh_from_db()
    assert deal.stage == to_stage  # a person resumes it, through its gates


def test_any_pause_with_a_day_comes_back_even_if_nobody_watches(deal: Deal, rep: Member) -> None:
    day = latest(deal.org).on + timedelta(days=10)
    move_deal(deal, by=rep, to_stage="paused", note="Summer", reason="date", reopen_on=day)
    assert bring_back_due() == 0
    assert bring_back_due(timezone.now() + timedelta(days=12)) == 1
    assert bring_back_due(timezone.now() + timedelta(days=13)) == 0


@pytest.mark.rule("5.4", "Qualifying out without a re-entry trigger is refused")
def test_no_trigger_no_way_out(deal: Deal, rep: Member) -> None:
    for trigger in (Trigger("date"), Trigger("event"), Trigger("date", latest(deal.org).on)):
        with pytest.raises(Refused):
            qualify_out(deal, by=rep, to_stage="paused", reason="", note="Later", trigger=trigger)
    deal.refresh_from_db()
    assert deal.stage == "qualification"


@pytest.mark.rule("5.3", "A whole purchasing check list is evidence of known contracting steps")
def test_the_check_list_becomes_evidence(deal: Deal, rep: Member) -> None:
    keys = ("onboarding", "security", "sourcing", "contracting", "payment", "start_dates")
    save_buying(deal, by=rep, purchase_type="renewal", items=[ItemInput(key, "known", 5) for key in keys[:-1]])
    with pytest.raises(Refused, match="Start dates"):
        confirm_buying(deal, by=rep, said_by="Ida Rossi")
    save_buying(deal, by=rep, items=[ItemInput("start_dates", "known")])
    confirm_buying(deal, by=rep, said_by="Ida Rossi")
    assert known_keys(deal) == ["contracting_known"]


def test_their_criteria_in_their_word_are_evidence_and_undo_takes_it_back(deal: Deal, rep: Member) -> None:
    row = rivals.save_criteria(deal, by=rep, texts=["Errors", "", "Errors", "Price"], said_by="Ida Rossi")
    assert (row.texts, known_keys(deal)) == (["Errors", "Price"], ["criteria_known"])
    undo(deal, by=rep, model=BuyerCriteria, entry=row.entry)
    assert known_keys(deal) == []


def test_a_third_main_barrier_is_refused(deal: Deal, rep: Member) -> None:
    for kind in ("technical", "habit"):
        rivals.save_barrier(deal, by=rep, barrier=rivals.BarrierInput(kind, "It is so", is_main=True))
    with pytest.raises(Refused, match="Two barriers"):
        rivals.save_barrier(deal, by=rep, barrier=rivals.BarrierInput("risk", "It is so", is_main=True))


@pytest.mark.rule("9.2", "A trial close is confirmed on evidence, or leaves a gap that is fixed and asked again")
def test_a_gap_is_completed_fixed_and_asked_again(deal: Deal, rep: Member) -> None:
    today = latest(deal.org).on
    gap = record_trial(deal, by=rep, trial=TrialInput("b", "Ida", "The reports are missing", False, today))
    with pytest.raises(Refused, match="smallest fix"):
        fix_gap(gap, by=rep)
    whole = TrialInput("b", "Ida", "The reports are missing", False, today, "Two", "wording", "Add them", "Kim", today)
    second = record_trial(deal, by=rep, trial=whole, line=gap.line, was=gap.id)
    fix_gap(second, by=rep)
    assert TrialClose.objects.current().get(deal=deal).fixed_on == today
    assert known_keys(deal) == []
    record_trial(deal, by=rep, trial=TrialInput("b", "Ida", "Now it is all there", True, today))
    assert known_keys(deal) == ["requirements_agreed"]
