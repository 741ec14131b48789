"""Blockers, the hand-over that delivery takes or returns, and the onboarding that waits for the signature."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from landmark.buying.requirement_actions import save_criterion, save_requirement
from landmark.closing import handover_actions, onboarding_actions, packet_actions
from landmark.closing.exits import read_deal_exits
from landmark.closing.handover import read_blockers, read_hand_over
from landmark.closing.models import HandOver, LaneAsk, OnboardingStep
from landmark.closing.recap_actions import LineInput, save_risk, save_summary
from landmark.closing.reviews import read_review
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from landmark.playbook.schema import Strength
from tests.factories import make_member, meet, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(alice: Member) -> Member:
    return make_member(alice.org, Role.CONTRIBUTOR, "Dana Weiss")


@pytest.fixture
def deal(deal: Deal, alice: Member) -> Deal:
    meet(deal, alice)
    return deal


def fill(deal: Deal, by: Member, receiver: Member) -> HandOver:
    keys = ("scope", "criteria", "timeline", "dependencies", "people", "risks", "training")
    return handover_actions.save_hand_over(deal, by=by, sections=dict.fromkeys(keys, "Known"), receiver=receiver)


@pytest.mark.rule("12.3", "Delivery accepts the hand-over or returns it with reasons")
def test_delivery_returns_with_reasons_and_then_accepts(deal: Deal, alice: Member, dana: Member) -> None:
    first = handover_actions.start_hand_over(deal, by=alice)
    assert "Bruno Keller" in first.sections["people"]
    with pytest.raises(Refused, match="who takes it over"):
        handover_actions.offer_hand_over(deal, by=alice)
    fill(deal, alice, dana)
    handover_actions.offer_hand_over(deal, by=alice)
    assert Notice.objects.filter(member=dana).count() == 1
    with pytest.raises(PermissionDenied):
        handover_actions.answer_hand_over(deal, by=alice, is_accepted=True)
    with pytest.raises(Refused):
        handover_actions.answer_hand_over(deal, by=dana, is_accepted=False)
    handover_actions.answer_hand_over(deal, by=dana, is_accepted=False, reasons="Who supplies the baseline?")
    again = handover_actions.start_hand_over(deal, by=alice)
    assert (again.number, again.receiver, again.sections["scope"]) == (2, dana, "Known")
    handover_actions.offer_hand_over(deal, by=alice)
    handover_actions.answer_hand_over(deal, by=dana, is_accepted=True)
    states = [row.state for row in read_hand_over(deal, latest(deal.org)).versions]
    assert states == ["returned", "accepted"]
    with pytest.raises(Refused):
        handover_actions.start_hand_over(deal, by=alice)


@pytest.mark.rule(
    "12.3", "The hand-over is drafted from the room: scope, criteria, timeline, dependencies, people, risks"
)
def test_what_the_room_holds_is_in_the_hand_over(deal: Deal, alice: Member, dana: Member) -> None:
    lines = [LineInput("price", "Licence", Decimal(84_000))]
    save_summary(deal, by=alice, lines=lines, deliverables="Two sites", exclusions="Training of new starters")
    measure = {
        "text": "Faster start",
        "metric": "days to first use",
        "baseline": "14",
        "target": "9",
        "window": "by May",
    }
    save_criterion(deal, by=alice, values=measure)
    need = {"text": "Reads their bookings", "priority": "must", "dependency": "Access to the data",
            "dependency_owner": "Bruno Keller"}  # fmt: skip
    save_requirement(deal, by=alice, values=need)
    save_risk(deal, by=alice, text="Inputs come late", mitigation="A list they look at each week")
    put_next_step(deal, NextStepInput("Agree the kick-off", "Alice Moretti", latest(deal.org).on))
    held = handover_actions.start_hand_over(deal, by=alice).sections
    assert held["scope"] == "Two sites\nNot included: Training of new starters"
    assert held["criteria"] == "days to first use: 14 → 9, by May"
    assert held["timeline"].startswith("Agree the kick-off, Alice Moretti, ")
    assert held["dependencies"] == "Access to the data – Bruno Keller"
    assert "Bruno Keller" in held["people"]
    assert held["risks"] == "Inputs come late – A list they look at each week"
    assert held["training"] == ""  # nobody knows it before somebody says it
    handover_actions.save_hand_over(deal, by=alice, sections=held, receiver=dana)
    with pytest.raises(Refused, match=r"Still missing: Training and set-up\."):
        handover_actions.offer_hand_over(deal, by=alice)


@pytest.mark.rule("D", "Onboarding is prepared on yes; steps that cost money wait for the signature or an override")
def test_steps_that_cost_money_wait_for_the_signature(deal: Deal, alice: Member, dana: Member) -> None:
    with pytest.raises(Refused):
        onboarding_actions.prepare_onboarding(deal, by=alice)
    prove(deal, alice, "decision_in_writing")
    assert onboarding_actions.prepare_onboarding(deal, by=alice) == 8
    with pytest.raises(Refused):
        onboarding_actions.prepare_onboarding(deal, by=alice)
    dear = OnboardingStep.objects.filter(deal=deal, costs_money=True).first()
    free = OnboardingStep.objects.filter(deal=deal, costs_money=False).first()
    assert dear is not None
    assert free is not None
    onboarding_actions.move_onboarding_step(deal, by=dana, step=free, to="started")
    with pytest.raises(Refused, match="costs money"):
        onboarding_actions.move_onboarding_step(deal, by=dana, step=dear, to="started")
    prove(deal, alice, "contract_signed", strength=Strength.SIGNED)
    assert onboarding_actions.move_onboarding_step(deal, by=dana, step=dear, to="done").done_on is not None


def test_leave_to_start_early_has_a_reason_an_end_and_is_never_silent(deal: Deal, alice: Member, dana: Member) -> None:
    manager = make_member(alice.org, Role.MANAGER, "Bob Lindqvist")
    prove(deal, alice, "decision_in_writing")
    onboarding_actions.prepare_onboarding(deal, by=alice)
    step = OnboardingStep.objects.filter(deal=deal, costs_money=True).first()
    assert step is not None
    on = latest(deal.org).on
    with pytest.raises(PermissionDenied):
        onboarding_actions.allow_early_start(deal, by=dana, step=step, reason="Long lead time", until=on)
    for reason, until in (("", on), ("Long lead time", on - timedelta(days=1)), ("Long", on + timedelta(days=91))):
        with pytest.raises(Refused):
            onboarding_actions.allow_early_start(deal, by=alice, step=step, reason=reason, until=until)
    onboarding_actions.allow_early_start(deal, by=alice, step=step, reason="Long lead time", until=on)
    assert "Long lead time" in Notice.objects.get(member=manager).text
    assert onboarding_actions.move_onboarding_step(deal, by=dana, step=step, to="started").started_on == on


@pytest.mark.rule("12.3", "Blockers come from one list and show in the weekly review")
def test_a_blocker_is_of_a_known_kind_and_shows_in_the_review(deal: Deal, alice: Member) -> None:
    as_of = latest(deal.org)
    assert read_review(deal.org, as_of) == []
    with pytest.raises(Refused):
        handover_actions.save_blocker(deal, by=alice, kind="bad_weather", text="Rain")
    row = handover_actions.save_blocker(
        deal, by=alice, kind="purchasing_procedure", text="Supplier form", owner="Paolo Neri",
        due_on=as_of.on - timedelta(days=1),
    )  # fmt: skip
    (found,) = read_review(deal.org, latest(deal.org))
    assert found.flags == ("blocked", "overdue")
    handover_actions.clear_blocker(deal, by=alice, blocker=row)
    assert read_blockers(deal, latest(deal.org)) == []


@pytest.mark.rule("12.3", "Exit lists are a view over gates and records")
def test_exit_lists_follow_gates_and_records(deal: Deal, alice: Member) -> None:
    def open_items(stage: str) -> set[str]:
        found = next(item for item in read_deal_exits(deal, latest(deal.org)) if item.stage == stage)
        return {item.key for item in found.items if not item.is_done}

    assert open_items("qualification") == {"problem_type"}
    prove(deal, alice, "fit_confirmed")
    assert open_items("qualification") == set()
    assert open_items("commitment") == {"kickoff_set", "dependencies_assigned", "papers_linked"}
    assert deal.stage == "qualification"


@pytest.mark.rule(
    "12.3", "Exits: questions owned; signing steps known; kick-off set, dependencies assigned, papers linked"
)
def test_the_last_exits_follow_what_is_recorded(deal: Deal, alice: Member) -> None:
    watched = {"questions_owned", "signing_steps_known", "kickoff_set", "dependencies_assigned", "papers_linked"}

    def still_open() -> set[str]:
        stages = read_deal_exits(deal, latest(deal.org))
        return {item.key for stage in stages for item in stage.items if not item.is_done} & watched

    ask = packet_actions.ask_question(deal, by=alice, key="security", text="Where is it hosted?", owner="")
    assert (ask.owner, ask.due_on > ask.asked_on) == ("Alice Moretti", True)  # nobody named: whoever asked
    LaneAsk.objects.update(owner="")
    assert still_open() == watched
    packet_actions.answer_ask(deal, by=alice, ask=ask, outcome="answered", answer="In their region")
    assert still_open() == watched - {"questions_owned"}
    packet_actions.add_signature(deal, by=alice, position=1, side="buyer", name="Bruno Keller")
    packet_actions.add_signature(deal, by=alice, position=2, side="seller", name="Alice Moretti")
    assert "signing_steps_known" in still_open()  # who signs is known, not yet how
    packet_actions.save_frame(deal, by=alice, method="e-signature", kickoff_on=latest(deal.org).on)
    assert still_open() == {"dependencies_assigned", "papers_linked"}
    prove(deal, alice, "decision_in_writing")
    onboarding_actions.prepare_onboarding(deal, by=alice)
    assert "dependencies_assigned" in still_open()
    OnboardingStep.objects.filter(deal=deal, side="buyer").update(owner="Bruno Keller")
    packet_actions.save_frame(deal, by=alice, stored_at="Contract folder of the account")
    assert still_open() == set()
