"""Naive-Bayes lead scoring against its golden values."""

from dataclasses import replace

import pytest

from landmark.forecast.lead_scoring import Lead, Stage, fit_leads

STAGES = (Stage(1, 1), Stage(2, 2), Stage(3, 3), Stage(4, 70, won=True))
ROWS = [
    (1, 0, 0, 0, 0),
    (1, 1, 1, 1, 1),
    (1, 2, 2, 2, 2),
    (1, 0, 1, 2, 1),
    (1, 1, 1, 1, 0),
    (2, 0, 1, 1, 2),
    (2, 0, 1, 2, 1),
    (2, 0, 2, 2, 0),
    (2, 0, 1, 2, 1),
    (2, 1, 0, 1, 1),
    (3, 1, 1, 1, 2),
    (3, 0, 1, 0, 0),
    (3, 1, 2, 2, 0),
    (3, 0, 1, 2, 1),
]
WON, LOST = {2, 7, 10}, {0, 1, 5, 6, 11, 12}


def lead(team: int, country: int, state: int, source: int, stage: int) -> Lead:
    values = {"country": str(country + 1), "state": str(state + 1), "source": str(source + 1)}
    return Lead(team, stage + 1, values | {"email_state": None, "phone_state": None})


LEADS = [lead(*row) for row in ROWS]


def settled(leads: list[Lead]) -> list[tuple[Lead, bool]]:
    return [(leads[place], place in WON) for place in range(14) if place in WON | LOST]


@pytest.mark.parametrize(("place", "score"), [(3, 33.49), (8, 7.74), (13, 35.09)])
def test_golden_scores(place: int, score: float) -> None:
    assert fit_leads(STAGES, settled(LEADS)).score(LEADS[place]) == score


def test_without_a_team_all_teams_together_speak() -> None:
    moved = [replace(one, team=None) if place >= 10 else one for place, one in enumerate(LEADS)]
    assert fit_leads(STAGES, settled(moved)).score(moved[13]) == 35.19


def test_golden_tags() -> None:
    tags = [(1,)] * 50 + [(2,)] * 50 + [(1, 2)] * 50
    leads = [Lead(1, 1, {}, tuple(map(str, one))) for one in tags]
    lost = {*range(30), *range(50, 90), *range(100, 135)}
    won = {*range(31, 50), *range(91, 100), *range(136, 150)}
    fitted = fit_leads(STAGES, [(leads[place], place in won) for place in sorted(won | lost)])
    scores = [fitted.score(Lead(1, 1, {}, one)) for one in (("1",), ("2",), ("1", "2"), ())]
    assert scores == [33.69, 23.51, 28.05, 28.60]


def test_the_edges() -> None:
    fitted = fit_leads(STAGES, settled(LEADS))
    assert fitted.score(Lead(1, None, {})) == 0.0
    assert fitted.score(Lead(1, 4, {})) == 100.0
    assert fitted.score(Lead(1, 1, {"country": "never seen", "nonsense": "x"})) == fitted.score(Lead(1, 1, {}))
    assert fit_leads(STAGES, []).score(LEADS[0]) is None


def test_scores_stay_off_0_and_100() -> None:
    many = [(Lead(1, 1, {"source": "good" if won else "bad"}), won) for won in (True, False) for _ in range(90_000)]
    fitted = fit_leads(STAGES, many)
    assert fitted.score(Lead(1, 1, {"source": "good"})) == 99.99
    assert fitted.score(Lead(1, 1, {"source": "bad"})) == 0.01


def test_rare_tags_are_not_heard() -> None:
    tagged = [(Lead(1, 1, {}, ("rare",)), True)] * 49 + [(Lead(1, 1, {}), False)] * 49
    assert fit_leads(STAGES, tagged).score(Lead(1, 1, {}, ("rare",))) == 50.0
