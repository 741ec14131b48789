"""A plan from its template to the buyer's word, and what is refused on the way."""

import threading
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from landmark.buying.models import ProcessStep
from landmark.buying.requirement_actions import save_criterion, save_requirement
from landmark.cli.work import _keep_schedule
from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal, Person
from landmark.deals.policies import Refused, StaleVersion
from landmark.ledger.models import AuditEvent, Evidence
from landmark.orgs.as_of import latest, on_day, stamp
from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from landmark.plans.action_actions import (
    drop_action,
    escalate_action,
    finish_action,
    reopen_action,
    save_action,
)
from landmark.plans.confirm_actions import confirm_plan
from landmark.plans.inputs import ActionInput, ConfirmationInput
from landmark.plans.late_lines import hand_up_late
from landmark.plans.models import Plan, PlanAction
from landmark.plans.plan_actions import count_back, edit_plan, make_next_step, remove_plan, start_plan
from landmark.plans.reading import PARTS, list_plans, open_promises, read_plan
from landmark.playbook.strength import Strength
from tests.factories import make_deal, make_member, make_org, make_team, meet

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
GO_LIVE = date(2026, 7, 15)


@pytest.fixture
def alice() -> Member:
    org = make_org(country="IT", data_until=TODAY)
    return make_member(org, team=make_team(org))


@pytest.fixture
def deal(alice: Member) -> Deal:
    found = make_deal(alice)
    meet(found, alice, "Bruno Keller", ("champion", "technical_buyer"))
    meet(found, alice, "Clara Ruiz", ("economic_buyer", "executive_sponsor", "legal"))
    return found


@pytest.fixture
def plan(deal: Deal, alice: Member) -> Plan:
    return start_plan(deal, by=alice, template="mutual", anchor="go_live", anchor_on=GO_LIVE, buyer_country="DE")


def values_of(action: PlanAction, **changes: object) -> ActionInput:
    kept = {name: getattr(action, name) for name in (
        "text", "phase", "deliverable", "needs", "needs_state", "decision", "acceptance", "risks", "our_owner",
        "their_owner", "accountable", "days", "due_on")}  # fmt: skip
    after = tuple(action.waits.values_list("before_id", flat=True))
    return ActionInput(**{**kept, "after": after, **changes})  # type: ignore[arg-type]


def step(plan: Plan, key: str) -> PlanAction:
    return plan.actions.get(key=key)


@pytest.mark.rule("4.5", "The default plan has about twelve steps in the phases confirm, design, implement and prove")
def test_the_default_plan_has_twelve_steps_with_one_accountable_each(plan: Plan) -> None:
    state = read_plan(plan, latest(plan.deal.org))
    assert len(state.lines) == 12
    assert list(dict.fromkeys(line.action.phase for line in state.lines)) == ["confirm", "design", "implement", "prove"]
    assert all(line.accountable for line in state.lines)
    assert step(plan, "go_live").due_on == GO_LIVE
    assert step(plan, "results").due_on > GO_LIVE
    assert step(plan, "decision_meeting").their_owner.name == "Clara Ruiz"
    assert step(plan, "results").acceptance
    assert state.problems == ()
    assert state.schedule is not None
    assert set(state.schedule.critical) > {str(step(plan, "go_live").id)}


def test_every_day_is_a_working_day_on_both_sides(plan: Plan) -> None:
    state = read_plan(plan, latest(plan.deal.org))
    assert all(state.workdays.is_working(line.action.due_on) for line in state.lines if line.action.due_on)


@pytest.mark.rule("4.3", "The days of the buyer's last similar purchase feed the schedule")
def test_days_of_the_last_similar_purchase_feed_the_schedule(deal: Deal, alice: Member) -> None:
    for position, role, lead, last in ((1, "technical_buyer", 3, 12), (2, "legal", 9, None), (2, "procurement", 4, 4)):
        ProcessStep.objects.create(
            deal=deal, position=position, title=role, role=role, lead_days=lead, last_days=last,
            known_at=stamp(deal.org),
        )  # fmt: skip
    made = start_plan(deal, by=alice, template="mutual", anchor="go_live", anchor_on=GO_LIVE)
    assert step(made, "security").days == 12  # as it took last time, not the three they plan
    assert step(made, "contract").days == 9  # side by side with the four of purchasing
    assert step(made, "approach").due_on < step(made, "security").due_on


