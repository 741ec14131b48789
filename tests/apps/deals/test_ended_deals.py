"""What may still be written on a deal that was lost or won, and the sentence that says why the rest may not.

The list is read from the actions: one that names no rule for ended deals, and is not named here, fails.
"""

import ast
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

import landmark
from landmark.buying.call_actions import save_note
from landmark.buying.commitment_actions import MeetingPlan, plan_meeting
from landmark.buying.discovery_actions import save_research
from landmark.buying.people_actions import Card, save_person
from landmark.buying.process_actions import save_answers
from landmark.buying.terms_actions import add_assumption
from landmark.closing.markup_actions import add_markup
from landmark.closing.models import OfferPaper
from landmark.closing.offer_actions import mark_made
from landmark.closing.packet_actions import add_signature, save_frame, start_packet
from landmark.closing.recap_actions import LineInput, save_risk, save_summary
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.next_steps import set_next_step
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.plans.plan_actions import start_plan
from landmark.playbook.schema import Strength
from tests import factories

pytestmark = pytest.mark.django_db

Act = Callable[[Deal, Member], object]


def plan(deal: Deal, by: Member) -> object:
    return start_plan(deal, by=by, template="mutual", anchor="go_live", anchor_on=factories.find_workday(deal.org, 90))


BEFORE_SIGNING: dict[str, Act] = {
    "research": lambda deal, by: save_research(deal, by=by, values={"context": "x"}),
    "assumption": lambda deal, by: add_assumption(deal, by=by, text="x"),
    "way to a decision": lambda deal, by: save_answers(deal, by=by, answers={"yes_when": "x"}),
    "commitment": lambda deal, by: plan_meeting(deal, by=by, plan=MeetingPlan()),
    "offer": lambda deal, by: mark_made(deal, by=by, kind="complete_offer"),
    "packet": lambda deal, by: start_packet(deal, by=by),
    "mark-up": lambda deal, by: add_markup(deal, by=by, clause="9.2", requested="x"),
    "signature": lambda deal, by: add_signature(deal, by=by, position=1, side="buyer", name="Ines Rau"),
    "price": lambda deal, by: save_summary(deal, by=by, lines=[LineInput("price", "x", Decimal(1))]),
}
AFTER_SIGNING: dict[str, Act] = {
    "plan": plan,
    "risk": lambda deal, by: save_risk(deal, by=by, text="x", mitigation="y"),
    "kick-off": lambda deal, by: save_frame(deal, by=by, kickoff_on=latest(deal.org).on),
    "next step": lambda deal, by: set_next_step(deal, by=by, text="x", owner="y", due_on=latest(deal.org).on),
}
ALWAYS: dict[str, Act] = {
    "person": lambda deal, by: save_person(deal, by=by, card=Card("Ines Rau"), state={}),
    "note of a call": lambda deal, by: save_note(deal, by=by, text="They are well", held_on=latest(deal.org).on),
    "evidence": lambda deal, by: add_evidence(
        deal, by=by, key="qualification_call", strength=Strength.CLAIMED, occurred_on=latest(deal.org).on
    ),
}


@pytest.mark.rule("D", "After a no nothing more is spent on the deal; people, notes and proofs can be written")
@pytest.mark.parametrize("name", [*BEFORE_SIGNING, *AFTER_SIGNING])
def test_a_lost_deal_takes_nothing_that_costs(rep: Member, deal: Deal, name: str) -> None:
    factories.end_deal(deal, "lost")
    count = AuditEvent.objects.count()
    with pytest.raises(Refused, match="is lost: nothing more is spent on it. Reopen it first"):
        (BEFORE_SIGNING | AFTER_SIGNING)[name](deal, rep)
    assert AuditEvent.objects.count() == count
    assert not OfferPaper.objects.exists()


@pytest.mark.rule("12.3", "What came before the signature stays as it was; what follows it goes on")
@pytest.mark.parametrize("name", BEFORE_SIGNING)
def test_what_led_to_a_win_stays_as_it_was(rep: Member, deal: Deal, name: str) -> None:
    with pytest.raises(Refused, match="is won; what came before the signature stays as it was"):
        BEFORE_SIGNING[name](factories.end_deal(deal, "won"), rep)


@pytest.mark.parametrize("name", AFTER_SIGNING)
def test_what_follows_a_win_goes_on(rep: Member, deal: Deal, name: str) -> None:
    assert AFTER_SIGNING[name](factories.end_deal(deal, "won"), rep) is not None


@pytest.mark.parametrize("stage", ["won", "lost"])
@pytest.mark.parametrize("name", ALWAYS)
def test_people_notes_and_proofs_are_always_taken(rep: Member, deal: Deal, name: str, stage: str) -> None:
    assert ALWAYS[name](factories.end_deal(deal, stage), rep) is not None


def test_a_contributor_meets_the_same_sentence(rep: Member, deal: Deal) -> None:
    lawyer = factories.make_member(rep.org, Role.CONTRIBUTOR, "Lena Ott")
    with pytest.raises(Refused, match="is lost"):
        add_markup(factories.end_deal(deal, "lost"), by=lawyer, clause="9.2", requested="x")


# Every change of a part of the room says which rule for ended deals it follows; these alone go on in any case.
FREE = {
    "call_actions": {"save_note", "apply_note"},
    "people_actions": {"save_person", "undo_person", "note_question"},
    "returns": {"qualify_out", "say_it_happened"},
    "decision_actions": {"win"},
    "meeting_actions": {"drop_guest", "start_meeting"},
    "minutes_actions": {"save_minutes", "send_minutes", "hold_debrief"},
    "letter_actions": {"send_letter", "send_again", "_open_letter", "_deliver"},
    "paper_actions": {"issue_paper"},
    "person_removal": {"remove_person"},
    "sample_stories": {"_tell"},
}


def test_every_change_names_its_rule_for_ended_deals() -> None:
    root = Path(landmark.__file__).parent
    free: dict[str, set[str]] = {}
    for app in ("buying", "plans", "closing"):
        for path in sorted((root / app).glob("*.py")):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef) and any(_has_no_rule(call) for call in ast.walk(function)):
                    free.setdefault(path.stem, set()).add(function.name)
    assert {name: found - FREE.get(name, set()) for name, found in free.items() if found - FREE.get(name, set())} == {}


def _has_no_rule(call: ast.AST) -> bool:
    """A frame without a check of its own lets anybody go on who may edit the deal."""
    is_frame = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "changing"
    return is_frame and not any(word.arg == "check" for word in call.keywords)  # type: ignore[attr-defined]
