"""From where to where deals went, as a table.

Answers: the rows and columns of the from–to matrix, what each cell holds, what it means in words.
Does not answer: which cell a deal is in (``engines.waterfall``). Needs no request.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from landmark.engines.waterfall import ZERO, Cell, DealState, Movement, Reason, Turn, build_matrix, judge_turn
from landmark.ui.formats import format_money
from landmark.workspace.presenters.waterfall import LABELS

UNSET = "unset"
CATEGORY_ORDER = ("omitted", UNSET, "pipeline", "best_case", "commit")
ARRIVALS = (Reason.NEW, Reason.PULLED_IN, Reason.RETURNED, Reason.MOVED_IN)
DEPARTURES = (Reason.WON, Reason.LOST, Reason.PUSHED_OUT, Reason.PAUSED, Reason.MOVED_OUT)
ALWAYS = frozenset({Reason.WON, Reason.LOST, Reason.PUSHED_OUT})

TURN_LABELS: dict[Turn, Any] = {
    Turn.STAYED: gettext_lazy("Stayed"),
    Turn.PROMOTED: gettext_lazy("Promoted"),
    Turn.DEMOTED: gettext_lazy("Demoted"),
    Turn.WON: gettext_lazy("Won"),
    Turn.LOST: gettext_lazy("Lost"),
    Turn.PUSHED: gettext_lazy("Pushed out"),
    Turn.CAME: gettext_lazy("Came in"),
    Turn.WENT: gettext_lazy("Went out"),
}


def standing_of(by: str) -> Callable[[DealState], str]:
    """How a state is named in the matrix: by its category or by its stage."""
    return (lambda state: state.category or UNSET) if by == "category" else (lambda state: state.stage)


@dataclass(frozen=True, slots=True)
class CellView:
    count: int
    words: str
    exact: Decimal
    turn: str
    title: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """``opening``: what its deals were worth on the first day, or on their arrival."""

    key: str
    label: str
    count: int
    opening: str
    exact: Decimal
    cells: tuple[CellView | None, ...]
    is_arrival: bool


@dataclass(frozen=True, slots=True)
class TurnSum:
    turn: str
    label: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class MatrixView:
    """``totals``: what the deals of each column are worth on the last day, or were on leaving."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[tuple[int, str, Decimal], ...]
    turns: tuple[TurnSum, ...]


@dataclass(frozen=True, slots=True)
class MatrixAsk:
    """``names``: the standings with their labels, from the least to the most advanced; ``link`` opens a cell."""

    by: str
    names: Sequence[tuple[str, str]]
    currency: str
    link: Callable[[str], str]
    chosen: tuple[str, str] | None = None


def show_matrix(movements: Collection[Movement], ask: MatrixAsk) -> MatrixView:
    cells = build_matrix(movements, standing_of(ask.by))
    used = {row for row, _column in cells} | {column for _row, column in cells}
    names = [(key, label) for key, label in ask.names if key in used or ask.by == "stage"]
    order = [key for key, _label in ask.names]
    rows = [*_reasons(ARRIVALS, used), *names]
    columns = [*names, *_reasons(DEPARTURES, used | ALWAYS)]
    return MatrixView(
        columns=tuple(columns),
        rows=tuple(_row(key, label, columns, cells, ask, order) for key, label in rows),
        totals=tuple(_total(key, cells, ask.currency) for key, _label in columns),
        turns=_sum_turns(cells, order, ask.currency),
    )


def _reasons(reasons: Sequence[Reason], used: Collection[str]) -> list[tuple[str, str]]:
    return [(str(reason), str(LABELS[reason])) for reason in reasons if reason in used]


def _row(
    key: str, label: str, columns: Sequence[tuple[str, str]], cells: dict[tuple[str, str], Cell], ask: MatrixAsk,
    order: Sequence[str],
) -> MatrixRow:  # fmt: skip
    held = [cell for (row, _column), cell in cells.items() if row == key]
    opening = sum((cell.opening for cell in held), ZERO)
    return MatrixRow(
        key=key,
        label=label,
        count=sum(cell.count for cell in held),
        opening=_short(opening, ask.currency),
        exact=opening,
        cells=tuple(_cell(cells.get((key, column)), label, name, ask, order) for column, name in columns),
        is_arrival=key not in order,
    )


def _cell(cell: Cell | None, row: str, column: str, ask: MatrixAsk, order: Sequence[str]) -> CellView | None:
    if cell is None:
        return None
    turn = judge_turn(cell.row, cell.column, order)
    return CellView(
        count=cell.count,
        words=_short(cell.closing, ask.currency),
        exact=cell.closing,
        turn=str(turn),
        title=f"{TURN_LABELS[turn]}: {row} → {column}",
        url=ask.link(f"{cell.row}~{cell.column}"),
        is_chosen=ask.chosen == (cell.row, cell.column),
    )


def _total(column: str, cells: dict[tuple[str, str], Cell], currency: str) -> tuple[int, str, Decimal]:
    held = [cell for (_row, found), cell in cells.items() if found == column]
    closing = sum((cell.closing for cell in held), ZERO)
    return sum(cell.count for cell in held), _short(closing, currency), closing


def _sum_turns(cells: dict[tuple[str, str], Cell], order: Sequence[str], currency: str) -> tuple[TurnSum, ...]:
    held: dict[Turn, list[Cell]] = {}
    for cell in cells.values():
        held.setdefault(judge_turn(cell.row, cell.column, order), []).append(cell)
    return tuple(
        TurnSum(
            str(turn), str(TURN_LABELS[turn]), sum(cell.count for cell in held[turn]),
            _short(sum((cell.closing for cell in held[turn]), ZERO), currency),
        )
        for turn in Turn
        if turn in held
    )  # fmt: skip


def _short(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency, short=True)