@pytest.mark.rule("4.5", "Facts of discovery become the plan's outcome and requirements, never typed twice")
def test_what_discovery_holds_is_in_the_plan(deal: Deal, alice: Member) -> None:
    values = {"text": "Fewer wrong bookings", "metric": "wrong bookings", "baseline": "40 a month",
              "target": "20 a month", "window": "within a quarter", "method": "counted"}  # fmt: skip
    save_criterion(deal, by=alice, values=values)
    save_criterion(deal, by=alice, values=dict.fromkeys(values, "") | {"text": "No weekend work"})
    need = {"text": "Reads the booking desk's data", "affected": "Booking desk", "priority": "must"}
    save_requirement(deal, by=alice, values=need)
    made = start_plan(deal, by=alice, template="mutual", anchor="go_live", anchor_on=GO_LIVE)
    told = "Fewer wrong bookings: 40 a month → 20 a month, within a quarter\nNo weekend work"
    assert (made.outcome, made.requirements) == (told, "Reads the booking desk's data")


@pytest.mark.rule("9.5", "What closed means is defined per type of deal")
@pytest.mark.parametrize(("deal_type", "words"), [("Contract renewal", "new term"), ("", "start date is set")])
def test_closed_is_defined_by_the_type_of_the_deal(deal: Deal, alice: Member, deal_type: str, words: str) -> None:
    deal.deal_type = deal_type
    deal.save()
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=date(2026, 3, 25))
    assert words in made.outcome
    assert made.requirements == ""


WINDOWS = {  # first and last working day before or after S
    "commitments": (-7, -5), "documents": (-5, -3), "internal": (-3, -2), "review": (-2, -1), "signing": (-1, 0),
    "after_signing": (0, 2),
}  # fmt: skip


@pytest.mark.rule("9.5", "S-7..-5 commitments, -5..-3 papers, -3..-2 inside, -2..-1 review, -1..0 signing, 0..+2 after")
def test_the_close_week_lies_around_the_signature(deal: Deal, alice: Member) -> None:
    signed_on = date(2026, 3, 25)
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=signed_on)
    state = read_plan(made, latest(deal.org))
    found: dict[str, tuple[int, int]] = {}
    for line in state.lines:
        assert line.row is not None
        slot, phase = line.row.latest, line.action.phase
        first, last = (state.workdays.count(signed_on, day) for day in (slot.start_on, slot.due_on))
        known = found.get(phase, (first, last))
        found[phase] = (min(first, known[0]), max(last, known[1]))
    assert found == WINDOWS
    edit_plan(made, by=alice, changes={"anchor_on": date(2026, 4, 7)})  # Easter Monday is the day before
    assert count_back(made, by=alice) == len(state.lines) == 15
    assert made.actions.get(key="unblock_call").due_on == date(2026, 4, 3)


@pytest.mark.rule("9.5", "The buyer reviews the packet once it is there; a 15-minute call clears what is stuck")
@pytest.mark.parametrize(("lang", "minutes"), [("en", "fifteen minutes"), ("it", "quindici minuti")])
def test_the_review_and_its_unblock_call(deal: Deal, alice: Member, lang: str, minutes: str) -> None:
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=date(2026, 3, 25), lang=lang)
    lines = {line.action.key: line for line in read_plan(made, latest(deal.org)).lines if line.action.phase == "review"}
    assert list(lines) == ["packet_sent", "buyer_review", "unblock_call"]
    assert (lines["packet_sent"].accountable, lines["buyer_review"].accountable) == ("Alice Moretti", "Clara Ruiz")
    assert minutes in lines["unblock_call"].action.text
    assert lines["packet_sent"].action.due_on == date(2026, 3, 23)
    assert {lines[key].action.due_on for key in ("buyer_review", "unblock_call")} == {date(2026, 3, 24)}


