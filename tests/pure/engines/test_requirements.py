"""What a sign-off of requirements and criteria still lacks."""

from dataclasses import replace

import pytest

from landmark.engines.requirements import Gap, Need, Standard, Terms, find_gaps, is_measurable, lacks_of

NEED = Need(
    "R1", "Automate invoice routing", "Invoice routing", "must", "Giulia Rossi", "Accounting rules from finance",
    "Marta Bianchi", "Logs show 95 % routed within 5 minutes", frozenset({"C1"}),
)  # fmt: skip
STANDARD = Standard(
    "C1", "Onboarding is shorter", "average onboarding", "10 days", "6 days", "60 days of go-live", "ticket dates",
    frozenset({"R1"}),
)  # fmt: skip
TERMS = Terms((NEED,), (STANDARD,), ("invoice routing",), 1, False, "Both sides agree first.", "Dan Oyelaran")


def test_complete_terms_may_be_signed() -> None:
    assert find_gaps(TERMS) == ()


@pytest.mark.rule("4.4", "A criterion has metric, baseline, target, window and method")
def test_the_methods_own_example_is_measurable_and_a_wish_is_not() -> None:
    assert is_measurable(STANDARD)
    adoption = Standard("C2", "Self-serve", "active users", "20 %", "35 %", "90 days", "one standard report a week")
    assert is_measurable(adoption)
    assert lacks_of(Standard("C3", "Improve reporting")) == ("metric", "baseline", "target", "window", "method")
    vague = replace(STANDARD, target="much faster", window="soon")
    assert lacks_of(vague) == ("target_number", "window_time")


@pytest.mark.rule("4.4", "A requirement names who is affected, priority, owner and acceptance evidence")
@pytest.mark.parametrize("field", ["affected", "priority", "owner", "acceptance"])
def test_each_part_of_a_requirement_is_missed_by_name(field: str) -> None:
    terms = replace(TERMS, needs=(replace(NEED, text="Automate invoice routing", **{field: " "}),))
    assert Gap(field, "R1") in find_gaps(terms)  # type: ignore[arg-type]


@pytest.mark.rule("4.4", "Dependencies have named owners")
def test_a_dependency_needs_an_owner_and_none_needs_none() -> None:
    assert find_gaps(replace(TERMS, needs=(replace(NEED, dependency_owner=""),))) == (Gap("dependency_owner", "R1"),)
    assert find_gaps(replace(TERMS, needs=(replace(NEED, dependency="", dependency_owner=""),))) == ()


@pytest.mark.rule("4.4", "Requirements and criteria are linked both ways")
def test_a_row_without_a_link_is_missed_on_either_side() -> None:
    apart = replace(
        TERMS, needs=(replace(NEED, criteria=frozenset()),), standards=(replace(STANDARD, requirements=frozenset()),)
    )
    assert find_gaps(apart) == (Gap("no_criterion", "R1"), Gap("no_requirement", "C1"))


@pytest.mark.rule("4.4", "Sign-off: all workflows covered, assumptions listed, a change rule, clear to a newcomer")
def test_the_whole_is_checked_too() -> None:
    bare = replace(TERMS, workflows=("Invoice routing", "Credit notes"), assumptions=0, change_rule=" ", read_by="")
    assert find_gaps(bare) == (
        Gap("workflow", "Credit notes"), Gap("assumptions"), Gap("change_rule"), Gap("read_by"),
    )  # fmt: skip
    assert find_gaps(replace(TERMS, assumptions=0, has_no_assumptions=True)) == ()
    assert Gap("workflows") in find_gaps(replace(TERMS, workflows=()))


def test_nothing_at_all_says_where_to_begin() -> None:
    assert {gap.what for gap in find_gaps(Terms())} >= {"no_requirements", "no_criteria", "change_rule"}


@pytest.mark.rule("4.4", "A change of one re-opens the other")
def test_what_a_change_reopened_is_a_gap_until_it_is_looked_at_again() -> None:
    assert find_gaps(replace(TERMS, standards=(replace(STANDARD, is_reopened=True),))) == (Gap("reopened", "C1"),)
