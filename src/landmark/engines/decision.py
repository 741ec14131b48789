"""The rules of the decision milestone, from preparation to signature.

Answers: is everything ready for the meeting; may this paper leave the house; which part of the offer comes next; what a
decision still lacks; how far a yes has come; when minutes are due; what a road map of conditions does to the curve.
Does not answer: what a gate asks (``gates``), what is on record (``closing``). No clock: days are handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from landmark.playbook.decision import DecisionPart

YES, YES_BUT, NO, NO_DECISION = "yes", "yes_but", "no", "no_decision"
READY = ("yes", "yes_but")


# Before the meeting


@dataclass(frozen=True, slots=True)
class Promised:
    """Something we or the buyer said would be done and that is not done yet."""

    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaperFact:
    key: str
    made_on: date | None = None
    sent_on: date | None = None
    tender_reason: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """``open_actions``: promised and not done · ``unmade``: needed papers not made · ``early``: papers that left the
    house although they wait for the meeting · ``uninvited``: people of the buying side who are not asked to it."""

    open_actions: tuple[Promised, ...] = ()
    unmade: tuple[str, ...] = ()
    early: tuple[str, ...] = ()
    uninvited: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Who is asked is advice; what was promised and what is presented is not."""
        return not (self.open_actions or self.unmade or self.early)


def prepare(
    part: DecisionPart,
    promised: Sequence[Promised],
    papers: Sequence[PaperFact],
    centre: Sequence[str],
    invited: Sequence[str],
    held_on: date | None = None,
) -> Prepared:
    """What still stands between today and the meeting."""
    facts = {paper.key: paper for paper in papers}
    unmade = (p.key for p in part.papers if p.needed and not _is_made(facts.get(p.key)))
    early = (p.key for p in part.papers if not p.travels and _left_early(facts.get(p.key), held_on))
    asked = set(invited)
    return Prepared(
        open_actions=tuple(promised),
        unmade=tuple(unmade),
        early=tuple(early),
        uninvited=tuple(name for name in centre if name not in asked),
    )


def _is_made(paper: PaperFact | None) -> bool:
    return paper is not None and paper.made_on is not None


def _left_early(paper: PaperFact | None, held_on: date | None) -> bool:
    if paper is None or paper.sent_on is None or paper.tender_reason.strip():
        return False
    return held_on is None or paper.sent_on < held_on


def may_travel(part: DecisionPart, key: str, *, is_held: bool, tender_reason: str = "") -> bool:
    """Only the whole offer waits for the meeting; a tender that asks for it in writing is the exception."""
    paper = part.paper(key)
    return paper is not None and (paper.travels or is_held or bool(tender_reason.strip()))


def is_purposeful(subject: str, purpose_words: str, about: str = "") -> bool:
    """Does the subject say that a decision is the aim? The deal's own name does not count as saying it."""
    said = subject.casefold().replace(about.casefold(), " ") if about.strip() else subject.casefold()
    return any(word.strip().casefold() in said for word in purpose_words.split(",") if word.strip())


# In the meeting


def next_part(part: DecisionPart, shown: Sequence[str]) -> str | None:
    """The offer is presented in the playbook's order: the first part not shown yet; None when all were."""
    return next((key for key in part.offer_parts if key not in shown), None)


def may_present(review: str) -> bool:
    """The offer comes only after the buyer said ready, with or without a condition."""
    return review in READY


def lacking_in_objection(question: str, root_cause: str, cause: str) -> tuple[str, ...]:
    """An objection is settled when an open question led to its root and we know what kind it is."""
    held = (("question", question), ("root_cause", root_cause), ("cause", cause))
    open_question = question.strip().endswith(("?", "？", "؟"))
    lacking = [name for name, value in held if not value.strip()]
    return tuple(lacking) if open_question or "question" in lacking else ("question", *lacking)


@dataclass(frozen=True, slots=True)
class StepFact:
    """One line of a road map: a condition, or a step that puts a yes to work."""

    text: str
    owner: str
    due_on: date | None
    is_condition: bool = True
    is_done: bool = False