@pytest.mark.rule("7.3", "Delivery, adoption and validation milestones in weeks 0-1, 2-3, 4-5 and from 6")
def test_delivery_by_weeks(deal: Deal, alice: Member) -> None:
    made = start_plan(deal, by=alice, template="delivery", anchor="kickoff", anchor_on=date(2026, 9, 7))
    rows = {action.key: action for action in made.actions.all()}
    assert {row.milestone for row in rows.values()} == {"delivery", "adoption", "validation"}
    assert rows["built"].due_on == date(2026, 10, 5)
    assert rows["pilot_proved"].due_on == date(2026, 10, 19)
    assert all(row.acceptance and row.risks for row in rows.values())


# Refusals


@pytest.mark.parametrize(
    ("anchor_on", "words"),
    [
        (date(2026, 12, 25), "public holiday"),
        (date(2026, 7, 18), "weekend"),
        (date(2026, 2, 2), "before its start"),
        (date(2040, 7, 16), "five years"),
    ],
)
def test_a_day_that_cannot_carry_a_plan(deal: Deal, alice: Member, anchor_on: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        start_plan(deal, by=alice, template="mutual", anchor="go_live", anchor_on=anchor_on)
    assert not deal.plans.exists()


def test_one_plan_of_a_kind(plan: Plan, alice: Member) -> None:
    with pytest.raises(Refused, match="already"):
        start_plan(plan.deal, by=alice, template="mutual", anchor="decision", anchor_on=GO_LIVE)


def test_a_circle_is_refused_with_the_names_in_it(plan: Plan, alice: Member) -> None:
    facts, outcomes = step(plan, "facts"), step(plan, "outcomes")
    with pytest.raises(Refused) as refused:
        save_action(plan, by=alice, action=facts, values=values_of(facts, after=(outcomes.id,)))
    assert facts.text in str(refused.value)
    assert outcomes.text in str(refused.value)
    assert "circle" in str(refused.value)
    assert not facts.waits.exists()
    with pytest.raises(Refused, match="itself"):
        save_action(plan, by=alice, action=facts, values=values_of(facts, after=(facts.id,)))


def test_an_overlap_says_the_first_day_that_works(plan: Plan, alice: Member) -> None:
    outcomes = step(plan, "outcomes")
    before = step(plan, "facts").due_on
    with pytest.raises(Refused, match="or later"):
        save_action(plan, by=alice, action=outcomes, values=values_of(outcomes, due_on=before))
    outcomes.refresh_from_db()
    assert outcomes.due_on > before


def test_a_day_on_a_holiday_names_it_and_the_days_beside_it(plan: Plan, alice: Member) -> None:
    results = step(plan, "results")
    with pytest.raises(Refused, match="public holiday") as refused:
        save_action(plan, by=alice, action=results, values=values_of(results, due_on=date(2026, 12, 25)))
    assert "24 Dec" in str(refused.value)
    assert "28 Dec" in str(refused.value)


def test_an_owner_who_left_is_named_and_nothing_else_is_held_up(plan: Plan, alice: Member) -> None:
    bob = make_member(alice.org, name="Bob Lindqvist")
    facts, outcomes = step(plan, "facts"), step(plan, "outcomes")
    save_action(plan, by=alice, action=facts, values=values_of(facts, our_owner=bob))
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    facts = step(plan, "facts")
    with pytest.raises(Refused, match="Bob Lindqvist is no longer here"):
        save_action(plan, by=alice, action=facts, values=values_of(facts, text="New words"))
    save_action(plan, by=alice, action=outcomes, values=values_of(outcomes, text="Other words"))
    line = next(line for line in read_plan(plan, latest(alice.org)).lines if line.action.id == facts.id)
    assert "owner_left" in line.gaps
    bob.delete()
    assert "no_accountable" in read_plan(plan, latest(alice.org)).lines[0].gaps


@pytest.mark.rule("7.3", "Exactly one is accountable for an action, on one of the two sides")
def test_exactly_one_is_accountable(plan: Plan, alice: Member) -> None:
    facts = step(plan, "facts")
    with pytest.raises(Refused, match="One person answers"):
        save_action(plan, by=alice, action=facts, values=values_of(facts, our_owner=None))
    with pytest.raises(Refused):
        save_action(plan, by=alice, action=facts, values=values_of(facts, accountable="both"))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanAction.objects.filter(pk=facts.pk).update(accountable="both")


@pytest.mark.rule("4.5", "An input the buyer cannot promise means cutting scope now")
def test_an_input_the_buyer_cannot_give_is_told(plan: Plan, alice: Member) -> None:
    approach = step(plan, "approach")
    save_action(plan, by=alice, action=approach, values=values_of(approach, needs_state="refused"))
    line = next(line for line in read_plan(plan, latest(alice.org)).lines if line.action.id == approach.id)
    assert "input_refused" in line.gaps


@pytest.mark.rule("4.5", "The prove phase carries acceptance criteria; decisions and inputs stand in the plan")
def test_what_proves_it_is_in_the_plan(plan: Plan) -> None:
    rows = list(plan.actions.all())
    assert all(row.acceptance for row in rows if row.phase == "prove")
    assert sum(bool(row.decision) for row in rows) >= 4
    assert all(row.deliverable and row.due_on for row in rows)


@pytest.mark.rule("9.5", "Each line of the buyer has a named buyer who answers for it")
def test_a_line_of_the_buyer_without_a_name_is_a_hole(alice: Member) -> None:
    deal = make_deal(alice)
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=date(2026, 3, 25))
    lines = {line.action.key: line for line in read_plan(made, latest(alice.org)).lines}
    assert "no_accountable" in lines["signers"].gaps
    meet(deal, alice, "Clara Ruiz", ("economic_buyer",))
    signers = step(made, "signers")
    clara = Person.objects.get(name="Clara Ruiz")
    save_action(made, by=alice, action=signers, values=values_of(signers, their_owner=clara))
    again = {line.action.key: line for line in read_plan(made, latest(alice.org)).lines}
    assert (again["signers"].gaps, again["signers"].accountable) == ((), "Clara Ruiz")


