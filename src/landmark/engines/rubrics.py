"""What a deal scores on a rubric: points proposed from facts, points a person confirmed, and where they lead.

Answers: which points the facts speak for and by what; what counts today; where a total or a cell of a matrix leads;
what stands between a dimension and its next point. Does not answer: what an anchor means (the playbook says), who
confirmed it (``buying.qualification``).

Points that stand on a promise count up to and including their day, then they count nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from landmark.engines.checks import is_fresh, judge, people_in
from landmark.engines.facts import DealFacts, EvidenceFact
from landmark.playbook.lint_rubrics import matches
from landmark.playbook.rubrics import Anchor, Axis, Dimension, Matrix, Rubric
from landmark.playbook.schema import Check, Playbook


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """Points a person confirmed on one dimension, with what was observed. ``proposed``: what was proposed then."""

    dimension: str
    points: int
    observation: str
    scored_on: date
    author: str = ""
    evidence_id: str = ""
    due_on: date | None = None
    proposed: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the facts speak for. ``met``: the checks that say so. ``missing``: what the next higher anchor still asks;
    empty where only a person can say, or at the top."""

    points: int
    met: tuple[Check, ...]
    used: tuple[EvidenceFact, ...]
    people: tuple[str, ...]
    missing: tuple[Check, ...]
    next_points: int | None


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """``points`` count today: the confirmed ones, else the proposed. ``has_lapsed``: a promise fell due, or the cited
    evidence ran out or was taken back."""

    key: str
    maximum: int
    points: int
    proposal: Proposal
    score: ScoreFact | None
    has_lapsed: bool = False

    @property
    def is_confirmed(self) -> bool:
        return self.score is not None and not self.has_lapsed

    @property
    def says_more(self) -> bool:
        """Newer facts speak for more than was confirmed; fewer points than proposed then are a person's judgement."""
        if self.score is None:
            return False
        return self.proposal.points > max(self.points, self.score.proposed or 0)

    @property
    def is_proposed(self) -> bool:
        """Facts speak for points that nobody confirmed yet."""
        return self.proposal.points > 0 and (not self.is_confirmed or self.says_more)


@dataclass(frozen=True, slots=True)
class RubricResult:
    """``total`` is None for a rubric whose dimensions are never added up. ``is_early``: the lowest band stands only
    because something is not known yet."""

    key: str
    dimensions: tuple[DimensionResult, ...]
    total: int | None
    maximum: int
    band: str
    is_early: bool = False

    @property
    def unknown(self) -> tuple[DimensionResult, ...]:
        """Dimensions that nobody judged and no fact speaks for."""
        return tuple(one for one in self.dimensions if one.score is None and one.proposal.points == 0)

    @property
    def is_confirmed(self) -> bool:
        return all(one.is_confirmed for one in self.dimensions)

    @property
    def lacking(self) -> tuple[DimensionResult, ...]:
        """Dimensions below their top, the lowest first: what is missing by name."""
        short = [one for one in self.dimensions if one.points < one.maximum]
        return tuple(sorted(short, key=lambda one: one.points / one.maximum))

    def dimension(self, key: str) -> DimensionResult:
        return next(one for one in self.dimensions if one.key == key)


def propose(dimension: Dimension, facts: DealFacts, playbook: Playbook, as_of: date) -> Proposal:
    """The highest anchor that facts speak for; 0 points where they speak for none."""
    found = [(anchor, _find_met(anchor, facts, playbook, as_of)) for anchor in dimension.anchors]
    best, met = next(((a, checks) for a, checks in reversed(found) if checks), (dimension.anchors[0], ()))
    used, people = _told_by(met or (), facts, playbook, as_of)
    ahead = next((anchor for anchor in dimension.anchors if anchor.points > best.points), None)
    asked = ahead.needs if ahead else ()
    missing = tuple(check for check in asked if not judge(check, facts, playbook, as_of).is_met)
    return Proposal(best.points, met or (), used, people, missing, ahead.points if ahead else None)


def _find_met(anchor: Anchor, facts: DealFacts, playbook: Playbook, as_of: date) -> tuple[Check, ...] | None:
    """The checks that speak for the anchor, or None; an anchor without checks is never proposed."""
    for needs in (anchor.needs, anchor.or_needs):
        if needs and all(judge(check, facts, playbook, as_of).is_met for check in needs):
            return needs
    return None


