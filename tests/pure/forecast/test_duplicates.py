"""The same deal twice is found by a plain rule; deals of one account stay on one side of a validation."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landmark.connectors.findings import Findings
from landmark.connectors.leakage import tell_twins
from landmark.connectors.parsed import DealRecord, Parsed
from landmark.forecast.duplicates import (
    Split,
    Twin,
    account_folds,
    account_groups,
    find_twins,
    split_out_of_time,
)
from landmark.forecast.history import History
from tests.pure.forecast.made import make_history

MADE = make_history(6, 100)


def deals(accounts: list[str | None], amounts: list[str | None], opened: list[float], **more: list[str]) -> History:
    columns = {"account_id": accounts, "amount": amounts, **more}
    attributes = {name: np.array(values, object) for name, values in columns.items()}
    return replace(MADE, opened=np.array(opened), attributes=attributes)


SAME = deals(["A", "A", "A", "B", "A", None], ["10", "10.0", "10", "10", "11", "10"], [5.0, 3.5, 9.0, 5.0, 5.0, 5.0])


def test_same_account_and_amount_opened_close_by() -> None:
    assert find_twins(SAME) == (Twin(1, 0, 1.5),)


def test_names_decide_where_they_are_known() -> None:
    assert find_twins(SAME, ["One deal", "one  DEAL", "x", "x", "x", "x"]) == (Twin(1, 0, 1.5),)
    assert find_twins(SAME, ["one", "two", "x", "x", "x", "x"]) == ()


def test_without_names_every_attribute_must_agree() -> None:
    for sizes, twins in ((["s"] * 6, 1), (["s", "m", *"ssss"], 0)):
        history = replace(SAME, attributes={**SAME.attributes, "size": np.array(sizes, object)})
        assert len(find_twins(history)) == twins


def test_without_account_or_amount_nobody_is_a_twin() -> None:
    assert find_twins(MADE) == ()
    assert find_twins(deals([None] * 6, ["1"] * 6, [1.0] * 6)) == ()
    assert find_twins(deals(["A"] * 6, [None] * 6, [1.0] * 6)) == ()


def test_an_import_names_one_example_and_keeps_both() -> None:
    twin = {"amount": 10, "account_id": "A", "name": "Pilot", "opened": 3.0}
    parsed = Parsed("x", deals=[DealRecord("1", **twin), DealRecord("2", **twin), DealRecord("3", opened=3.0)])
    Findings(parsed).close()
    tell_twins(parsed)
    assert len(parsed.deals) == 3
    assert "One deal looks like another one" in parsed.assumptions[0]
    assert "2 like 1" in parsed.assumptions[0]


def test_deals_of_an_account_share_a_group() -> None:
    assert account_groups(SAME).tolist() == [0, 0, 0, 1, 0, 2]
    assert account_groups(MADE).tolist() == list(range(6))


@given(seed=st.integers(0, 500), folds=st.integers(2, 5), split=st.integers(0, 60))
def test_no_account_on_both_sides_and_every_later_row_judged_once(seed: int, folds: int, split: int) -> None:
    random = np.random.default_rng(seed)
    names = [None if one == 0 else f"A{one}" for one in random.integers(0, 3, 6)]
    history = deals(names, ["1"] * 6, [1.0] * 6)
    group, fold = account_groups(history), account_folds(history, folds)
    deal, day = random.integers(0, 6, 40).astype(np.int32), random.integers(0, 60, 40).astype(np.int32)
    sides: list[Split] = [split_out_of_time(fold, deal, day, split, one) for one in range(folds)]
    for side in sides:
        assert not set(group[deal[side.fitted]]) & set(group[deal[side.judged]])
        assert np.all(day[side.fitted] < split)
    assert (sum(side.judged.astype(int) for side in sides) == (day >= split)).all()


def test_new_deals_move_no_old_one() -> None:
    more = replace(SAME, deal_ids=SAME.deal_ids[:4], attributes={n: c[:4] for n, c in SAME.attributes.items()})
    assert account_folds(SAME, 5)[:4].tolist() == account_folds(more, 5).tolist()
