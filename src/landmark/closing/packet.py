"""Asking about the packet: its papers, lanes and questions, what the papers disagree on, what stands before go.

Answers: the state of a day, in dataclasses. Does not answer: what may be changed (``packet_actions``).
Packets, questions and meetings are kept with their days and show an earlier day as it was; of papers, lanes, mark-ups
and signatures only the latest state is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landmark.closing.models import (
    Blocker,
    CommercialSummary,
    GoNoGo,
    Lane,
    LaneAsk,
    MarkUp,
    Packet,
    Paper,
    SignatureFrame,
    SigningStep,
)
from landmark.closing.models.packet import AskKind, LineKind, Outcome, PaperState, PurchaseOrder
from landmark.deals.models import Deal
from landmark.engines.conflicts import Conflict, Text, as_texts, find_conflicts
from landmark.engines.last_mile import BlockerFact, GoFacts, MarkUpFact, SigningFact
from landmark.orgs.as_of import AsOf, latest
from landmark.playbook.loader import load_playbook


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane with what it was asked. ``approval``: of the newest packet that went out."""

    lane: Lane
    approval: LaneAsk | None
    questions: tuple[LaneAsk, ...]

    @property
    def key(self) -> str:
        return self.lane.key

    @property
    def is_approved(self) -> bool:
        return self.approval is not None and self.approval.outcome == Outcome.APPROVED

    @property
    def open_asks(self) -> tuple[LaneAsk, ...]:
        asks = (*((self.approval,) if self.approval else ()), *self.questions)
        return tuple(ask for ask in asks if ask.answered_on is None)

    def late_asks(self, on: date) -> tuple[LaneAsk, ...]:
        return tuple(ask for ask in self.open_asks if ask.due_on < on)


