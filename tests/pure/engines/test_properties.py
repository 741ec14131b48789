"""Properties that hold for any facts.

Deals are drawn from a seed by plain code: fast, and dense enough that gates are often passed.
"""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landmark.engines.facts import (
    DealFacts,
    EvidenceFact,
    NextStepFact,
    OverrideFact,
    PromiseFact,
    StakeholderFact,
)
from landmark.engines.gates import GateResult, evaluate_gate, evaluate_move, gate_debt
from landmark.engines.scorecard import measure_evidence
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

PLAYBOOK = load_playbook("landmark/2026.1")
START = date(2026, 1, 1)
KEYS = [item.key for item in (*PLAYBOOK.milestones, *PLAYBOOK.evidence)] + ["A_SUBMITTED"]
CHECKS = [(gate.key, check.key) for gate in PLAYBOOK.gates for check in gate.checks]
STAGES = [stage.key for stage in PLAYBOOK.stages]
OPEN_STAGES = [stage.key for stage in PLAYBOOK.open_stages]


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (repeatable draws, no secrets)


def draw_day(r: random.Random) -> date:
    return START + timedelta(days=r.randint(0, 120))


def draw_evidence(r: random.Random, key: str) -> EvidenceFact:
    ends = draw_day(r) if r.random() < 0.2 else None
    return EvidenceFact(str(r.getrandbits(64)), key, draw_day(r), r.choice(list(Strength)[1:]), expires_on=ends)


def draw_person(r: random.Random, name: str) -> StakeholderFact:
    return StakeholderFact(
        name=name,
        roles=frozenset(r.sample([role.key for role in PLAYBOOK.roles], k=r.randint(0, 3))),
        stance=r.choice([stance.key for stance in PLAYBOOK.stances]),
        met_on=draw_day(r) if r.random() < 0.8 else None,
        personal_benefit=r.choice(["less work", "less work", ""]),
        plan=r.choice(["talk", ""]),
    )


def draw_deal(seed: int) -> DealFacts:
    r = dice(seed)
    density = r.random()
    pairs = r.sample(CHECKS, k=r.randint(0, 5))
    return DealFacts(
        deal_id="d",
        stage=r.choice(STAGES),
        left_stage=r.choice(["", *OPEN_STAGES]),
        opened_on=START,
        stage_entered_on=draw_day(r),
        amount=r.choice([None, Decimal(0), Decimal(10)]),
        evidence=tuple(draw_evidence(r, key) for key in KEYS * 2 if r.random() < density),
        stakeholders=tuple(draw_person(r, name) for name in r.sample(["Ada", "Ben", "Cleo"], k=r.randint(0, 3))),
        promises=tuple(PromiseFact(gate, check, "soon", draw_day(r)) for gate, check in pairs),
        overrides=tuple(OverrideFact(r.choice(PLAYBOOK.gates).key, "why", draw_day(r)) for _ in range(r.randint(0, 2))),
        passed_gates={gate.key: draw_day(r) for gate in PLAYBOOK.gates if r.random() < 0.2},
        next_step=NextStepFact("call", "Kim", draw_day(r)) if r.random() < 0.7 else None,
    )


SEEDS = st.integers(0, 2**32)
deals = SEEDS.map(draw_deal)
more_evidence = SEEDS.map(lambda seed: tuple(draw_evidence(dice(seed + n), key) for n, key in enumerate(KEYS)))
DAYS = st.integers(0, 130).map(lambda days: START + timedelta(days=days))
GATES = st.sampled_from(PLAYBOOK.gates)
LASTING = st.sampled_from([gate for gate in PLAYBOOK.gates if gate.door != "every_move" and gate.overridable])
FORWARD = st.sampled_from(list(combinations(OPEN_STAGES, 2)))
FURTHER = st.sampled_from(list(combinations(OPEN_STAGES, 3)))
PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
OPEN = st.sampled_from(OPEN_STAGES)


def test_the_drawn_deals_meet_every_status() -> None:
    """Else the properties below would say little."""
    results = [
        evaluate_gate(gate, draw_deal(seed), PLAYBOOK, START + timedelta(days=60))
        for seed in range(150)
        for gate in PLAYBOOK.gates
    ]
    assert {result.status for result in results} >= {"passed", "held", "overridden"}
    by_evidence = [result for result in results if result.status == "passed" and result.passed_on is None]
    assert len({result.gate for result in by_evidence}) >= 6


def answer(result: GateResult) -> GateResult:
    return replace(result, valid_until=None)


@PROPERTY
@given(deals, GATES, DAYS, more_evidence)
def test_more_evidence_never_takes_a_passing_away(facts, gate, day, more) -> None:  # type: ignore[no-untyped-def]
    before = evaluate_gate(gate, facts, PLAYBOOK, day)
    after = evaluate_gate(gate, replace(facts, evidence=(*facts.evidence, *more)), PLAYBOOK, day)
    assert after.opens or not before.opens
    assert after.status == "passed" or before.status != "passed"
    assert {m.check for m in after.missing} <= {m.check for m in before.missing} or before.status == "passed"