def _told_by(
    checks: Iterable[Check], facts: DealFacts, playbook: Playbook, as_of: date
) -> tuple[tuple[EvidenceFact, ...], tuple[str, ...]]:
    """Evidence and people behind met checks, each once."""
    evidence: dict[str, EvidenceFact] = {}
    people: dict[str, None] = {}
    for check in checks:
        evidence |= {fact.id: fact for fact in judge(check, facts, playbook, as_of).used}
        if check.kind == "role":
            people |= {person.name: None for person in people_in(check.any_of, facts)}
        elif check.kind == "people_met":
            people |= {p.name: None for p in facts.stakeholders if p.met_on is not None and p.met_on <= as_of}
    return tuple(evidence.values()), tuple(people)


def read_rubric(
    rubric: Rubric, scores: Mapping[str, ScoreFact], facts: DealFacts, playbook: Playbook, as_of: date
) -> RubricResult:
    """The rubric on one day; ``scores`` are the confirmed ones by dimension."""
    results = tuple(_read(one, scores.get(one.key), facts, playbook, as_of) for one in rubric.dimensions)
    points = [one.points for one in results]
    total = {"total": sum(points), "lowest": min(points), "each": None}[rubric.decided_by]
    result = RubricResult(rubric.key, results, total, rubric.maximum, find_band(rubric, total))
    is_lowest = bool(rubric.bands) and result.band == rubric.bands[-1].key
    return replace(result, is_early=rubric.unknown_is_open and is_lowest and bool(result.unknown))


def _read(
    dimension: Dimension, score: ScoreFact | None, facts: DealFacts, playbook: Playbook, as_of: date
) -> DimensionResult:
    proposal = propose(dimension, facts, playbook, as_of)
    if score is None:
        return DimensionResult(dimension.key, dimension.maximum, proposal.points, proposal, None)
    has_lapsed = _has_lapsed(score, facts, playbook, as_of)
    fallen = has_lapsed and score.due_on is not None
    points = 0 if fallen else proposal.points if has_lapsed else score.points
    return DimensionResult(dimension.key, dimension.maximum, points, proposal, score, has_lapsed)


def _has_lapsed(score: ScoreFact, facts: DealFacts, playbook: Playbook, as_of: date) -> bool:
    if score.due_on is not None and score.due_on < as_of:
        return True
    cited = next((e for e in facts.evidence if e.id == score.evidence_id), None)
    return bool(score.evidence_id) and (cited is None or not is_fresh(cited, playbook, as_of))


def find_band(rubric: Rubric, total: int | None) -> str:
    """The band a total falls in; "" for a rubric without bands or total."""
    if total is None:
        return ""
    return next((band.key for band in rubric.bands if total >= band.at_least), "")


def read_matrix(matrix: Matrix, results: Mapping[str, RubricResult]) -> str:
    """Where the two sides lead together; the first rule that matches counts."""
    first, second = _value(matrix.first, results), _value(matrix.second, results)
    return next(rule.leads_to for rule in matrix.rules if matches(rule, first, second))


def _value(axis: Axis, results: Mapping[str, RubricResult]) -> int | str:
    result = results[axis.rubric]
    return result.dimension(axis.dimension).points if axis.dimension else result.band


@dataclass(frozen=True, slots=True)
class RoleSign:
    """One buying role of a rubric: who stands for it and whom of them we have met."""

    role: str
    names: tuple[str, ...]
    met: tuple[str, ...]


def read_roles(rubric: Rubric, facts: DealFacts, as_of: date) -> tuple[RoleSign, ...]:
    signs = []
    for role in rubric.roles:
        people = people_in((role,), facts)
        met = tuple(p.name for p in people if p.met_on is not None and p.met_on <= as_of)
        signs.append(RoleSign(role, tuple(p.name for p in people), met))
    return tuple(signs)


def stands_alone(rubric: Rubric, signs: Iterable[RoleSign]) -> bool:
    """Only the one role that must not stand alone shows signs: a good conversation, not readiness."""
    engaged = {sign.role for sign in signs if sign.met}
    return rubric.not_alone is not None and engaged == {rubric.not_alone}
