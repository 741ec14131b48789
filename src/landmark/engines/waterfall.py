"""What changed in a pipeline between two dates, in parts that sum to the cent.

Answers: for two states of each deal, which amounts arrived, grew, shrank and left, and why; from which category or
stage to which deals went. Does not answer: what was known on each date (``cadence.changes``), who changed it.

A deal *counts* on a date when it is open and not paused, in the scope, and aimed at the period: its target date lies
in it (of a won deal: the day it was won). All of its amount counts, no probability. Three steps lead from the first
state to the second, always in this order:

1. it *arrives* with what it was worth at the start. The reason is the first that fits: new (with what it is worth at
   the end) · returned (it was closed or paused) · pulled in (it was aimed elsewhere) · moved in (it was outside the
   scope; with what it is worth at the end, since its amount changed where it stood before);
2. its amount *increases* or *decreases*;
3. it *leaves* with what it is worth at the end. The reason is the first that fits: won or lost (moved out, if by
   somebody outside the scope) · paused · pushed out (it is aimed elsewhere) · moved out (of the scope).

So start + arrivals + change − departures = end, for each deal and hence for every sum; and over all owners, teams or
types each bar adds up to the bar of the whole, while what moved in and what moved out cancel.

A deal that counts on neither date appears all the same when it was won or lost in between and belongs to scope and
period: it arrives and leaves, so that the won bar is what was booked. A scope of one stage or category leaves these
out: two states do not tell whether such a deal ever stood there.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
ZERO = Decimal("0.00")
CLOSED = ("won", "lost")
OUT_OF_COUNT = (*CLOSED, "paused")


class Reason(StrEnum):
    """Why a part of the pipeline came or went, in the order of the bars."""

    NEW = "new"
    MOVED_IN = "moved_in"
    RETURNED = "returned"
    PULLED_IN = "pulled_in"
    INCREASED = "increased"
    WON = "won"
    LOST = "lost"
    PAUSED = "paused"
    DECREASED = "decreased"
    PUSHED_OUT = "pushed_out"
    MOVED_OUT = "moved_out"


ALWAYS_SHOWN = frozenset({
    Reason.NEW, Reason.PULLED_IN, Reason.INCREASED, Reason.WON, Reason.LOST, Reason.DECREASED, Reason.PUSHED_OUT,
})  # fmt: skip
"""The bars of every waterfall; the others appear when something happened there."""


@dataclass(frozen=True, slots=True)
class DealState:
    """One deal as known on one date. ``owner``, ``team``, ``deal_type``, ``category``: "" for none."""

    stage: str
    amount: Decimal | None
    currency: str
    target_on: date | None = None
    closed_on: date | None = None
    owner: str = ""
    team: str = ""
    deal_type: str = ""
    category: str = ""

    @property
    def is_counted_stage(self) -> bool:
        return self.stage not in OUT_OF_COUNT


@dataclass(frozen=True, slots=True)
class Scope:
    """Which deals a waterfall speaks of. None: any. Always one currency, since currencies never add up.

    Without ``starts_on`` and ``ends_on`` every open deal counts, whatever its target date.
    """

    currency: str
    starts_on: date | None = None
    ends_on: date | None = None
    owner: str | None = None
    team: str | None = None
    stage: str | None = None
    deal_type: str | None = None
    category: str | None = None

    @property
    def asks_for_standing(self) -> bool:
        """Whether it names a stage or category, which a closed deal no longer has."""
        return self.stage is not None or self.category is not None


@dataclass(frozen=True, slots=True)
class Movement:
    """The way of one deal: ``start`` + the signed ``parts`` = ``end``, exactly.

    ``was_counted`` and ``is_counted``: on the first and on the second date.
    """

    before: DealState | None
    after: DealState | None
    was_counted: bool
    is_counted: bool
    start: Decimal
    end: Decimal
    parts: tuple[tuple[Reason, Decimal], ...]

    @property
    def arrived(self) -> Reason | None:
        return None if self.was_counted else self.parts[0][0]

    @property
    def left(self) -> Reason | None:
        return None if self.is_counted else self.parts[-1][0]

    def part(self, reason: Reason) -> Decimal | None:
        """The signed amount under one bar; None when the deal is not in it."""
        return next((amount for found, amount in self.parts if found is reason), None)


def compare(before: Mapping[K, DealState], after: Mapping[K, DealState], scope: Scope) -> dict[K, Movement]:
    """The movement of every deal that counts on one of the dates, or was won or lost between them."""
    found: dict[K, Movement] = {}
    for deal in dict.fromkeys([*before, *after]):
        movement = explain(before.get(deal), after.get(deal), scope)
        if movement is not None:
            found[deal] = movement
    return found


def explain(before: DealState | None, after: DealState | None, scope: Scope) -> Movement | None:
    """The way of one deal from one date to the other; None when it never counts."""
    was_counted, is_counted = _is_counted(before, scope), _is_counted(after, scope)
    if not (was_counted or is_counted or _passed_through(before, after, scope)):
        return None
    first, last = _worth(before, scope), _worth(after, scope)
    arrived = None if was_counted else _why_arrived(before, scope)
    closing = last if last is not None else first or ZERO
    opening = closing if first is None or arrived is Reason.MOVED_IN else first
    parts: list[tuple[Reason, Decimal]] = []
    if arrived:
        parts.append((arrived, opening))
    if closing != opening:
        parts.append((Reason.INCREASED if closing > opening else Reason.DECREASED, closing - opening))
    if not is_counted:
        parts.append((_why_left(after, scope), -closing))
    start, end = opening if was_counted else ZERO, closing if is_counted else ZERO
    return Movement(before, after, was_counted, is_counted, start, end, tuple(parts))


def _worth(state: DealState | None, scope: Scope) -> Decimal | None:
    """The amount in the scope's currency: nothing without an amount, None in another currency."""
    if state is None or state.currency != scope.currency:
        return None
    return state.amount if state.amount is not None else ZERO


