"""The last mile as data: papers, approval lanes, passes over mark-ups, blockers, exit lists, what papers must agree on.

Answers: which lists the way from an offer to a signed and handed-over contract works with. Does not answer: whether a
deal has them (``engines.last_mile``, ``engines.exits``), what a list's items are called (the wording).
"""

from typing import Literal

from pydantic import Field

from landmark.playbook.checks import Days, Key, Strict

# What the room's own records can say about an exit; each has one function in ``closing.exits``.
ExitRecord = Literal[
    "timing_sign", "price_from_summary", "questions_owned", "markups_have_state", "open_markups_have_decider",
    "signing_known", "kickoff_set", "dependencies_assigned", "papers_linked",
]  # fmt: skip
PaperDuty = Literal["always", "if_asked"]
ConflictKind = Literal["figure", "money", "words"]
Side = Literal["seller", "buyer"]


class Named(Strict):
    key: Key


class Lane(Named):
    """A review the packet goes through; ``roles`` are the buyer's people who usually answer."""

    roles: tuple[Key, ...] = ()


class Paper(Named):
    """A paper of the packet and the lane that reads it."""

    lane: Key
    duty: PaperDuty = "always"


class MarkUpPass(Named):
    """One of the readings of a mark-up; ``words`` hint at it, the first pass is the one without a hint."""

    words: tuple[str, ...] = ()


class ExitItem(Strict):
    """How an item of a stage's exit list is known: a gate's checks (``gate.check``), evidence, or a record."""

    stage: Key
    exit: Key
    checks: tuple[str, ...] = ()
    evidence: tuple[Key, ...] = ()
    record: ExitRecord | None = None


class ConflictRule(Named):
    """Something all papers must say alike. Sentences with one of ``near`` are read for figures; or one of ``words``
    is to be used, not several."""

    kind: ConflictKind
    near: tuple[str, ...] = ()
    units: tuple[Key, ...] = ()
    vague: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()


class Topic(Named):
    """What a line of the executive summary can be about, by the words it uses."""

    words: tuple[str, ...] = Field(min_length=1)


class Audience(Named):
    """A reader of the executive summary and the topics they look for first; ``roles`` they play in buying."""

    topics: tuple[Key, ...] = Field(min_length=1)
    roles: tuple[Key, ...] = ()


class OnboardingItem(Named):
    """A step of the onboarding plan, ``day`` working days after the kick-off. One that costs money waits."""

    day: int = Field(ge=-30, le=365)
    side: Side = "seller"
    costs_money: bool = False


class TrackDay(Named):
    """Something that should have happened by that day of the review, the first day being day 1."""

    day: Days


class LastMile(Strict):
    """Lists of the way to the signature and past it. An empty list asks for nothing."""

    answer_days: Days = Field(default=2, description="Business days within which a lane answers")
    top_blockers: int = Field(default=5, ge=1)
    risks: int = Field(default=3, ge=1, description="How many risks the recap names")
    outcomes_low: int = Field(default=3, ge=1)
    outcomes_high: int = Field(default=5, ge=1)
    confirmed_by: tuple[Key, ...] = Field(default=(), description="Roles that each owe the recap a “Confirmed”")
    lanes: tuple[Lane, ...] = ()
    papers: tuple[Paper, ...] = ()
    passes: tuple[MarkUpPass, ...] = ()
    triage: tuple[Named, ...] = ()
    blockers: tuple[Named, ...] = ()
    track: tuple[TrackDay, ...] = ()
    conflicts: tuple[ConflictRule, ...] = ()
    boundaries: tuple[str, ...] = Field(default=(), description="Words that set a boundary in a sentence")
    topics: tuple[Topic, ...] = ()
    audiences: tuple[Audience, ...] = ()
    exits: tuple[ExitItem, ...] = ()
    hand_over: tuple[Named, ...] = ()
    onboarding: tuple[OnboardingItem, ...] = ()
