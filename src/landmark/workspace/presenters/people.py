"""The tab People: who they are, how they decide, and the meeting in which they commit.

Answers: all the page shows for the day, read once each. Does not answer: what a form may change (``buying`` actions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from landmark.buying.commitment import Commitment, read_commitment, total_saved
from landmark.buying.models import DecisionPart, Outcome
from landmark.buying.people import MapChange, Person, read_map_changes
from landmark.buying.process import Process, read_process
from landmark.deals.models import Deal
from landmark.engines.commitment import find_clashes, month_of
from landmark.engines.relationships import Gap, find_gaps, find_quadrant, is_key_player, measure_depth, types_of
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.relationships import TOP_DEPTH
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.people_map import MapDrawing, draw_maps, name_level
from landmark.workspace.presenters.people_process import ProcessView, read_process_view
from landmark.workspace.presenters.people_words import Line, tell_clash, tell_gaps, tell_item
from landmark.workspace.templatetags.workspace import link_to


@dataclass(frozen=True, slots=True)
class ScaleView:
    label: str
    words: str
    seen: str
    points: int
    top: int = TOP_DEPTH

    @property
    def pips(self) -> tuple[bool, ...]:
        return tuple(n < self.points for n in range(self.top))


@dataclass(frozen=True, slots=True)
class NeedView:
    label: str
    given_on: date | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """One card of the list."""

    row: Person
    roles: tuple[str, ...]
    stance: str
    tone: str
    quadrant: str
    advice: str
    influence: str
    interest: str
    decision_part: str
    is_key: bool
    points: int
    out_of: int
    scales: tuple[ScaleView, ...]
    needs: tuple[NeedView, ...]
    step_when: str
    is_step_late: bool
    url: str

    @property
    def fact(self) -> object:
        return self.row.fact

    @property
    def given(self) -> int:
        return sum(need.given_on is not None for need in self.needs)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    person: str
    words: str
    change: MapChange


@dataclass(frozen=True, slots=True)
class StageChanges:
    """What changed while the deal stood at a stage."""

    stage: str
    focus: str
    lines: tuple[ChangeLine, ...]
    is_current: bool


class PeoplePage(DealPage):
    """The deal's page for this tab; its head and its rights are the deal's."""

    def __init__(self, request: MemberRequest, deal: Deal) -> None:
        super().__init__(request, deal)
        self.part = self.playbook.relationships

    def link(self, **query: str | None) -> str:
        values = {name: value for name, value in query.items() if value}
        return link_to(self.request, "workspace:people", pk=self.deal.id, query=values)

    @property
    def can_see_data(self) -> bool:
        """Whether the page of everything held about a person opens for whoever looks."""
        return has_right(self.request.member, Right.ADMINISTER)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        return find_gaps(self.crowd.facts, self.playbook, self.facts.stage, self.as_of.on) if self.is_open else ()

    @cached_property
    def todo(self) -> list[Line]:
        return tell_gaps(self.gaps, self.playbook, self.lang, self.link)

    @property
    def first(self) -> Line | None:
        return self.todo[0] if self.todo else None

    @cached_property
    def drawings(self) -> tuple[MapDrawing, ...]:
        return draw_maps(self.crowd.rows, self.playbook, self.lang)

    @cached_property
    def cards_of_people(self) -> list[PersonView]:
        return [self._view(row) for row in self.crowd.rows]

    @property
    def unplaced(self) -> list[PersonView]:
        return [view for view in self.cards_of_people if not view.quadrant]

    @property
    def deciders(self) -> list[str]:
        return [row.name for row in self.crowd.rows if row.fact.decision_part in ("decides", "both")]

    @property
    def signers(self) -> list[str]:
        return [row.name for row in self.crowd.rows if row.fact.decision_part in ("signs", "both")]

    @property
    def escalations(self) -> list[PersonView]:
        return [view for view in self.cards_of_people if view.row.fact.blocks]

    def _view(self, row: Person) -> PersonView:
        fact, text = row.fact, self.playbook.text
        quadrant = find_quadrant(fact, self.part)
        stance = self.playbook.stance(fact.stance)
        points, out_of = measure_depth(fact, self.part)
        days = (fact.step_on - self.as_of.on).days if fact.step_on else None
        return PersonView(
            row=row, roles=tuple(self.playbook.label("role", key, self.lang) for key in self._roles(fact.roles)),
            stance=self.playbook.label("stance", fact.stance, self.lang),
            tone="bad" if stance.red_flag else "warn" if stance.rank < 0 else "good" if stance.rank > 0 else "",
            quadrant=text(f"relationship.quadrant.{quadrant.key}.label", self.lang) if quadrant else "",
            advice=text(f"relationship.quadrant.{quadrant.key}.advice", self.lang) if quadrant else "",
            influence=name_level(fact.influence), interest=name_level(fact.interest),
            decision_part=str(DecisionPart(fact.decision_part).label) if fact.decision_part else "",
            is_key=is_key_player(fact, self.playbook), points=points, out_of=out_of, scales=self._scales(row),
            needs=self._needs(row), step_when=format_distance(days) if days is not None else "",
            is_step_late=days is not None and days < 0, url=self.link(do="person", person=str(row.id)),
        )  # fmt: skip

    def _roles(self, roles: frozenset[str]) -> list[str]:
        return [role.key for role in self.playbook.roles if role.key in roles]

    def _scales(self, row: Person) -> tuple[ScaleView, ...]:
        words = ("zero", "one", "two")
        views = []
        for scale in self.part.scales:
            points = min(row.fact.depth.get(scale.key, 0), TOP_DEPTH)
            label = self.playbook.text(f"relationship.scale.{scale.key}.label", self.lang)
            said = self.playbook.text(f"relationship.scale.{scale.key}.{words[points]}", self.lang)
            views.append(ScaleView(label, said, row.seen.get(scale.key, ""), points))
        return tuple(views)

    def _needs(self, row: Person) -> tuple[NeedView, ...]:
        return tuple(
            NeedView(self.playbook.text(f"relationship.need.{need}", self.lang), row.fact.minimum.get(need))
            for kind in types_of(row.fact, self.part)
            for need in kind.needs
        )

    # How the map changed

    @cached_property
    def by_stage(self) -> list[StageChanges]:
        """Stages that saw a change, newest first, and the one the deal stands at, with whom it turns on."""
        found: dict[str, list[ChangeLine]] = {self.facts.stage: []} if self.is_open else {}
        for change in read_map_changes(self.deal, self.as_of):
            line = ChangeLine(change.person, tell_change(change, self.playbook, self.lang), change)
            found.setdefault(change.stage, []).append(line)
        return [
            StageChanges(
                self.playbook.label("stage", stage, self.lang), self._focus(stage), tuple(lines),
                stage == self.facts.stage,
            )
            for stage, lines in found.items()
        ]  # fmt: skip

    def _focus(self, stage: str) -> str:
        known = {focus.stage for focus in self.part.focus}
        return self.playbook.text(f"relationship.focus.{stage}", self.lang) if stage in known else ""

    # How they decide

    @cached_property
    def process(self) -> Process:
        return read_process(self.deal, self.crowd, self.as_of)

    @cached_property
    def process_view(self) -> ProcessView:
        return read_process_view(self)

    # The commitment

    @cached_property
    def commitment(self) -> Commitment:
        return read_commitment(self.deal, self.crowd, self.facts, self.playbook, self.as_of)

    @property
    def check_list(self) -> list[tuple[bool, str]]:
        return [(item.is_met, tell_item(item, self.playbook, self.lang)) for item in self.commitment.items]

    @property
    def owed_count(self) -> int:
        return len(self.commitment.owed)

    @property
    def refusal(self) -> str:
        meeting = self.commitment.meeting
        known = meeting and meeting.reason
        return self.playbook.text(f"commitment.refusal.{meeting.reason}.label", self.lang) if meeting and known else ""

    @property
    def saved(self) -> str:
        found = total_saved(self.deal, self.as_of)
        return str(found) if found else ""

    @property
    def month(self) -> int:
        """The month the deal is in on the day looked at."""
        return month_of(self.facts.opened_on, self.as_of.on)

    @property
    def steps_agreed(self) -> Sequence[Mapping[str, object]]:
        meeting = self.commitment.meeting
        return [step | {"day": _read_day(step.get("on", ""))} for step in meeting.steps] if meeting else []

    @property
    def clashes(self) -> list[str]:
        """What of the meeting's days does not fit together, while it can still be changed."""
        meeting = self.commitment.meeting
        if meeting is None or not self.is_open or meeting.outcome == Outcome.REFUSED:
            return []
        steps = [(str(step["text"]), _read_day(step.get("on", ""))) for step in meeting.steps]
        day = meeting.held_on or meeting.planned_on
        return [tell_clash(clash) for clash in find_clashes(day, meeting.decide_by, steps, self.facts.target_on)]


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def tell_change(change: MapChange, playbook: Playbook, lang: str) -> str:
    """ "influence from 2 to 5"."""
    names = {
        "roles": _("part in the decision"), "stance": _("stance"), "influence": _("influence"),
        "interest": _("interest"), "decision_part": _("deciding and signing"),
    }  # fmt: skip
    old, new = (_tell_value(change.field, value, playbook, lang) for value in (change.old, change.new))
    return _("%(field)s from %(old)s to %(new)s") % {"field": names[change.field], "old": old, "new": new}


def _tell_value(field: str, value: str, playbook: Playbook, lang: str) -> str:
    if not value:
        return _("not judged") if field in ("influence", "interest") else _("nothing")
    if field == "roles":
        return ", ".join(playbook.label("role", key, lang) for key in value.split(","))
    if field == "stance":
        return playbook.label("stance", value, lang)
    return str(DecisionPart(value).label) if field == "decision_part" else value
