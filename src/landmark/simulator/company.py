"""The simulated company in columns.

Answers: which accounts, people, deals, events and changes there are. Does not answer: how they came about
(``dynamics``) or how they are written (``salesforce``, ``eventlog``). Times are float64 days since 1970-01-01 00:00
UTC, whole seconds; a missing time is NaN.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OPEN, WON, LOST = 0, 1, 2
STAGES = ("qualification", "discovery", "solution", "commercial", "commitment")
WON_STAGE, LOST_STAGE = len(STAGES), len(STAGES) + 1
MILESTONES = (
    "inbound_interest",
    "outbound_interest",
    "qualification_call",
    "discovery_held",
    "nda_in_hand",
    "timeline_confirmed",
    "sponsor_committed",
    "criteria_known",
    "terms_grasped",
    "short_listed",
    "contracting_known",
    "contract_in_markup",
)
"""Keys of the default playbook's milestones, in the order in which deals usually reach them."""
TOUCHES = ("call", "email", "meeting")
EVENT_NAMES = (*MILESTONES, *TOUCHES)


@dataclass(frozen=True)
class Accounts:
    """a accounts; ``fiscal_year_end`` and ``approval_month`` are months 1–12."""

    name: list[str]
    industry: list[str]
    country: list[str]
    employees: Ints
    revenue: Ints
    funding: list[str]
    fiscal_year_end: Ints
    approval_month: Ints


@dataclass(frozen=True)
class People:
    """c contacts of the accounts, each with one buying role and a title."""

    name: list[tuple[str, str]]
    account: Ints
    role: list[str]
    title: list[str]


@dataclass(frozen=True)
class Deals:
    """n deals. ``amount`` is in whole euros; ``people`` holds indices of contacts, the primary one first."""

    name: list[str]
    account: Ints
    owner: Ints
    opened: Floats
    closed: Floats
    outcome: Ints
    lead_source: list[str]
    deal_type: list[str]
    next_step: list[str]
    loss_reason: list[str]
    people: list[list[int]]


@dataclass(frozen=True)
class Log:
    """m rows: deal, when, when known, and what (an index or a value), ordered by deal and time."""

    deal: Ints
    at: Floats
    known: Floats
    what: Floats


@dataclass(frozen=True)
class Company:
    """``events.what`` indexes ``EVENT_NAMES``; ``stages.what`` a stage (5 won, 6 lost); ``amounts.what`` euros;
    ``targets.what`` a day. The first row of each deal in the last three is its state at the opening.
    """

    end_on: date
    currency: str
    representatives: list[tuple[str, str]]
    team_of: Ints
    teams: list[str]
    accounts: Accounts
    people: People
    deals: Deals
    events: Log
    stages: Log
    amounts: Log
    targets: Log

    @property
    def size(self) -> int:
        return len(self.deals.name)