def test_names_of_every_kind_stay_as_they_are(plan: Plan, alice: Member) -> None:
    meet(plan.deal, alice, "נועה לוי", ("end_user",))
    noa = Person.objects.get(name="נועה לוי")
    made = save_action(plan, by=alice, values=ActionInput("🎉 Party", our_owner=alice, their_owner=noa, parties={}))
    assert (made.text, made.their_owner.name) == ("🎉 Party", "נועה לוי")


def test_five_hundred_actions(plan: Plan, alice: Member, django_assert_max_num_queries: object) -> None:
    now = stamp(alice.org)
    PlanAction.objects.bulk_create(
        PlanAction(plan=plan, position=20 + n, text=f"Action {n}", our_owner=alice, edited_at=now,
                   due_on=date(2026, 3, 3)) for n in range(488)
    )  # fmt: skip
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        state = read_plan(plan, latest(alice.org))
    assert len(state.lines) == 500
    save_action(plan, by=alice, values=ActionInput("One more", our_owner=alice))


# Two people


def test_two_people_editing_one_action_meet(plan: Plan, alice: Member) -> None:
    bob = make_member(alice.org, Role.MANAGER, "Bob Lindqvist")
    facts = step(plan, "facts")
    save_action(plan, by=bob, action=facts, values=values_of(facts, text="Bob's words"), if_version=facts.version)
    with pytest.raises(StaleVersion, match="Bob Lindqvist changed this action") as stale:
        save_action(plan, by=alice, action=facts, values=values_of(facts, text="Alice's words"), if_version=1)
    assert stale.value.current.text == "Bob's words"
    assert step(plan, "facts").text == "Bob's words"


def test_two_people_editing_different_actions_do_not(plan: Plan, alice: Member) -> None:
    facts, results = step(plan, "facts"), step(plan, "results")
    save_action(plan, by=alice, action=facts, values=values_of(facts, text="A"), if_version=1)
    save_action(plan, by=alice, action=results, values=values_of(results, text="B"), if_version=1)
    assert {step(plan, "facts").text, step(plan, "results").text} == {"A", "B"}


# Doing and undoing


def test_done_and_undone(plan: Plan, alice: Member) -> None:
    facts = step(plan, "facts")
    finish_action(facts, by=alice)
    assert step(plan, "facts").done_on == TODAY
    with pytest.raises(Refused, match="today or an earlier day"):
        finish_action(step(plan, "outcomes"), by=alice, done_on=TODAY + timedelta(days=1))
    reopen_action(facts, by=alice)
    assert step(plan, "facts").done_on is None
    verbs = AuditEvent.objects.filter(deal_id=plan.deal_id).values_list("verb", flat=True)
    assert {"plan.started", "plan.action_done", "plan.action_reopened"} <= set(verbs)


