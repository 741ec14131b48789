"""The rule behind a suggested category, limit by limit; types of deals as sources call them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.categories import CATEGORIES, CategoryFacts, suggest_category
from landmark.engines.deal_types import read_deal_type
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import CategoryLimits

LIMITS = load_playbook().benchmarks.categories


@pytest.mark.parametrize(
    ("p_won", "owed", "category", "why"),
    [
        (0.0, 0, "omitted", "unlikely"), (0.0499, 0, "omitted", "unlikely"), (0.05, 0, "pipeline", "open"),
        (0.3499, 0, "pipeline", "open"), (0.35, 0, "best_case", "even"), (0.6999, 0, "best_case", "even"),
        (0.70, 0, "commit", "likely"), (1.0, 0, "commit", "likely"), (0.95, 1, "best_case", "likely_but_owed"),
        (0.5, 3, "best_case", "even"),
    ],
)  # fmt: skip
def test_each_limit_of_the_rule(p_won: float, owed: int, category: str, why: str) -> None:
    found = suggest_category(CategoryFacts(p_won, owed=owed), LIMITS)
    assert (found.category, found.why) == (category, why)


def test_the_limits_are_the_playbook_s() -> None:
    assert LIMITS == CategoryLimits(commit_from=0.70, best_case_from=0.35, pipeline_from=0.05)
    strict = CategoryLimits(commit_from=0.9, best_case_from=0.5, pipeline_from=0.2)
    found = [suggest_category(CategoryFacts(p), strict).category for p in (0.9, 0.8, 0.4, 0.19)]
    assert found == ["commit", "best_case", "pipeline", "omitted"]


def test_without_a_forecast_the_target_date_decides() -> None:
    assert suggest_category(CategoryFacts(None, is_aimed=True), LIMITS).category == "pipeline"
    assert suggest_category(CategoryFacts(None), LIMITS).category == "omitted"


def test_a_paused_deal_is_omitted_whatever_its_chance() -> None:
    assert suggest_category(CategoryFacts(0.99, is_paused=True), LIMITS).category == "omitted"


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 5))
def test_a_higher_chance_never_lowers_the_suggestion(one: float, other: float, owed: int) -> None:
    low, high = sorted((one, other))
    places = [CATEGORIES.index(suggest_category(CategoryFacts(p, owed=owed), LIMITS).category) for p in (low, high)]
    assert places[1] <= places[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("New Business", "new"), ("new", "new"), ("New Customer", "new"), ("Existing Customer - Upgrade", "expansion"),
        ("Existing Customer - Replacement", "expansion"), ("Up-sell", "expansion"), ("add_on", "expansion"),
        ("Renewal", "renewal"), ("Contract renewal, existing business", "renewal"), ("Rinnovo", "renewal"),
        ("Partner", ""), ("", ""), ("newt", ""),
    ],
)  # fmt: skip
def test_types_are_read_from_a_sources_own_words(text: str, kind: str) -> None:
    assert read_deal_type(text) == kind
