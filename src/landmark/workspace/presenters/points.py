"""A rubric as the page shows it: what each point rests on and what the next one still asks.

Answers: the words of a rubric on a day. Does not answer: what the points are (``engines.rubrics``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.buying.models import Score
from landmark.buying.proposals import Proposed, tell_basis
from landmark.engines.facts import DealFacts, EvidenceFact
from landmark.engines.messages import say_who
from landmark.engines.rubrics import DimensionResult, Proposal, RoleSign, RubricResult
from landmark.playbook import checks as kinds
from landmark.playbook.rubrics import Dimension, Rubric
from landmark.playbook.schema import Playbook, Strength
from landmark.ui.formats import format_day
from landmark.workspace.presenters.path import Act, find_act


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing the next point asks: what, who could give it, and the form that takes it."""

    what: str
    who: str
    act: Act
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    points: int
    sentence: str
    is_proposed: bool
    is_chosen: bool
    needs_date: bool


@dataclass(frozen=True, slots=True)
class DimensionView:
    """``basis``: what the counted points rest on. ``tone``: confirmed, proposed or lapsed."""

    key: str
    label: str
    points: int
    maximum: int
    sentence: str
    basis: str
    tone: str
    tag: str
    note: str
    wanted: tuple[Wanted, ...]
    choices: tuple[Choice, ...]
    observation: str
    evidence_id: str
    due_on: date | None
    was: str

    @property
    def pips(self) -> list[bool]:
        return [number < self.points for number in range(self.maximum)]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """Points that one tap confirms. ``token``: what the form sends; ``basis``: the evidence they rest on."""

    token: str
    label: str
    points: int
    maximum: int
    basis: str


@dataclass(frozen=True, slots=True)
class RoleView:
    label: str
    words: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class RubricView:
    """``advice``: the next best action of the band the points fall in. ``proposed``: the points that one tap confirms;
    ``is_early``: something nobody judged yet decides."""

    key: str
    label: str
    question: str
    dimensions: tuple[DimensionView, ...]
    total: int | None
    maximum: int
    band: str
    band_label: str
    advice: str
    questions: tuple[str, ...]
    is_confirmed: bool
    open_count: int
    is_early: bool = False
    proposed: tuple[ProposalView, ...] = ()
    roles: tuple[RoleView, ...] = ()

    @property
    def lacking(self) -> tuple[DimensionView, ...]:
        short = [one for one in self.dimensions if one.points < one.maximum]
        return tuple(sorted(short, key=lambda one: one.points / one.maximum))

    @property
    def lapsed(self) -> tuple[DimensionView, ...]:
        return tuple(one for one in self.dimensions if one.tone == "lapsed")


