"""The labels and sentences that the qualification part of a playbook needs.

Answers: their wording keys, each with the place that asks for it. Does not answer: whether they are there
(``words_needed``).
"""

from collections.abc import Iterator

from landmark.playbook.rubrics import Rubric
from landmark.playbook.schema import Loc, Playbook

Need = tuple[str, Loc]
PART = "qualification"


def words_of_qualification(playbook: Playbook) -> Iterator[Need]:
    part = playbook.qualification
    for index, rubric in enumerate(part.rubrics):
        yield from ((key, (PART, "rubrics", index)) for key in _of_rubric(rubric))
    for index, matrix in enumerate(part.matrices):
        loc: Loc = (PART, "matrices", index)
        yield f"matrix.{matrix.key}.label", loc
        for key in dict.fromkeys(rule.leads_to for rule in matrix.rules):
            yield from ((f"matrix.{matrix.key}.{key}.{word}", loc) for word in ("label", "next_step"))
    for index, barrier in enumerate(part.barriers):
        loc = (PART, "barriers", index)
        yield from ((f"barrier.{barrier.key}.{word}", loc) for word in ("label", "help"))
        yield from ((f"barrier.{barrier.key}.tactic.{key}", loc) for key in barrier.tactics)
    for index, kind in enumerate(part.trial_closes):
        loc = (PART, "trial_closes", index)
        yield from ((f"trial_close.{kind.key}.{word}", loc) for word in ("label", "question"))
        yield f"trial_validates.{kind.validates}.label", loc
    yield from _of_lists(playbook)


def _of_rubric(rubric: Rubric) -> Iterator[str]:
    words = f"rubric.{rubric.key}"
    yield from (f"{words}.label", f"{words}.question")
    for dimension in rubric.dimensions:
        yield f"{words}.{dimension.key}.label"
        yield from (f"{words}.{dimension.key}.p{anchor.points}" for anchor in dimension.anchors)
    yield from (f"{words}.borderline.{key}" for key in rubric.borderline)
    for band in rubric.bands:
        yield from (f"{words}.band.{band.key}.{word}" for word in ("label", "next_step"))


def _of_lists(playbook: Playbook) -> Iterator[Need]:
    part = playbook.qualification
    yield from ((f"discovery_close.{item.key}", (PART, "discovery_close")) for item in part.discovery_close)
    for item in part.procurement:
        yield from ((f"procurement.{item.key}.{word}", (PART, "procurement")) for word in ("label", "help"))
    yield from ((f"purchase_type.{key}.label", (PART, "purchase_types")) for key in part.purchase_types)
    for key in part.alternatives:
        yield from ((f"alternative.{key}.{word}", (PART, "alternatives")) for word in ("label", "help"))
    yield from ((f"answer.{key}", (PART, "answers")) for key in part.answers)
    yield from ((f"gap_impact.{key}.label", (PART, "gap_impacts")) for key in part.gap_impacts)
