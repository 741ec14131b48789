"""How long deals stay in each stage, from the organisation's own moves.

Answers: median and 75th percentile of completed stays, as known on a day; the playbook's figures where too few are
complete. Does not answer: whether a deal is late (a screen compares its own age with these).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import numpy as np

from landmark.deals.models import StageMove
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.playbook.schema import Playbook

FEWEST_STAYS = 10
FEWEST_STEPPED = 0.1
"""Below this share of won deals that show a step in between, a source keeps no history of stages."""

_SECONDS_A_DAY = 86_400
Move = tuple[object, str, str, datetime]


@dataclass(frozen=True, slots=True)
class StageStay:
    stage: str
    median_days: float
    p75_days: float
    count: int


def read_stage_stays(org: Organisation, as_of: AsOf, playbook: Playbook) -> list[StageStay]:
    """One row for each open stage of the playbook; ``count`` 0 where its figures are the playbook's."""
    stays = _completed_stays(org, as_of)
    rows = []
    for stage in playbook.open_stages:
        days = stays.get(stage.key, [])
        if len(days) >= FEWEST_STAYS:
            median, p75 = np.quantile(np.array(days), (0.5, 0.75))
            rows.append(StageStay(stage.key, float(median), float(p75), len(days)))
        elif stage.typical_days is not None:
            p75_days = stage.p75_days if stage.p75_days is not None else stage.typical_days
            rows.append(StageStay(stage.key, float(stage.typical_days), float(p75_days), 0))
    return rows


def _completed_stays(org: Organisation, as_of: AsOf) -> dict[str, list[float]]:
    """Days of each stay that has begun and ended by dated moves; none when the source keeps no stage history."""
    stays: dict[str, list[float]] = defaultdict(list)
    won = stepped = 0
    for moves in _moves_by_deal(org, as_of):
        if moves[-1][2] == "won":
            won += 1
            stepped += len(moves) > 2
        for stage, days in _stays_of(moves):
            stays[stage].append(days)
    return stays if won == 0 or stepped >= FEWEST_STEPPED * won else {}


def _stays_of(moves: list[Move]) -> Iterator[tuple[str, float]]:
    """A first move opens a stay; a later one without a stage before it only says where the deal was met."""
    for place, (left, entered) in enumerate(zip(moves[1:], moves[:-1], strict=True)):
        is_dated = (place == 0 or entered[1]) and left[1] == entered[2]
        if is_dated and entered[2] not in ("won", "lost", "paused"):
            yield entered[2], (left[3] - entered[3]).total_seconds() / _SECONDS_A_DAY


def _moves_by_deal(org: Organisation, as_of: AsOf) -> Iterable[list[Move]]:
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by)
    ordered = moves.order_by("deal_id", "occurred_at", "recorded_at", "from_stage")
    rows = ordered.values_list("deal_id", "from_stage", "to_stage", "occurred_at").iterator(5_000)
    return (list(group) for _deal, group in groupby(rows, key=itemgetter(0)))