def test_a_contributor_does_what_they_own_and_nothing_else(plan: Plan, alice: Member) -> None:
    lea = make_member(alice.org, Role.CONTRIBUTOR, "Lea Novak")
    facts = step(plan, "facts")
    with pytest.raises(PermissionDenied):
        finish_action(facts, by=lea)
    save_action(plan, by=alice, action=facts, values=values_of(facts, our_owner=lea))
    finish_action(facts, by=lea)
    with pytest.raises(PermissionDenied):
        save_action(plan, by=lea, action=facts, values=values_of(facts, text="Mine"))


def test_what_is_dropped_holds_nothing_up_and_can_come_back(plan: Plan, alice: Member) -> None:
    security = step(plan, "security")
    with pytest.raises(Refused, match="why"):
        drop_action(security, by=alice, reason=" ")
    drop_action(security, by=alice, reason="Checked last year")
    state = read_plan(plan, latest(alice.org))
    assert str(security.id) not in {task.key for task in state.tasks}
    reopen_action(security, by=alice)
    assert step(plan, "security").dropped_on is None


@pytest.mark.rule("9.5", "What is late in the close week is handed up the same day")
def test_what_is_late_is_handed_up_the_same_day(deal: Deal, alice: Member) -> None:
    bob = make_member(alice.org, Role.MANAGER, "Bob Lindqvist", alice.team)
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=date(2026, 3, 9))
    late = made.actions.get(key="scope_matches")
    assert late.due_on == TODAY
    assert escalate_action(late, by=alice) == 1
    assert "not done" in Notice.objects.get(member=bob).text
    with pytest.raises(Refused, match="today already"):
        escalate_action(late, by=alice)
    with pytest.raises(Refused, match="due and not done"):
        escalate_action(made.actions.get(key="started"), by=alice)


@pytest.mark.rule("9.5", "A late line of the close week is handed up by itself, once, on the first day it is late")
def test_the_schedule_hands_up_what_nobody_did(deal: Deal, alice: Member) -> None:
    bob = make_member(alice.org, Role.MANAGER, "Bob Lindqvist", alice.team)
    made = start_plan(deal, by=alice, template="close_week", anchor="signature", anchor_on=date(2026, 3, 9))
    mutual = start_plan(deal, by=alice, template="mutual", anchor="go_live", anchor_on=GO_LIVE)
    mutual.actions.update(due_on=TODAY)  # late just as well, but no close week
    finish_action(made.actions.get(key="method"), by=alice)
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert hand_up_late(noon + timedelta(days=1)) == 0  # its data ends on a day: nothing falls due
    alice.org.data_until = None
    alice.org.save()
    assert hand_up_late(noon) == 0
    assert hand_up_late(noon + timedelta(days=1)) == 2
    assert hand_up_late(noon + timedelta(days=1)) == 0
    late = made.actions.filter(escalated_on=date(2026, 3, 3))
    assert set(late.values_list("key", flat=True)) == {"scope_matches", "reviewers"}
    assert Notice.objects.filter(member=bob, deal_id=deal.id).count() == 2
    rows = AuditEvent.objects.filter(verb="plan.action_escalated")
    assert {(row.source, row.detail["told"]) for row in rows} == {("system", 1)}
    move_deal(deal, by=alice, to_stage="paused", reason="date", note="Next year", reopen_on=date(2099, 1, 7))
    assert hand_up_late(noon + timedelta(days=30)) == 0


