"""The registered kinds of check, one function each: facts in, verdict out.

Answers: is this check met on that day, by which evidence, and if not, what is in the way. Does not answer: what the
gate makes of it (``gates``). Every function also names the days on which its answer may turn without a write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import singledispatch

from landmark.engines.facts import DealFacts, EvidenceFact, NextStepFact, StakeholderFact
from landmark.playbook import checks as kinds
from landmark.playbook.schema import Playbook, Strength

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``problem`` names a message of the wording (empty: the check's own sentence); ``values`` fill it in.

    ``used``: evidence that meets the check. ``expired``: evidence that would, had it not run out. ``turns_on``: days
    after the as-of day on which the verdict may change by itself.
    """

    is_met: bool
    used: tuple[EvidenceFact, ...] = ()
    expired: tuple[EvidenceFact, ...] = ()
    problem: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    turns_on: frozenset[date] = frozenset()


MET = Verdict(is_met=True)
NOT_MET = Verdict(is_met=False)


def last_fresh_day(evidence: EvidenceFact, playbook: Playbook) -> date | None:
    """The last day on which the evidence counts: its own expiry, else the playbook's; None = it does not run out."""
    if evidence.expires_on is not None:
        return evidence.expires_on
    days = playbook.evidence_item(evidence.key).expiry_days if playbook.has_evidence(evidence.key) else None
    return evidence.occurred_on + timedelta(days=days) if days else None


def is_fresh(evidence: EvidenceFact, playbook: Playbook, as_of: date) -> bool:
    end = last_fresh_day(evidence, playbook)
    return evidence.occurred_on <= as_of and (end is None or as_of <= end)


