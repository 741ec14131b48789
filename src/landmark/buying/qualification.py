"""How a deal stands in qualification on a day.

Answers: the rubrics with proposed and confirmed points, where the matrices lead, the check list of purchasing, the last
decision, what brings a deal back. Does not answer: what they mean (``engines.rubrics`` and the playbook's words).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from landmark.buying.models import GateDecision, ProcurementItem, PurchaseType, ReturnWatch, Score
from landmark.deals.models import Deal
from landmark.engines.facts import DealFacts
from landmark.engines.rubrics import RubricResult, ScoreFact, read_matrix, read_rubric
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Qualified:
    """``rows``: the confirmed points by (rubric, dimension). ``matrices``: where each leads."""

    results: Mapping[str, RubricResult]
    matrices: Mapping[str, str]
    rows: Mapping[tuple[str, str], Score]
    purchase_type: str
    procurement: Mapping[str, ProcurementItem]
    decision: GateDecision | None
    watch: ReturnWatch | None


def read_qualified(deal: Deal, facts: DealFacts, playbook: Playbook, as_of: AsOf) -> Qualified:
    part = playbook.qualification
    rows = {(row.rubric, row.dimension): row for row in Score.objects.filter(deal=deal).as_known(as_of)}
    scores: dict[str, dict[str, ScoreFact]] = defaultdict(dict)
    for (rubric, dimension), row in rows.items():
        scores[rubric][dimension] = make_score(row)
    results = {one.key: read_rubric(one, scores[one.key], facts, playbook, as_of.on) for one in part.rubrics}
    kind = PurchaseType.objects.filter(deal=deal).as_known(as_of).first()
    items = ProcurementItem.objects.filter(deal=deal).as_known(as_of)
    return Qualified(
        results=results,
        matrices={one.key: read_matrix(one, results) for one in part.matrices},
        rows=rows,
        purchase_type=kind.purchase_type if kind else "",
        procurement={row.key: row for row in items},
        decision=GateDecision.objects.filter(deal=deal).as_known(as_of).last(),
        watch=ReturnWatch.objects.filter(deal=deal).as_known(as_of).last(),
    )


def make_score(row: Score) -> ScoreFact:
    return ScoreFact(
        dimension=row.dimension, points=row.points, observation=row.observation, scored_on=row.known_at.date(),
        author=row.author_name, evidence_id=str(row.evidence_id or ""), due_on=row.due_on,
        proposed=row.proposed,
    )  # fmt: skip