def _is_counted(state: DealState | None, scope: Scope) -> bool:
    return state is not None and state.is_counted_stage and _is_in_scope(state, scope) and _is_aimed(state, scope)


def _is_in_scope(state: DealState, scope: Scope) -> bool:
    return (
        _is_whose(state, scope)
        and scope.stage in (None, state.stage)
        and scope.category in (None, state.category)
    )  # fmt: skip


def _is_whose(state: DealState, scope: Scope) -> bool:
    """The parts of a scope that a closed deal still has."""
    return (
        state.currency == scope.currency
        and scope.owner in (None, state.owner)
        and scope.team in (None, state.team)
        and scope.deal_type in (None, state.deal_type)
    )


def _is_aimed(state: DealState, scope: Scope) -> bool:
    if scope.starts_on is None or scope.ends_on is None:
        return True
    day = state.closed_on if state.stage == "won" else state.target_on
    return day is not None and scope.starts_on <= day <= scope.ends_on


def _passed_through(before: DealState | None, after: DealState | None, scope: Scope) -> bool:
    """Counted on neither date, yet won or lost in between; perhaps after it stood with somebody outside the scope."""
    if after is None or after.stage not in CLOSED or scope.asks_for_standing or not _is_whose(after, scope):
        return False
    if before is None:
        return _is_aimed(after, scope)
    stood_elsewhere = before.is_counted_stage and _is_aimed(before, scope)
    return before.stage != after.stage and (stood_elsewhere or _is_aimed(after, scope))


def _why_arrived(before: DealState | None, scope: Scope) -> Reason:
    if before is None:
        return Reason.NEW
    if not before.is_counted_stage:
        return Reason.RETURNED
    return Reason.MOVED_IN if _is_aimed(before, scope) else Reason.PULLED_IN


