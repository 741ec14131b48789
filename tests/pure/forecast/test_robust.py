"""Odd histories get an answer or one clear sentence, and more knowledge never works backwards."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.model import Fitted, fit
from landmark.forecast.priors import Priors
from landmark.forecast.sampling import sample
from landmark.forecast.shrunken import BAND_EDGES, fit_rates
from landmark.forecast.snapshots import Snapshots
from landmark.forecast.vocabulary import MILESTONES_KEPT, learn
from tests.pure.forecast.made import START, make_history
from tests.pure.forecast.test_model import check_probabilities

DAY = START + 280.0
HORIZONS = [1, 7, 30, 365]


def texts(values: list[str | None]) -> np.ndarray:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def odd(name: str) -> History:
    history = make_history(deals=380)
    size = history.deal_ids.size
    place = np.arange(size)
    if name == "constant attributes":
        return replace(history, attributes={"a": texts(["same"] * size), "b": texts(["7"] * size)})
    if name == "huge and broken numbers":
        values = ["1e308", "-1e308", "nan", "inf", "0", "", "1e400", "12"]
        return replace(history, attributes={"amount": texts([values[one % 8] for one in place])})
    if name == "letters of the world":
        return replace(
            history,
            milestones=("Démonstration ✓", "条件を送付", "Спонсор"),
            attributes={"Größe": texts([["klein", "größer", "très grand"][one % 3] for one in place])},
        )
    if name == "the same id twice":
        return replace(history, deal_ids=texts([f"D{one // 2}" for one in place]))
    if name == "all closed the same day":
        closed = np.where(place % 4 == 0, np.nan, START + 200.0)
        opened = np.minimum(history.opened, START + 199.0)
        outcome = np.where(np.isnan(closed), OPEN, np.where(place % 2 == 0, WON, LOST))
        return replace(history, opened=opened, closed=closed, outcome=outcome.astype(np.int8))
    if name == "dates in the future":
        target = texts(["9999-12-31"] * size)
        late = np.where(place % 50 == 0, DAY + 4_000, history.opened)
        return replace(
            history, opened=late, closed=history.closed + (late - history.opened), attributes={"target_on": target}
        )
    assert name == "ten thousand milestones"
    names = tuple(f"M{one}" for one in range(10_000))
    code = np.arange(history.event_code.size, dtype=np.int32) * 7 % 10_000
    return replace(history, milestones=names, event_code=code)


@pytest.mark.parametrize(
    "name",
    [
        "constant attributes",
        "huge and broken numbers",
        "letters of the world",
        "the same id twice",
        "all closed the same day",
        "dates in the future",
        "ten thousand milestones",
    ],
)
def test_an_odd_history_gets_an_answer(name: str) -> None:
    history = odd(name)
    fitted = fit(history, DAY)
    assert len(fitted.vocabulary.milestones) <= MILESTONES_KEPT
    prediction = fitted.predict(history, DAY, HORIZONS)
    assert prediction.deal.size > 0
    check_probabilities(prediction)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(make_history(deals=420), DAY)


def test_who_owns_the_deal_changes_nothing(fitted: Fitted) -> None:
    history = make_history(deals=420)
    people = texts([f"person {place % 5}" for place in range(420)])
    owned = replace(history, attributes=dict(history.attributes) | {"owner": people})
    seen = fit(owned, DAY)
    assert seen.vocabulary == fitted.vocabulary
    one, other = (model.predict(owned, DAY, [30]).p_won for model in (seen, fitted))
    assert np.array_equal(one, other)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 60))
def test_thin_history_adds_up_and_never_falls(seed: int, deals: int) -> None:
    history = make_history(deals=deals, days=120, seed=seed)
    day = START + 110.0
    check_probabilities(fit(history, day).predict(history, day, HORIZONS))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_a_deal_still_open_never_raises_a_win_rate(seed: int, more: int) -> None:
    """Deals added that stay open for months: by no day of five months is more won at the rates of any stage."""
    history = make_history(deals=60, days=120, seed=seed)
    day = START + 110.0
    size = history.deal_ids.size
    grown = replace(
        history,
        deal_ids=texts([*history.deal_ids.tolist(), *[f"N{place}" for place in range(more)]]),
        opened=np.append(history.opened, np.full(more, START + 1.0)),
        closed=np.append(history.closed, np.full(more, np.nan)),
        outcome=np.append(history.outcome, np.full(more, OPEN)).astype(np.int8),
        known_from=np.full(size + more, np.nan),
        attributes={},
    )
    before, after = (won_by_band(one, day) for one in (replace(history, attributes={}), grown))
    assert np.all(after <= before + 1e-9)


def won_by_band(history: History, day: float) -> np.ndarray:
    known = as_known(history, day).history
    words = learn(known)
    rows = sample(known, day)
    table = Snapshots(known, words).table(rows.deal, rows.day)
    rates = fit_rates(table, words.milestones, known, rows, day, Priors())
    lengths = np.diff([0.0, *BAND_EDGES])
    return np.cumsum(rates.multiplier[:, : lengths.size, 0] * lengths, axis=1)


def test_the_account_is_no_feature(fitted: Fitted) -> None:
    """It only decides which deals judge which model."""
    history = make_history(deals=420)
    accounts = texts([f"A{place}" for place in range(420)])
    seen = fit(replace(history, attributes=dict(history.attributes) | {"account_id": accounts}), DAY)
    assert seen.vocabulary == fitted.vocabulary


def test_one_account_for_all_deals_leaves_nobody_to_judge() -> None:
    history = make_history(deals=420)
    alone = replace(history, attributes=dict(history.attributes) | {"account_id": texts(["A"] * 420)})
    full = fit(alone, DAY).full
    assert full is not None
    assert full.drift.tolist() == [1.0, 1.0]


def test_the_order_of_the_files_does_not_matter(fitted: Fitted) -> None:
    history = make_history(deals=420)
    order = np.random.default_rng(3).permutation(history.deal_ids.size)
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size)
    names = ("deal_ids", "opened", "closed", "outcome", "known_from")
    columns = {name: getattr(history, name)[order] for name in names}
    attributes = {name: column[order] for name, column in history.attributes.items()}
    other = replace(history, **columns, attributes=attributes, event_deal=place[history.event_deal])
    one, again = fitted.predict(history, DAY, [14, 90]), fit(other, DAY).predict(other, DAY, [14, 90])
    said = dict(zip(other.deal_ids[again.deal], again.p_won, strict=True))
    assert one.p_won == pytest.approx(np.array([said[key] for key in history.deal_ids[one.deal]]), abs=1e-9)
