"""Moving a deal through its gates: what is written, what is refused, what a promise and an override do."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from landmark.deals.actions.deals import edit_deal, open_deal
from landmark.deals.actions.evidence import retract_evidence
from landmark.deals.actions.moves import move_deal, read_move
from landmark.deals.actions.next_steps import set_next_step
from landmark.deals.gate_states import hash_facts, refresh_gate_states
from landmark.deals.inputs import NextStepInput, OverrideInput, PromiseInput
from landmark.deals.models import Deal, GatePass, GateState
from landmark.deals.policies import MoveRefused, Refused, StaleVersion
from landmark.deals.snapshots import deal_facts, deals_as_known
from landmark.engines.gates import evaluate_move
from landmark.ledger.models import AuditEvent, Evidence, FieldChange
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest, on_day
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests import factories

pytestmark = pytest.mark.django_db


def step(rep, days=5):
    return NextStepInput("Discovery meeting", rep.name, latest(rep.org).on + timedelta(days=days))


@pytest.mark.rule("5.5", "A held gate says what is missing, and who could give it")
def test_a_held_gate_says_what_is_missing_and_writes_nothing(deal, rep):
    with pytest.raises(MoveRefused) as refusal:
        move_deal(deal, by=rep, to_stage="discovery", note="Ready?", next_step=step(rep))
    missing = refusal.value.result.missing
    assert {item.check for item in missing} == {"reason_to_talk", "fit", "internal_owner"}
    assert all(item.why and item.next_step for item in missing)
    deal.refresh_from_db()
    assert (deal.stage, deal.moves.count()) == ("qualification", 1)
    assert not AuditEvent.objects.filter(verb="deal.moved").exists()


def test_with_the_evidence_the_deal_moves_and_everything_is_written(deal, rep):
    factories.open_discovery_gate(deal, rep)
    move = move_deal(deal, by=rep, to_stage="discovery", note="Fit is confirmed.", next_step=step(rep))
    assert (deal.stage, deal.last_move_id, move.direction) == ("discovery", move.id, "forward")
    assert GatePass.objects.get(deal=deal, gate="fit_and_access").how == "evidence"
    assert AuditEvent.objects.get(verb="deal.moved").deal_id == deal.id
    assert deal.next_steps.get(done_at=None).text == "Discovery meeting"
    assert GateState.objects.get(deal=deal).next_stage == "solution"
    assert verify(rep.org_id).is_whole


def test_the_same_move_shown_beforehand_meets_the_same_gates(deal, rep):
    shown = read_move(deal, "discovery", latest(rep.org))
    with pytest.raises(MoveRefused) as refusal:
        move_deal(deal, by=rep, to_stage="discovery", note="Now.", next_step=step(rep))
    assert [m.check for m in shown.missing] == [m.check for m in refusal.value.result.missing]


@pytest.mark.parametrize("lacking", ["note", "next_step"])
@pytest.mark.rule("5.5", "A move without a next step in one sentence is refused")
def test_every_move_takes_a_note_and_a_next_step(deal, rep, lacking):
    factories.open_discovery_gate(deal, rep)
    given = {"note": "Fit is confirmed.", "next_step": step(rep)}
    given[lacking] = "" if lacking == "note" else None
    with pytest.raises(Refused):
        move_deal(deal, by=rep, to_stage="discovery", **given)


@pytest.mark.rule("5.5", "Losing, pausing and moving back are never gated and take a reason")
def test_losing_pausing_and_going_back_are_never_gated_but_take_a_reason(deal, rep):
    factories.open_discovery_gate(deal, rep)
    move_deal(deal, by=rep, to_stage="discovery", note="Fit.", next_step=step(rep))
    with pytest.raises(Refused):
        move_deal(deal, by=rep, to_stage="qualification", note="Too early.", next_step=step(rep))
    move_deal(deal, by=rep, to_stage="qualification", note="Too early.", reason="wrong person", next_step=step(rep))
    with pytest.raises(Refused):
        move_deal(deal, by=rep, to_stage="paused", note="Freeze.", reason="budget")
    move_deal(deal, by=rep, to_stage="paused", note="Freeze.", reason="budget", reopen_when="rival's renewal window")
    move_deal(deal, by=rep, to_stage="qualification", note="Back.", reason="budget is there", next_step=step(rep))
    with pytest.raises(Refused):
        move_deal(deal, by=rep, to_stage="lost", note="Gone.", reason="because")
    reason = load_playbook().loss_reasons[0].key
    move_deal(deal, by=rep, to_stage="lost", note="Gone.", reason=reason)
    assert deal.is_closed
    assert deal.moves.get(to_stage="lost").reason == reason


def test_paused_deals_stay_open_and_out_of_commit(deal, rep):
    move_deal(deal, by=rep, to_stage="paused", note="Freeze.", reason="budget", reopen_when="new year")
    assert deal in Deal.objects.of(rep.org).open()
    assert deal not in Deal.objects.of(rep.org).committed()


@pytest.mark.rule("5.1", "A dated promise stands in for what discovery will bring, and falls due")
def test_a_dated_promise_opens_the_gate_and_falls_due_by_itself(deal, rep):
    factories.prove(deal, rep, "qualification_call")
    factories.meet(deal, rep)
    today = latest(rep.org).on
    promise = PromiseInput("fit_and_access", "fit", "Fit figures from operations.", today + timedelta(days=10))
    move_deal(deal, by=rep, to_stage="discovery", note="On a promise.", next_step=step(rep), promises=[promise])
    assert GatePass.objects.get(deal=deal).how == "promise"
    facts = deal_facts(deal, latest(rep.org))
    assert facts.passed_gates == {}
    state = GateState.objects.get(deal=deal)
    assert state.valid_until is not None
    assert state.valid_until <= today + timedelta(days=10)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=11), tick=False):
        refresh_gate_states([deal], latest(rep.org))
    state.refresh_from_db()
    assert state.debt_count >= 1, "the promise fell due: the gate behind the deal is owed again"


def test_a_promise_without_a_near_day_is_refused(deal, rep):
    today = latest(rep.org).on
    for due_on in (today - timedelta(days=1), today + timedelta(days=400)):
        promise = PromiseInput("fit_and_access", "fit", "Some day.", due_on)
        with pytest.raises(Refused):
            move_deal(deal, by=rep, to_stage="discovery", note="x", next_step=step(rep), promises=[promise])


def test_an_override_takes_a_reason_and_an_end_and_the_manager_is_told(deal, rep):
    manager = factories.make_member(rep.org, Role.MANAGER, "Mara Lindt")
    today = latest(rep.org).on
    bad = OverrideInput("fit_and_access", "", today + timedelta(days=7))
    with pytest.raises(Refused):
        move_deal(deal, by=rep, to_stage="discovery", note="x", next_step=step(rep), overrides=[bad])
    good = OverrideInput("fit_and_access", "The buyer's deadline is Friday.", today + timedelta(days=7))
    move_deal(deal, by=rep, to_stage="discovery", note="In a hurry.", next_step=step(rep), overrides=[good])
    assert "deadline is Friday" in Notice.objects.get(member=manager).text
    assert deal.overrides.count() == 1
    assert GatePass.objects.get(deal=deal).how == "override"
    assert GateState.objects.get(deal=deal).debt_count >= 1


def test_expired_evidence_never_unpasses_a_gate(deal, rep):
    factories.open_discovery_gate(deal, rep)
    move_deal(deal, by=rep, to_stage="discovery", note="Fit.", next_step=step(rep))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=900), tick=False):
        facts = deal_facts(deal, latest(rep.org))
        assert "fit_and_access" in facts.passed_gates
        refresh_gate_states([deal], latest(rep.org))
    assert GateState.objects.get(deal=deal).debt_count == 0


def test_retracted_evidence_no_longer_counts(deal, rep):
    factories.open_discovery_gate(deal, rep)
    row = Evidence.objects.get(key="fit_confirmed")
    retract_evidence(deal, by=rep, evidence_id=row.id, reason="They meant another site.")
    with pytest.raises(MoveRefused) as refusal:
        move_deal(deal, by=rep, to_stage="discovery", note="Try.", next_step=step(rep))
    assert [m.check for m in refusal.value.result.missing] == ["fit"]


def test_only_the_owner_or_those_who_run_the_team_move_a_deal(deal, rep):
    factories.open_discovery_gate(deal, rep)
    for role, name in (
        (Role.REPRESENTATIVE, "Bob Ferri"),
        (Role.CONTRIBUTOR, "Cleo Hart"),
        (Role.EXECUTIVE, "Eve Ray"),
    ):
        other = factories.make_member(rep.org, role, name)
        with pytest.raises(PermissionDenied):
            move_deal(deal, by=other, to_stage="discovery", note="Mine?", next_step=step(rep))
    stranger = factories.make_member(factories.make_org("Cedar", "cedar"), Role.ADMINISTRATOR, "Charlie Voss")
    with pytest.raises(PermissionDenied):
        move_deal(deal, by=stranger, to_stage="discovery", note="Ours?", next_step=step(rep))
    manager = factories.make_member(rep.org, Role.MANAGER, "Mara Lindt")
    assert move_deal(deal, by=manager, to_stage="discovery", note="Fit.", next_step=step(rep)).author == "Mara Lindt"


def test_a_stale_version_is_refused(deal, rep):
    seen = deal.version
    edit_deal(deal, by=rep, changes={"amount": 90_000}, if_version=seen)
    with pytest.raises(StaleVersion):
        edit_deal(deal, by=rep, changes={"amount": 10}, if_version=seen)
    with pytest.raises(StaleVersion):
        move_deal(deal, by=rep, to_stage="lost", note="x", reason="price", if_version=seen)


def test_edits_leave_their_history_and_are_the_persons_own(deal, rep):
    edit_deal(deal, by=rep, changes={"amount": 90_000, "attribute:industry": "freight"})
    changes = {c.field: (c.old, c.new) for c in FieldChange.objects.filter(deal_id=deal.id)}
    assert changes == {"amount": ("84000.00", "90000"), "industry": ("", "freight")}
    deal.refresh_from_db()
    assert set(deal.edited_fields) == {"amount", "industry"}


def test_pushing_the_target_date_is_counted(deal, rep):
    for days in (90, 120, 100):
        edit_deal(deal, by=rep, changes={"target_on": latest(rep.org).on + timedelta(days=days)})
    facts = deal_facts(deal, latest(rep.org))
    assert facts.target_pushes == 2
    assert facts.first_target_on == latest(rep.org).on + timedelta(days=60)


def test_a_day_in_the_past_shows_the_deal_as_it_was_known_then():
    with time_machine.travel("2026-03-02 10:00+00:00", tick=False) as clock:
        rep = factories.make_member(factories.make_org())
        deal = factories.make_deal(rep)
        clock.move_to("2026-03-10 10:00+00:00")
        factories.open_discovery_gate(deal, rep)
        move_deal(deal, by=rep, to_stage="discovery", note="Fit.", next_step=step(rep))
        edit_deal(deal, by=rep, changes={"amount": 50_000})
        clock.move_to("2026-03-20 10:00+00:00")
        (then,) = deals_as_known(rep.org, on_day(rep.org, date(2026, 3, 5)))
        (now,) = deals_as_known(rep.org, latest(rep.org))
    assert (then.stage, then.amount, then.next_step.text) == ("qualification", 84_000, "Book the discovery meeting")
    assert (now.stage, now.amount, now.next_step.text) == ("discovery", 50_000, "Discovery meeting")


def test_the_stored_gate_state_is_what_a_fresh_look_says(deal, rep):
    factories.prove(deal, rep, "qualification_call")
    set_next_step(deal, by=rep, text="Ask for the figures", owner=rep.name, due_on=latest(rep.org).on)
    deal.refresh_from_db()
    state, as_of = GateState.objects.get(deal=deal), latest(rep.org)
    facts, playbook = deal_facts(deal, as_of), load_playbook(deal.playbook)
    fresh = evaluate_move(facts, playbook, state.next_stage, as_of.on)
    assert state.missing == [{"gate": m.gate, "check": m.check} for m in fresh.missing]
    assert state.input_hash == hash_facts(facts, playbook)


def test_evidence_may_be_added_by_contributors_but_the_buyers_word_names_the_buyer(deal, rep):
    from landmark.deals.actions.evidence import add_evidence

    expert = factories.make_member(rep.org, Role.CONTRIBUTOR, "Cleo Hart")
    day = latest(rep.org).on
    add_evidence(deal, by=expert, key="limits_known", strength=Strength.DOCUMENTED, occurred_on=day)
    with pytest.raises(Refused):
        add_evidence(deal, by=expert, key="limits_known", strength=Strength.BUYER, occurred_on=day)
    with pytest.raises(Refused):
        add_evidence(deal, by=expert, key="no_such_thing", strength=Strength.CLAIMED, occurred_on=day)


def test_an_executive_opens_no_deal(rep):
    executive = factories.make_member(rep.org, Role.EXECUTIVE, "Eve Ray")
    with pytest.raises(PermissionDenied):
        open_deal(by=executive, name="Mine")


@pytest.mark.rule("D", "Won means signed")
def test_won_means_signed(deal, rep):
    """The last door with all the evidence it asks for: the deal closes as won and leaves the gate table."""
    playbook = load_playbook()
    for item in (*playbook.milestones, *playbook.evidence):
        factories.prove(deal, rep, item.key, strength=Strength.SIGNED)
    for role in playbook.roles:
        factories.meet(deal, rep, f"Person {role.key}", roles=[role.key])
    for stage in ("discovery", "solution", "commercial", "commitment"):
        move_deal(deal, by=rep, to_stage=stage, note="Proved.", next_step=step(rep))
    move_deal(deal, by=rep, to_stage="won", note="Signed.", reason=playbook.win_reasons[0].key)
    assert (deal.stage, deal.is_closed) == ("won", True)
    assert not GateState.objects.filter(deal=deal).exists()
    assert verify(rep.org_id).is_whole


@pytest.mark.rule("D", "A contract taken back after a reopened win has to be signed again")
def test_a_win_that_was_reopened_asks_for_the_contract_again(deal, rep):
    """A passed gate stays passed, but nothing stands in for a contract, its own past neither."""
    playbook = load_playbook()
    for item in (*playbook.milestones, *playbook.evidence):
        factories.prove(deal, rep, item.key, strength=Strength.SIGNED)
    for role in playbook.roles:
        factories.meet(deal, rep, f"Person {role.key}", roles=[role.key])
    win = {"to_stage": "won", "note": "Signed.", "reason": playbook.win_reasons[0].key}
    move_deal(deal, by=rep, next_step=step(rep), **win)
    move_deal(deal, by=rep, to_stage="commitment", note="They withdrew.", reason="reopened", next_step=step(rep))
    row = Evidence.objects.get(deal_id=deal.id, key="contract_signed")
    retract_evidence(deal, by=rep, evidence_id=row.id, reason="The signature was withdrawn")
    with pytest.raises(MoveRefused) as refusal:
        move_deal(deal, by=rep, next_step=step(rep), **win)
    assert [(item.gate, item.check) for item in refusal.value.result.missing] == [("decision", "contract_signed")]
    assert deal.stage == "commitment"


def test_no_move_happens_before_the_one_it_follows(deal, rep):
    """A company whose present lies behind a deal's last move: the order of moves still tells where the deal stands."""
    opened = deal.stage_entered_at
    rep.org.data_until = (opened - timedelta(days=5)).date()
    rep.org.save(update_fields=["data_until"])
    deal = Deal.objects.get(pk=deal.pk)
    move_deal(deal, by=rep, to_stage="lost", note="They stay with what they have.", reason="no_decision")
    deal.refresh_from_db()
    ordered = list(deal.moves.order_by("occurred_at", "recorded_at").values_list("to_stage", flat=True))
    assert ordered == ["qualification", "lost"]
    assert deal.closed_at >= opened
