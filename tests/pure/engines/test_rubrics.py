"""Rubrics with the method's own numbers: what facts speak for, what counts, where totals and cells lead."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from landmark.engines.facts import DealFacts, EvidenceFact, NextStepFact, StakeholderFact
from landmark.engines.rubrics import (
    RubricResult,
    ScoreFact,
    find_band,
    propose,
    read_matrix,
    read_roles,
    read_rubric,
    stands_alone,
)
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

PLAYBOOK = load_playbook("landmark/2026.1")
PART = PLAYBOOK.qualification
TODAY = date(2026, 3, 10)
EMPTY = DealFacts(deal_id="d", stage="qualification", opened_on=date(2026, 1, 5), stage_entered_on=date(2026, 2, 2))
STEP = NextStepFact("Walk through", "Kim", TODAY + timedelta(days=7))


def proof(key: str, strength: Strength = Strength.BUYER, on: date = TODAY) -> EvidenceFact:
    return EvidenceFact(id=f"{key}-{strength}", key=key, occurred_on=on, strength=strength)


def person(name: str, *roles: str, met: bool = True) -> StakeholderFact:
    return StakeholderFact(name, frozenset(roles), met_on=TODAY if met else None)


def with_evidence(*keys: str, strength: Strength = Strength.BUYER) -> DealFacts:
    return replace(EMPTY, evidence=tuple(proof(key, strength) for key in keys))


def scores(**points: int) -> dict[str, ScoreFact]:
    return {key: ScoreFact(key, value, "seen", TODAY) for key, value in points.items()}


def read(rubric: str, facts: DealFacts = EMPTY, **points: int) -> RubricResult:
    return read_rubric(PART.rubric(rubric), scores(**points), facts, PLAYBOOK, TODAY)


# 5.1


GATES = {key.key: 2 for key in PART.rubric("fit_gates").dimensions}


@pytest.mark.rule("5.1", "All layers and gates hold: they fit")
def test_everything_at_two_is_a_fit() -> None:
    assert read("fit_gates", **GATES).band == "fits"


@pytest.mark.rule("5.1", "Work that cannot be described pauses the deal, a missing data owner fails feasibility")
@pytest.mark.parametrize("key", ["scope", "feasibility", "outcome", "next_step", "customer", "problem", "value"])
def test_one_gate_at_zero_decides(key: str) -> None:
    assert read("fit_gates", **(GATES | {key: 0})).band == "no_fit"


@pytest.mark.rule("5.1", "Borderline is settled by three questions")
def test_in_between_asks_the_three_questions() -> None:
    assert read("fit_gates", **(GATES | {"value": 1})).band == "borderline"
    assert PART.rubric("fit_gates").borderline == ("cost_to_serve", "one_problem", "comparable_case")


@pytest.mark.rule("5.1", "No metric passes on a dated promise, until its day")
def test_a_promised_measure_counts_until_its_day() -> None:
    anchor = PART.rubric("fit_gates").dimension("outcome").anchor(1)
    assert anchor is not None
    assert anchor.needs_date
    for due, points in ((TODAY, 1), (TODAY - timedelta(days=1), 0)):
        score = ScoreFact("outcome", 1, "They promised", TODAY, due_on=due)
        result = read_rubric(PART.rubric("fit_gates"), {"outcome": score}, EMPTY, PLAYBOOK, TODAY)
        assert result.dimension("outcome").points == points
        assert result.dimension("outcome").has_lapsed == (points == 0)


@pytest.mark.rule("5.1", "A next step, not enthusiasm, proves fit")
def test_only_a_whole_next_step_is_proposed() -> None:
    dimension = PART.rubric("fit_gates").dimension("next_step")
    assert propose(dimension, EMPTY, PLAYBOOK, TODAY).points == 0
    assert propose(dimension, replace(EMPTY, next_step=STEP), PLAYBOOK, TODAY).points == 2


# 2.3


@pytest.mark.rule("2.3", "Fit is profile 5, use case 3, delivery 2; interest is commercial 4, engagement 3, content 3")
def test_the_weights_are_the_methods_own() -> None:
    tops = {r: [d.maximum for d in PART.rubric(r).dimensions] for r in ("fit", "interest")}
    assert tops == {"fit": [5, 3, 2], "interest": [4, 3, 3]}


@pytest.mark.rule("2.3", "High from 8, medium 5 to 7, low up to 4")
@pytest.mark.parametrize(
    ("total", "band"), [(10, "high"), (8, "high"), (7, "medium"), (5, "medium"), (4, "low"), (0, "low")]
)
def test_bands_of_fit_and_interest(total: int, band: str) -> None:
    assert find_band(PART.rubric("fit"), total) == find_band(PART.rubric("interest"), total) == band


ROUTES = {
    ("high", "high"): "discovery_call", ("high", "medium"): "answers_or_demo", ("high", "low"): "nurture",
    ("medium", "high"): "limits_first", ("medium", "medium"): "one_limit_one_date", ("medium", "low"): "nurture",
    ("low", "high"): "disqualify", ("low", "medium"): "disqualify", ("low", "low"): "disqualify",
}  # fmt: skip


@pytest.mark.rule(
    "2.3", "Each cell of fit and interest has its route; low fit wins over everything, low interest nurtures"
)
@pytest.mark.parametrize(("fit", "interest"), list(product(("high", "medium", "low"), repeat=2)))
def test_every_cell_of_the_routing(fit: str, interest: str) -> None:
    results = {"fit": RubricResult("fit", (), 0, 10, fit), "interest": RubricResult("interest", (), 0, 10, interest)}
    assert read_matrix(PART.matrix("routing"), results) == ROUTES[fit, interest]


@pytest.mark.rule("2.3", "Fit 9 cut by feasibility, interest 9: discovery call with scope and dates first")
def test_a_fit_cut_by_delivery_settles_its_limits_first() -> None:
    before = read("fit", profile=5, use_case=2, delivery=2)
    after = read("fit", profile=5, use_case=2, delivery=0)
    interest = read("interest", commercial=4, engagement=3, content=2)
    assert (before.total, after.total, interest.total) == (9, 7, 9)  # two points are all that delivery can take
    assert find_band(PART.rubric("fit"), 6) == after.band == "medium"
    assert read_matrix(PART.matrix("routing"), {"fit": after, "interest": interest}) == "limits_first"


# 5.2


@pytest.mark.rule("5.2", "Intent 7-9 leads to a plan now, 4-6 to the next milestone's date, 0-3 to one question")
@pytest.mark.parametrize(
    ("points", "band"),
    [((3, 3, 3), "plan_now"), ((3, 2, 2), "plan_now"), ((2, 2, 2), "next_milestone"), ((2, 1, 1), "next_milestone"),
     ((1, 1, 1), "one_question"), ((0, 0, 0), "one_question")],
)  # fmt: skip
def test_bands_of_intent(points: tuple[int, int, int], band: str) -> None:
    result = read("intent", evaluation=points[0], timing=points[1], commitment=points[2])
    assert (result.total, result.band) == (sum(points), band)


@pytest.mark.rule("5.2", "Evaluation: none, curiosity, pointed questions, demo or roll-out detail")
@pytest.mark.parametrize(
    ("evidence", "points"),
    [
        ((), 0),
        (("inbound_interest",), 1),
        (("qualification_call",), 2),
        (("criteria_known",), 2),
        (("approach_agreed",), 3),
    ],
)
def test_evaluation_is_proposed_from_evidence(evidence: tuple[str, ...], points: int) -> None:
    found = propose(PART.rubric("intent").dimension("evaluation"), with_evidence(*evidence), PLAYBOOK, TODAY)
    assert found.points == points
    assert [fact.key for fact in found.used] == list(evidence)


@pytest.mark.rule("5.2", "Timing: none, a loose target, a milestone, a date bound to their own cycle")
def test_timing_rises_with_what_they_say() -> None:
    dimension = PART.rubric("intent").dimension("timing")
    loose = replace(EMPTY, target_on=TODAY)
    milestone = replace(loose, evidence=(proof("timeline_confirmed", Strength.CLAIMED),))
    bound = replace(loose, evidence=(proof("timeline_confirmed"), proof("urgency_driver")))
    assert [propose(dimension, facts, PLAYBOOK, TODAY).points for facts in (EMPTY, loose, milestone, bound)] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.rule(
    "5.2", "Commitment: slow, now and then, meetings with more people, sessions and a clear decision path"
)
def test_commitment_rises_with_people_and_path() -> None:
    dimension = PART.rubric("intent").dimension("commitment")
    one = replace(EMPTY, stakeholders=(person("Ada", "champion"),))
    more = replace(one, stakeholders=(*one.stakeholders, person("Ben", "technical_buyer")), next_step=STEP)
    clear = replace(more, evidence=(proof("commitment_to_proceed"), proof("decision_path_known")))
    assert [propose(dimension, f, PLAYBOOK, TODAY).points for f in (EMPTY, one, more, clear)] == [0, 1, 2, 3]
    assert propose(dimension, more, PLAYBOOK, TODAY).people == ("Ada", "Ben")


# 5.3

BUYING = {
    (0, 0): "no_process", (0, 1): "wrong_contact", (0, 2): "wrong_contact", (0, 3): "wrong_contact",
    (1, 0): "pause_commercial", (1, 1): "pause_commercial", (1, 2): "reach_owner", (1, 3): "reach_owner",
    (2, 0): "path_before_terms", (2, 1): "lead_times", (2, 2): "confirm_thresholds", (2, 3): "confirm_thresholds",
    (3, 0): "path_before_terms", (3, 1): "lead_times", (3, 2): "schedule_review", (3, 3): "schedule_review",
}  # fmt: skip


@pytest.mark.rule("5.3", "Each cell of budget and purchasing has its advice: 3/0, 0/3, 3/2 and 1/0 as the method says")
@pytest.mark.parametrize(("budget", "procurement"), list(product(range(4), repeat=2)))
def test_every_cell_of_budget_and_purchasing(budget: int, procurement: int) -> None:
    result = read("buying_process", budget=budget, procurement=procurement)
    assert read_matrix(PART.matrix("buying"), {"buying_process": result}) == BUYING[budget, procurement]


@pytest.mark.rule("5.3", "Points say how visible each side is; they are never added or subtracted")
def test_budget_and_purchasing_have_no_total() -> None:
    result = read("buying_process", budget=3, procurement=3)
    assert (result.total, result.band) == (None, "")


@pytest.mark.rule("5.3", "Budget: unknown, influencer, owner and part of the steps, owner with steps and thresholds")
def test_budget_rises_with_its_owner() -> None:
    dimension = PART.rubric("buying_process").dimension("budget")
    influencer = replace(EMPTY, stakeholders=(person("Ada", "influencer"),))
    owner = replace(with_evidence("decision_path_known", strength=Strength.CLAIMED),
                    stakeholders=(person("Ben", "economic_buyer", met=False),))  # fmt: skip
    confirmed = replace(owner, evidence=(proof("decision_path_known"), proof("budget_confirmed")))
    points = [propose(dimension, facts, PLAYBOOK, TODAY).points for facts in (EMPTY, influencer, owner, confirmed)]
    assert points == [0, 1, 2, 3]


@pytest.mark.rule("5.3", "Purchasing: unknown, known, likely lead times, documented with names")
def test_purchasing_rises_with_its_steps() -> None:
    dimension = PART.rubric("buying_process").dimension("procurement")
    known = with_evidence("contracting_known", strength=Strength.CLAIMED)
    timed = with_evidence("contracting_known", strength=Strength.DOCUMENTED)
    named = replace(timed, stakeholders=(person("Ida", "procurement", met=False),))
    assert [propose(dimension, f, PLAYBOOK, TODAY).points for f in (EMPTY, known, timed, named)] == [0, 1, 2, 3]


@pytest.mark.rule("5.3", "A purchase is a new vendor, a renewal or money moved from elsewhere")
@pytest.mark.rule("5.3", "The check list: onboarding, security, sourcing, contracting, payment, start dates")
def test_the_check_list_has_the_methods_lines() -> None:
    keys = [item.key for item in PART.procurement]
    assert keys == ["onboarding", "security", "sourcing", "contracting", "payment", "start_dates"]
    assert PART.purchase_types == ("new_vendor", "renewal", "reallocation")


# 9.1


@pytest.mark.rule("9.1", "One question tests readiness: what must hold for approval")
def test_readiness_asks_what_must_hold() -> None:
    assert "approve" in PLAYBOOK.text("rubric.readiness.question")


@pytest.mark.rule("9.1", "Readiness 2+1+2+2 = 7 closes the plan; below 7 the missing piece is named")
def test_seven_is_ready_and_six_names_what_is_missing() -> None:
    ready = read("readiness", urgency=2, authority=1, process=2, friction=2)
    assert (ready.total, ready.band, [one.key for one in ready.lacking]) == (7, "close_the_plan", ["authority"])
    partial = read("readiness", urgency=2, authority=1, process=1, friction=0)
    assert (partial.total, partial.band) == (4, "name_missing")
    assert [one.key for one in partial.lacking] == ["friction", "authority", "process"]
    assert partial.maximum == 8


@pytest.mark.rule("9.1", "Urgency, authority, process and friction are proposed from the record")
def test_readiness_is_proposed_from_facts() -> None:
    facts = replace(
        with_evidence("timeline_confirmed", "urgency_driver", "decision_path_known", "contracting_known"),
        stakeholders=(person("Ben", "economic_buyer", met=False),),
    )
    result = read("readiness", facts)
    assert {one.key: one.points for one in result.dimensions} == {
        "urgency": 2,
        "authority": 1,
        "process": 2,
        "friction": 2,
    }
    assert not result.is_confirmed


@pytest.mark.rule("9.1", "The champion alone is not ready")
def test_a_champion_alone_is_a_conversation() -> None:
    rubric = PART.rubric("readiness")
    alone = replace(EMPTY, stakeholders=(person("Ada", "champion"), person("Ben", "economic_buyer", met=False)))
    assert stands_alone(rubric, read_roles(rubric, alone, TODAY))
    both = replace(alone, stakeholders=(*alone.stakeholders, person("Ida", "procurement")))
    assert not stands_alone(rubric, read_roles(rubric, both, TODAY))
    assert [sign.role for sign in read_roles(rubric, EMPTY, TODAY)] == [
        "economic_buyer", "champion", "technical_buyer", "procurement",
    ]  # fmt: skip


# What counts


def test_cited_evidence_that_ran_out_no_longer_confirms() -> None:
    old = EvidenceFact("e1", "inbound_interest", TODAY, Strength.BUYER, expires_on=TODAY)
    score = {"evaluation": ScoreFact("evaluation", 3, "", TODAY, evidence_id="e1")}
    facts = replace(EMPTY, evidence=(old,))
    rubric = PART.rubric("intent")
    assert read_rubric(rubric, score, facts, PLAYBOOK, TODAY).dimension("evaluation").points == 3
    later = read_rubric(rubric, score, facts, PLAYBOOK, TODAY + timedelta(days=1)).dimension("evaluation")
    assert (later.points, later.has_lapsed, later.is_confirmed) == (0, True, False)


def test_a_person_outranks_the_record_and_new_facts_say_so() -> None:
    result = read("intent", with_evidence("approach_agreed"), evaluation=1).dimension("evaluation")
    assert (result.points, result.proposal.points, result.says_more) == (1, 3, True)


def test_less_than_was_proposed_is_a_judgement_and_asked_only_when_more_is_known() -> None:
    held = {"evaluation": ScoreFact("evaluation", 1, "They asked little", TODAY, proposed=2)}
    for key, more in (("fit_confirmed", False), ("approach_agreed", True)):
        result = read_rubric(PART.rubric("intent"), held, with_evidence(key), PLAYBOOK, TODAY).dimension("evaluation")
        assert (result.says_more, result.is_proposed) == (more, more)


def test_the_next_point_names_what_it_asks() -> None:
    found = propose(PART.rubric("intent").dimension("timing"), replace(EMPTY, target_on=TODAY), PLAYBOOK, TODAY)
    assert (found.points, found.next_points, [check.key for check in found.missing]) == (1, 2, ["timeline"])


def test_what_nobody_judged_yet_is_early_and_not_a_failure() -> None:
    assert read("fit_gates").is_early
    assert read("fit").is_early
    assert not read("fit", profile=0, use_case=0, delivery=0).is_early
    assert not read("intent").is_early
