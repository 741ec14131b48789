"""Hazards and cumulative incidence against lifelines, scikit-survival and closed forms, with late entry and two causes.

The hazards here are the product's own counts (``landmark_rows``, ``outcomes``) and sums (``cumulate``); oracles get the
same deals in their own form. Steps of the grid's first interval make the two comparable to the last digit: a deal
enters, and is last seen, on whole days only.
"""

import numpy as np
import pytest
from lifelines import AalenJohansenFitter, ExponentialFitter, KaplanMeierFitter, NelsonAalenFitter
from sksurv.nonparametric import cumulative_incidence_competing_risks

from landmark.forecast import shrunken
from landmark.forecast.calendars import INTERVAL_NAMES
from landmark.forecast.grid import (
    EDGES,
    INTERVALS,
    YEAR,
    at_horizons,
    calendar_ahead,
    cumulate,
    outcomes,
)
from landmark.forecast.hazards import Ahead, fit_hazards
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.model import fit
from landmark.forecast.priors import Priors, StagePrior
from landmark.forecast.sampling import Sample
from landmark.forecast.shrunken import fit_rates, no_rates
from landmark.forecast.snapshots import Snapshots, landmark_rows
from landmark.forecast.vocabulary import learn
from tests.oracle.deals import AS_OF, followed, make_deals

LATE, PROMPT = make_deals(late=True), make_deals(late=False)
STEP = 1


def hazards_by_age(history: History) -> np.ndarray:
    """(1, ages, 2): closings in (age, age + 2] divided by the deals then at risk, from rows of every second day."""
    deal, day = landmark_rows(history, np.arange(0, AS_OF, STEP, dtype=np.int32))
    ahead = outcomes(history, deal, day, AS_OF)[:, 0]
    age = ((day - history.opened[deal]) / STEP).astype(int)
    known = ahead >= 0
    at_risk = np.bincount(age[known])
    closings = [np.bincount(age[ahead == cause], minlength=at_risk.size) for cause in (WON, LOST)]
    return np.stack([one / np.maximum(at_risk, 1) for one in closings], axis=1)[None]


