"""What was decided: yes, yes but, no, no decision, and the way from a word to the signature."""

from datetime import UTC, datetime, timedelta

import pytest

from landmark.buying.models import ReturnWatch
from landmark.buying.returns import Trigger, _ask, bring_back_due, say_it_happened, watch_for_return
from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import minutes_actions, packet_actions
from landmark.closing import onboarding_actions as onboarding
from landmark.closing import road_map_actions as road_map
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.decision_days import tell_due
from landmark.closing.models import Decision, Minutes, OnboardingStep, SigningStep
from landmark.deals.actions.evidence import retract_evidence
from landmark.deals.actions.moves import move_deal
from landmark.deals.actions.next_steps import set_next_step
from landmark.deals.policies import MoveRefused, Refused
from landmark.engines.decision import AGREED, Standing
from landmark.ledger.models import AuditEvent, Evidence
from landmark.orgs.models import Notice
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests.apps.closing.table import Table
from tests.factories import meet, prove


def test_a_yes_leads_to_a_signature_step_by_step(table: Table) -> None:
    table.yes()
    assert table.room.standing is Standing.VERBAL
    assert table.room.facts.next_step.text == "Test the link to their ledger"
    with pytest.raises(Refused, match="in writing"):
        decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    assert table.keys()["decision_in_writing"] == Strength.BUYER
    with pytest.raises(Refused, match="Won means signed"):
        decisions.win(table.deal, by=table.alice)
    with pytest.raises(Refused, match="settles scope"):
        decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=["scope"])
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    assert table.keys()["contract_signed"] == Strength.SIGNED
    assert table.room.standing is Standing.SIGNED
    (gate,) = table.room.quality
    assert gate.status == "passed"


