"""Each odd team's log can be read, is the same for the same seed, and is odd in the way it says it is."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from benchmarks.accuracy.compare import Line, Ratio, Table
from benchmarks.accuracy.odd import PAGE, count, show_losses
from benchmarks.accuracy.oddities import FIRST_BATCH_ON, SLUMP_ON, TEAMS, files_of, month_day, quarter_end, weekday

from landmark.connectors.histories import parsed_to_history
from landmark.connectors.values import parse_day
from landmark.forecast.evaluate import Perfect
from landmark.forecast.history import LOST, OPEN, WON, History

SMALL = 150


@cache
def small(name: str) -> History:
    return parsed_to_history(files_of(name, 1, SMALL))


def won_share(history: History, kept: np.ndarray) -> float:
    closed = kept & (history.outcome != OPEN)
    return float((history.outcome[closed] == WON).mean())


@pytest.mark.parametrize("name", TEAMS)
def test_its_files_are_read_without_a_complaint(name: str) -> None:
    parsed = files_of(name, 1, SMALL)
    assert parsed.problems == []
    history = parsed_to_history(parsed)
    assert history.deal_ids.size == SMALL
    assert (history.event_at >= history.opened[history.event_deal]).all()
    assert not (history.event_at >= history.closed[history.event_deal]).any()
    assert np.array_equal(history.opened, parsed_to_history(files_of(name, 1, SMALL)).opened)
    assert not np.array_equal(history.opened, parsed_to_history(files_of(name, 2, SMALL)).opened)


@pytest.mark.parametrize("name", TEAMS)
def test_its_horizons_end_before_its_log_does_and_the_page_tells_of_it(name: str) -> None:
    odd = TEAMS[name]
    assert max(map(parse_day, odd.days)) + max(odd.horizons) < parse_day(odd.last)
    assert f"- **{name}**: {odd.oddity}\n" in PAGE.read_text(), "python -m benchmarks.accuracy.odd writes it"


def closings(history: History, outcome: int) -> list[date]:
    return [date(1970, 1, 1) + timedelta(days=int(at)) for at in history.closed[history.outcome == outcome].tolist()]


def _on_the_15th(history: History) -> bool:
    return {day.day for day in closings(history, WON) + closings(history, LOST)} == {15}


def _won_at_a_quarters_end(history: History) -> bool:
    return all(
        (day + timedelta(days=4)).month % 3 == 1 and (day + timedelta(days=4)).day <= 4
        for day in closings(history, WON)
    )


def _swept(history: History) -> bool:
    lost = closings(history, LOST)
    return len(lost) > 20 and all((day + timedelta(days=1)).day == 1 for day in lost)


def _every_second_friday(history: History) -> bool:
    return {math.floor(at - FIRST_BATCH_ON) % 14 for at in history.closed[history.outcome != OPEN].tolist()} == {0}


def _together_only(history: History) -> bool:
    north, alpha = history.attributes["region"] == "north", history.attributes["product"] == "alpha"
    alone = [won_share(history, kept) for kept in (north, ~north, alpha, ~alpha)]
    return won_share(history, north == alpha) > 0.75 and won_share(history, north != alpha) < 0.25 and max(alone) < 0.65


def _expire(history: History) -> bool:
    lost = history.outcome == LOST
    return set(np.round(history.closed - history.opened, 3)[lost].tolist()) == {30.0, 60.0}


def _within_three_days(history: History) -> bool:
    length = (history.closed - history.opened)[history.outcome != OPEN]
    return bool(length.max() <= 3.001 and np.median(length) < 1)


def _mostly_at_weekends(history: History) -> bool:
    days = [weekday(at) for at in history.closed[history.outcome != OPEN].tolist()]
    return sum(day > 4 for day in days) > 0.8 * len(days)


def _never_closed(history: History) -> bool:
    return float((history.outcome == OPEN).mean()) > 0.65


def _slower_since_the_slump(history: History) -> bool:
    length, over = history.closed - history.opened, history.outcome != OPEN
    before = np.median(length[over & (history.closed < SLUMP_ON)])
    return bool(np.median(length[over & (history.opened > SLUMP_ON) & (history.opened < SLUMP_ON + 90)]) > 1.3 * before)


def _rarely_won(history: History) -> bool:
    return float((history.outcome == WON).mean()) < 0.05


def _nothing_recorded(history: History) -> bool:
    return history.event_at.size == 0


def _many_kinds(history: History) -> bool:
    return len(history.milestones) > 80


def _forty_attributes(history: History) -> bool:
    return len(history.attributes) == 40


def _over_a_year(history: History) -> bool:
    return float(np.median((history.closed - history.opened)[history.outcome == WON])) > 365


def _without_habits(history: History) -> bool:
    days = [weekday(at) for at in history.closed[history.outcome != OPEN].tolist()]
    return 0.15 < sum(day > 4 for day in days) / len(days) < 0.45


ODD: dict[str, Callable[[History], bool]] = {
    "committee": _on_the_15th,
    "quarters": _won_at_a_quarters_end,
    "sweep": _swept,
    "batches": _every_second_friday,
    "interplay": _together_only,
    "trials": _expire,
    "hours": _within_three_days,
    "weekends": _mostly_at_weekends,
    "slow": _over_a_year,
    "noise": _forty_attributes,
    "zombies": _never_closed,
    "slump": _slower_since_the_slump,
    "rare": _rarely_won,
    "silent": _nothing_recorded,
    "kinds": _many_kinds,
    "plain": _without_habits,
}


@pytest.mark.parametrize("name", ODD)
def test_it_is_as_odd_as_it_says(name: str) -> None:
    assert ODD[name](small(name))


@pytest.mark.parametrize(
    ("at", "the_15th", "end_of_month", "end_of_quarter"),
    [
        ("2025-12-14", "2025-12-15", "2025-12-31", "2025-12-31"),
        ("2025-12-16", "2026-01-15", "2025-12-31", "2025-12-31"),
        ("2024-02-29", "2024-03-15", "2024-02-29", "2024-03-31"),
        ("2026-01-01", "2026-01-15", "2026-01-31", "2026-03-31"),
    ],
)
def test_days_of_the_calendar(at: str, the_15th: str, end_of_month: str, end_of_quarter: str) -> None:
    found = (month_day(parse_day(at), 15), month_day(parse_day(at), 0), quarter_end(parse_day(at)))
    assert found == tuple(parse_day(day) + 0.5 for day in (the_15th, end_of_month, end_of_quarter))


def table(*ratios: Ratio, wins: int = 10) -> Table:
    metrics = ("Brier", "log loss", "three-class")
    lines = [Line("landmark", dict.fromkeys(metrics, 0.3), {})]
    lines.append(Line("good", dict.fromkeys(metrics, 0.2), dict(zip(metrics, ratios, strict=True))))
    lines.append(Line("bad", {"Brier": 0.9}, {"Brier": Ratio(0.3, 0.2, 0.4)}))
    return Table(
        "odd few", 14, 50, 40, wins, tuple(lines), 0.8, 0.01, 12.4, Perfect(0.005, 0.03, 8.0, 17.0), (8.0, 17.0)
    )


def test_the_table_names_the_best_peer_and_marks_what_is_sure() -> None:
    ratios = (Ratio(1.5, 1.2, 1.8), Ratio(1.1, 0.9, 1.3), Ratio(0.8, 0.7, 0.9))
    row = show_losses([table(*ratios)]).splitlines()[-1]
    cells = "**1.500** [1.20, 1.80] good", "1.100 [0.90, 1.30] good", "**0.800** [0.70, 0.90] good"
    assert row == f"| few | 14 | {' | '.join(cells)} | 12 | 10 |"
    assert show_losses([table(*ratios, wins=20)]).splitlines()[-1].endswith("| **12** | 20 |")
    assert "Of 3 contests" in count([table(*ratios)])
    assert "wins 1 beyond the interval, loses 1, and 1 are undecided" in count([table(*ratios)])
