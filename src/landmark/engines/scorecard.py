"""The score of a deal and what stands beside it.

Answers: one number out of 100, its companions, how complete the evidence of the stage is, and which warnings apply.
Does not answer: how likely a deal is (``forecast`` hands those numbers in).

The score is 100 × P(won by the end of the fiscal period in view) and reads nothing else: pushing a date cannot lift it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from landmark.engines.checks import adversaries, judge_evidence, judge_next_step
from landmark.engines.facts import DealFacts
from landmark.engines.messages import say
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of being won by a day, 0 to 1; None where no forecast or no date is at hand."""

    by_period_end: float | None = None
    by_first_target: float | None = None
    by_target: float | None = None
    within_90_days: float | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {value}")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """``score`` is None while there is no forecast. ``evidence_missing`` are the keys the stage should still hold."""

    score: int | None
    chances: Chances
    target_pushes: int
    evidence_percent: int
    evidence_missing: tuple[str, ...]
    age_days: int
    p75_days: int | None
    is_over_age: bool
    has_next_step: bool
    adversaries: tuple[str, ...]
    adversaries_without_plan: tuple[str, ...]
    warnings: tuple[str, ...]


def score_of(by_period_end: float | None) -> int | None:
    """100 × the probability, rounded half up; None stays None."""
    if by_period_end is None:
        return None
    return int((Decimal(str(by_period_end)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def measure_evidence(facts: DealFacts, playbook: Playbook, as_of: date) -> tuple[int, tuple[str, ...]]:
    """How much of the stage's minimum evidence is there, fresh and strong enough, in whole percent rounded down; and
    the keys still to come. A stage that asks for nothing is complete."""
    needs = playbook.stage(facts.stage).minimum_evidence
    missing = tuple(
        need.evidence
        for need in needs
        if not judge_evidence((need.evidence,), need.strength, facts, playbook, as_of).is_met
    )
    return (100 * (len(needs) - len(missing)) // len(needs) if needs else 100), missing


def build_scorecard(
    facts: DealFacts,
    playbook: Playbook,
    as_of: date,
    chances: Chances | None = None,
    p75_days: int | None = None,
    lang: str = "en",
) -> Scorecard:
    """Everything shown beside a deal's score. ``p75_days`` is the stage's own 75th percentile; else the playbook's."""
    chances = chances or Chances()
    percent, missing = measure_evidence(facts, playbook, as_of)
    stage = playbook.stage(facts.stage)
    limit = p75_days if p75_days is not None else stage.p75_days
    age = max((as_of - facts.stage_entered_on).days, 0)
    against = adversaries(facts, playbook)
    return Scorecard(
        score=score_of(chances.by_period_end),
        chances=chances,
        target_pushes=facts.target_pushes,
        evidence_percent=percent,
        evidence_missing=missing,
        age_days=age,
        p75_days=limit,
        is_over_age=_is_over_age(stage.kind, age, limit),
        has_next_step=judge_next_step(facts.next_step, as_of).is_met,
        adversaries=tuple(person.name for person in against),
        adversaries_without_plan=tuple(person.name for person in against if not person.plan.strip()),
        warnings=_warn(facts, playbook, as_of, age, limit, lang),
    )


def _is_over_age(kind: str, age: int, limit: int | None) -> bool:
    return kind == "open" and limit is not None and age > limit


def _warn(facts: DealFacts, playbook: Playbook, as_of: date, age: int, limit: int | None, lang: str) -> tuple[str, ...]:
    """One sentence for each thing to look at; a closed deal has none, a paused one is not told to hurry."""
    kind = playbook.stage(facts.stage).kind
    found: list[str] = []
    if kind in ("won", "lost"):
        return ()
    step = judge_next_step(facts.next_step, as_of)
    if not step.is_met and kind == "open":
        found.append(say(step.problem or "no_next_step", step.values, playbook, lang))
    unplanned = ", ".join(person.name for person in adversaries(facts, playbook) if not person.plan.strip())
    if unplanned:
        found.append(say("adversary", {"names": unplanned}, playbook, lang))
    if _is_over_age(kind, age, limit):
        found.append(say("over_age", {"age": age, "p75": limit}, playbook, lang))
    return tuple(found)
