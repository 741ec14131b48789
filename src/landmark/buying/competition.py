"""The buyer's alternatives on a day, ready to be judged.

Answers: criteria, alternatives, grades, barriers and answers on record, who stands where, whether to compete.
Does not answer: how a grade came about (a person gave it).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from landmark.buying.models import Alternative, BuyerCriteria, CompetitionAnswer, Grade, SwitchingBarrier
from landmark.deals.models import Deal
from landmark.engines.competition import BarrierFact, Judgement, Standing, judge_competition, rank
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Competition:
    criteria: BuyerCriteria | None
    alternatives: tuple[Alternative, ...]
    grades: Mapping[tuple[str, str], Grade]
    barriers: Mapping[str, SwitchingBarrier]
    answers: Mapping[str, CompetitionAnswer]
    standings: tuple[Standing, ...]
    judgement: Judgement

    @property
    def is_empty(self) -> bool:
        return not (self.criteria or self.alternatives or self.barriers or self.answers)


def read_competition(deal: Deal, playbook: Playbook, as_of: AsOf) -> Competition:
    criteria = BuyerCriteria.objects.filter(deal=deal).as_known(as_of).last()
    alternatives = tuple(Alternative.objects.filter(deal=deal).as_known(as_of))
    lines = [str(row.line) for row in alternatives]
    grades = {(row.alternative, row.criterion): row for row in Grade.objects.filter(deal=deal).as_known(as_of)}
    barriers = {row.kind: row for row in SwitchingBarrier.objects.filter(deal=deal).as_known(as_of)}
    answers = {row.key: row for row in CompetitionAnswer.objects.filter(deal=deal).as_known(as_of)}
    texts = criteria.texts if criteria else []
    points = {key: row.points for key, row in grades.items()}
    facts = [BarrierFact(b.kind, b.is_main, b.is_structural, bool(b.tactics)) for b in barriers.values()]
    return Competition(
        criteria=criteria,
        alternatives=alternatives,
        grades=grades,
        barriers=barriers,
        answers=answers,
        standings=rank(texts, lines, points),
        judgement=judge_competition(facts, answers, playbook.qualification.answers),
    )
