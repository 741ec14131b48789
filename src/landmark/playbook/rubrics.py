"""What qualification is in the method: rubrics with an anchor a point, matrices, questions, barriers, trial closes.

Answers: which dimensions are scored, what a point means and which facts speak for it, which band or cell leads where.
Does not answer: what a deal scores (``engines.rubrics``) or whether the parts fit together (``lint_rubrics``).
"""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from landmark.playbook.checks import Check, Days, Key, Strict

Points = Annotated[int, Field(ge=0, le=10)]


class Named(Strict):
    key: Key


Part = TypeVar("Part", bound=Named)


class Anchor(Strict):
    """What one number of points means. The sentence is ``rubric.<rubric>.<dimension>.p<points>`` in the wording.

    Facts propose it when all of ``needs`` are met, or all of ``or_needs``; without either only a person can choose it.
    """

    points: Points
    needs: tuple[Check, ...] = ()
    or_needs: tuple[Check, ...] = ()
    needs_date: bool = Field(default=False, description="It stands on a promise: it takes a day and counts until then")


class Dimension(Named):
    anchors: tuple[Anchor, ...] = Field(min_length=2)

    @property
    def maximum(self) -> int:
        return max(anchor.points for anchor in self.anchors)

    def anchor(self, points: int) -> Anchor | None:
        return next((anchor for anchor in self.anchors if anchor.points == points), None)

    @model_validator(mode="after")
    def _rise(self) -> Self:
        points = [anchor.points for anchor in self.anchors]
        if points != sorted(set(points)) or points[0] != 0:
            raise ValueError("Write the anchors from 0 points upwards, each number of points once.")
        return self


class Band(Named):
    """From ``at_least`` points on (of the total, or of the lowest dimension) this is the next best action."""

    at_least: Points


class Rubric(Named):
    """``decided_by``: the total of all dimensions, the lowest of them, or each for itself (never added up)."""

    system: str = Field(description="The system of the method it belongs to, such as 5.2")
    decided_by: Literal["total", "lowest", "each"] = "total"
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    bands: tuple[Band, ...] = ()
    unknown_is_open: bool = Field(default=False, description="What nobody judged yet is open, not nought")
    borderline: tuple[Key, ...] = Field(default=(), description="Questions to ask while a dimension is in between")
    roles: tuple[Key, ...] = Field(default=(), description="Buying roles that should show signs beside the points")
    not_alone: Key | None = Field(default=None, description="A role whose signs alone do not count as ready")

    def dimension(self, key: str) -> Dimension:
        return _find(self.dimensions, key)

    @property
    def maximum(self) -> int:
        tops = [dimension.maximum for dimension in self.dimensions]
        return sum(tops) if self.decided_by == "total" else min(tops)

    @model_validator(mode="after")
    def _fall(self) -> Self:
        floors = [band.at_least for band in self.bands]
        if floors and (floors != sorted(set(floors), reverse=True) or floors[-1] != 0):
            raise ValueError("Write the bands from the highest `at_least` down to 0.")
        return self


class Axis(Strict):
    """One side of a matrix: the band of a rubric, or the points of one of its dimensions."""

    rubric: Key
    dimension: Key | None = None


class Rule(Strict):
    """Where the named values of both sides lead; a side left out means any value."""

    first: tuple[int | Key, ...] = ()
    second: tuple[int | Key, ...] = ()
    leads_to: Key


class Matrix(Named):
    """The first rule that matches counts."""

    first: Axis
    second: Axis
    rules: tuple[Rule, ...] = Field(min_length=1)


class GateRoute(Strict):
    """A gate of qualification, in the order asked. ``if_nothing``: its way on when not one of its checks is met."""

    gate: Key
    if_nothing: Key | None = None


class Question(Named):
    """What must be known by then: met when all of its checks are."""

    needs: tuple[Check, ...] = Field(min_length=1)


class ProcurementItem(Named):
    """One line of the purchasing check list; ``usual_days`` is what to expect before they say so."""

    usual_days: Days | None = None


class Barrier(Named):
    """What keeps a buyer with what they have, and the tactics that lower it."""

    tactics: tuple[Key, ...] = Field(min_length=1)


class TrialCloseType(Named):
    """A small question before the large one. ``proves``: the evidence that a yes of the buyer puts on record."""

    validates: Literal["alignment", "feasibility", "commitment"]
    proves: Key | None = None


class Qualification(Strict):
    """All of it. A playbook without this part has no qualification page to fill."""

    rubrics: tuple[Rubric, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    gates: tuple[GateRoute, ...] = ()
    discovery_close: tuple[Question, ...] = ()
    procurement: tuple[ProcurementItem, ...] = ()
    procurement_proves: Key | None = None
    criteria_prove: Key | None = None
    purchase_types: tuple[Key, ...] = ()
    buying_roles: tuple[Key, ...] = Field(default=(), description="Without a name for each there is no buying process")
    alternatives: tuple[Key, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    answers: tuple[Key, ...] = Field(default=(), description="What must be known before one competes")
    gap_impacts: tuple[Key, ...] = ()
    trial_closes: tuple[TrialCloseType, ...] = ()

    def rubric(self, key: str) -> Rubric:
        return _find(self.rubrics, key)

    def matrix(self, key: str) -> Matrix:
        return _find(self.matrices, key)

    def barrier(self, key: str) -> Barrier:
        return _find(self.barriers, key)

    def trial_close(self, key: str) -> TrialCloseType:
        return _find(self.trial_closes, key)


def _find(parts: tuple[Part, ...], key: str) -> Part:
    found = next((part for part in parts if part.key == key), None)
    if found is None:
        raise KeyError(key)
    return found
