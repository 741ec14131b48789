"""Where the decision of a deal stands.

Answers: what is still promised, what is ready for the meeting, the meeting, the decision and how far it has come, as
known on a day. Does not answer: what may change (``decision_actions``, ``meeting_actions``).

Meetings, papers and steps keep their latest words; on an earlier day only those that were there by then are shown.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from landmark.closing.models import (
    Debrief,
    Decision,
    DecisionMeeting,
    MeetingState,
    Minutes,
    Objection,
    OfferPaper,
    OfferPart,
    OnboardingStep,
    RoadMapStep,
)
from landmark.deals.models import Deal
from landmark.deals.snapshots import deal_facts
from landmark.engines import decision as rules
from landmark.engines.checks import judge
from landmark.engines.decision import PaperFact, Prepared, Promised, Standing, StepFact
from landmark.engines.facts import DealFacts
from landmark.engines.gates import GateResult, evaluate_gate, evaluate_meeting
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import AsOf, latest
from landmark.plans.reading import open_promises
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook, Strength


def standing_decision(deal: Deal) -> Decision | None:
    """The decision that counts: the newest meeting's, unless it was withdrawn."""
    meeting = deal.decision_meetings.exclude(state=MeetingState.CANCELLED).order_by("-number").first()
    if meeting is None:
        return None
    found: Decision | None = meeting.decisions.filter(withdrawn_at=None).select_related("said_by", "meeting").first()
    return found


def read_standing(deal: Deal, decision: Decision | None, as_of: AsOf | None = None) -> Standing:
    """How far the yes has come. Proof that was put on record elsewhere counts as well, and one taken back does not."""
    if decision is None:
        return Standing.OPEN
    known_by = (as_of or latest(deal.org)).known_by
    rows = Evidence.objects.for_deal(deal.org_id, deal.id).as_known(known_by)
    proved = rows.filter(key__in=("decision_in_writing", "contract_signed"), occurred_at__date__gte=decision.decided_on)
    days: dict[str, date] = {}
    for row in proved:
        need = Strength.SIGNED if row.key == "contract_signed" else Strength.BUYER
        if row.strength >= need:
            days[row.key] = row.occurred_at.date()
    playbook = load_playbook(deal.playbook)
    written = days.get("decision_in_writing")
    if not playbook.has_evidence("decision_in_writing"):
        written = decision.written_on
    return rules.find_standing(decision.outcome, written, days.get("contract_signed"))


def step_fact(row: RoadMapStep) -> StepFact:
    """A condition of the road map as the rules see it."""
    return StepFact(row.text, row.owner, row.due_on, is_done=row.done_at is not None)


