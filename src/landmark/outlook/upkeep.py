"""Open deals that ask for attention: old for their stage, without progress, with a target date to look at again.

Answers: for each open deal its age against the stage's limit, its last progress, what changed the date, how complete
its evidence is, what the weekly review would find; and what a changed definition would do to them all. Does not answer:
the shares of the funnel (``funnel``), what a gate misses (``engines.gates``).

A flag that somebody has explained rests until the day they were given, then asks again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals.changing import changing
from landmark.deals.models import Deal, StageMove
from landmark.deals.policies import Refused
from landmark.deals.snapshots import DealAsKnown, deals_as_known
from landmark.engines.checks import is_fresh
from landmark.engines.facts import DealFacts, EvidenceFact
from landmark.engines.funnel import find_due_reviews, is_stalled
from landmark.engines.scorecard import measure_evidence
from landmark.engines.what_if import OpenDeal
from landmark.ledger.models import Evidence, FieldChange
from landmark.ledger.queries import find_day_end
from landmark.orgs.as_of import AsOf, latest
from landmark.orgs.models import Member, Organisation
from landmark.outlook.models import FlagNote
from landmark.outlook.rawrows import CHUNK
from landmark.outlook.reading import OrgForecast, find_usual_days
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.playbook.strength import Strength

ZERO = Decimal(0)
PAUSED = "paused"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Flagged:
    """One open deal on its stage. ``note``: why it stays, in somebody's words, while that explanation rests."""

    deal: DealAsKnown
    age_days: int
    limit_days: int | None
    last_progress_on: date
    reviews: tuple[str, ...]
    evidence: tuple[EvidenceFact, ...]
    evidence_percent: int
    is_stalled: bool
    explained: frozenset[str] = frozenset()
    note: str = ""

    @property
    def is_old(self) -> bool:
        return self.limit_days is not None and self.age_days > self.limit_days


@dataclass(frozen=True)
class Upkeep:
    """Open deals that are not paused, in order of opening. ``incomplete_moves``: stage changes of the past week
    without a note, or on a deal without a complete next step. ``late_steps`` counts paused deals too."""

    deals: tuple[Flagged, ...]
    incomplete_moves: tuple[Flagged, ...] = field(default=())
    late_steps: int = 0

    @property
    def old(self) -> list[Flagged]:
        """Explained or not."""
        return [one for one in self.deals if one.is_old]

    @property
    def ageing(self) -> list[Flagged]:
        return [one for one in self.old if FlagNote.Kind.AGEING not in one.explained]

    @property
    def stalled(self) -> list[Flagged]:
        return [one for one in self.deals if one.is_stalled and FlagNote.Kind.STALLED not in one.explained]

    @property
    def reviews(self) -> list[Flagged]:
        return [one for one in self.deals if one.reviews]

    @property
    def explained(self) -> list[Flagged]:
        return [one for one in self.deals if one.note]

    @property
    def without_step(self) -> list[Flagged]:
        return [one for one in self.deals if not has_whole_step(one.deal)]


def has_whole_step(deal: DealAsKnown) -> bool:
    """Words, an owner and a day: what the weekly review asks of every deal."""
    step = deal.next_step
    return step is not None and bool(step.text.strip() and step.owner.strip()) and step.due_on is not None


def is_step_late(deal: DealAsKnown, on: date) -> bool:
    step = deal.next_step
    return step is not None and bool(step.text) and step.due_on is not None and step.due_on < on


def read_upkeep(org: Organisation, as_of: AsOf, forecast: OrgForecast | None) -> Upkeep:
    playbook = load_playbook(org.playbook)
    everything = deals_as_known(org, as_of)
    known = [deal for deal in everything if deal.stage != PAUSED]
    ids = {deal.id for deal in known}
    evidence = _read_evidence(org, as_of, ids)
    dates = _read_date_changes(org, as_of, ids)
    notes = _read_notes(org, as_of)
    limits = {stage.key: find_usual_days(playbook, forecast, stage.key) for stage in playbook.open_stages}
    teller = _Teller(playbook, as_of.on, limits)
    deals = tuple(teller.tell(d, evidence.get(d.id, ()), dates.get(d.id), notes.get(d.id, ())) for d in known)
    bare = _read_week_moves(org, as_of)
    wanting = tuple(one for one in deals if one.deal.id in bare and (bare[one.deal.id] or not has_whole_step(one.deal)))
    return Upkeep(deals, wanting, sum(is_step_late(deal, as_of.on) for deal in everything))


