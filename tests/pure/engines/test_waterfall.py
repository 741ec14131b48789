"""The waterfall sums to the cent whatever happened, in every scope; each reason on a case of its own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.engines.waterfall import (
    CLOSED,
    DealState,
    Reason,
    Scope,
    Turn,
    build_matrix,
    compare,
    explain,
    find_cell,
    judge_turn,
    sum_up,
)

Q4 = (date(2026, 10, 1), date(2026, 12, 31))
THIS, LATER, EARLIER = date(2026, 11, 20), date(2027, 2, 1), date(2026, 8, 3)
SCOPE = Scope("EUR", *Q4)


def state(
    amount: str | None = "100.00", stage: str = "solution", target_on: date | None = THIS, **more: str
) -> DealState:
    closed_on = THIS if stage in CLOSED else None
    fields = {"currency": "EUR", "owner": "alice", "team": "north", "deal_type": "new", "category": "pipeline"} | more
    return DealState(
        stage, None if amount is None else Decimal(amount), target_on=target_on, closed_on=closed_on, **fields
    )


def parts(before: DealState | None, after: DealState | None, scope: Scope = SCOPE) -> dict[str, str]:
    movement = explain(before, after, scope)
    return {} if movement is None else {str(reason): str(amount) for reason, amount in movement.parts}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, state(), {"new": "100.00"}),
        (state(), state(), {}),
        (state(), state("140.10"), {"increased": "40.10"}),
        (state(), state("99.99"), {"decreased": "-0.01"}),
        (state(None), state("5.00"), {"increased": "5.00"}),
        (state(target_on=LATER), state(), {"pulled_in": "100.00"}),
        (state(target_on=EARLIER), state(), {"pulled_in": "100.00"}),
        (state(target_on=None), state("130.00"), {"pulled_in": "100.00", "increased": "30.00"}),
        (state(), state(target_on=LATER), {"pushed_out": "-100.00"}),
        (state(), state("150.00", target_on=LATER), {"increased": "50.00", "pushed_out": "-150.00"}),
        (state(), state("90.00", "won"), {"decreased": "-10.00", "won": "-90.00"}),
        (state(), state(stage="lost"), {"lost": "-100.00"}),
        (state(), state(stage="paused"), {"paused": "-100.00"}),
        (state(stage="paused"), state(), {"returned": "100.00"}),
        (state(stage="lost"), state(), {"returned": "100.00"}),
        (None, state(stage="won"), {"new": "100.00", "won": "-100.00"}),
        (None, state(stage="lost"), {"new": "100.00", "lost": "-100.00"}),
        (state(target_on=LATER), state(stage="won", target_on=LATER), {"pulled_in": "100.00", "won": "-100.00"}),
        (state(target_on=LATER), state(stage="lost", target_on=LATER), {}),
        (state(stage="won"), state(stage="won"), {}),
        (None, state(stage="paused"), {}),
        (state(target_on=LATER), state(target_on=EARLIER), {}),
        (state(), None, {"moved_out": "-100.00"}),
    ],
)
def test_each_reason(before: DealState | None, after: DealState | None, expected: dict[str, str]) -> None:
    assert parts(before, after) == expected


def test_a_scope_is_left_and_entered_by_transfer() -> None:
    mine = Scope("EUR", *Q4, owner="alice")
    assert parts(state(owner="bob"), state(), mine) == {"moved_in": "100.00"}
    assert parts(state(), state(owner="bob"), mine) == {"moved_out": "-100.00"}
    assert parts(state(), state(stage="won", owner="bob"), mine) == {"moved_out": "-100.00"}
    assert parts(state(owner="bob"), state(stage="won"), mine) == {"moved_in": "100.00", "won": "-100.00"}
    assert parts(state(), state(owner="bob", target_on=LATER), mine) == {"pushed_out": "-100.00"}
    assert parts(state(owner="bob"), state("120.00"), mine) == {"moved_in": "120.00"}
    assert parts(state(), state("120.00", owner="bob"), mine) == {"increased": "20.00", "moved_out": "-120.00"}
    early = Scope("EUR", *Q4, stage="discovery")
    assert parts(state(stage="discovery"), state(), early) == {"moved_out": "-100.00"}
    assert parts(None, state(stage="won"), early) == {}


def test_another_currency_is_another_scope_and_amounts_never_mix() -> None:
    euros, dollars = state("100.00"), state("120.00", currency="USD")
    assert parts(euros, dollars) == {"moved_out": "-100.00"}
    assert parts(euros, dollars, Scope("USD", *Q4)) == {"moved_in": "120.00"}


def test_without_a_period_every_open_deal_counts() -> None:
    assert parts(None, state(target_on=None), Scope("EUR")) == {"new": "100.00"}
    assert parts(state(), state(target_on=LATER), Scope("EUR")) == {}


def test_the_worked_quarter() -> None:
    before = {"a": state("100000"), "b": state("40000", target_on=LATER), "c": state("25000.50"), "d": state("60000")}
    after = {
        "a": state("90000", "won"), "b": state("45000"), "c": state("25000.50", target_on=LATER),
        "d": state("60000", "commercial"), "e": state("12000"),
    }  # fmt: skip
    moved = compare(before, after, SCOPE)
    fall = sum_up(moved.values())
    assert (fall.start, fall.end, fall.change) == (Decimal("185000.50"), Decimal("117000"), Decimal("-68000.50"))
    assert {str(bar.reason): (int(bar.amount), bar.count) for bar in fall.bars if bar.count} == {
        "new": (12000, 1), "pulled_in": (40000, 1), "increased": (5000, 1), "won": (-90000, 1),
        "decreased": (-10000, 1), "pushed_out": (-25000, 1),
    }  # fmt: skip
    assert fall.bar(Reason.PUSHED_OUT).amount == Decimal("-25000.50")
    cells = build_matrix(moved.values(), lambda one: one.stage)
    assert cells["solution", "commercial"].count == 1
    assert cells["solution", "won"].closing == 90000
    assert cells["pulled_in", "solution"].opening == 40000


def test_what_a_cell_means() -> None:
    order = ("omitted", "pipeline", "best_case", "commit")
    turns = [("commit", "commit"), ("pipeline", "commit"), ("commit", "best_case"), ("commit", "won"),
             ("omitted", "lost"), ("pipeline", "pushed_out"), ("new", "commit"), ("commit", "moved_out"),
             ("new", "won")]  # fmt: skip
    assert [judge_turn(row, column, order) for row, column in turns] == [
        Turn.STAYED, Turn.PROMOTED, Turn.DEMOTED, Turn.WON, Turn.LOST, Turn.PUSHED, Turn.CAME, Turn.WENT, Turn.WON,
    ]  # fmt: skip


amounts = st.none() | st.decimals(0, 10**15, places=2, allow_nan=False)
days = st.none() | st.dates(date(2026, 6, 1), date(2027, 3, 31))


@st.composite
def states(draw: st.DrawFn) -> DealState:
    stage = draw(st.sampled_from(["discovery", "solution", "commitment", "paused", "won", "lost"]))
    return DealState(
        stage, draw(amounts), draw(st.sampled_from(["EUR", "USD"])), draw(days),
        draw(st.dates(date(2026, 6, 1), date(2027, 3, 31))) if stage in CLOSED else None,
        *(draw(st.sampled_from(options)) for options in
          (["alice", "bob", ""], ["north", ""], ["new", "renewal"], ["commit", "pipeline", ""])),
    )  # fmt: skip


def any_of(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


scopes = st.builds(
    lambda currency, window, *more: Scope(currency, *window, *more),
    st.sampled_from(["EUR", "USD"]), st.sampled_from([Q4, (None, None)]), any_of("alice", ""), any_of("north", ""),
    any_of("discovery", "solution"), any_of("new"), any_of("commit"),
)  # fmt: skip
companies = st.lists(st.tuples(st.none() | states(), st.none() | states()), max_size=12)


@given(companies, scopes)
@settings(max_examples=120, deadline=None)
def test_it_sums_to_the_cent_in_every_scope(
    deals: list[tuple[DealState | None, DealState | None]], scope: Scope
) -> None:
    before = {number: one for number, (one, _) in enumerate(deals) if one}
    after = {number: two for number, (_, two) in enumerate(deals) if two}
    moved = compare(before, after, scope)
    fall = sum_up(moved.values())
    assert fall.start + sum(bar.amount for bar in fall.bars) == fall.end
    arrivals = sum(
        fall.bar(reason).count for reason in (Reason.NEW, Reason.MOVED_IN, Reason.RETURNED, Reason.PULLED_IN)
    )
    left = (Reason.WON, Reason.LOST, Reason.PAUSED, Reason.PUSHED_OUT, Reason.MOVED_OUT)
    assert fall.start_count + arrivals - sum(fall.bar(reason).count for reason in left) == fall.end_count
    for movement in moved.values():
        assert movement.start + sum(amount for _reason, amount in movement.parts) == movement.end
        assert len({reason for reason, _amount in movement.parts}) == len(movement.parts)
    again = sum_up(compare(after, before, scope).values())
    assert (again.start, again.end) == (fall.end, fall.start)


@given(companies, scopes)
@settings(max_examples=60, deadline=None)
def test_the_matrix_holds_every_deal_once_and_agrees_with_the_bars(
    deals: list[tuple[DealState | None, DealState | None]], scope: Scope
) -> None:
    before = {number: one for number, (one, _) in enumerate(deals) if one}
    after = {number: two for number, (_, two) in enumerate(deals) if two}
    moved = compare(before, after, scope).values()
    fall, cells = sum_up(moved), build_matrix(moved, lambda one: "stage:" + one.stage)
    assert sum(cell.count for cell in cells.values()) == len(moved)
    assert sum(cell.opening for cell in cells.values() if cell.row.startswith("stage:")) == fall.start
    assert sum(cell.closing for cell in cells.values() if cell.column.startswith("stage:")) == fall.end
    for reason in (Reason.WON, Reason.LOST, Reason.PUSHED_OUT, Reason.MOVED_OUT, Reason.PAUSED):
        assert -sum(cell.closing for cell in cells.values() if cell.column == reason) == fall.bar(reason).amount
    for reason in (Reason.NEW, Reason.RETURNED, Reason.PULLED_IN, Reason.MOVED_IN):
        assert sum(cell.opening for cell in cells.values() if cell.row == reason) == fall.bar(reason).amount
    assert all(find_cell(movement, lambda one: "stage:" + one.stage) in cells for movement in moved)


lasting = st.lists(st.tuples(st.none() | states(), states()), max_size=12)
SPLITS = {"owner": ("alice", "bob", ""), "team": ("north", ""), "deal_type": ("new", "renewal")}


@pytest.mark.parametrize("name", SPLITS)
@given(lasting, st.sampled_from([Q4, (None, None)]))
@settings(max_examples=60, deadline=None)
def test_the_parts_of_a_company_add_up_to_the_whole(
    name: str, deals: list[tuple[DealState | None, DealState]], window: tuple[date | None, date | None]
) -> None:
    """Every bar of all owners, teams or types sums to the organisation's; what moved in here moved out there."""
    before = {number: replace(one, currency="EUR") for number, (one, _) in enumerate(deals) if one}
    after = {number: replace(two, currency="EUR") for number, (_, two) in enumerate(deals)}
    whole = sum_up(compare(before, after, Scope("EUR", *window)).values())
    each = [
        sum_up(compare(before, after, replace(Scope("EUR", *window), **{name: value})).values())
        for value in SPLITS[name]
    ]
    assert sum(one.start for one in each) == whole.start
    assert sum(one.end for one in each) == whole.end
    assert sum(one.bar(Reason.MOVED_IN).amount + one.bar(Reason.MOVED_OUT).amount for one in each) == 0
    for reason in set(Reason) - {Reason.MOVED_IN, Reason.MOVED_OUT}:
        assert sum(one.bar(reason).amount for one in each) == whole.bar(reason).amount
        assert sum(one.bar(reason).count for one in each) == whole.bar(reason).count
