"""The censored stage percentage against lifelines' Aalen–Johansen estimator, on fixed data."""

from random import Random

import pytest
from lifelines import AalenJohansenFitter

from landmark.engines.funnel import Stay, _incidence, measure_share

CODES = {"reached": 1, "lost": 2, "open": 0}


def draw(count: int, seed: int, *, late: bool = False) -> list[Stay]:
    """Distinct times, so that the oracle need not jitter; some deals come into view late."""
    random = Random(seed)  # noqa: S311
    stays = []
    for _number in range(count):
        days = random.expovariate(1 / 40) + 1e-6
        end = random.choices(("reached", "lost", "open"), (0.3, 0.4, 0.3))[0]
        seen_from = random.uniform(0, days) if late and random.random() < 0.4 else -1.0
        stays.append(Stay(days, end, seen_from))
    return stays


@pytest.mark.parametrize(("count", "seed", "late"), [(40, 1, False), (400, 2, False), (300, 3, True)])
def test_share_and_variance_agree_with_lifelines(count: int, seed: int, late: bool) -> None:
    stays = draw(count, seed, late=late)
    oracle = AalenJohansenFitter(calculate_variance=True)
    entry = [max(stay.seen_from, 0.0) for stay in stays] if late else None
    oracle.fit([s.days for s in stays], [CODES[s.end] for s in stays], event_of_interest=1, entry=entry)
    rate, variance, _left = _incidence(stays)
    density = oracle.cumulative_density_.iloc[:, 0]
    assert measure_share(stays).rate == pytest.approx(rate)
    assert rate == pytest.approx(float(density.iloc[-1]), abs=1e-9)
    last_event = max(stay.days for stay in stays if stay.end != "open")
    assert variance == pytest.approx(float(oracle.variance_.loc[last_event]), rel=1e-6)