def _why_left(after: DealState | None, scope: Scope) -> Reason:
    if after is None:
        return Reason.MOVED_OUT
    if after.stage in CLOSED and not _is_whose(after, scope):
        return Reason.MOVED_OUT
    if not after.is_counted_stage:
        return Reason(after.stage)
    return Reason.MOVED_OUT if _is_aimed(after, scope) else Reason.PUSHED_OUT


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason: the signed amount and how many deals moved for it."""

    reason: Reason
    amount: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """``start`` + all bars = ``end``, in money; arrivals and departures do the same for the number of deals."""

    start: Decimal
    start_count: int
    bars: tuple[Bar, ...]
    end: Decimal
    end_count: int

    @property
    def change(self) -> Decimal:
        return self.end - self.start

    def bar(self, reason: Reason) -> Bar:
        return next(bar for bar in self.bars if bar.reason is reason)


def sum_up(movements: Iterable[Movement]) -> Waterfall:
    """All movements as one waterfall; every bar is there, many may be zero."""
    held = list(movements)
    amounts, counts = dict.fromkeys(Reason, ZERO), dict.fromkeys(Reason, 0)
    for movement in held:
        for reason, amount in movement.parts:
            amounts[reason] += amount
            counts[reason] += 1
    return Waterfall(
        start=sum((movement.start for movement in held), ZERO),
        start_count=sum(movement.was_counted for movement in held),
        bars=tuple(Bar(reason, amounts[reason], counts[reason]) for reason in Reason),
        end=sum((movement.end for movement in held), ZERO),
        end_count=sum(movement.is_counted for movement in held),
    )


class Turn(StrEnum):
    """What a cell of the from–to matrix means."""

    STAYED = "stayed"
    PROMOTED = "promoted"
    DEMOTED = "demoted"
    WON = "won"
    LOST = "lost"
    PUSHED = "pushed"
    CAME = "came"
    WENT = "went"


@dataclass(frozen=True, slots=True)
class Cell:
    """Deals that went from ``row`` to ``column``: what they were worth first, and what they are worth now.

    ``row`` and ``column`` are standings (stages or categories), or the reason why a deal arrived or left.
    """

    row: str
    column: str
    count: int
    opening: Decimal
    closing: Decimal


def build_matrix(movements: Iterable[Movement], standing: Callable[[DealState], str]) -> dict[tuple[str, str], Cell]:
    """Every deal of the waterfall in exactly one cell.

    Rows of standings hold the start of the waterfall in ``opening``, columns of standings its end in ``closing``; the
    other rows and columns hold its arrivals and departures.
    """
    cells: dict[tuple[str, str], Cell] = {}
    for movement in movements:
        row, column = find_cell(movement, standing)
        held = cells.get((row, column)) or Cell(row, column, 0, ZERO, ZERO)
        opening, closing = _ends_of(movement)
        cells[row, column] = Cell(row, column, held.count + 1, held.opening + opening, held.closing + closing)
    return cells


def find_cell(movement: Movement, standing: Callable[[DealState], str]) -> tuple[str, str]:
    """From where to where one deal went."""
    row = standing(movement.before) if movement.was_counted and movement.before else str(movement.arrived)
    column = standing(movement.after) if movement.is_counted and movement.after else str(movement.left)
    return row, column


def _ends_of(movement: Movement) -> tuple[Decimal, Decimal]:
    opening = movement.start if movement.was_counted else movement.parts[0][1]
    return opening, movement.end if movement.is_counted else -movement.parts[-1][1]


def judge_turn(row: str, column: str, order: Sequence[str]) -> Turn:
    """``order``: the standings from the least to the most advanced."""
    outcomes = {Reason.WON: Turn.WON, Reason.LOST: Turn.LOST, Reason.PUSHED_OUT: Turn.PUSHED}
    if column not in order:
        return next((turn for reason, turn in outcomes.items() if reason == column), Turn.WENT)
    if row not in order:
        return Turn.CAME
    step = order.index(column) - order.index(row)
    return Turn.STAYED if step == 0 else Turn.PROMOTED if step > 0 else Turn.DEMOTED
