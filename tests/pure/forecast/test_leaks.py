"""What gives the outcome away is found and named; what is honest is left alone."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.connectors.histories import parsed_to_history
from landmark.connectors.recognise import parse_files
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.leaks import (
    CHANGED_LATE,
    FILLED,
    HOLDS_CLOSING,
    OTHER_VALUES,
    OUTCOME,
    find_leaks,
    measure_fill,
)
from landmark.forecast.model import fit
from landmark.simulator import simulate, write_event_log
from tests.pure.connectors.helpers import files_in, real_data
from tests.pure.forecast.made import START, make_history

MADE = make_history(400, 300)
RANDOM = np.random.default_rng(3)
SIZE = MADE.deal_ids.size


def with_column(values: list[str | None], history: History = MADE) -> History:
    column = np.empty(len(values), object)
    column[:] = values
    return replace(history, attributes={**history.attributes, "suspect": column})


def kinds(history: History) -> dict[str, str]:
    return {leak.attribute: leak.kind for leak in find_leaks(history)}


def by_deal(of_open: str | None, of_won: str | None, of_lost: str | None) -> list[str | None]:
    words = {OPEN: of_open, WON: of_won, LOST: of_lost}
    return [words[outcome] for outcome in MADE.outcome.tolist()]


def days(values: np.ndarray, otherwise: str | None) -> list[str | None]:
    return [otherwise if np.isnan(one) else str(np.datetime64(int(one), "D")) for one in values]


def months(values: np.ndarray) -> list[str | None]:
    return [str(np.datetime64(int(one), "D"))[:7] for one in values]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (by_deal(None, "yes", "yes"), FILLED),
        (by_deal(None, "yes", None), FILLED),
        (by_deal("call on Monday", None, None), FILLED),
        (by_deal("active", "signed", "refused"), OUTCOME),
        (by_deal("0", "1200", "0"), OUTCOME),
        ([str(one) for one in np.where(MADE.outcome == WON, 5.0, 1.0) + RANDOM.random(SIZE)], OUTCOME),
        (by_deal("active", "done", "done"), OTHER_VALUES),
        (days(MADE.closed, "2023-05-05"), HOLDS_CLOSING),
        (months(np.where(np.isnan(MADE.closed), MADE.opened + 60, MADE.closed)), HOLDS_CLOSING),
        ([str(round(one, 1)) for one in np.nan_to_num(MADE.closed - MADE.opened, nan=9.0)], HOLDS_CLOSING),
    ],
)
def test_a_column_written_on_closing_is_found(values: list[str | None], kind: str) -> None:
    history = with_column(values)
    (leak,) = find_leaks(history)
    assert (leak.attribute, leak.kind) == ("suspect", kind)
    assert leak.sentence.startswith("suspect ")
    assert leak.sentence.endswith("the forecast does not use it.")


def test_a_column_mostly_filled_on_closing_is_found_although_some_open_deals_have_it() -> None:
    filled = (MADE.outcome != OPEN) | (RANDOM.random(SIZE) < 0.5)
    (leak,) = find_leaks(with_column(["x" if one else None for one in filled]))
    assert leak.kind == FILLED
    assert leak.closed == 1.0
    assert f"100% of closed and {leak.open_:.0%} of open deals" in leak.sentence


def changed(after_days: float, share: float) -> History:
    closed = np.flatnonzero(MADE.outcome != OPEN)
    deal = closed[: int(share * closed.size)].astype(np.int32)
    history = with_column(["a" if one < 0.5 else "b" for one in RANDOM.random(SIZE)])
    texts = np.full(deal.size, "a", object)
    return replace(
        history,
        change_deal=deal,
        change_at=MADE.closed[deal] + after_days,
        change_field=np.full(deal.size, "suspect", object),
        change_value=texts,
    )


def test_a_column_changed_after_closing_is_found() -> None:
    (leak,) = find_leaks(changed(3.0, 0.3))
    assert leak.kind == CHANGED_LATE
    assert "30% of closed deals" in leak.sentence


@pytest.mark.parametrize(("after_days", "share"), [(3.0, 0.02), (0.0, 0.9), (-2.0, 0.9)])
def test_rare_corrections_and_changes_up_to_closing_are_honest(after_days: float, share: float) -> None:
    assert find_leaks(changed(after_days, share)) == ()


def test_a_month_that_is_guessed_well_or_is_the_month_of_opening_is_honest() -> None:
    ends = np.where(np.isnan(MADE.closed), MADE.opened + 60, MADE.closed)
    assert find_leaks(with_column(months(ends + np.where(RANDOM.random(SIZE) < 0.3, 40, 0)))) == ()
    assert find_leaks(with_column(months(MADE.opened))) == ()


def test_a_field_that_came_or_went_with_time_is_no_leak() -> None:
    """Open deals are the newer ones: a field given up three months ago is missing on most, and not by closing."""
    given_up, new = MADE.opened < START + 210, MADE.opened > START + 210
    for filled in (given_up, new):
        assert find_leaks(with_column(["x" if one else None for one in filled])) == ()


def test_a_telling_but_honest_attribute_stays() -> None:
    sponsored = np.isin(np.arange(SIZE), MADE.event_deal[MADE.event_code == 2])
    assert find_leaks(with_column(["yes" if one else "no" for one in sponsored])) == ()


def test_names_of_their_own_for_every_deal_stay() -> None:
    assert find_leaks(with_column([f"note {place}" for place in range(SIZE)])) == ()


def test_too_few_deals_prove_nothing() -> None:
    few = make_history(22, 120)
    assert int((few.outcome != OPEN).sum()) < 20
    column = np.where(few.outcome == OPEN, None, "x")
    assert find_leaks(replace(few, attributes={"suspect": column})) == ()
    assert measure_fill(np.ones(5, bool), np.ones(5, bool), np.zeros(5)).leaks is False


def test_the_gap_and_its_errors_by_hand() -> None:
    """One group: 20 closed deals all filled, 10 open ones not; the variance by hand."""
    is_closed = np.arange(30) < 20
    fill = measure_fill(is_closed, is_closed, np.full(30, np.nan))
    assert (fill.closed, fill.open_) == (1.0, 0.0)
    assert fill.gap == pytest.approx(1.0)
    assert fill.errors == pytest.approx((20 - 20 * 20 / 30) / np.sqrt(20 * 10 * 20 * 10 / (900 * 29)))


def read_simulated(seed: int, closed: int, folder: object) -> History:
    company = simulate(seed, date(2026, 7, 1), closed=closed, open_=closed // 6, representatives=6)
    return parsed_to_history(parse_files(write_event_log(company, str(folder))))


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), back=st.sampled_from([0, 60, 200]))
def test_no_alarm_on_an_honest_company(seed: int, back: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    history = read_simulated(seed, 150, tmp_path_factory.mktemp("made"))
    assert kinds(as_known(history, np.floor(history.complete_to) - back).history) == {}


@pytest.mark.data
def test_mavens_account_and_sector_give_the_outcome_away() -> None:
    """1,425 of 2,089 open deals lack the account, none of the closed ones; the sector is the account's."""
    parsed = parse_files(files_in(real_data("maven_crm"), "accounts", "products", "sales_pipeline", "sales_teams"))
    sector_of = {account.external_id: account.attributes.get("sector") for account in parsed.accounts}
    history = parsed_to_history(parsed)
    account = history.attributes["account_id"]
    sector = np.array([sector_of.get(one) for one in account], object)
    told = find_leaks(replace(history, attributes={**history.attributes, "account": account, "sector": sector}))
    assert {(leak.attribute, leak.kind, leak.closed) for leak in told} == {
        ("account", FILLED, 1.0),
        ("sector", FILLED, 1.0),
    }
    assert told[0].open_ == pytest.approx(1 - 1_425 / 2_089)
    assert kinds(history) == {}


def test_a_value_at_the_opening_written_only_where_it_changes_later_tells_nothing() -> None:
    """A source that keeps last values writes a won deal's list price as a change at its opening, and no other's."""
    won = np.flatnonzero(MADE.outcome == WON).astype(np.int32)
    last = MADE.attributes["amount"].copy()
    last[won] = "777.00"
    told = replace(
        MADE,
        attributes={**MADE.attributes, "amount": last},
        change_deal=np.concatenate([won, won]),
        change_at=np.concatenate([MADE.opened[won], MADE.closed[won]]),
        change_field=np.full(2 * won.size, "amount", object),
        change_value=np.concatenate([MADE.attributes["amount"][won], np.full(won.size, "777.00", object)]),
    )
    day = START + 200.0
    assert find_leaks(as_known(told, day).history) == ()
    said, plain = (fit(history, day).predict(history, day, [30]) for history in (told, MADE))
    assert said.p_won == pytest.approx(plain.p_won, abs=0.05)
