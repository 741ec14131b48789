"""Which forecast category a deal looks like. A suggestion only: people set the category, nothing here overwrites it.

Answers: commit, best case, pipeline or omitted for one deal and one period, and why. Does not answer: what somebody
chose (``cadence.categories``), how P(won in the period) is computed (``forecast``).

The rule, in this order:

1. paused → omitted;
2. no probability yet → pipeline when the target date lies in the period, else omitted;
3. P < ``pipeline_from`` → omitted;
4. P ≥ ``commit_from`` and no evidence owed behind the deal's stage → commit; with evidence owed → best case;
5. P ≥ ``best_case_from`` → best case;
6. else pipeline.

The limits are the playbook's (``benchmarks.categories``).
"""

from dataclasses import dataclass
from typing import Literal

from landmark.playbook.schema import CategoryLimits

Category = Literal["commit", "best_case", "pipeline", "omitted"]
CATEGORIES: tuple[Category, ...] = ("commit", "best_case", "pipeline", "omitted")

Why = Literal["paused", "no_forecast_aimed", "no_forecast", "unlikely", "likely", "likely_but_owed", "even", "open"]


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """``p_won``: P(won within the period), None without a forecast. ``owed``: pieces of evidence missing behind the
    deal's stage. ``is_aimed``: its target date lies in the period."""

    p_won: float | None
    is_paused: bool = False
    owed: int = 0
    is_aimed: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    category: Category
    why: Why


def suggest_category(facts: CategoryFacts, limits: CategoryLimits) -> Suggestion:
    """The first rule that applies; see the module's words."""
    if facts.is_paused:
        return Suggestion("omitted", "paused")
    if facts.p_won is None:
        return Suggestion("pipeline", "no_forecast_aimed") if facts.is_aimed else Suggestion("omitted", "no_forecast")
    if facts.p_won < limits.pipeline_from:
        return Suggestion("omitted", "unlikely")
    if facts.p_won >= limits.commit_from:
        return Suggestion("best_case", "likely_but_owed") if facts.owed else Suggestion("commit", "likely")
    if facts.p_won >= limits.best_case_from:
        return Suggestion("best_case", "even")
    return Suggestion("pipeline", "open")
