"""A buyer's way to approval: order, artefacts, lead times, what the last similar purchase says."""

from dataclasses import replace
from datetime import date

import pytest

from landmark.engines.process import (
    ReviewStep,
    asks_for_last_purchase,
    count_days,
    days_of,
    digest_of,
    find_lacks,
    is_hopeful,
    last_day,
    latest_start,
    lay_out,
)
from landmark.engines.workdays import Workdays

MONDAY = date(2026, 3, 16)
SECURITY = ReviewStep("a", 1, "Security review", role="technical_buyer", artefact="Answers", lead_days=5)
PAPERS = ReviewStep("b", 2, "Vendor onboarding", role="procurement", artefact="Forms", lead_days=10)
TERMS = ReviewStep("c", 2, "Contract review", role="legal", artefact="Template", lead_days=4)
STEPS = (SECURITY, PAPERS, TERMS)
ANSWERS = {
    "mechanism": "meeting", "yes_when": "Payback", "no_when": "Risk", "not_yet_when": "Budget",
    "ready_when": "Signed off",
}  # fmt: skip


@pytest.mark.rule("4.3", "Review order with lead times; reviews in one place run side by side")
def test_reviews_follow_one_another_over_working_days() -> None:
    laps = {lap.line: (lap.starts_on, lap.ends_on) for lap in lay_out(STEPS, MONDAY, Workdays())}
    assert laps["a"] == (MONDAY, date(2026, 3, 20))
    assert laps["b"] == (date(2026, 3, 23), date(2026, 4, 3))
    assert laps["c"] == (date(2026, 3, 23), date(2026, 3, 26))
    assert count_days(STEPS) == 15
    assert last_day(lay_out(STEPS, MONDAY, Workdays())) == date(2026, 4, 3)


def test_a_start_on_a_weekend_is_the_next_working_day() -> None:
    assert lay_out(STEPS[:1], date(2026, 3, 14), Workdays())[0].starts_on == MONDAY


@pytest.mark.rule("4.3", "The last similar purchase's durations feed the schedule")
def test_what_it_took_last_time_counts_before_what_is_planned() -> None:
    slower = replace(SECURITY, last_days=12)
    assert days_of(slower) == 12
    assert is_hopeful(slower)
    assert not is_hopeful(SECURITY)
    assert count_days((slower, PAPERS)) == 22


def test_the_latest_start_meets_the_day_exactly() -> None:
    assert latest_start(STEPS, date(2026, 4, 3), Workdays()) == MONDAY
    assert latest_start(STEPS, date(2026, 4, 5), Workdays()) == MONDAY  # a Sunday: decided on the Friday before


def test_what_is_done_takes_no_more_days() -> None:
    done = replace(SECURITY, done_on=date(2026, 3, 12))
    assert count_days((done, PAPERS, TERMS)) == 10
    assert lay_out((done, PAPERS), MONDAY, Workdays())[1].starts_on == MONDAY


@pytest.mark.rule("4.3", "Ask what makes a yes, a no, a not-yet, and what ready to approve means")
@pytest.mark.parametrize("question", sorted(ANSWERS))
def test_each_question_left_open_is_named(question: str) -> None:
    assert find_lacks(STEPS, ANSWERS, ["both"]) == ()
    assert [lack.kind for lack in find_lacks(STEPS, ANSWERS | {question: " "}, ["both"])] == [question]


@pytest.mark.rule("4.3", "Each review names who, with which artefact, and how long")
def test_a_review_without_person_artefact_or_days_says_so() -> None:
    bare = ReviewStep("x", 1, "Security review")
    assert [lack.kind for lack in find_lacks([bare], ANSWERS, ["both"])] == ["reviewer", "artefact", "days"]
    assert [lack.kind for lack in find_lacks([], ANSWERS, ["decides"])] == ["steps", "signer"]


@pytest.mark.rule("4.3", "Vague answers: walk through the last similar purchase")
def test_vague_answers_ask_for_the_last_similar_purchase() -> None:
    vague = find_lacks([replace(SECURITY, lead_days=None)], ANSWERS, ["both"])
    assert asks_for_last_purchase(vague, "")
    assert not asks_for_last_purchase(vague, "The warehouse system, 2024")
    assert not asks_for_last_purchase((), "")


@pytest.mark.rule("4.3", "The buyer confirms our recap; a change afterwards shows")
def test_a_change_after_the_confirmation_shows_and_finishing_a_review_is_none() -> None:
    told = digest_of(STEPS, ANSWERS, {"1": "both"})
    assert digest_of(tuple(reversed(STEPS)), ANSWERS, {"1": "both"}) == told
    assert digest_of((replace(SECURITY, done_on=MONDAY), PAPERS, TERMS), ANSWERS, {"1": "both"}) == told
    assert digest_of((replace(SECURITY, lead_days=6), PAPERS, TERMS), ANSWERS, {"1": "both"}) != told
    assert digest_of(STEPS, ANSWERS, {"1": "signs"}) != told
