"""Templates of shared plans as data: steps with who, how long, what they wait for, on which day.

Answers: which lists of actions a playbook offers. Does not answer: their dates (``engines.schedule``), their words
(``plan_template`` and ``plan_step`` of the wording).
"""

from typing import Annotated, Literal

from pydantic import Field

from landmark.playbook.checks import Key, Strict

AnchorDay = Literal["decision", "go_live", "signature", "kickoff"]
StepWord = Literal["deliverable", "needs", "decision", "acceptance", "risks"]
MilestoneKind = Literal["delivery", "adoption", "validation"]


class PlanStep(Strict):
    """One step. Its day is counted back from the anchor, or told: ``offset`` working days from it, or ``week``s after.

    ``has``: what the wording says of it beside its text. ``lane``: the buyer's own step whose past duration is taken.
    ``theirs``: the roles of the buyer's owner, the first that is on the deal.
    """

    key: Key
    phase: Key
    days: Annotated[int, Field(ge=0, le=60)] = 1
    after: tuple[Key, ...] = ()
    accountable: Literal["ours", "theirs"] = "ours"
    theirs: tuple[Key, ...] = ()
    has: tuple[StepWord, ...] = ()
    lane: Key | None = None
    milestone: MilestoneKind | None = None
    offset: Annotated[int, Field(ge=-60, le=60)] | None = None
    week: Annotated[int, Field(ge=0, le=52)] | None = None


class AnchorStep(Strict):
    """The step that falls on the anchor day."""

    on: AnchorDay
    step: Key | None = None


class PlanTemplate(Strict):
    """``anchors``: the days it may hang on, the usual one first.

    ``closed_by_type``: types of deal for which the wording says what closed means, the usual one first.
    """

    key: Key
    anchors: tuple[AnchorStep, ...] = Field(min_length=1)
    phases: tuple[Key, ...] = Field(min_length=1)
    escalates_same_day: bool = False
    closed_by_type: tuple[Literal["new", "expansion", "renewal"], ...] = ()
    steps: tuple[PlanStep, ...] = Field(min_length=1)

    def step(self, key: str) -> PlanStep | None:
        return next((step for step in self.steps if step.key == key), None)

    def anchor_step(self, anchor: str) -> str | None:
        return next((one.step for one in self.anchors if one.on == anchor), None)
