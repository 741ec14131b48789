"""The weekly review of deals, for an organisation, in a fixed number of queries.

Answers: every open deal the meeting has to talk about, with its flags and what is behind them, as known on the day.
Does not answer: what the flags mean (``engines.reviews``). Of mark-ups only the latest state is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from landmark.closing.models import Blocker, LaneAsk, MarkUp
from landmark.deals.models import Deal, Promise, StageMove, Stakeholder
from landmark.deals.snapshots import DealAsKnown, deals_as_known
from landmark.engines.last_mile import OPEN_STATES
from landmark.engines.reviews import FLAGS, LOOK_BACK_DAYS, ReviewFacts, review_deal
from landmark.ledger.queries import find_day_end
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.playbook.loader import load_playbook

DECIDERS = frozenset({"economic_buyer", "executive_sponsor"})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One deal of the review. ``move``: the last of the week; ``moved_on`` its day."""

    deal: DealAsKnown
    facts: ReviewFacts
    flags: tuple[str, ...]
    move: StageMove | None
    blockers: tuple[Blocker, ...]
    late: tuple[str, ...]


def read_review(org: Organisation, as_of: AsOf, look_back_days: int = LOOK_BACK_DAYS) -> list[Reviewed]:
    """All open deals with at least one flag and deals that closed this week, most flags first."""
    deals = deals_as_known(org, as_of)
    known = _Known(org, as_of, look_back_days)
    found = [_review(deal, known, as_of.on, look_back_days) for deal in deals]
    flagged = [item for item in found if item.flags]
    return sorted(flagged, key=lambda item: (-len(item.flags), -(item.deal.amount or 0)))


class _Known:
    """Everything behind the flags, read once for all deals."""

    def __init__(self, org: Organisation, as_of: AsOf, look_back_days: int) -> None:
        since = find_day_end(as_of.on - timedelta(days=look_back_days))
        moves = StageMove.objects.filter(deal__org=org, occurred_at__gt=since, known_at__lte=as_of.known_by)
        self.moves = {move.deal_id: move for move in moves.exclude(direction="opened").order_by("occurred_at")}
        raised = Blocker.objects.filter(deal__org=org, raised_on__lte=as_of.on, made_at__lte=as_of.known_by)
        self.blockers = _by_deal([b for b in raised if b.cleared_on is None or b.cleared_on > as_of.on])
        asks = LaneAsk.objects.filter(deal__org=org, made_at__lte=as_of.known_by, due_on__lt=as_of.on)
        self.late_asks = _by_deal([a for a in asks if a.answered_on is None or a.answered_on > as_of.on])
        promises = Promise.objects.filter(deal__org=org, made_at__lte=as_of.known_by, due_on__lt=as_of.on)
        self.late_promises = _open_promises(promises, org, as_of)
        undecided = MarkUp.objects.filter(deal__org=org, state__in=OPEN_STATES, decider="", made_at__lte=as_of.known_by)
        self.undecided = _by_deal(list(undecided))
        self.deciders: dict[UUID, int] = defaultdict(int)
        for deal_id, roles in Stakeholder.objects.filter(deal__org=org).values_list("deal_id", "roles"):
            self.deciders[deal_id] += bool(DECIDERS & set(roles))
        self.playbooks = dict(Deal.objects.of(org).open().values_list("id", "playbook"))
        self.default = org.playbook

    def needs_decider(self, deal: DealAsKnown) -> bool:
        """From the second stage on somebody who decides should be known by name."""
        playbook = load_playbook(self.playbooks.get(deal.id, self.default))
        return (playbook.position(deal.stage) or 0) >= 1


def _by_deal(rows: Sequence[object]) -> dict[UUID, list]:  # type: ignore[type-arg]
    found: dict[UUID, list] = defaultdict(list)  # type: ignore[type-arg]
    for row in rows:
        found[row.deal_id].append(row)  # type: ignore[attr-defined]
    return found


def _open_promises(promises: Iterable[Promise], org: Organisation, as_of: AsOf) -> dict[UUID, list]:  # type: ignore[type-arg]
    """Promises that fell due and whose check has still not been met, as the gate state says."""
    waiting = {
        deal_id: {(item["gate"], item["check"]) for item in missing}
        for deal_id, missing in Deal.objects.of(org).open().values_list("id", "gate_state__missing")
        if missing
    }
    return _by_deal([p for p in promises if (p.gate, p.check_key) in waiting.get(p.deal_id, set())])


def _review(deal: DealAsKnown, known: _Known, on: date, look_back_days: int) -> Reviewed:
    move, blockers = known.moves.get(deal.id), known.blockers.get(deal.id, [])
    promises, asks = known.late_promises.get(deal.id, []), known.late_asks.get(deal.id, [])
    late = [p.text for p in promises] + [b.text for b in blockers if b.due_on and b.due_on < on]
    step = deal.next_step
    facts = ReviewFacts(
        moved_on=move.occurred_at.date() if move else None,
        blockers=len(blockers),
        missing_inputs=len(asks),
        step_due_on=step.due_on if step else None,
        step_owner=step.owner if step else "",
        has_step=step is not None,
        late_count=len(late),
        owner=deal.owner,
        needs_decider=known.needs_decider(deal),
        deciders=known.deciders.get(deal.id, 0),
        undecided=len(known.undecided.get(deal.id, [])),
    )
    return Reviewed(deal, facts, review_deal(facts, on, look_back_days), move, tuple(blockers), tuple(late))


def count_flagged(found: Sequence[Reviewed]) -> dict[str, int]:
    return {flag: sum(flag in item.flags for item in found) for flag in FLAGS}
