"""Trial closes: the order to ask in, what a gap needs, when it counts."""

from datetime import date, timedelta

import pytest

from landmark.engines.trials import TrialFact, is_late, lacks, next_type, read_types
from landmark.playbook.loader import load_playbook

TYPES = load_playbook("landmark/2026.1").qualification.trial_closes
TODAY = date(2026, 3, 10)


def yes(kind: str, on: date = TODAY) -> TrialFact:
    return TrialFact(kind, on, is_confirmed=True)


@pytest.mark.rule("9.2", "A and B ask for alignment, C and D for feasibility, E and F for commitment")
def test_six_types_validate_three_things() -> None:
    assert [(one.key, one.validates) for one in TYPES] == [
        ("a", "alignment"), ("b", "alignment"), ("c", "feasibility"), ("d", "feasibility"), ("e", "commitment"),
        ("f", "commitment"),
    ]  # fmt: skip


@pytest.mark.rule("9.2", "The first type without a yes is asked next")
def test_alignment_comes_before_commitment() -> None:
    assert next_type(read_types(TYPES, [])) == "a"
    assert next_type(read_types(TYPES, [yes("a"), yes("e")])) == "b"
    assert next_type(read_types(TYPES, [yes(kind.key) for kind in TYPES])) == ""


@pytest.mark.rule("9.2", "A gap is clarified, has an impact, a smallest fix, an owner and a day")
def test_a_gap_says_what_it_still_lacks() -> None:
    gap = TrialFact("b", TODAY, is_confirmed=False)
    assert lacks(gap) == ("clarified", "impact", "fix", "owner", "due_on")
    whole = TrialFact("b", TODAY, False, "Reports are missing", "wording", "Add the report list", "Kim", TODAY)
    assert lacks(whole) == ()
    assert lacks(yes("b")) == ()


def test_a_gap_is_late_after_its_day_until_it_is_fixed() -> None:
    gap = TrialFact("b", TODAY, False, due_on=TODAY)
    assert not is_late(gap, TODAY)
    assert is_late(gap, TODAY + timedelta(days=1))
    assert not is_late(TrialFact("b", TODAY, False, due_on=TODAY, fixed_on=TODAY), TODAY + timedelta(days=1))


def test_a_fixed_gap_is_asked_again_and_a_later_answer_counts() -> None:
    fixed = TrialFact("a", TODAY - timedelta(days=2), False, fixed_on=TODAY)
    assert read_types(TYPES, [fixed])[0].state == "fixed"
    assert next_type(read_types(TYPES, [fixed])) == "a"
    assert read_types(TYPES, [yes("a"), fixed])[0].state == "confirmed"
    assert read_types(TYPES, [yes("a", TODAY - timedelta(days=5)), fixed])[0].state == "fixed"


@pytest.mark.rule("9.2", "A gap changes the schedule, the cost or only the wording")
def test_three_kinds_of_impact() -> None:
    assert load_playbook("landmark/2026.1").qualification.gap_impacts == ("schedule", "cost", "wording")