def lacking_in_decision(
    outcome: str,
    *,
    said_by: str,
    reason: str = "",
    words: str = "",
    steps: Sequence[StepFact] = (),
    next_on: date | None = None,
    rival: str = "",
) -> tuple[str, ...]:
    """What has to be on record before a decision counts as one.

    Yes: whose word, why us, at least one step to get going. Yes, but: at least one condition. Every line is owned and
    dated. No: the reason, in their words; the rival's name when they chose one. No decision: how it came, and a date.
    """
    asked: Mapping[str, bool] = {
        "said_by": outcome != NO_DECISION and not said_by.strip(),
        "reason": outcome in (YES, NO, NO_DECISION) and not reason.strip(),
        "words": outcome in (YES, NO) and not words.strip(),
        "rival": outcome == NO and reason == "rival" and not rival.strip(),
        "steps": outcome == YES and not any(not step.is_condition for step in steps),
        "conditions": outcome == YES_BUT and not any(step.is_condition for step in steps),
        "owners": any(not step.owner.strip() for step in steps),
        "dates": any(step.due_on is None for step in steps),
        "next_on": outcome == NO_DECISION and next_on is None,
    }
    return tuple(name for name, is_lacking in asked.items() if is_lacking)


# After the meeting


class Standing(StrEnum):
    """How far the buyer's word has come. Won means signed."""

    OPEN = "open"
    VERBAL = "verbal"
    WRITTEN = "written"
    SIGNED = "signed"
    REFUSED = "refused"


def find_standing(outcome: str, written_on: date | None, signed_on: date | None) -> Standing:
    if outcome == NO:
        return Standing.REFUSED
    if outcome not in READY:
        return Standing.OPEN
    if signed_on is not None and written_on is not None:
        return Standing.SIGNED
    return Standing.WRITTEN if written_on is not None else Standing.VERBAL


def open_conditions(steps: Sequence[StepFact]) -> tuple[StepFact, ...]:
    return tuple(step for step in steps if step.is_condition and not step.is_done)


def may_write(standing: Standing, steps: Sequence[StepFact]) -> bool:
    """A yes goes on paper once nothing is left that it hangs on."""
    return standing is Standing.VERBAL and not open_conditions(steps)


def may_sign(standing: Standing) -> bool:
    """Verbal, then written, then signed: no step is skipped."""
    return standing is Standing.WRITTEN


AGREED = ("scope", "price", "timeline", "terms")


def lacking_in_contract(agreed: Sequence[str]) -> tuple[str, ...]:
    """A contract settles all four."""
    return tuple(point for point in AGREED if point not in agreed)


MinutesState = Literal["due", "due_today", "overdue", "sent", "sent_late"]


def minutes_due_on(part: DecisionPart, held_on: date) -> date:
    return held_on + timedelta(days=part.minutes_due_days)


def judge_minutes(due_on: date, sent_on: date | None, today: date) -> MinutesState:
    if sent_on is not None:
        return "sent" if sent_on <= due_on else "sent_late"
    return "overdue" if today > due_on else "due_today" if today == due_on else "due"


def count_without_decision(outcomes: Sequence[str]) -> int:
    """How many meetings in a row, counted from the newest back, ended without a decision."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome != NO_DECISION:
            break
        count += 1
    return count


# What a road map does to the curve


def road_map_days(steps: Sequence[StepFact], today: date) -> int:
    """Days from today to the last open condition's date; 0 when nothing is open or all dates are past."""
    dates = [step.due_on for step in open_conditions(steps) if step.due_on is not None]
    return max(((day - today).days for day in dates), default=0) if dates and max(dates) > today else 0


def delay_wins(won: Sequence[float], days: int) -> tuple[float, ...]:
    """The curve of won when the way to a signature starts only once the last condition is met.

    ``won[t]``: P(won within t days). Formula: won'(t) = won(t − days), 0 before. A what-if: it says what waiting costs,
    not that conditions cause losses, so the curve of lost stays as it is.
    """
    if days < 0:
        raise ValueError(f"a road map ends today or later, not {days} days from now")
    return tuple(won[index - days] if index >= days else 0.0 for index in range(len(won)))
