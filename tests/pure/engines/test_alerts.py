"""Each alert: stands just beyond its limit, not at it; one fact gives one alert."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from landmark.engines.alerts import (
    ADVERSARY,
    EXPIRY,
    EXPIRY_DAYS,
    IDLE,
    IDLE_DAYS,
    KINDS,
    MOMENTUM,
    PROGRESS,
    TARGET,
    Alert,
    Pulse,
    find_alerts,
)

ON = date(2026, 3, 2)
CALM = Pulse(ON, age_days=56, idle_days=3, progress_days=10, progress_limit=21, events=8, recent=2)


def kinds(pulse: Pulse) -> list[str]:
    return [alert.kind for alert in find_alerts(pulse)]


def ahead(days: int) -> date:
    return ON + timedelta(days=days)


def test_a_calm_deal_has_none() -> None:
    assert find_alerts(CALM) == ()


@pytest.mark.parametrize(
    ("at_limit", "beyond", "kind"),
    [
        ({"progress_days": 21}, {"progress_days": 22}, PROGRESS),
        ({"idle_days": IDLE_DAYS}, {"idle_days": IDLE_DAYS + 1}, IDLE),
        ({"recent": 1}, {"recent": 0}, MOMENTUM),
        ({"target_on": ON}, {"target_on": ahead(-1)}, TARGET),
        ({"target_on": ahead(9), "win_from": ahead(9)}, {"target_on": ahead(8), "win_from": ahead(9)}, TARGET),
        ({"target_on": ahead(90), "win_until": ahead(90)}, {"target_on": ahead(91), "win_until": ahead(90)}, TARGET),
        ({"adversaries": ()}, {"adversaries": ("Vera Kolb",)}, ADVERSARY),
        (
            {"expiring": (("budget_confirmed", ahead(EXPIRY_DAYS + 1)),)},
            {"expiring": (("budget_confirmed", ahead(EXPIRY_DAYS)),)},
            EXPIRY,
        ),
    ],
)
def test_an_alert_stands_beyond_its_limit_only(at_limit: dict, beyond: dict, kind: str) -> None:
    assert kind not in kinds(replace(CALM, **at_limit))
    assert kinds(replace(CALM, **beyond)) == [kind]


def test_the_figures_of_the_sentence_are_told() -> None:
    late = replace(CALM, target_on=ahead(-5))
    assert find_alerts(late) == (Alert(TARGET, days=5, is_past=True),)
    early = replace(CALM, target_on=ahead(10), win_from=ahead(24))
    assert find_alerts(early) == (Alert(TARGET, days=14, is_early=True),)


def test_silence_is_not_told_twice() -> None:
    assert kinds(replace(CALM, idle_days=40, recent=0)) == [IDLE]


def test_a_young_or_sparse_deal_has_no_pace_to_lose() -> None:
    assert kinds(replace(CALM, recent=0, age_days=20)) == []
    assert kinds(replace(CALM, recent=0, events=4)) == []


def test_evidence_that_has_run_out_is_its_gates_affair() -> None:
    assert kinds(replace(CALM, expiring=(("budget_confirmed", ahead(-1)),))) == []


def test_the_gravest_comes_first() -> None:
    bad = replace(CALM, target_on=ahead(-1), adversaries=("Vera Kolb",), progress_days=60, idle_days=60)
    assert kinds(bad) == [TARGET, ADVERSARY, PROGRESS, IDLE]
    assert set(KINDS) >= set(kinds(bad))
