"""What a playbook says about the people who buy: the map, how deep a relationship goes, and the commitment meeting.

Answers: where the map is parted, which scales and minimums there are, whom each stage turns on, whom a commitment
needs and which steps it starts from. Does not answer: how a deal's people stand (``engines.relationships``).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from landmark.playbook.checks import Days, Key, Strict

if TYPE_CHECKING:
    from landmark.playbook.schema import Loc, Playbook

Level = Literal["high", "low"]
TOP_LEVEL, TOP_DEPTH = 5, 2
"""Influence and interest run from 1 to 5; a scale of depth from 0 (not seen yet) over 1 (seen once) to 2 (usual)."""


class Named(Strict):
    key: Key


class Quadrant(Named):
    """One field of the map; ``every_days`` is how often people there hear from us, left out = when it affects them."""

    influence: Level
    interest: Level
    every_days: Days | None = None


class DepthScale(Named):
    """One side of a relationship that can be observed."""


class RelationshipType(Named):
    """A kind of person and the least they need from us."""

    roles: tuple[Key, ...] = Field(min_length=1)
    needs: tuple[Key, ...] = Field(min_length=1)


class StageFocus(Strict):
    """Whom a stage turns on."""

    stage: Key
    roles: tuple[Key, ...] = Field(min_length=1)


class Relationships(Strict):
    """The people map. ``high_from``: from here on a level counts as high."""

    high_from: Annotated[int, Field(ge=2, le=TOP_LEVEL)] = 4
    quadrants: tuple[Quadrant, ...] = ()
    scales: tuple[DepthScale, ...] = ()
    types: tuple[RelationshipType, ...] = ()
    focus: tuple[StageFocus, ...] = ()


class DraftStep(Named):
    """A step to a decision, with its day counted from the meeting."""

    after_days: Days


class Refusal(Named):
    """Why a commitment was refused."""


class Commitment(Strict):
    """The meeting in which the buyer commits to go on. ``needed``: without one of them it is not held."""

    needed: tuple[Key, ...] = ()
    steps: tuple[DraftStep, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def words_of_people(playbook: "Playbook") -> "Iterator[tuple[str, Loc]]":
    """The sentences this part asks for."""
    lists = (
        ("quadrants", "quadrant", ("label", "advice")), ("scales", "scale", ("label", "zero", "one", "two")),
        ("types", "type", ("label",)),
    )  # fmt: skip
    for name, word, parts in lists:
        for index, item in enumerate(getattr(playbook.relationships, name)):
            yield from ((f"relationship.{word}.{item.key}.{part}", ("relationships", name, index)) for part in parts)
    for index, kind in enumerate(playbook.relationships.types):
        for need in kind.needs:
            yield f"relationship.need.{need}", ("relationships", "types", index, "needs")
    for index, focus in enumerate(playbook.relationships.focus):
        yield f"relationship.focus.{focus.stage}", ("relationships", "focus", index)
    for index, step in enumerate(playbook.commitment.steps):
        yield f"commitment.step.{step.key}", ("commitment", "steps", index)
    for index, refusal in enumerate(playbook.commitment.refusals):
        yield f"commitment.refusal.{refusal.key}.label", ("commitment", "refusals", index)