def in_steps(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages at the end and at the entry in two-day steps, and the outcome."""
    end, entry = followed(history)
    return np.ceil(end / STEP) * STEP, entry, history.outcome


@pytest.mark.parametrize("history", [LATE, PROMPT], ids=["late entry", "no late entry"])
def test_still_open_is_kaplan_meier(history: History) -> None:
    end, entry, outcome = in_steps(history)
    oracle = KaplanMeierFitter().fit(end, outcome != OPEN, entry=entry)
    ours = 1 - cumulate(hazards_by_age(history))[0].sum(axis=1)
    ages = np.arange(ours.size) * STEP
    assert ours == pytest.approx(oracle.predict(ages).to_numpy(), abs=1e-12)
    if history is LATE:
        blind = KaplanMeierFitter().fit(end, outcome != OPEN).predict(ages).to_numpy()
        assert np.abs(ours - blind).max() > 0.02


def test_summed_hazards_are_nelson_aalen() -> None:
    end, entry, outcome = in_steps(LATE)
    for cause in (WON, LOST):
        oracle = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(end, outcome == cause, entry=entry)
        ours = np.cumsum(hazards_by_age(LATE)[0, :, cause - 1])
        ages = (np.arange(ours.size) + 1) * STEP
        assert ours == pytest.approx(oracle.predict(ages).to_numpy(), abs=1e-12)


def test_competing_risks_are_aalen_johansen() -> None:
    end, _, outcome = in_steps(PROMPT)
    times, incidence = cumulative_incidence_competing_risks(outcome.astype(int), end)
    ours = cumulate(hazards_by_age(PROMPT))[0]
    place = (times / STEP).astype(int)
    assert ours[place, 0] == pytest.approx(incidence[1], abs=1e-12)
    assert ours[place, 1] == pytest.approx(incidence[2], abs=1e-12)


@pytest.mark.filterwarnings("ignore:Tied event times were detected")  # it tells its own way with ties: it shifts them
def test_competing_risks_with_late_entry_are_aalen_johansen() -> None:
    """lifelines parts tied closings by tiny random shifts, so the curves agree within what that moves."""
    end, entry, outcome = in_steps(LATE)
    ours = cumulate(hazards_by_age(LATE))[0]
    ages = np.arange(1, ours.shape[0]) * STEP
    for cause in (WON, LOST):
        oracle = AalenJohansenFitter(calculate_variance=False, seed=1).fit(end, outcome, cause, entry=entry)
        curve = oracle.cumulative_density_.iloc[:, 0]
        theirs = curve.to_numpy()[np.searchsorted(curve.index.to_numpy(), ages + STEP / 2, "right") - 1]
        assert ours[1:, cause - 1] == pytest.approx(theirs, abs=0.006)


def test_by_hand_with_late_entry_and_two_causes() -> None:
    """Four deals: A won at age 2; B enters at 2, lost at 4; C enters at 4, won at 6; D open throughout."""
    made = make_deals(4)
    history = History(
        **{
            **vars(made),
            "deal_ids": np.array(list("ABCD"), object),
            "opened": np.array([100.0, 100.0, 100.0, 100.0]),
            "closed": np.array([102.0, 104.0, 106.0, np.nan]),
            "outcome": np.array([WON, LOST, WON, OPEN], np.int8),
            "known_from": np.array([np.nan, 102.0, 104.0, np.nan]),
        }
    )
    ours = cumulate(hazards_by_age(history)[:, :6])[0][::2]
    assert ours[:, 0].tolist() == [0, 1 / 2, 1 / 2, 1 / 2 + 1 / 4 * 1 / 2]
    assert ours[:, 1].tolist() == [0, 0, 1 / 2 * 1 / 2, 1 / 4]


def test_a_fit_without_covariates_is_the_life_table() -> None:
    """Every interval's fitted hazards are its closings divided by its deals at risk: the maximum likelihood."""
    deal, day = landmark_rows(PROMPT, np.arange(0, AS_OF, 7, dtype=np.int32))
    ahead = outcomes(PROMPT, deal, day, AS_OF)
    rows = deal.size
    nothing = Ahead(
        np.zeros((rows, 1)),
        np.zeros((rows, 2, INTERVALS), np.int64),
        calendar_ahead(day, 0, np.zeros(len(INTERVAL_NAMES), bool)),
    )
    fitted = fit_hazards(nothing, ahead, np.full(rows, 1e4), np.ones(1)).predict(nothing)[0]
    counted = [[np.sum(ahead[:, j] == cause) / max(np.sum(ahead[:, j] >= 0), 1) for cause in (1, 2)] for j in range(11)]
    assert fitted[:11] == pytest.approx(np.array(counted), abs=2e-4)


@pytest.mark.parametrize(("won", "lost"), [(0.01, 0.02), (0.0, 0.05), (0.3, 0.0)])
def test_constant_rates_are_exponential(won: float, lost: float) -> None:
    """F_won(t) = λ_won / λ (1 − e^(−λ t)), here from the hazards of each interval."""
    total = won + lost
    hazard = -np.expm1(-total * np.diff(EDGES))[None, :, None] * np.array([won, lost]) / total
    expected = np.array([won, lost])[None] / total * -np.expm1(-total * EDGES)[:, None]
    assert cumulate(hazard)[0] == pytest.approx(expected, abs=1e-12)


def test_constant_chances_are_geometric() -> None:
    steps = np.arange(31)
    ours = cumulate(np.tile([0.02, 0.03], (1, 30, 1)))[0]
    assert ours[:, 0] == pytest.approx(0.4 * (1 - 0.95**steps), abs=1e-12)
    assert ours.sum(axis=1) == pytest.approx(1 - 0.95**steps, abs=1e-12)


def test_horizons_at_the_edges_are_the_edges() -> None:
    incidence = cumulate(np.random.default_rng(1).dirichlet([1, 2, 30], (5, INTERVALS))[:, :, :2])
    whole = EDGES[1:].astype(np.int32)
    daily = at_horizons(incidence, whole, np.random.default_rng(2).random((1, YEAR, 2)), np.zeros(5, np.intp))
    assert daily == pytest.approx(incidence[:, 1:], abs=1e-12)
    between = at_horizons(incidence, np.array([8], np.int32), np.ones((1, YEAR, 2)), np.zeros(5, np.intp))
    assert between[:, 0] == pytest.approx(incidence[:, 5] + (incidence[:, 6] - incidence[:, 5]) / 3, abs=1e-12)


def test_the_playbook_alone_is_exponential_at_the_edges() -> None:
    """Without own closings: rate = ln 2 / median, split by the win rate, in closed form."""
    priors = Priors(StagePrior(0.3, 50.0))
    history = as_known(PROMPT, 1.0).history
    assert (history.outcome != OPEN).sum() == 0
    made = fit(history, 1.0, priors).predict(history, 1.0, [30, 90, 365])
    expected = 0.3 * (1 - 0.5 ** (np.array([30, 90, 365]) / 50.0))
    assert made.p_won == pytest.approx(np.tile(expected, (made.deal.size, 1)), abs=1e-12)


def test_closing_rates_with_late_entry_are_the_exponential_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closings divided by days at risk, which for constant rates is the maximum likelihood with late entry."""
    random = np.random.default_rng(4)
    size = 4_000
    opened = np.floor(random.random(size) * 300)
    length = random.exponential(50.0, size)
    entry = np.where(random.random(size) < 0.5, np.floor(random.random(size) * 60), 0.0)
    seen = (length > entry) & (opened + entry < 400)
    closed = opened + length
    outcome = np.where(closed <= 400, np.where(random.random(size) < 0.25, WON, LOST), OPEN).astype(np.int8)
    small = make_deals(4)
    history = History(
        **{
            **vars(small),
            "deal_ids": np.arange(int(seen.sum())).astype(object),
            "opened": opened[seen],
            "closed": np.where(closed <= 400, closed, np.nan)[seen],
            "outcome": outcome[seen],
            "known_from": np.where(entry > 0, opened + entry, np.nan)[seen],
        }
    )
    vocabulary = learn(history)
    deal, day = landmark_rows(history, np.arange(399, -1, -3, dtype=np.int32))
    table = Snapshots(history, vocabulary).table(deal, day)
    rows = Sample(deal, day, np.ones(deal.size), spacing=3)
    priors = Priors(StagePrior(0.5, 20.0), weight=1e-9)
    fitted = fit_rates(table, (), history, rows, 400.0, priors)
    daily = np.log(2) / 20.0 * 0.5 * fitted.multiplier[0]
    end = np.minimum(length, 400 - opened)[seen]
    for cause in (WON, LOST):
        oracle = ExponentialFitter().fit(end, history.outcome == cause, entry=entry[seen])
        assert daily[:3, cause - 1] == pytest.approx(1 / oracle.lambda_, rel=0.06)  # the same however far ahead
        assert daily[3:, cause - 1] == pytest.approx(1 / oracle.lambda_, rel=0.15)  # fewer deals tell of late days

    monkeypatch.setattr(shrunken, "GROUP_WEIGHT", 1e12)
    firm = fit_rates(table, (), history, rows, 400.0, Priors(StagePrior(0.5, 20.0), weight=1e12))
    assert firm.multiplier[0] == pytest.approx(no_rates(()).multiplier[0], abs=1e-6)
