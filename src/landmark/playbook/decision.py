"""The decision milestone as data: agenda, order of the offer, papers, kinds of condition and cause, reasons, debrief.

Answers: which lists the decision meeting works with, and which sentences they need. Does not answer: whether a meeting
may be held or a decision stands (``engines.decision``); is it a meeting of its own (``Playbook.decision_held``).
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from landmark.playbook.checks import Days, Key, Strict

Words = tuple[str, tuple[str | int, ...]]


class AgendaPoint(Strict):
    """A point of the agenda; the point ``decides`` is its goal and cannot be left out."""

    key: Key
    minutes: int = Field(ge=1, le=480)
    decides: bool = False


class Paper(Strict):
    """A paper of the offer. ``needed`` before the meeting; ``travels`` = it may leave the house before it."""

    key: Key
    needed: bool = False
    travels: bool = True


class DecisionPart(Strict):
    """Lists of the decision meeting. An empty list asks for nothing."""

    agenda: tuple[AgendaPoint, ...] = ()
    offer_parts: tuple[Key, ...] = Field(default=(), description="Parts of the offer, in the order they are presented")
    preconditions: tuple[Key, ...] = Field(default=(), description="What success depends on, beside the contract")
    papers: tuple[Paper, ...] = ()
    conditions: tuple[Key, ...] = Field(default=(), description="Kinds of condition in a yes, but")
    causes: tuple[Key, ...] = Field(default=(), description="What lies beneath an objection")
    no_reasons: tuple[Key, ...] = Field(default=(), description="Loss reasons asked for after a no, the usual first")
    no_decision: tuple[Key, ...] = Field(default=(), description="How a meeting ends without a decision")
    watch: tuple[Key, ...] = Field(default=(), description="What would bring a lost deal back")
    debrief: tuple[Key, ...] = Field(default=(), description="Questions of the internal debrief")
    retry_trial: Literal["A", "B", "C", "D", "E", "F"] = "E"
    minutes_due_days: Days = Field(default=1, description="Days after the meeting by which minutes are sent")

    def paper(self, key: str) -> Paper | None:
        return next((paper for paper in self.papers if paper.key == key), None)


def words_of_decision(part: DecisionPart) -> Iterator[Words]:
    """Wording keys, each with the part of the files that asks for it."""
    if part.agenda:
        yield from ((f"decision.{name}", ("decision",)) for name in ("subject", "merged_subject", "purpose_words"))
        yield "decision.retry", ("decision", "retry_trial")
    for index, point in enumerate(part.agenda):
        yield f"decision.agenda.{point.key}", ("decision", "agenda", index)
    for index, key in enumerate(part.offer_parts):
        yield f"decision.offer_part.{key}.label", ("decision", "offer_parts", index)
        yield f"decision.offer_part.{key}.help", ("decision", "offer_parts", index)
    for index, paper in enumerate(part.papers):
        yield f"decision.paper.{paper.key}", ("decision", "papers", index)
    for name, word in (("preconditions", "precondition"), ("conditions", "condition"), ("causes", "cause"),
                       ("no_decision", "no_decision"), ("watch", "watch"), ("debrief", "debrief")):  # fmt: skip
        for index, key in enumerate(getattr(part, name)):
            yield f"decision.{word}.{key}", ("decision", name, index)
