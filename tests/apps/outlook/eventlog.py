"""A history as the neutral event log's three files, so that a test can come in through the other door."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from landmark.forecast.history import History

OUTCOMES = ("", "won", "lost")


def write_event_log(history: History, folder: Path) -> tuple[Path, Path, Path]:
    names = sorted(history.attributes)
    deals = [
        [history.deal_ids[n], instant(history.opened[n]), instant(history.closed[n]), OUTCOMES[history.outcome[n]],
         *(history.attributes[name][n] or "" for name in names)]
        for n in range(history.deal_ids.size)
    ]  # fmt: skip
    events = [
        [history.deal_ids[deal], instant(at), history.milestones[code], instant(known)]
        for deal, at, code, known in zip(
            history.event_deal, history.event_at, history.event_code, history.event_known, strict=True
        )
    ]
    changes = [
        [history.deal_ids[deal], instant(at), name, value or ""]
        for deal, at, name, value in zip(
            history.change_deal, history.change_at, history.change_field, history.change_value, strict=True
        )
    ]
    return (
        write(folder / "deals.csv", ["deal_id", "opened_at", "closed_at", "outcome", *names], deals),
        write(folder / "events.csv", ["deal_id", "at", "milestone", "known_at"], events),
        write(folder / "changes.csv", ["deal_id", "at", "field", "value"], changes),
    )


def instant(days: float) -> str:
    if np.isnan(days):
        return ""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(days * 86_400_000_000))).isoformat()


def write(path: Path, headings: list[str], rows: Iterable[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path
