"""Whatever is asked of a full model about whatever deals: probabilities add up, never fall, and are explained whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landmark.forecast.explain import explain
from landmark.forecast.history import LOST, OPEN, WON, History, Season
from landmark.forecast.model import FULL, Fitted, Prediction, fit
from tests.pure.forecast.made import MILESTONES, START, make_history

DAY = START + 280.0
PLAIN, RICH = "plain", "rich"
ODD_NUMBERS = [None, "", "0", "-1", "12.5", "1e15", "1e308", "-1e308", "1e400", "nan", "inf", "-inf", "much"]
ODD_LEVELS = [None, "", "small", "large", "Small", "never seen", "✓", "7", "x" * 300]
ODD_DAYS = [None, "", "2022-11-30", "1970-01-01", "9999-12-31", "0001-01-01", "31.12.2022", "soon"]
KNOWN_AND_OTHER = (*MILESTONES, "Never seen", "Démonstration ✓")


def rich_history() -> History:
    """With everything a history may hold: target dates, budget months, changes, strength, expiry, country."""
    plain, random = make_history(deals=420, seed=5), np.random.default_rng(5)
    size, events = plain.deal_ids.size, plain.event_at.size
    target = [str(np.datetime64("1970-01-01") + int(day)) for day in plain.opened + random.integers(10, 80, size)]
    attributes = {"target_on": target, "budget_month": [str(one) for one in random.integers(1, 13, size)]}
    changed = np.sort(random.choice(size, 120, replace=False)).astype(np.int32)
    return replace(
        plain,
        attributes={**plain.attributes, **{name: np.array(values, object) for name, values in attributes.items()}},
        change_deal=changed,
        change_at=plain.opened[changed] + 5.0,
        change_field=np.array(["amount", "target_on"] * 60, object),
        change_value=np.array(["750.00", "2022-12-20"] * 60, object),
        strength=random.integers(1, 5, events).astype(np.int32),
        event_expires=np.where(plain.event_code == 0, plain.event_at + 45.0, np.nan),
        season=Season("IT", 4),
    )


@pytest.fixture(scope="module")
def models() -> dict[str, Fitted]:
    found = {PLAIN: fit(make_history(deals=420), DAY), RICH: fit(rich_history(), DAY)}
    assert {one.level for one in found.values()} == {FULL}
    words = found[RICH].vocabulary
    assert {one.kind for one in words.attributes} == {"number", "category", "date", "month"}
    assert words.graded
    assert words.expiring
    return found


@st.composite
def asked(draw: st.DrawFn) -> tuple[History, float, list[int]]:
    """A history of up to twelve deals, a day somewhere around its life, and horizons that always rise."""
    day = draw(st.one_of(st.integers(START - 20, START + 400), st.integers(START - 3_000, START + 8_000)))
    size, at = draw(st.integers(1, 12)), st.floats(-400, 60).map(lambda back: round(day + back, 3))
    opened = np.array(draw(st.lists(at, min_size=size, max_size=size)))
    ends = st.one_of(st.none(), st.none(), st.floats(0, 500))
    length = np.array([np.nan if one is None else one for one in draw(st.lists(ends, min_size=size, max_size=size))])
    won = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    events = draw(st.lists(st.tuples(st.integers(0, size - 1), at, at, st.integers(0, 4)), max_size=40))
    event_deal, event_at, event_known, event_code = np.array(events, float).reshape(-1, 4).T
    ends_on = st.one_of(st.just(np.nan), at)
    strengths = draw(st.lists(st.tuples(st.integers(0, 9), ends_on), min_size=len(events), max_size=len(events)))
    strength, expires = np.array(strengths, float).reshape(-1, 2).T
    values = {"amount": ODD_NUMBERS, "segment": ODD_LEVELS, "target_on": ODD_DAYS, "budget_month": ODD_NUMBERS}
    present = [name for name in values if draw(st.booleans())]
    columns = {name: draw(st.lists(st.sampled_from(values[name]), min_size=size, max_size=size)) for name in present}
    change = st.tuples(st.integers(0, size - 1), at, st.sampled_from([*values, "other"]))
    changes = [
        (*one, draw(st.sampled_from(values.get(one[2], ODD_LEVELS)))) for one in draw(st.lists(change, max_size=8))
    ]
    horizons = sorted(
        draw(st.sets(st.integers(1, 365), min_size=1, max_size=6)) | draw(st.sets(st.sampled_from([1, 365])))
    )
    history = History(
        deal_ids=np.array([f"N{place}" for place in range(size)], object),
        opened=opened,
        closed=opened + length,
        outcome=np.where(np.isnan(length), OPEN, np.where(won, WON, LOST)).astype(np.int8),
        known_from=np.full(size, np.nan),
        event_deal=event_deal.astype(np.int32),
        event_at=event_at,
        event_known=np.maximum(event_at, event_known),
        event_code=event_code.astype(np.int32),
        milestones=KNOWN_AND_OTHER,
        attributes={name: np.array(column, object) for name, column in columns.items()},
        change_deal=np.array([one[0] for one in changes], np.int32),
        change_at=np.array([one[1] for one in changes], float),
        change_field=np.array([one[2] for one in changes], object),
        change_value=np.array([one[3] for one in changes], object),
        strength=strength.astype(np.int32),
        event_expires=expires,
        complete_to=float(day),
    )  # fmt: skip
    return history, float(day), horizons


def check(prediction: Prediction) -> None:
    won, lost, still_open = prediction.p_won, prediction.p_lost, prediction.p_open
    for p in (won, lost, still_open):
        assert np.all((p >= 0) & (p <= 1)), "NaN is neither"
    assert np.all(np.abs(won + lost + still_open - 1) < 1e-9)
    assert np.all(np.diff(won, axis=1) >= 0)
    assert np.all(np.diff(lost, axis=1) >= 0)


@pytest.mark.parametrize("name", [PLAIN, RICH])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(question=asked())
def test_any_deals_on_any_day(models: dict[str, Fitted], name: str, question: tuple[History, float, list[int]]) -> None:
    history, day, horizons = question
    prediction = models[name].predict(history, day, horizons)
    is_open = (history.opened <= day) & ~(history.closed <= day)
    assert prediction.deal.tolist() == np.flatnonzero(is_open).tolist()
    check(prediction)


@pytest.mark.parametrize("name", [PLAIN, RICH])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(question=asked())
def test_any_probability_is_explained_whole(
    models: dict[str, Fitted], name: str, question: tuple[History, float, list[int]]
) -> None:
    history, day, (horizon, *_) = question
    p = models[name].predict(history, day, [horizon])
    made_of = explain(models[name], history, day, horizon)
    assert made_of.deal.tolist() == p.deal.tolist()
    assert np.isfinite(made_of.effects).all()
    assert made_of.base + made_of.effects.sum(axis=1) == pytest.approx(p.p_won[:, 0], abs=1e-9)
    assert 0 <= made_of.base <= 1


@pytest.mark.parametrize("name", [PLAIN, RICH])
def test_every_day_of_the_year_ahead(models: dict[str, Fitted], name: str) -> None:
    history = rich_history()
    prediction = models[name].predict(history, DAY, range(1, 366))
    assert prediction.deal.size > 20
    check(prediction)