@pytest.mark.rule("D", "Won goes through the gates like any move, with why they chose us")
def test_the_win_asks_every_gate_on_the_way(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    with pytest.raises(MoveRefused):
        decisions.win(table.deal, by=table.alice)
    prove(
        table.deal, table.alice, "qualification_call", "fit_confirmed", "discovery_held", "impact_confirmed",
        "success_measure", "criteria_known", "decision_path_known", "commitment_to_proceed", "timeline_confirmed",
        "urgency_driver", "sponsor_committed", "budget_confirmed", "limits_known",
    )  # fmt: skip
    meet(table.deal, table.alice, "Pia Sand", ("procurement",))
    set_next_step(table.deal, by=table.alice, text="Kick-off", owner="Alice Moretti", due_on=table.day(2))
    move = decisions.win(table.deal, by=table.alice)
    assert (move.to_stage, move.reason) == ("won", "business_case")


@pytest.mark.rule("D", "Yes, but: open conditions hold the written yes; met, it may be written")
def test_conditions_hold_the_written_yes(table: Table) -> None:
    table.review("yes_but")
    with pytest.raises(Refused, match="at least one condition"):
        decisions.record_decision(table.deal, DecisionInput("yes_but", table.ines), by=table.alice)
    made = DecisionInput("yes_but", table.ines, steps=[table.step(category="technical_check")])
    decisions.record_decision(table.deal, made, by=table.alice)
    with pytest.raises(Refused, match="Conditions are still open"):
        decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match")
    assert not OnboardingStep.objects.filter(deal=table.deal).exists()
    (row,) = table.room.road_map
    road_map.complete_step(table.deal, row, by=table.alice)
    assert OnboardingStep.objects.filter(deal=table.deal).count() == len(load_playbook().last_mile.onboarding)
    for day, sentence in ((table.day(1), "today or earlier"), (table.day(-1), "older than the decision")):
        with pytest.raises(Refused, match=sentence):
            decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", on=day)
    decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", words="Same goals")
    assert table.room.standing is Standing.WRITTEN


def test_an_owner_who_left_and_a_past_day_are_refused(table: Table) -> None:
    table.review("yes_but")
    table.bob.is_active = False
    table.bob.save()
    for step, sentence in (
        (table.step(person=None, member=table.bob), "no longer works here"),
        (table.step(due_on=table.day(-1)), "day that is past"),
        (table.step(person=None), "one owner"),
        (table.step(due_on=None), "needs a day"),
    ):
        with pytest.raises(Refused, match=sentence):
            decisions.record_decision(table.deal, DecisionInput("yes_but", table.ines, steps=[step]), by=table.alice)


def test_a_dropped_last_condition_lets_the_yes_hold(table: Table) -> None:
    table.review("yes_but")
    made = DecisionInput("yes_but", table.ines, steps=[table.step()])
    decisions.record_decision(table.deal, made, by=table.alice)
    row = road_map.add_condition(table.deal, table.step(text="Show it to finance"), by=table.alice)
    assert road_map.reopen_step(table.deal, row, by=table.alice).is_open
    for one in table.room.road_map:
        road_map.change_step(table.deal, one, by=table.alice, drop=True)
    assert OnboardingStep.objects.filter(deal=table.deal).exists()
    decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", words="Same goals")
    with pytest.raises(Refused, match="not in writing yet"):
        road_map.add_condition(table.deal, table.step(), by=table.alice)


@pytest.mark.rule("D", "Onboarding is prepared on yes; steps that cost money wait for the signature or an override")
def test_money_waits(table: Table) -> None:
    table.review()
    steps = [
        table.step(text="Order sensors", is_condition=False, costs_money=True),
        table.step(text="Open the firewall", is_condition=False, due_on=table.day(3)),
    ]
    made = DecisionInput("yes", table.ines, reason="business_case", words="It pays", steps=steps)
    decisions.record_decision(table.deal, made, by=table.alice)
    free, dear = table.room.agreed
    assert (free.text, free.owner, dear.costs_money) == ("Open the firewall", "Bruno Keller", True)
    assert table.room.facts.next_step.text == "Open the firewall"
    onboarding.move_onboarding_step(table.deal, by=table.alice, step=free, to="done")
    assert table.room.facts.next_step.text == "Order sensors"
    with pytest.raises(Refused, match="costs money"):
        onboarding.move_onboarding_step(table.deal, by=table.alice, step=dear, to="started")
    onboarding.allow_early_start(
        table.deal, by=table.alice, step=dear, reason="Eight weeks of delivery time", until=table.day(7)
    )
    assert onboarding.move_onboarding_step(table.deal, by=table.alice, step=dear, to="started").started_on


def name_who_signs(table: Table) -> list[SigningStep]:
    return [
        packet_actions.add_signature(table.deal, by=table.alice, position=number, side=side, name=name)
        for number, (side, name) in enumerate((("buyer", "Ines Rau"), ("seller", "Alice Moretti")), 1)
    ]


def signed_proofs(table: Table) -> list[Evidence]:
    rows = Evidence.objects.for_deal(table.deal.org_id, table.deal.id)
    return list(rows.filter(key="contract_signed"))


@pytest.mark.rule("9.4", "The last signature of the order signs the decision as well, with one proof")
def test_the_last_signature_of_the_order_signs_the_decision(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    first, last = name_who_signs(table)
    packet_actions.sign(table.deal, by=table.alice, step=first)
    assert Decision.objects.get(deal=table.deal).signed_on is None
    packet_actions.sign(table.deal, by=table.alice, step=last)
    (proof,) = signed_proofs(table)
    decision = Decision.objects.get(deal=table.deal)
    assert (decision.signed_on, decision.signed_evidence) == (table.day(0), proof.id)
    assert table.room.standing is Standing.SIGNED


@pytest.mark.rule("9.4", "A contract signed with the decision fills the signing order, with one proof")
def test_the_signature_of_the_decision_fills_the_signing_order(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    first, last = name_who_signs(table)
    packet_actions.sign(table.deal, by=table.alice, step=first, signed_on=table.day(-1))
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    days = [step.signed_on for step in SigningStep.objects.filter(deal=table.deal)]
    assert days == [table.day(-1), table.day(0)]
    with pytest.raises(Refused, match="on record already"):
        packet_actions.sign(table.deal, by=table.alice, step=last)
    assert len(signed_proofs(table)) == 1


@pytest.mark.rule("D", "A yes prepares the onboarding by itself; taken back untouched, it goes with the yes")
def test_a_yes_prepares_the_onboarding_and_a_withdrawal_drops_it(table: Table) -> None:
    table.yes()
    steps = OnboardingStep.objects.filter(deal=table.deal)
    assert steps.filter(decision=None).count() == len(load_playbook().last_mile.onboarding) > 0
    assert [one.text for one in table.room.agreed] == ["Test the link to their ledger"]
    decisions.withdraw_decision(table.deal, by=table.alice, reason="Wrong deal")
    assert not steps.exists()
    begin = table.step(is_condition=False)
    again = DecisionInput("yes", table.ines, reason="business_case", words="It pays", steps=[begin])
    decisions.record_decision(table.deal, again, by=table.alice)
    step = steps.filter(costs_money=False, decision=None).first()
    onboarding.move_onboarding_step(table.deal, by=table.alice, step=step, to="started")
    decisions.withdraw_decision(table.deal, by=table.alice, reason="Wrong meeting")
    kept = steps.count()
    decisions.record_decision(table.deal, again, by=table.alice)
    assert steps.filter(decision=None).count() == kept > 0


@pytest.mark.rule("D", "No: the deal is lost with its reason, nothing more is spent, and it is watched")
def test_a_no_ends_the_deal_and_starts_a_watch(table: Table) -> None:
    table.review()
    meetings.save_objection(table.deal, by=table.alice, words="They know our rival")
    made = DecisionInput(
        "no", table.ines, reason="rival", words="The rival knows their systems", rival="Cedar Tools",
        watch="rival_disappoints", look_again_on=table.day(180),
    )  # fmt: skip
    decisions.record_decision(table.deal, made, by=table.alice)
    table.deal.refresh_from_db()
    assert table.deal.stage == "lost"
    move = table.deal.moves.order_by("-recorded_at").first()
    assert (move.reason, move.reopen_on) == ("rival", table.day(180))
    assert move.reopen_when
    assert not table.deal.next_steps.filter(done_at=None).exists()
    with pytest.raises(Refused, match="nothing more is spent"):
        meetings.plan_meeting(table.deal, table.plan, by=table.alice)
    tell_due(datetime.now(UTC) + timedelta(days=179))
    assert not Notice.objects.filter(text__contains="look at Exception desk again").exists()
    assert tell_due(datetime.now(UTC) + timedelta(days=181)) == 1
    assert Notice.objects.filter(member=table.alice, text__contains="look at Exception desk again").count() == 1
    assert tell_due(datetime.now(UTC) + timedelta(days=182)) == 0


@pytest.mark.rule("D", "After a no as after a yes: minutes to the customer, a debrief for us")
def test_minutes_and_debrief_follow_a_no(table: Table) -> None:
    table.review()
    meetings.save_objection(
        table.deal, by=table.alice, words="It is dear", question="Which part?", root_cause="One site counted",
        cause="value_gap", answer="The figure, site by site",
    )  # fmt: skip
    made = DecisionInput("no", table.ines, reason="price", words="Not this year")
    decisions.record_decision(table.deal, made, by=table.alice)
    text = minutes_actions.draft_minutes(table.room)
    assert "It is dear. Answer: The figure, site by site." in text
    minutes, _letter = minutes_actions.send_minutes(table.deal, by=table.alice, text=text)
    assert minutes.sent_on == table.day(0)
    debrief = minutes_actions.hold_debrief(
        table.deal, by=table.alice, members=[table.alice.id], answers={"do_differently": "Bring finance in earlier"}
    )
    assert list(debrief.members.all()) == [table.alice]


@pytest.mark.rule("D", "A lost deal that is watched twice comes back once")
def test_a_watch_set_after_the_no_takes_its_place(table: Table) -> None:
    table.review()
    made = DecisionInput(
        "no", table.ines, reason="price", words="Too much", watch="rival_disappoints", look_again_on=table.day(180)
    )
    decisions.record_decision(table.deal, made, by=table.alice)
    trigger = Trigger("date", on=table.day(180))
    watch_for_return(table.deal, by=table.alice, reason="Their contract ends", trigger=trigger)
    later = datetime.now(UTC) + timedelta(days=181)
    for _night in range(2):
        bring_back_due(later)
        tell_due(later)
    (notice,) = Notice.objects.filter(deal_id=table.deal.id).exclude(text__startswith="Minutes")
    assert "Their contract ends" in notice.text


def test_a_watch_somebody_saw_happen_does_not_come_back_again(table: Table) -> None:
    """The clock read the watch a moment before a person said that it happened."""
    reason = load_playbook().loss_reasons[0].key
    move_deal(table.deal, by=table.alice, to_stage="lost", note="Gone", reason=reason)
    trigger = Trigger("date", on=table.day(2))
    watch = watch_for_return(table.deal, by=table.alice, reason="Budget", trigger=trigger)
    stale = ReturnWatch.objects.select_related("deal__org").get(pk=watch.pk)
    say_it_happened(watch, by=table.alice)
    with pytest.raises(Refused, match="come back already"):
        say_it_happened(stale, by=table.alice)
    assert _ask(stale, datetime.now(UTC) + timedelta(days=3)) is False
    assert Notice.objects.filter(deal_id=table.deal.id).count() == 1


def test_evidence_taken_back_brings_no_deal_back(table: Table) -> None:
    reason = load_playbook().loss_reasons[0].key
    move_deal(table.deal, by=table.alice, to_stage="lost", note="Gone", reason=reason)
    trigger = Trigger("event", event="They name a sponsor", evidence_key="sponsor_committed")
    watch_for_return(table.deal, by=table.alice, reason="No sponsor", trigger=trigger)
    prove(table.deal, table.alice, "sponsor_committed")
    row = Evidence.objects.get(deal_id=table.deal.id, key="sponsor_committed")
    retract_evidence(table.deal, by=table.alice, evidence_id=row.id, reason="It was another one")
    assert bring_back_due() == 0
    prove(table.deal, table.alice, "sponsor_committed")
    assert bring_back_due() == 1


@pytest.mark.rule("D", "No decision: next date, count, and back to trial close E as the next step")
def test_no_decision_goes_back_to_trial_close_e(table: Table) -> None:
    for count in (1, 2):
        table.invite()
        made = DecisionInput("no_decision", reason="no_show", next_on=table.day(10))
        decisions.record_decision(table.deal, made, by=table.alice)
        assert table.room.count_without == count
    step = table.room.facts.next_step
    assert "trial close E" in step.text
    assert step.due_on == table.day(10)
    assert Minutes.objects.count() == 0


def test_a_wrong_entry_is_withdrawn_and_stays_on_record(table: Table) -> None:
    table.yes()
    decisions.withdraw_decision(table.deal, by=table.alice, reason="It was the other deal")
    assert table.room.decision is None
    assert AuditEvent.objects.filter(verb="decision.withdrawn", deal_id=table.deal.id).count() == 1
    made = DecisionInput("yes_but", table.ines, steps=[table.step()])
    decisions.record_decision(table.deal, made, by=table.alice)