@PROPERTY
@given(deals, GATES, DAYS)
def test_stronger_evidence_never_takes_a_passing_away(facts, gate, day) -> None:  # type: ignore[no-untyped-def]
    stronger = tuple(replace(item, strength=Strength.SIGNED) for item in facts.evidence)
    before = evaluate_gate(gate, facts, PLAYBOOK, day)
    after = evaluate_gate(gate, replace(facts, evidence=stronger), PLAYBOOK, day)
    assert {m.check for m in after.missing} <= {m.check for m in before.missing} or before.status == "passed"


@PROPERTY
@given(deals, GATES, DAYS, SEEDS)
def test_the_order_of_facts_does_not_matter(facts, gate, day, seed) -> None:  # type: ignore[no-untyped-def]
    lists = {name: list(getattr(facts, name)) for name in ("evidence", "stakeholders", "promises", "overrides")}
    for items in lists.values():
        dice(seed).shuffle(items)
    shuffled = replace(facts, **{name: tuple(items) for name, items in lists.items()})
    assert evaluate_gate(gate, facts, PLAYBOOK, day) == evaluate_gate(gate, shuffled, PLAYBOOK, day)


@PROPERTY
@given(deals, GATES, DAYS, st.integers(0, 400))
def test_the_answer_holds_until_it_says(facts, gate, day, wait) -> None:  # type: ignore[no-untyped-def]
    now = evaluate_gate(gate, facts, PLAYBOOK, day)
    later = min(day + timedelta(days=wait), now.valid_until or date.max)
    assert answer(evaluate_gate(gate, facts, PLAYBOOK, later)) == answer(now)


@PROPERTY
@given(deals, GATES, DAYS)
def test_the_answer_holds_today_at_least(facts, gate, day) -> None:  # type: ignore[no-untyped-def]
    until = evaluate_gate(gate, facts, PLAYBOOK, day).valid_until
    assert until is None or until >= day


@PROPERTY
@given(deals, LASTING, DAYS, st.integers(0, 400))
def test_a_passed_gate_stays_passed(facts, gate, day, wait) -> None:  # type: ignore[no-untyped-def]
    passed = replace(facts, passed_gates={**facts.passed_gates, gate.key: day}, evidence=(), stakeholders=())
    assert evaluate_gate(gate, passed, PLAYBOOK, day + timedelta(days=wait)).status == "passed"


@PROPERTY
@given(deals, DAYS)
def test_losing_pausing_and_moving_back_are_never_gated(facts, day) -> None:  # type: ignore[no-untyped-def]
    for stage in PLAYBOOK.stages:
        move = evaluate_move(facts, PLAYBOOK, stage.key, day)
        if move.direction in ("lose", "pause", "back"):
            assert move.allowed
            assert move.needs_reason
            assert move.gates == ()


@PROPERTY
@given(deals, FURTHER, DAYS)
def test_going_further_asks_at_least_as_much(facts, stages, day) -> None:  # type: ignore[no-untyped-def]
    here, near, far = stages
    moved = replace(facts, stage=here)
    asked = {result.gate for result in evaluate_move(moved, PLAYBOOK, near, day).gates}
    assert asked <= {result.gate for result in evaluate_move(moved, PLAYBOOK, far, day).gates}


@PROPERTY
@given(deals, FORWARD, DAYS)
def test_pausing_first_is_no_way_around_a_gate(facts, stages, day) -> None:  # type: ignore[no-untyped-def]
    here, there = stages
    straight = evaluate_move(replace(facts, stage=here), PLAYBOOK, there, day)
    detour = evaluate_move(replace(facts, stage="paused", left_stage=here), PLAYBOOK, there, day)
    assert straight.direction == "forward"
    assert detour.gates == straight.gates


@PROPERTY
@given(deals, DAYS, more_evidence)
def test_evidence_percent_lies_in_bounds_and_only_rises(facts, day, more) -> None:  # type: ignore[no-untyped-def]
    percent, missing = measure_evidence(facts, PLAYBOOK, day)
    richer, _ = measure_evidence(replace(facts, evidence=(*facts.evidence, *more)), PLAYBOOK, day)
    assert 0 <= percent <= richer <= 100
    assert (percent == 100) is (not missing)


@PROPERTY
@given(deals, OPEN, DAYS)
def test_debt_names_only_gates_behind_the_deal(facts, stage, day) -> None:  # type: ignore[no-untyped-def]
    here = PLAYBOOK.position(stage)
    for result in gate_debt(replace(facts, stage=stage), PLAYBOOK, day):
        assert PLAYBOOK.position(result.door) <= here
        assert result.gate not in {key for key, on in facts.passed_gates.items() if on <= day}
