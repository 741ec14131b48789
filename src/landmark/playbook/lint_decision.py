"""Do the lists of the decision milestone hang together?

Answers: loss reasons nobody defines, keys written twice, an agenda without its goal. Does not answer: whether the lists
are the right ones.
"""

from collections.abc import Iterator

from landmark.playbook.schema import Playbook
from landmark.playbook.source import Finding

LISTS = ("agenda", "offer_parts", "preconditions", "papers", "conditions", "causes", "no_reasons", "no_decision",
         "watch", "debrief")  # fmt: skip


def judge_decision(playbook: Playbook) -> Iterator[Finding]:
    part = playbook.decision
    if part.agenda and sum(point.decides for point in part.agenda) != 1:
        message = "the agenda has one goal; write `decides: true` at exactly one point"
        yield Finding(playbook.where("decision", "agenda"), message, code="agenda-goal")
    known = [reason.key for reason in playbook.loss_reasons]
    for index, key in enumerate(part.no_reasons):
        if key not in known:
            message = f"there is no loss reason `{key}`; use one of {', '.join(known)}"
            yield Finding(playbook.where("decision", "no_reasons", index), message, code="unknown-reason")
    for name in LISTS:
        seen: set[str] = set()
        for index, item in enumerate(getattr(part, name)):
            key = item if isinstance(item, str) else item.key
            if key in seen:
                message = f"`{key}` is written twice; keep one"
                yield Finding(playbook.where("decision", name, index), message, code="duplicate-key")
            seen.add(key)