@dataclass(frozen=True)
class DecisionRoom:
    """Everything about one deal's decision, on one day; each part is read once, when asked for."""

    deal: Deal
    as_of: AsOf
    playbook: Playbook
    lang: str = "en"

    @cached_property
    def facts(self) -> DealFacts:
        return deal_facts(self.deal, self.as_of)

    @cached_property
    def meetings(self) -> list[DecisionMeeting]:
        rows = self.deal.decision_meetings.filter(created_at__lte=self.as_of.known_by)
        return list(rows.select_related("changed_by", "review_by").order_by("number"))

    @property
    def meeting(self) -> DecisionMeeting | None:
        """The newest one that was not cancelled."""
        return next((one for one in reversed(self.meetings) if one.state != MeetingState.CANCELLED), None)

    @cached_property
    def all_decisions(self) -> list[Decision]:
        rows = self.deal.decisions.filter(recorded_at__lte=self.as_of.known_by).exclude(
            withdrawn_at__lte=self.as_of.known_by
        )
        return list(rows.select_related("said_by", "meeting", "recorded_by").order_by("recorded_at"))

    @property
    def decision(self) -> Decision | None:
        found = [one for one in self.all_decisions if self.meeting is not None and one.meeting_id == self.meeting.id]
        return found[-1] if found else None

    @property
    def count_without(self) -> int:
        return rules.count_without_decision([one.outcome for one in self.all_decisions])

    @cached_property
    def standing(self) -> Standing:
        return read_standing(self.deal, self.decision, self.as_of)

    @cached_property
    def road_map(self) -> list[RoadMapStep]:
        if self.decision is None:
            return []
        rows = self.decision.road_map.filter(created_at__lte=self.as_of.known_by, dropped_at=None)
        return list(rows.select_related("owner_person", "owner_member"))

    @cached_property
    def agreed(self) -> list[OnboardingStep]:
        """The steps agreed with the yes; the onboarding holds them."""
        return list(self.decision.agreed.filter(made_at__lte=self.as_of.known_by)) if self.decision else []

    @cached_property
    def steps(self) -> list[StepFact]:
        return [step_fact(row) for row in self.road_map]

    @property
    def open_conditions(self) -> tuple[StepFact, ...]:
        return rules.open_conditions(self.steps)

    @cached_property
    def papers(self) -> dict[str, OfferPaper]:
        return {paper.kind: paper for paper in self.deal.offer_papers.all()}

    @cached_property
    def parts(self) -> dict[str, OfferPart]:
        return {part.key: part for part in self.deal.offer_parts.all()}

    @cached_property
    def objections(self) -> list[Objection]:
        rows = self.deal.objections.filter(raised_at__lte=self.as_of.known_by)
        return list(rows.select_related("said_by"))

    @cached_property
    def minutes(self) -> Minutes | None:
        if self.meeting is None:
            return None
        return Minutes.objects.filter(meeting=self.meeting).select_related("written_by", "sent_by").first()

    @cached_property
    def debrief(self) -> Debrief | None:
        if self.meeting is None:
            return None
        return Debrief.objects.filter(meeting=self.meeting).prefetch_related("members").first()

    @cached_property
    def entry(self) -> tuple[GateResult, ...]:
        """What the door of the meeting says."""
        return evaluate_meeting(self.facts, self.playbook, self.as_of.on, self.lang)

    @cached_property
    def quality(self) -> tuple[GateResult, ...]:
        """What the door of won says: the three quality gates."""
        gates = self.playbook.gates_at("won")
        return tuple(evaluate_gate(gate, self.facts, self.playbook, self.as_of.on, self.lang) for gate in gates)

    @cached_property
    def prepared(self) -> Prepared:
        meeting = self.meeting
        papers = [PaperFact(p.kind, p.made_on, p.sent_on, p.tender_reason) for p in self.papers.values()]
        invited = [row.name for row in meeting.invitees.select_related("person")] if meeting else []
        centre = sorted(person.name for person in self.facts.stakeholders)
        return rules.prepare(
            self.playbook.decision, read_promised(self), papers, centre, invited, meeting.held_on if meeting else None
        )


def read_room(deal: Deal, as_of: AsOf, lang: str = "en") -> DecisionRoom:
    return DecisionRoom(deal, as_of, load_playbook(deal.playbook), lang)


def read_promised(room: DecisionRoom) -> list[Promised]:
    """What was promised and is not done: promises at gates, actions of the shared plan that are due, a late next step.

    An action of the plan counts when its day lies before the meeting's, or before today while no meeting is planned.
    """
    return [*_gate_promises(room), *_plan_actions(room), *_late_step(room)]


def _gate_promises(room: DecisionRoom) -> list[Promised]:
    checks = {(gate.key, check.key): check for gate in room.playbook.gates for check in gate.checks}
    return [
        Promised(promise.text, "", promise.due_on)
        for promise in room.facts.promises
        if (check := checks.get((promise.gate, promise.check))) is not None
        and not judge(check, room.facts, room.playbook, room.as_of.on).is_met
    ]


def _plan_actions(room: DecisionRoom) -> list[Promised]:
    meeting = room.meeting
    until = meeting.local_start.date() if meeting and meeting.held_on is None else room.as_of.on
    return [
        Promised(row.text, owner.name if (owner := row.our_owner or row.their_owner) else "", row.due_on)
        for row in open_promises(room.deal, until)
    ]


def _late_step(room: DecisionRoom) -> list[Promised]:
    step = room.facts.next_step
    if step is None or step.due_on is None or step.due_on >= room.as_of.on:
        return []
    return [Promised(step.text, step.owner, step.due_on)]
