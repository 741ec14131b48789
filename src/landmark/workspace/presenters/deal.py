"""Everything the deal page shows, read in a fixed number of queries.

Answers: the whole page as known on the day. Does not answer: what its forms accept (``forms``, the actions).
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from landmark.buying.people import People, read_people
from landmark.deals.models import Deal, NextStep, StageMove
from landmark.deals.policies import can_edit
from landmark.engines.facts import DealFacts
from landmark.engines.gates import find_direction
from landmark.forecast.closing import WinDays
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period, read_period
from landmark.outlook.pulses import alerts_of
from landmark.outlook.reading import DealOutlook, OrgForecast, read_forecast
from landmark.outlook.reasons import read_past_scores
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods
from landmark.workspace.presenters.chances import RANGES, Chances, Dates, read_chances
from landmark.workspace.presenters.deal_alerts import AlertView, Reach, tell_alerts
from landmark.workspace.presenters.deal_types import TypeChoice, list_type_choices
from landmark.workspace.presenters.known_facts import read_facts
from landmark.workspace.presenters.parts import FactTeller, name_part
from landmark.workspace.presenters.path import Door, GateView, PathReader, PathStep, read_path
from landmark.workspace.presenters.reasons import (
    Band,
    DateView,
    StepsView,
    Teller,
    make_band,
    make_date,
    make_steps,
    make_teller,
)
from landmark.workspace.presenters.record import (
    EvidenceLine,
    MoveLine,
    PersonLine,
    count_overrides,
    read_evidence,
    read_moves,
    tell_evidence,
    tell_moves,
    tell_people,
)
from landmark.workspace.presenters.room import Card, Room, load_cards, read_begun
from landmark.workspace.presenters.why_changed import ChangeView, PastRow, make_changes, make_past, read_trail
from landmark.workspace.templatetags.workspace import link_to

NEWEST = 6
"""Pieces of evidence in sight; the others open at a press."""


@dataclass(frozen=True)
class Stage:
    key: str
    label: str
    kind: str


class DealPage:
    """One deal on one day. Parts are read when the template asks, once each."""

    def __init__(self, request: MemberRequest, deal: Deal) -> None:
        self.request, self.deal = request, deal
        self.as_of = request.as_of
        self.lang = get_language() or "en"
        self.playbook: Playbook = load_playbook(deal.playbook)

    @cached_property
    def facts(self) -> DealFacts:
        return read_facts(self.request, self.deal)

    @cached_property
    def moves(self) -> list[StageMove]:
        return read_moves(self.deal, self.as_of)

    @cached_property
    def reader(self) -> PathReader:
        return PathReader(self.facts, self.playbook, self.as_of.on, self.lang)

    @cached_property
    def cards(self) -> list[Card]:
        """One for each part of the room that has something to say."""
        modules = load_cards()
        begun = read_begun(self.deal, ((name, module.BEGUN_BY) for name, module in modules.items()))
        room = Room(self.request, self.deal, self.facts, self.crowd, self.playbook, self.lang, begun)
        return [card for module in modules.values() if (card := module.read_card(room)) is not None]

    # What the header says

    @property
    def stage(self) -> Stage:
        item = self.playbook.stage(self.facts.stage)
        return Stage(item.key, self.playbook.label("stage", item.key, self.lang), item.kind)

    @property
    def is_open(self) -> bool:
        return self.stage.kind in ("open", "paused")

    @property
    def currency(self) -> str:
        return self.facts.currency or self.request.org.currency

    @property
    def type_choices(self) -> list[TypeChoice]:
        return list(list_type_choices(self.deal.deal_type))

    @property
    def can_edit(self) -> bool:
        return self.as_of.is_latest and can_edit(self.request.member, self.deal)

    @property
    def can_add_evidence(self) -> bool:
        return self.as_of.is_latest and has_right(self.request.member, Right.ADD_EVIDENCE)

    @cached_property
    def owners(self) -> list[Member]:
        return (
            list(Member.objects.filter(org=self.request.org, is_active=True).order_by("name")) if self.can_edit else []
        )

    # Next step

    @cached_property
    def step(self) -> NextStep | None:
        step = self.facts.next_step
        return None if step is None else NextStep(text=step.text, owner=step.owner, due_on=step.due_on)

    @property
    def step_days(self) -> int | None:
        if self.step is None or self.step.due_on is None:
            return None
        return (self.step.due_on - self.as_of.on).days

    @property
    def step_words(self) -> str:
        return "" if self.step_days is None else format_distance(self.step_days)

    @property
    def is_step_late(self) -> bool:
        return self.step_days is not None and self.step_days < 0

    # Path and gates

    @cached_property
    def path(self) -> list[PathStep]:
        return read_path(self.facts, self.playbook, self.moves, self.forecast, self.as_of.on, self.lang)

    @cached_property
    def door(self) -> Door | None:
        return self.reader.next_door() if self.is_open else None

    @cached_property
    def debt(self) -> tuple[GateView, ...]:
        return self.reader.debt() if self.is_open else ()

    @property
    def debt_count(self) -> int:
        return sum(len(gate.missing) for gate in self.debt)

    @property
    def path_stages(self) -> str:
        """Stages a move to which asks for a next step, as the form's script reads them."""
        return ",".join(stage.key for stage in self.playbook.open_stages)

    @property
    def back_stages(self) -> str:
        stages = self.playbook.open_stages
        return ",".join(s.key for s in stages if find_direction(self.facts, self.playbook, s.key) == "back")

    # Record

    @cached_property
    def evidence_rows(self) -> list[Evidence]:
        return read_evidence(self.deal, self.as_of)

    @cached_property
    def evidence(self) -> list[EvidenceLine]:
        return tell_evidence(self.evidence_rows, self.as_of.on, self.playbook, self.lang)

    @property
    def proofs(self) -> list[EvidenceLine]:
        """What the playbook knows: it may open a gate."""
        return [line for line in self.evidence if line.is_known]

    @property
    def newest_proofs(self) -> list[EvidenceLine]:
        """What stands open on the page; a deal of a year has fifty."""
        return self.proofs[:NEWEST]

    @property
    def earlier_proofs(self) -> list[EvidenceLine]:
        return self.proofs[NEWEST:]

    @property
    def other_events(self) -> list[EvidenceLine]:
        """What only the source knows, such as calls and e-mails: it feeds the forecast."""
        return [line for line in self.evidence if not line.is_known]

    @cached_property
    def crowd(self) -> People:
        """The buyer's people as known on the day."""
        return read_people(self.deal, self.as_of)

    @cached_property
    def people(self) -> list[PersonLine]:
        return tell_people(self.crowd.rows, self.playbook, self.lang)

    @cached_property
    def history(self) -> list[MoveLine]:
        return tell_moves(self.moves, self.playbook, self.lang)

    @property
    def override_count(self) -> int:
        return count_overrides(self.moves)

    # Forecast

    @cached_property
    def forecast(self) -> OrgForecast | None:
        return read_forecast(self.request.org, self.as_of)

    @cached_property
    def period(self) -> Period:
        return read_period(self.request.org, self.request.GET.get("period"), self.as_of.on)

    @cached_property
    def periods(self) -> list[PeriodChoice]:
        return list_periods(self.request, self.period)

    @property
    def ranges(self) -> tuple[int, ...]:
        return RANGES

    @cached_property
    def outlook(self) -> DealOutlook | None:
        return self.forecast.deal(self.deal.id) if self.forecast and self.is_open else None

    @cached_property
    def chances(self) -> Chances | None:
        outlook = self.outlook
        if outlook is None:
            return None
        dates = Dates(
            on=self.as_of.on,
            period=self.period,
            first_target=self.facts.first_target_on,
            target=self.facts.target_on,
            pushes=self.facts.target_pushes,
        )
        days = 365 if self.request.GET.get("days") == "365" else 180
        made_of = outlook.contributions
        by = made_of.by if made_of else self.period.ends_on
        teller = FactTeller(
            self.deal, self.facts, self.evidence_rows, self.moves, outlook.as_of, by, self.as_of.is_latest
        )
        return read_chances(outlook, dates, days, self.playbook, self.lang, teller.tell)

    # Why: what it is made of is part of the chances

    @cached_property
    def name_key(self) -> Teller:
        return make_teller(self.playbook, self.lang, name_part)

    @cached_property
    def win_days(self) -> WinDays | None:
        return self.outlook.win_days() if self.outlook else None

    @cached_property
    def alerts(self) -> tuple[AlertView, ...]:
        usual = self.forecast.stage_age(self.facts.stage) if self.forecast else None
        limit = round(usual.p75_days) if usual else self.playbook.stage(self.facts.stage).p75_days
        found = alerts_of(self.facts, self.moves, self.playbook, self.as_of.on, limit, self.win_days)
        reach = Reach(self._link, self.door, self.people, self.can_edit, self.can_add_evidence, self.can_take_date)
        return tell_alerts(found, self.playbook, self.lang, reach)

    def _link(self, **query: str) -> str:
        """This page with one of its forms open."""
        return link_to(self.request, "workspace:deal", pk=self.deal.id, query=query)

    @cached_property
    def band(self) -> Band | None:
        return make_band(self.outlook, self.as_of.on) if self.outlook else None

    @cached_property
    def steps(self) -> StepsView | None:
        return make_steps(self.outlook, self.as_of.on, self.name_key) if self.outlook else None

    @cached_property
    def win_date(self) -> DateView | None:
        return make_date(self.win_days, self.as_of.on, self.facts.target_on)

    @property
    def can_take_date(self) -> bool:
        """Whether one press may make the suggested date the deal's own."""
        return self.can_edit and self.win_date is not None and self.win_date.middle != self.facts.target_on

    @cached_property
    def changes(self) -> tuple[ChangeView, ...]:
        reasons = self.outlook.reasons if self.outlook else None
        if reasons is None or not reasons.changes:
            return ()
        trail = read_trail(self.deal, reasons.changes, self.evidence_rows, self.as_of)
        return make_changes(reasons.changes, trail, self.as_of.on, self.name_key)

    @cached_property
    def past_scores(self) -> tuple[PastRow, ...]:
        return make_past(read_past_scores(self.request.org, self.deal.id, self.as_of), self.name_key)