@dataclass(frozen=True)
class _Teller:
    """Judges one deal at a time; holds what is the same for all."""

    playbook: Playbook
    on: date
    limits: Mapping[str, int | None]

    def tell(
        self, deal: DealAsKnown, evidence: Sequence[EvidenceFact], date_set_on: date | None, notes: Sequence[FlagNote]
    ) -> Flagged:
        resting = {note.kind: note for note in reversed(notes) if note.until_on >= self.on}
        progress = max([deal.stage_entered_on, *(e.occurred_on for e in evidence if e.occurred_on <= self.on)])
        limit_days = self.playbook.benchmarks.upkeep.stalled_days
        facts = DealFacts(str(deal.id), deal.stage, deal.opened_on, deal.stage_entered_on, evidence=tuple(evidence))
        return Flagged(
            deal=deal,
            age_days=max((self.on - deal.stage_entered_on).days, 0),
            limit_days=self.limits.get(deal.stage),
            last_progress_on=progress,
            reviews=self._reviews(deal, evidence, date_set_on, notes),
            evidence=tuple(evidence),
            evidence_percent=measure_evidence(facts, self.playbook, self.on)[0],
            is_stalled=is_stalled(progress, self.on, limit_days),
            explained=frozenset(resting),
            note=next((note.note for note in notes if note.until_on >= self.on), ""),
        )

    def _reviews(
        self, deal: DealAsKnown, evidence: Iterable[EvidenceFact], set_on: date | None, notes: Iterable[FlagNote]
    ) -> tuple[str, ...]:
        first: dict[str, date] = {}
        for fact in evidence:
            if fact.occurred_on <= self.on:
                first[fact.key] = min(first.get(fact.key, date.max), fact.occurred_on)
        begun = deal.opened_on if deal.target_on is not None else None
        looked = [note.made_on for note in notes if note.kind == FlagNote.Kind.DATE]
        days = [day for day in (set_on or begun, *looked) if day is not None]
        triggers = {item.key: item.evidence for item in self.playbook.benchmarks.date_reviews}
        return find_due_reviews(triggers, first, max(days, default=None))


def _read_evidence(org: Organisation, as_of: AsOf, ids: set[UUID]) -> dict[UUID, list[EvidenceFact]]:
    rows = Evidence.objects.filter(org_id=org.id).as_known(as_of.known_by)
    if as_of.is_latest:
        rows = rows.filter(deal_id__in=Deal.objects.of(org).open().values("id"))
    fields = ("id", "deal_id", "key", "occurred_at", "strength", "expires_on")
    found: dict[UUID, list[EvidenceFact]] = defaultdict(list)
    for row_id, deal_id, key, occurred_at, strength, expires_on in rows.values_list(*fields).iterator(CHUNK):
        if deal_id in ids:
            fact = EvidenceFact(str(row_id), key, occurred_at.date(), Strength(strength), expires_on=expires_on)
            found[deal_id].append(fact)
    return found


def _read_date_changes(org: Organisation, as_of: AsOf, ids: set[UUID]) -> dict[UUID, date]:
    """The day each deal's target date was last set, as known."""
    rows = FieldChange.objects.filter(org_id=org.id, field="target_on", known_at__lte=as_of.known_by).exclude(new="")
    ordered = rows.order_by("known_at").values_list("deal_id", "occurred_at").iterator(CHUNK)
    return {deal_id: at.date() for deal_id, at in ordered if deal_id in ids}


def _read_notes(org: Organisation, as_of: AsOf) -> dict[UUID, list[FlagNote]]:
    """Explanations given by then, newest first."""
    found: dict[UUID, list[FlagNote]] = defaultdict(list)
    for note in FlagNote.objects.filter(deal__org=org, made_at__lte=as_of.known_by).order_by("-made_at"):
        found[note.deal_id].append(note)
    return found


def _read_week_moves(org: Organisation, as_of: AsOf) -> dict[UUID, bool]:
    """Deals whose stage changed in the past week → whether any of those changes lacks a note."""
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by).exclude(from_stage="")
    week = moves.filter(occurred_at__gt=find_day_end(as_of.on - WEEK), occurred_at__lte=find_day_end(as_of.on))
    found: dict[UUID, bool] = {}
    for deal_id, note in week.values_list("deal_id", "note"):
        found[deal_id] = found.get(deal_id, False) or not note.strip()
    return found


def explain_flag(deal: Deal, *, by: Member, kind: str, note: str, via: str = "web") -> FlagNote:
    """Say why a flagged deal stays where it is, or that its date was looked at and holds. The flag rests a while."""
    today = latest(deal.org).on
    days = load_playbook(deal.org.playbook).benchmarks.upkeep.explained_days
    with changing(deal, by=by, via=via) as change:
        if kind not in FlagNote.Kind.values:
            raise Refused(_("Choose what you explain: its age, its missing progress, or its target date."))
        if not note.strip():
            raise Refused(_("Write a sentence that the next reader understands."))
        made = FlagNote.objects.create(
            deal=change.deal, kind=kind, note=note.strip()[:300], made_on=today, until_on=today + timedelta(days=days),
            made_at=timezone.now(), made_by=by,
        )  # fmt: skip
        change.record("flag.explained", note=made.note, kind=kind, until_on=made.until_on.isoformat())
    return made


def list_for_what_if(upkeep: Upkeep, org: Organisation, on: date) -> list[OpenDeal]:
    """The open deals as the question "what if a definition changed" looks at them."""
    playbook = load_playbook(org.playbook)
    found = []
    for one in upkeep.deals:
        strongest: dict[str, int] = {}
        for fact in one.evidence:
            if is_fresh(fact, playbook, on):
                strongest[fact.key] = max(strongest.get(fact.key, 0), int(fact.strength))
        currency = one.deal.currency or org.currency
        amount = one.deal.amount or ZERO
        found.append(OpenDeal(str(one.deal.id), one.deal.stage, amount, currency, one.age_days, strongest))
    return found
