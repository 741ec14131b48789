"""The way each deal came, from its own moves, as known on a day.

Answers: when a deal first stood in each stage or beyond, how and when it ended, and the stays that follow from it, with
open deals censored. Does not answer: what share goes on (``engines.funnel``).

A stage counts as *entered* when the deal stood in it or in a later open stage. It counts as *reached* also when the
deal was won from before it. A deal met in the middle of the path has entered only the stage it was met in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from landmark.deals.models import Deal, StageMove
from landmark.engines.funnel import FROM_THE_START, Stay
from landmark.ledger.queries import find_day_end
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.rawrows import to_days
from landmark.playbook.schema import Playbook

FEWEST_STEPPED = 0.1
"""Below this share of won deals that show a step in between, a source keeps no history of stages."""

CHUNK = 5_000
Move = tuple[UUID, str, str, datetime, str]


@dataclass(slots=True)
class DealPath:
    """Places count from 0 for the first open stage; won is one past the last. Times are days since 1970."""

    deal_id: UUID
    opened: float
    seen_from: float
    entered: dict[int, float] = field(default_factory=dict)
    reached: dict[int, float] = field(default_factory=dict)
    end: str = ""
    ended: float = 0.0
    reason: str = ""
    has_steps: bool = False


@dataclass(frozen=True)
class Paths:
    """All deals. ``now``: the end of the day looked at. ``keeps_stages``: the sources tell of stages in between."""

    deals: list[DealPath]
    now: float
    keeps_stages: bool

    def stays(self, start: int, goal: int, *, recent_days: float | None = None) -> list[Stay]:
        """From first standing in ``start`` to reaching ``goal``. With ``recent_days`` only what was seen in them."""
        since = FROM_THE_START if recent_days is None else self.now - recent_days
        found = (_stay(deal, start, goal, self.now, since) for deal in self.deals)
        return [stay for stay in found if stay is not None]

    def overall(self, goal: int) -> list[Stay]:
        """From opening to won, whatever lay between."""
        return [_stay_from(deal, deal.opened, goal, self.now, FROM_THE_START) for deal in self.deals]


def read_paths(org: Organisation, as_of: AsOf, playbook: Playbook) -> Paths:
    places = {stage.key: place for place, stage in enumerate(playbook.open_stages)}
    won = len(places)
    rows = Deal.objects.of(org).filter(opened_at__lte=as_of.known_by)
    opened = {
        deal_id: (to_days(at), FROM_THE_START if known is None else to_days(known))
        for deal_id, at, known in rows.values_list("id", "opened_at", "history_known_from").iterator(CHUNK)
    }
    paths = []
    for deal_id, moves in _moves_by_deal(org, as_of):
        if deal_id in opened:
            path = DealPath(deal_id, *opened[deal_id])
            for move in moves:
                _follow(path, move, places, won)
            paths.append(path)
    wins = [path for path in paths if path.end == "won"]
    keeps = not wins or sum(path.has_steps for path in wins) >= FEWEST_STEPPED * len(wins)
    return Paths(paths, to_days(find_day_end(as_of.on)), keeps)


def _moves_by_deal(org: Organisation, as_of: AsOf) -> Iterator[tuple[UUID, Iterable[Move]]]:
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by)
    ordered = moves.order_by("deal_id", "occurred_at", "recorded_at", "from_stage")
    rows = ordered.values_list("deal_id", "from_stage", "to_stage", "occurred_at", "reason").iterator(CHUNK)
    return groupby(rows, key=itemgetter(0))


def _follow(path: DealPath, move: Move, places: dict[str, int], won: int) -> None:
    _deal, from_stage, to_stage, occurred_at, reason = move
    at = to_days(occurred_at)
    if to_stage in ("won", "lost"):
        path.end, path.ended, path.reason = to_stage, at, reason
        for place in range(won + 1) if to_stage == "won" else ():
            path.reached.setdefault(place, at)
        return
    path.end = ""
    if from_stage == "won":
        path.reached = {place: when for place, when in path.entered.items() if place < won}
    place_now = places.get(to_stage)
    if place_now is None:
        return
    _enter(path, place_now, at, is_first=not path.reached, is_dated=bool(from_stage))


def _enter(path: DealPath, place_now: int, at: float, *, is_first: bool, is_dated: bool) -> None:
    """A first move opens the path where it is met; a later one without a stage before it has no date of its own."""
    path.has_steps = path.has_steps or (is_dated and not is_first)
    if is_first:
        path.entered[place_now] = path.reached[place_now] = at
        return
    start = min(path.entered, default=place_now)
    for place in range(start, place_now + 1):
        path.reached.setdefault(place, at)
        if is_dated:
            path.entered.setdefault(place, at)


def _stay(deal: DealPath, start: int, goal: int, now: float, since: float) -> Stay | None:
    begun = deal.entered.get(start)
    if begun is None:
        return None
    stay = _stay_from(deal, begun, goal, now, since)
    return stay if stay.days > stay.seen_from or stay.seen_from <= 0 else None


def _stay_from(deal: DealPath, begun: float, goal: int, now: float, since: float) -> Stay:
    watched = max(deal.seen_from, since) - begun
    seen_from = watched if watched > 0 else FROM_THE_START
    if goal in deal.reached:
        return Stay(max(deal.reached[goal] - begun, 0.0), "reached", seen_from)
    if deal.end == "lost":
        return Stay(max(deal.ended - begun, 0.0), "lost", seen_from)
    return Stay(max(now - begun, 0.0), "open", seen_from)