def test_the_worker_asks_for_late_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    monkeypatch.setattr("landmark.plans.late_lines.hand_up_late", asked.append)

    class Once(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return bool(asked)

    _keep_schedule(Once())
    assert len(asked) == 1


def test_late_actions_and_open_promises(plan: Plan, alice: Member) -> None:
    facts = step(plan, "facts")
    PlanAction.objects.filter(pk=facts.pk).update(due_on=date(2026, 2, 20))
    state = read_plan(plan, latest(alice.org))
    assert [line.action.key for line in state.late] == ["facts"]
    assert [one.key for one in open_promises(plan.deal, TODAY)] == ["facts"]


# The buyer's word


def whole(bruno: Person, **more: object) -> ConfirmationInput:
    return ConfirmationInput(bruno, TODAY, PARTS, **more)  # type: ignore[arg-type]


@pytest.mark.rule("4.5", "The buyer confirms outcomes, requirements, owners and dates; the mail is kept as evidence")
def test_the_buyers_word_is_evidence_in_their_strength(plan: Plan, alice: Member) -> None:
    bruno = Person.objects.get(name="Bruno Keller")
    with pytest.raises(Refused, match="outcome"):
        confirm_plan(plan, by=alice, values=whole(bruno))
    edit_plan(plan, by=alice, changes={"outcome": "Half the exceptions", "requirements": "Access to the desk"})
    mail = BytesIO(b"From: bruno@example.com\r\nSubject: Re: plan\r\n\r\nConfirmed.\r\n")
    confirm_plan(plan, by=alice, values=whole(bruno, attachment=mail, restated=True))
    row = Evidence.objects.get(deal_id=plan.deal_id, key="timeline_confirmed")
    assert (row.strength, bool(row.attachment_sha256)) == (Strength.BUYER, True)
    assert read_plan(Plan.objects.get(pk=plan.pk), latest(alice.org)).is_confirmed
    facts = step(plan, "facts")
    save_action(plan, by=alice, action=facts, values=values_of(facts, text="Something else"))
    assert not read_plan(Plan.objects.get(pk=plan.pk), latest(alice.org)).is_confirmed


def test_a_part_of_the_plan_is_not_the_whole(plan: Plan, alice: Member) -> None:
    bruno = Person.objects.get(name="Bruno Keller")
    confirm_plan(plan, by=alice, values=ConfirmationInput(bruno, TODAY, ("dates",)))
    row = Evidence.objects.get(deal_id=plan.deal_id, key="timeline_confirmed")
    assert row.strength == Strength.DOCUMENTED
    assert not read_plan(plan, latest(alice.org)).is_confirmed


def test_a_plan_with_holes_cannot_be_confirmed(plan: Plan, alice: Member) -> None:
    PlanAction.objects.filter(pk=step(plan, "path").pk).update(their_owner=None)
    with pytest.raises(Refused, match="accountable person and a day"):
        confirm_plan(plan, by=alice, values=ConfirmationInput(Person.objects.first(), TODAY, ("owners",)))


def test_a_word_on_a_plan_that_was_changed_since_is_not_taken(plan: Plan, alice: Member) -> None:
    edit_plan(plan, by=alice, changes={"outcome": "Another"})
    with pytest.raises(Refused, match="changed since"):
        confirm_plan(plan, by=alice, values=ConfirmationInput(Person.objects.first(), TODAY, ("dates",)), edition=1)


# Around it


def test_an_action_becomes_the_deals_next_step(plan: Plan, alice: Member) -> None:
    make_next_step(step(plan, "facts"), by=alice)
    assert plan.deal.next_steps.get(done_at__isnull=True).text == step(plan, "facts").text


def test_a_plan_of_a_past_day(plan: Plan, alice: Member) -> None:
    finish_action(step(plan, "facts"), by=alice)
    before = on_day(alice.org, TODAY - timedelta(days=1))
    assert list_plans(plan.deal, before) == []
    assert read_plan(plan, before).lines[0].state == "open"


def test_a_plan_is_taken_away_only_while_nothing_is_done(plan: Plan, alice: Member) -> None:
    finish_action(step(plan, "facts"), by=alice)
    with pytest.raises(Refused, match="drop single actions"):
        remove_plan(plan, by=alice)
    reopen_action(step(plan, "facts"), by=alice)
    remove_plan(plan, by=alice)
    assert not Plan.objects.exists()


def test_counting_back_leaves_what_is_done(plan: Plan, alice: Member) -> None:
    finish_action(step(plan, "facts"), by=alice)
    was = step(plan, "facts").due_on
    edit_plan(plan, by=alice, changes={"anchor_on": GO_LIVE + timedelta(days=14)})
    assert count_back(plan, by=alice) == 11
    assert step(plan, "facts").due_on == was
    assert step(plan, "go_live").due_on == GO_LIVE + timedelta(days=14)
    assert count_back(plan, by=alice) == 0