class RubricTeller:
    """Tells rubrics of one deal on one day."""

    def __init__(
        self, playbook: Playbook, facts: DealFacts, on: date, lang: str, *, rows: Mapping[tuple[str, str], Score],
        link: Callable[[Act], str],
    ) -> None:  # fmt: skip
        self.playbook, self.facts, self.on, self.lang = playbook, facts, on, lang
        self.rows, self.link = rows, link

    def _text(self, key: str) -> str:
        return self.playbook.text(key, self.lang)

    def tell(
        self, rubric: Rubric, result: RubricResult, roles: Iterable[RoleSign] = (), proposed: Iterable[Proposed] = ()
    ) -> RubricView:
        words = f"rubric.{rubric.key}"
        views = tuple(self._dimension(rubric, one) for one in result.dimensions)
        band = f"{words}.band.{result.band}"
        label = self._text(f"{band}.label") if result.band else ""
        advice = self._text(f"{band}.next_step") if result.band else ""
        if result.is_early:
            label = _("Too early to say")
            lines = ", ".join(self._text(f"{words}.{one.key}.label").lower() for one in result.unknown)
            advice = _("Not judged yet: %(lines)s.") % {"lines": lines}
        is_between = rubric.decided_by == "lowest" and result.total == 1
        return RubricView(
            key=rubric.key,
            label=self._text(f"{words}.label"),
            question=self._text(f"{words}.question"),
            dimensions=views,
            total=result.total,
            maximum=result.maximum,
            band=result.band,
            band_label=label,
            advice=advice,
            questions=tuple(self._text(f"{words}.borderline.{key}") for key in rubric.borderline if is_between),
            is_confirmed=result.is_confirmed,
            open_count=sum(not one.is_confirmed for one in result.dimensions),
            is_early=result.is_early,
            proposed=tuple(self._propose(one, result) for one in proposed if one.rubric == rubric.key),
            roles=tuple(self._role(sign) for sign in roles),
        )

    def _propose(self, one: Proposed, result: RubricResult) -> ProposalView:
        found = result.dimension(one.dimension)
        label = self._text(f"rubric.{one.rubric}.{one.dimension}.label")
        return ProposalView(str(one), label, one.points, found.maximum, self._tell(found.proposal))

    def _role(self, sign: RoleSign) -> RoleView:
        label = self.playbook.label("role", sign.role, self.lang)
        if sign.met:
            return RoleView(label, _("%(names)s, met") % {"names": ", ".join(sign.met)}, True)
        if sign.names:
            return RoleView(label, _("%(names)s, not met yet") % {"names": ", ".join(sign.names)}, False)
        return RoleView(label, _("nobody named"), False)

    def _dimension(self, rubric: Rubric, result: DimensionResult) -> DimensionView:
        dimension = rubric.dimension(result.key)
        words = f"rubric.{rubric.key}.{result.key}"
        row, score, proposal = self.rows.get((rubric.key, result.key)), result.score, result.proposal
        chosen: int | None = score.points if score is not None and result.is_confirmed else proposal.points
        if rubric.unknown_is_open and score is None and not proposal.points:
            chosen = None  # what is not known is not confirmed as nought by the way
        tone = "confirmed" if result.is_confirmed else "lapsed" if result.has_lapsed else "proposed"
        cited = score.evidence_id if score is not None and result.is_confirmed else ""
        cited = cited or next((fact.id for fact in proposal.used), "")
        shown = score.observation if score is not None and result.is_confirmed else tell_basis(proposal, self.facts)
        return DimensionView(
            key=result.key,
            label=self._text(f"{words}.label"),
            points=result.points,
            maximum=result.maximum,
            sentence=self._text(f"{words}.p{result.points}") if dimension.anchor(result.points) else "",
            basis=self._basis(result),
            tone=tone,
            tag={"confirmed": _("confirmed"), "lapsed": _("to confirm again"), "proposed": _("proposed")}[tone],
            note=self._note(result),
            wanted=tuple(self.want(check) for check in proposal.missing) if result.points < result.maximum else (),
            choices=self._choices(words, dimension, chosen, proposal.points),
            observation=shown,
            evidence_id=cited,
            due_on=score.due_on if score is not None and not result.has_lapsed else None,
            was=str(row.id) if row else "",
        )

    def _choices(self, words: str, dimension: Dimension, chosen: int | None, proposed: int) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                anchor.points, self._text(f"{words}.p{anchor.points}"), anchor.points == proposed,
                anchor.points == chosen, anchor.needs_date,
            )
            for anchor in dimension.anchors
        )  # fmt: skip

    def _basis(self, result: DimensionResult) -> str:
        """What the points rest on, in one line."""
        score = result.score
        if score is not None and result.is_confirmed:
            fact = next((e for e in self.facts.evidence if e.id == score.evidence_id), None)
            parts = [self.say_evidence(fact) if fact else "", score.observation]
            day = format_day(score.scored_on, year_of=self.on)
            return " · ".join([part for part in parts if part] + [_("%(who)s, %(day)s") % {
                "who": score.author, "day": day}])  # fmt: skip
        return self._tell(result.proposal) or _("Nothing on record speaks for more.")

    def _tell(self, proposal: Proposal) -> str:
        told = [*(self.say_evidence(fact) for fact in proposal.used), tell_basis(proposal, self.facts)]
        return " · ".join(part for part in told if part)

    def _note(self, result: DimensionResult) -> str:
        """What changed since a person confirmed it."""
        score = result.score
        if score is None:
            return ""
        if result.has_lapsed and score.due_on is not None:
            day = format_day(score.due_on, year_of=self.on)
            return _("The promise was for %(day)s; until it is kept this counts nothing.") % {"day": day}
        if result.has_lapsed:
            return _("The evidence behind the confirmed points no longer holds.")
        if result.says_more:
            return ngettext(
                "By now the record speaks for %(points)d point.", "By now the record speaks for %(points)d points.",
                result.proposal.points,
            ) % {"points": result.proposal.points}  # fmt: skip
        return ""

    def say_evidence(self, fact: EvidenceFact) -> str:
        label = self.playbook.label("milestone", fact.key, self.lang)
        day = format_day(fact.occurred_on, year_of=self.on)
        strength = self.playbook.label("strength", fact.strength.key, self.lang)
        return f"“{label}”, {strength}, {day}"

    def want(self, check: kinds.Check) -> Wanted:
        who, act = say_who(check, self.facts, self.playbook, self.lang), find_act(check)
        return Wanted(self.name_check(check), who, act, self.link(act))

    def name_check(self, check: kinds.Check) -> str:
        """What a check asks for, by name."""
        if isinstance(check, kinds.EvidenceCheck):
            return self._name_evidence([check.evidence], check.strength)
        if isinstance(check, kinds.AnyEvidenceCheck):
            return self._name_evidence(check.any_of, check.strength)
        if isinstance(check, kinds.RoleCheck):
            names = _(" or ").join(self.playbook.label("role", role, self.lang) for role in check.any_of)
            return _("%(role)s met") % {"role": names} if check.met else _("%(role)s named") % {"role": names}
        if isinstance(check, kinds.PeopleMetCheck):
            return ngettext("%(n)d person met", "%(n)d people met", check.at_least) % {"n": check.at_least}
        if isinstance(check, kinds.NextStepCheck):
            return _("a next step with owner and day")
        if isinstance(check, kinds.DealFieldCheck):
            return _("a value") if check.name == "amount" else _("a target date")
        if isinstance(check, kinds.AttributeCheck):
            return self.playbook.label("attribute", check.attribute, self.lang)
        if isinstance(check, kinds.AdversariesCheck):
            return _("a plan for whoever is against it")
        return _("the key people met, with what is in it for them")

    def _name_evidence(self, keys: Iterable[str], strength: Strength) -> str:
        names = _(" or ").join(f"“{self.playbook.label('milestone', key, self.lang)}”" for key in keys)
        if strength == Strength.CLAIMED:
            return names
        return f"{names}, {self.playbook.label('strength', strength.key, self.lang)}"
