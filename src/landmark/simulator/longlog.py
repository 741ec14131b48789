"""Writes one long event log out of many simulated companies, a part at a time.

Answers: a log of any length whose deals move like those of ``simulate``. Does not answer: changes of stage, amount and
target date (``eventlog`` writes them). Memory holds one part, never the log.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from landmark.simulator.company import EVENT_NAMES, MILESTONES, Company, Log
from landmark.simulator.eventlog import DEALS, deal_rows, event_name, in_chunks
from landmark.simulator.ids import deal_ids
from landmark.simulator.simulate import simulate

PART_DEALS = 50_000
CLOSED_SHARE = 0.86
FIRST_MILESTONE = MILESTONES.index("discovery_held")
"""Milestones from here on enter the log: between four and five of them for each deal."""


def write_long_log(folder: str | Path, deals: int, end_on: date, seed: int = 1) -> tuple[Path, Path]:
    """deals.csv with ``deals`` rows and events.csv with more than four times as many; returns their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "deals.csv", folder / "events.csv"
    ids = deal_ids(deals)
    with (
        paths[0].open("w", encoding="utf-8", newline="") as first,
        paths[1].open("w", encoding="utf-8", newline="") as second,
    ):
        rows, marks = csv.writer(first, lineterminator="\n"), csv.writer(second, lineterminator="\n")
        rows.writerow(DEALS)
        marks.writerow(["deal_id", "at", "milestone"])
        for place, start in enumerate(range(0, deals, PART_DEALS)):
            part = ids[start : start + PART_DEALS]
            company = _simulate_part(seed + place, end_on, len(part))
            rows.writerows(deal_rows(company, part))
            marks.writerows(_milestone_rows(company, part))
    return paths


def _simulate_part(seed: int, end_on: date, deals: int) -> Company:
    closed = int(deals * CLOSED_SHARE)
    return simulate(seed, end_on, closed=closed, open_=deals - closed, representatives=60, teams=6)


def _milestone_rows(company: Company, ids: list[str]) -> Iterator[tuple[str, str, str]]:
    log = company.events
    kept = (log.what >= FIRST_MILESTONE) & (log.what < len(MILESTONES))
    chosen = Log(log.deal[kept], log.at[kept], log.known[kept], log.what[kept])
    names = [event_name(code) for code in range(len(EVENT_NAMES))]
    yield from ((deal, at, what) for deal, at, _known, what in in_chunks(chosen, ids, names))