@dataclass(frozen=True, slots=True)
class PacketView:
    """``current`` is the newest version; ``sent`` the newest that went out."""

    versions: tuple[Packet, ...]
    papers: tuple[Paper, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def current(self) -> Packet | None:
        return self.versions[-1] if self.versions else None

    @property
    def sent(self) -> Packet | None:
        return next((packet for packet in reversed(self.versions) if packet.sent_on), None)

    @property
    def missing(self) -> tuple[Paper, ...]:
        return tuple(p for p in self.papers if p.state in (PaperState.MISSING, PaperState.DRAFT))


def read_packet(deal: Deal, as_of: AsOf) -> PacketView:
    versions = tuple(Packet.objects.filter(deal=deal, made_at__lte=as_of.known_by).order_by("number"))
    playbook = load_playbook(deal.playbook)
    order = {item.key: place for place, item in enumerate(playbook.last_mile.papers)}
    papers = list(Paper.objects.filter(packet=versions[-1])) if versions else []
    papers.sort(key=lambda paper: order.get(paper.key, len(order)))
    texts = _texts(papers, read_summary(deal, as_of))
    return PacketView(versions, tuple(papers), find_conflicts(texts, playbook.last_mile.conflicts))


def _texts(papers: Sequence[Paper], summary: CommercialSummary | None) -> list[Text]:
    """Every paper's clauses by its key, and the commercial summary in words under the empty one."""
    texts = as_texts({paper.key: paper.wording for paper in papers})
    return texts if summary is None else [Text("", tell_summary(summary)), *texts]


def tell_summary(summary: CommercialSummary) -> str:
    """The commercial summary as sentences to compare papers with."""
    total = f"Total {summary.currency} {read_total(summary):f}."
    term = f"Initial term {summary.term_months} months." if summary.term_months else ""
    parts = (
        total, term, summary.payment_terms, summary.renewal, summary.deliverables, summary.exclusions,
        summary.assumptions, summary.service_levels, summary.change_control,
    )  # fmt: skip
    return "\n".join(part for part in parts if part.strip())


def read_summary(deal: Deal, as_of: AsOf) -> CommercialSummary | None:
    """The commercial summary that counted on the day: the one every page and paper shows."""
    rows = CommercialSummary.objects.filter(deal=deal, made_at__lte=as_of.known_by).prefetch_related("lines")
    return rows.order_by("-number").first()


def read_total(summary: CommercialSummary) -> Decimal:
    """Prices and one-time fees; options are not in it, payments are how it is paid."""
    counted = (LineKind.PRICE, LineKind.ONE_TIME)
    return sum((line.amount for line in summary.lines.all() if line.kind in counted), Decimal("0.00"))


# Lanes


def read_lanes(deal: Deal, as_of: AsOf) -> tuple[LaneView, ...]:
    lanes = {lane.key: lane for lane in Lane.objects.filter(deal=deal).select_related("owner", "reviewer__person")}
    asks: dict[object, list[LaneAsk]] = {lane.pk: [] for lane in lanes.values()}
    for ask in LaneAsk.objects.filter(deal=deal, made_at__lte=as_of.known_by):
        asks[ask.lane_id].append(ask)
    mile = load_playbook(deal.playbook).last_mile
    made = [lanes.get(item.key) or Lane(deal=deal, key=item.key, answer_days=mile.answer_days) for item in mile.lanes]
    return tuple(_lane_view(lane, asks.get(lane.pk, [])) for lane in made)


def _lane_view(lane: Lane, asks: Sequence[LaneAsk]) -> LaneView:
    approvals = [ask for ask in asks if ask.kind == AskKind.APPROVAL]
    newest = max(approvals, key=lambda ask: ask.packet_number, default=None)
    return LaneView(lane, newest, tuple(ask for ask in asks if ask.kind == AskKind.QUESTION))


# Before the signature


def read_frame(deal: Deal) -> SignatureFrame:
    """The row, or an empty one that nothing is known in yet."""
    return SignatureFrame.objects.filter(deal=deal).first() or SignatureFrame(deal=deal, version=0)


def read_signatures(deal: Deal) -> tuple[SigningFact, ...]:
    rows = SigningStep.objects.filter(deal=deal).order_by("position", "made_at")
    return tuple(SigningFact(row.position, row.name, row.side, row.signed_on) for row in rows)


def read_markup_facts(deal: Deal) -> tuple[MarkUpFact, ...]:
    rows = MarkUp.objects.filter(deal=deal).order_by("number")
    return tuple(MarkUpFact(row.clause, row.state, row.decider, row.triage, row.pass_key) for row in rows)


def read_blocker_facts(deal: Deal) -> tuple[BlockerFact, ...]:
    rows = Blocker.objects.filter(deal=deal, cleared_on__isnull=True)
    return tuple(BlockerFact(row.kind, row.text, row.owner, row.due_on) for row in rows)


def read_go_facts(deal: Deal) -> GoFacts:
    """All that go or no-go is decided on, as it stands now. Names are keys; the presenter says them."""
    as_of = latest(deal.org)
    packet, frame, lanes = read_packet(deal, as_of), read_frame(deal), read_lanes(deal, as_of)
    needed = frame.purchase_order or PurchaseOrder.UNKNOWN
    return GoFacts(
        blockers=read_blocker_facts(deal),
        markups=read_markup_facts(deal),
        lanes_waiting=tuple(lane.key for lane in lanes if not lane.is_approved),
        lanes_unowned=tuple(lane.key for lane in lanes if lane.lane.owner_id is None),
        papers_missing=tuple(paper.key for paper in packet.missing),
        conflicts=tuple(conflict.rule for conflict in packet.conflicts),
        purchase_order=str(needed),
        billing_starts_on=frame.billing_starts_on,
        effective_on=frame.effective_on,
        service_on=frame.service_on,
        signatures=read_signatures(deal),
        has_packet=packet.sent is not None,
    )


def read_last_go(deal: Deal, as_of: AsOf) -> GoNoGo | None:
    return GoNoGo.objects.filter(deal=deal, made_at__lte=as_of.known_by).order_by("-number").first()


@dataclass(frozen=True, slots=True)
class AfterClose:
    """What a closed deal teaches: the clauses fought over most, papers asked for late, what made it slip."""

    contested: tuple[MarkUp, ...]
    late_papers: tuple[Paper, ...]
    slip_cause: str


def read_after_close(deal: Deal, papers: Sequence[Paper]) -> AfterClose:
    contested = MarkUp.objects.filter(deal=deal, rounds__gt=0).order_by("-rounds", "number")[:5]
    return AfterClose(tuple(contested), tuple(p for p in papers if p.is_late_ask), read_frame(deal).slip_cause)