@singledispatch
def judge(check: kinds.Check, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    """The verdict on one check; each kind below registers itself."""
    raise NotImplementedError(f"no function judges checks of the kind {type(check).__name__}")


@judge.register
def _(check: kinds.EvidenceCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    return judge_evidence((check.evidence,), check.strength, facts, playbook, as_of)


@judge.register
def _(check: kinds.AnyEvidenceCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    return judge_evidence(check.any_of, check.strength, facts, playbook, as_of)


def judge_evidence(keys: Iterable[str], need: Strength, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    """Met by the strongest, longest lasting evidence that is fresh and at least as strong as needed."""
    wanted = frozenset(keys)
    found = sorted((e for e in facts.evidence if e.key in wanted), key=lambda e: _worth(e, playbook), reverse=True)
    turns_on = _turning_days(found, playbook, as_of)
    fresh = [e for e in found if is_fresh(e, playbook, as_of)]
    if fresh and fresh[0].strength >= need:
        return Verdict(is_met=True, used=(fresh[0],), turns_on=turns_on)
    run_out = [e for e in found if e.strength >= need and e.occurred_on <= as_of]
    if run_out:
        return Verdict(is_met=False, expired=(run_out[0],), problem="expired", turns_on=turns_on)
    if fresh:
        values = {"evidence": fresh[0].key, "have": fresh[0].strength, "need": need}
        return Verdict(is_met=False, problem="weak", values=values, turns_on=turns_on)
    return Verdict(is_met=False, turns_on=turns_on)


def _worth(evidence: EvidenceFact, playbook: Playbook) -> tuple[int, date, date, str]:
    end = last_fresh_day(evidence, playbook) or date.max
    return (evidence.strength, end, evidence.occurred_on, evidence.id)


def _turning_days(found: Iterable[EvidenceFact], playbook: Playbook, as_of: date) -> frozenset[date]:
    starts = {e.occurred_on for e in found}
    ends = {end + DAY for e in found if (end := last_fresh_day(e, playbook)) and end != date.max}
    return frozenset(day for day in starts | ends if day > as_of)


def people_in(roles: Iterable[str], facts: DealFacts) -> list[StakeholderFact]:
    """Stakeholders in any of these roles, by name."""
    wanted = frozenset(roles)
    return sorted((person for person in facts.stakeholders if person.roles & wanted), key=lambda p: p.name)


def _has_met(person: StakeholderFact, as_of: date) -> bool:
    return person.met_on is not None and person.met_on <= as_of


def _meetings_ahead(people: Iterable[StakeholderFact], as_of: date) -> frozenset[date]:
    return frozenset(p.met_on for p in people if p.met_on is not None and p.met_on > as_of)


def _names(people: Iterable[StakeholderFact]) -> str:
    return ", ".join(person.name for person in people)


@judge.register
def _(check: kinds.RoleCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    people = people_in(check.any_of, facts)
    if not people or not check.met or any(_has_met(person, as_of) for person in people):
        return Verdict(is_met=bool(people))
    turns_on = _meetings_ahead(people, as_of)
    return Verdict(is_met=False, problem="role_not_met", values={"names": _names(people)}, turns_on=turns_on)


@judge.register
def _(check: kinds.KeyPlayersCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    people = people_in(check.roles, facts)
    left = [p for p in people if not (_has_met(p, as_of) and p.personal_benefit.strip())]
    if left:
        turns_on = _meetings_ahead(people, as_of)
        return Verdict(is_met=False, problem="not_met", values={"names": _names(left)}, turns_on=turns_on)
    return MET if people else NOT_MET


def adversaries(facts: DealFacts, playbook: Playbook) -> tuple[StakeholderFact, ...]:
    """People whose stance is a red flag, by name."""
    flags = {stance.key for stance in playbook.stances if stance.red_flag}
    return tuple(sorted((p for p in facts.stakeholders if p.stance in flags), key=lambda p: p.name))


@judge.register
def _(check: kinds.AdversariesCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    unplanned = [person for person in adversaries(facts, playbook) if not person.plan.strip()]
    if not unplanned:
        return MET
    return Verdict(is_met=False, problem="adversary", values={"names": _names(unplanned)})


@judge.register
def _(check: kinds.PeopleMetCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    count = sum(_has_met(person, as_of) for person in facts.stakeholders)
    return Verdict(is_met=count >= check.at_least, turns_on=_meetings_ahead(facts.stakeholders, as_of))


@judge.register
def _(check: kinds.NextStepCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    return judge_next_step(facts.next_step, as_of, check.within_days)


def judge_next_step(step: NextStepFact | None, as_of: date, within_days: int | None = None) -> Verdict:
    """Met by words, an owner and a day that is not over; with ``within_days`` the day must be that near."""
    if step is None:
        return NOT_MET
    lacking = _lacking(step)
    if lacking or step.due_on is None:
        return Verdict(is_met=False, problem="step_incomplete", values={"lacking": lacking})
    values: dict[str, object] = {"date": step.due_on, "text": step.text}
    if step.due_on < as_of:
        return Verdict(is_met=False, problem="step_late", values=values)
    over_on = frozenset({step.due_on + DAY})
    if within_days is not None and (step.due_on - as_of).days > within_days:
        near_on = frozenset({step.due_on - timedelta(days=within_days)})
        values["days"] = within_days
        return Verdict(is_met=False, problem="step_far", values=values, turns_on=near_on)
    return Verdict(is_met=True, turns_on=over_on)


def _lacking(step: NextStepFact) -> tuple[str, ...]:
    """Which of words, owner and date are not there."""
    parts = (("words", step.text.strip()), ("owner", step.owner.strip()), ("date", step.due_on))
    return tuple(name for name, held in parts if not held)


@judge.register
def _(check: kinds.AttributeCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    return Verdict(is_met=bool(facts.attributes.get(check.attribute, "").strip()))


@judge.register
def _(check: kinds.DealFieldCheck, facts: DealFacts, playbook: Playbook, as_of: date) -> Verdict:
    if check.name == "amount":
        return Verdict(is_met=facts.amount is not None and facts.amount > 0)
    return Verdict(is_met=facts.target_on is not None)
