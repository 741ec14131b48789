"""In a world of constant rates the chances of every deal are known in closed form: the fitted model comes near them."""

import numpy as np
import pytest
from scipy.linalg import expm

from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.model import FULL, Fitted, fit

START, DAYS, DEALS = 19_000, 700, 2_500
HORIZONS = (14, 30, 90)
WIN, LOSE, DEMO = {"A": (0.004, 0.020), "B": (0.001, 0.008)}, {"A": (0.010, 0.006), "B": (0.015, 0.010)}, 0.03
"""Rates a day of each kind of deal, before and after the demo."""


def chances(kind: str, state: int) -> np.ndarray:
    """(horizons, 2) won and lost by then: the exponential of the generator over open, open with demo, won, lost."""
    rates = np.zeros((4, 4))
    rates[0, 1] = DEMO
    rates[:2, 2], rates[:2, 3] = WIN[kind], LOSE[kind]
    rates -= np.diag(rates.sum(axis=1))
    return np.array([expm(rates * days)[state, 2:] for days in HORIZONS])


@pytest.fixture(scope="module")
def history() -> History:
    random = np.random.default_rng(11)
    kind = random.choice(["A", "B"], DEALS)
    opened = START + random.random(DEALS) * DAYS
    demo = opened + random.exponential(1 / DEMO, DEALS)
    early, late = (
        np.array([[rate[one][state] for one in kind] for rate in (WIN, LOSE)]) for state in (0, 1)
    )  # won, lost × deals
    first = opened + random.exponential(1 / early.sum(axis=0))
    second = demo + random.exponential(1 / late.sum(axis=0))
    has_demo = demo < first
    closed = np.where(has_demo, second, first)
    won_share = np.where(has_demo, late[0] / late.sum(axis=0), early[0] / early.sum(axis=0))
    over = closed <= START + DAYS
    shown = np.flatnonzero(has_demo & (demo <= START + DAYS))
    outcome = np.where(random.random(DEALS) < won_share, WON, LOST)
    return History(
        deal_ids=np.array([f"D{deal}" for deal in range(DEALS)], object),
        opened=opened,
        closed=np.where(over, closed, np.nan),
        outcome=np.where(over, outcome, OPEN).astype(np.int8),
        known_from=np.full(DEALS, np.nan),
        event_deal=shown.astype(np.int32),
        event_at=demo[shown],
        event_known=demo[shown],
        event_code=np.zeros(shown.size, np.int32),
        milestones=("demo",),
        attributes={"kind": kind.astype(object)},
        complete_to=START + DAYS,
    )


@pytest.fixture(scope="module")
def fitted(history: History) -> Fitted:
    return fit(history, START + DAYS)


def test_the_chances_of_each_group_come_near_the_closed_form(history: History, fitted: Fitted) -> None:
    assert fitted.level == FULL
    told = fitted.predict(history, START + DAYS, HORIZONS)
    state = np.isin(told.deal, history.event_deal)
    for kind in "AB":
        for with_demo in (False, True):
            group = (history.attributes["kind"][told.deal] == kind) & (state == with_demo)
            ours = np.stack([told.p_won[group].mean(axis=0), told.p_lost[group].mean(axis=0)], axis=1)
            assert ours == pytest.approx(chances(kind, int(with_demo)), abs=0.07), (kind, with_demo)


def test_its_squared_error_is_a_small_part_of_how_much_chances_differ(history: History, fitted: Fitted) -> None:
    told = fitted.predict(history, START + DAYS, HORIZONS)
    state = np.isin(told.deal, history.event_deal).astype(int)
    kinds = history.attributes["kind"][told.deal]
    truth = np.array([chances(kind, one)[:, 0] for kind, one in zip(kinds, state, strict=True)])
    error = np.mean((told.p_won - truth) ** 2, axis=0)
    assert (error < 0.075 * truth.var(axis=0)).all(), error / truth.var(axis=0)
