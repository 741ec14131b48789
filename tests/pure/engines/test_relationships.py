"""The people map: each rule of stakeholders and relationship depth with the method's own words and numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from landmark.engines.relationships import (
    Gap,
    PersonFact,
    find_gaps,
    find_quadrant,
    find_repeats,
    is_key_player,
    measure_depth,
    missing_needs,
    next_contact,
)
from landmark.playbook.loader import load_playbook

PLAYBOOK = load_playbook()
PART = PLAYBOOK.relationships
TODAY = date(2026, 3, 16)
CFO = PersonFact(
    key="1", name="Ilse van der Meer", roles=frozenset({"economic_buyer"}), met_on=TODAY - timedelta(days=2),
    benefit="Cash earlier", cares_about="When money moves", cost_of_waiting="11,000 a month", step_text="Send one page",
    influence=5, interest=5, decision_part="both",
    minimum={n: TODAY for n in ("one_story", "one_number", "next_steps")},
)  # fmt: skip


def kinds(*people: PersonFact, stage: str = "qualification") -> list[str]:
    return [gap.kind for gap in find_gaps(people, PLAYBOOK, stage, TODAY) if gap.kind != "focus"]


@pytest.mark.rule("10.3", "Influence × interest: owners, gatekeepers, champions, observers")
@pytest.mark.parametrize(
    ("influence", "interest", "quadrant"),
    [(5, 5, "owners"), (4, 4, "owners"), (5, 2, "gatekeepers"), (3, 5, "champions"), (2, 3, "observers")],
)
def test_a_person_stands_in_one_of_four_fields(influence: int, interest: int, quadrant: str) -> None:
    found = find_quadrant(replace(CFO, influence=influence, interest=interest), PART)
    assert found is not None
    assert found.key == quadrant


def test_what_nobody_judged_is_a_gap_and_no_guess() -> None:
    person = replace(CFO, interest=None)
    assert find_quadrant(person, PART) is None
    assert kinds(person) == ["place"]


@pytest.mark.rule("10.3", "Owners hear from us often, observers when it affects them")
def test_owners_are_met_more_often_than_gatekeepers_and_observers_by_no_rhythm() -> None:
    owner, gatekeeper = next_contact(CFO, PART), next_contact(replace(CFO, interest=1), PART)
    assert owner is not None
    assert gatekeeper is not None
    assert owner < gatekeeper
    assert next_contact(replace(CFO, influence=1, interest=1), PART) is None
    assert kinds(replace(CFO, met_on=TODAY - timedelta(days=8))) == ["quiet"]
    assert kinds(replace(CFO, met_on=TODAY - timedelta(days=7))) == []


@pytest.mark.rule("10.3", "Depth on four observable scales")
def test_depth_is_the_sum_of_four_scales_of_two_points() -> None:
    assert [scale.key for scale in PART.scales] == ["fluency", "ownership", "reliability", "decision_help"]
    assert measure_depth(CFO, PART) == (0, 8)
    assert measure_depth(replace(CFO, depth={"fluency": 2, "reliability": 1}), PART) == (3, 8)
    assert measure_depth(replace(CFO, depth={"fluency": 9, "no such": 2}), PART) == (2, 8)


@pytest.mark.rule("10.3", "A minimum relationship per stakeholder type")
@pytest.mark.parametrize(
    ("role", "needs"),
    [
        ("economic_buyer", ("one_story", "one_number", "next_steps")),
        ("technical_buyer", ("documented_proof", "roll_out_limits", "way_to_test")),
        ("end_user", ("work_changes", "training", "feedback")),
        ("procurement", ("risk_papers", "contract_assumptions", "answer_times")),
        ("legal", ("risk_papers", "contract_assumptions", "answer_times")),
    ],
)
def test_each_type_of_person_needs_its_three_things(role: str, needs: tuple[str, ...]) -> None:
    person = replace(CFO, roles=frozenset({role}), minimum={})
    assert missing_needs(person, PART) == needs
    assert missing_needs(replace(person, minimum={needs[0]: TODAY}), PART) == needs[1:]


@pytest.mark.rule("10.3", "The same question twice is a gap")
def test_the_same_question_in_nearly_the_same_words_shows_once() -> None:
    asked = ("Where is our data stored?", "How long is roll-out?", "where will our data be stored")
    assert find_repeats(asked) == ("where will our data be stored",)
    assert find_repeats(asked[:2]) == ()
    assert kinds(replace(CFO, questions=asked)) == ["repeat"]


def test_questions_of_signs_alone_are_not_the_same() -> None:
    assert find_repeats(("?", "🚀")) == ()


@pytest.mark.rule("10.3", "Escalation: who unblocks, with which evidence")
def test_a_block_asks_for_who_lifts_it_and_with_what() -> None:
    blocking = replace(CFO, blocks="Hosting abroad")
    assert kinds(blocking) == ["block"]
    assert kinds(replace(blocking, unblocker="Bruno Keller")) == ["block"]
    assert kinds(replace(blocking, unblocker="Bruno Keller", unblock_evidence="The audit report")) == []


@pytest.mark.rule("10.3", "The map changes by stage: security later, procurement and legal in contracting")
def test_each_stage_names_the_roles_it_turns_on() -> None:
    def focus(stage: str) -> list[str]:
        return [gap.values[0] for gap in find_gaps([CFO], PLAYBOOK, stage, TODAY) if gap.kind == "focus"]

    assert focus("solution") == ["end_user", "technical_buyer"]
    assert focus("commercial") == ["legal", "procurement"]


@pytest.mark.rule("C", "A known adversary without a plan is a red flag")
def test_an_adversary_without_a_plan_comes_first() -> None:
    against = replace(CFO, key="2", name="Alan Tate", roles=frozenset(), stance="adversary", minimum={})
    gaps = find_gaps([replace(CFO, benefit=""), against], PLAYBOOK, "qualification", TODAY)
    assert gaps[0] == Gap("adversary", "2", "Alan Tate")
    assert kinds(CFO, replace(against, plan="The sponsor talks to him")) == []


@pytest.mark.rule("C", "Every key player is met, with issues, own benefit and the cost of standing still on record")
@pytest.mark.parametrize(
    ("change", "kind"),
    [({"met_on": None}, "not_met"), ({"met_on": TODAY + timedelta(days=1)}, "not_met"), ({"benefit": " "}, "benefit"),
     ({"cost_of_waiting": ""}, "cost"), ({"cares_about": ""}, "cares"), ({"step_text": ""}, "step")],
)  # fmt: skip
def test_a_key_player_lacks_one_thing(change: dict[str, object], kind: str) -> None:
    person = replace(CFO, **change)
    assert is_key_player(person, PLAYBOOK)
    assert kind in kinds(person)
    assert kind not in kinds(CFO)


@pytest.mark.rule("10.3", "A plan per person: a key player without a next step of ours is named, and a late step too")
def test_each_person_has_a_next_step_of_ours_that_is_not_late() -> None:
    assert kinds(replace(CFO, step_text=" ")) == ["step"]
    late = replace(CFO, step_on=TODAY - timedelta(days=1))
    assert Gap("late", "1", CFO.name, ("Send one page",)) in find_gaps([late], PLAYBOOK, "qualification", TODAY)
    assert kinds(replace(CFO, step_on=TODAY)) == []


def test_somebody_in_no_key_role_owes_no_benefit() -> None:
    lawyer = replace(CFO, roles=frozenset({"influencer"}), benefit="", cost_of_waiting="", step_text="", minimum={})
    assert kinds(lawyer) == ["minimum"]


@pytest.mark.rule("4.3", "Signer and decision maker are two questions")
def test_deciding_and_signing_are_asked_apart() -> None:
    assert kinds(replace(CFO, decision_part="decides")) == ["signer"]
    assert kinds(replace(CFO, decision_part="signs")) == ["decider"]
    assert kinds(replace(CFO, decision_part="")) == ["decider", "signer"]
    assert kinds() == ["decider", "signer"]
