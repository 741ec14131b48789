"""Does a playbook ask for no more than its budget, and does it name deals that exist?

Answers: findings about ``budget`` and ``suits``. Does not answer: anything about gates and stages (``lint``).
"""

from collections.abc import Iterator

from landmark.playbook.asked import count_asked
from landmark.playbook.schema import Playbook
from landmark.playbook.source import Finding

DEAL_TYPES = ("new", "expansion", "renewal")


def judge_choice(playbook: Playbook) -> Iterator[Finding]:
    places = {stage.key: index for index, stage in enumerate(playbook.stages)}
    limit = playbook.budget.fields_per_stage
    for stage, fields in count_asked(playbook).items():
        if len(fields) > limit:
            message = (
                f"`{stage}` asks for {len(fields)} fields, its budget is {limit}; ask for less or ask elsewhere, "
                "or raise `budget: fields_per_stage`"
            )
            yield Finding(playbook.where("stages", places[stage]), message, code="over-budget")
    for index, rule in enumerate(playbook.suits):
        for number, kind in enumerate(rule.deal_types):
            if kind not in DEAL_TYPES:
                message = f"there is no type of deal `{kind}`; use one of {', '.join(DEAL_TYPES)}"
                where = playbook.where("suits", index, "deal_types", number)
                yield Finding(where, message, code="unknown-deal-type")
