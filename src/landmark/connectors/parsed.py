"""What every importer produces: one neutral parse of a user's files, before anything touches the database.

Answers: which deals, events, changes, people and problems a set of files holds. Does not answer: what to do
with them (``plan``, ``apply``). Times are float64 days since 1970-01-01 00:00 UTC; a missing time is NaN.
"""

import dataclasses
from array import array
from dataclasses import dataclass, field
from decimal import Decimal

NAN = float("nan")


class StructuralError(Exception):
    """The files cannot be read at all: one plain sentence; nothing is applied; exit status 2."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing worth telling the user. ``kind`` is "row" (it is rejected), "value" (one value of it is, the rest comes
    in) or "note" (kept, with an assumption)."""

    kind: str
    code: str
    file: str
    row: int
    reason: str
    raw: tuple[str, ...] = ()


@dataclass(slots=True)
class DealRecord:
    """One deal as its source reports it. ``stage`` is the source's own name; ``attributes`` is as known at opening.

    ``amount`` and ``target`` are the last known ones; where they were something else at the opening, ``Changes`` says
    so with a first value at ``opened`` (blank: not known yet).
    """

    external_id: str
    opened: float = NAN
    closed: float = NAN
    outcome: str = ""
    name: str = ""
    amount: Decimal | None = None
    currency: str = ""
    account_id: str = ""
    owner: str = ""
    stage: str = ""
    target: float = NAN
    first_target: float = NAN
    known_from: float = NAN
    opened_exact: bool = True
    next_step: str = ""
    deal_type: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """What the source also says, to be shown; never fed to a forecast, since it may only be known after closing."""


@dataclass(slots=True)
class Events:
    """Milestone events in columns: index of the deal in ``Parsed.deals``, when, when known, index of the milestone."""

    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    known: "array[float]" = field(default_factory=lambda: array("d"))
    code: "array[int]" = field(default_factory=lambda: array("i"))
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Changes:
    """Field changes in columns: deal index, when, field ("stage", "amount", "target_on", an attribute), new value."""

    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    # the column is called "field", which hides dataclasses.field from here on
    field: list[str] = dataclasses.field(default_factory=list)
    value: list[str] = dataclasses.field(default_factory=list)


@dataclass(slots=True)
class AccountRecord:
    external_id: str
    name: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PersonRecord:
    """A person of the buying side, tied to a deal (``deal`` is its index, or -1) with the role the source gives."""

    external_id: str
    name: str
    email: str = ""
    title: str = ""
    account_id: str = ""
    deal: int = -1
    role: str = ""


@dataclass(slots=True)
class Parsed:
    """The whole of one import. ``stages`` lists the source's open stages in their order; ``owners`` maps an owner id to
    (name, team). ``data_until`` is the last time stamp in the files."""

    source: str
    deals: list[DealRecord] = field(default_factory=list)
    events: Events = field(default_factory=Events)
    changes: Changes = field(default_factory=Changes)
    accounts: list[AccountRecord] = field(default_factory=list)
    people: list[PersonRecord] = field(default_factory=list)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    stages: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    data_until: float = NAN
    counts: dict[str, int] = field(default_factory=dict)
    """How many problems of each code there are (``problems`` holds every rejected row, but only the first notes)."""
    stage_equivalents: dict[str, str] = field(default_factory=dict)
    """The source's stage name → stage key of the playbook, where a mapping says so."""
