"""The deal logs that are measured: two public data sets, simulated companies, and any event log that is named.

Answers: which deals, events, as-of days and horizons. Does not answer: what is made of them. Peers get two tables
(``deals``, ``events``) that hold what Landmark reads, as known: attributes as they stood at the opening, events dated
by the day they became known, so that no peer sees more, and none less, than plain tables can hold.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.recognise import parse_files
from landmark.connectors.values import parse_day
from landmark.forecast.history import LOST, WON, History
from landmark.forecast.known import known_at_opening
from landmark.simulator import simulate, write_event_log

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LANDMARK_DATA", ROOT.parent / "shared" / "data"))
END_ON = date(2026, 7, 1)
CLOSED_SHARE = 0.86
OUTCOMES = {WON: "won", LOST: "lost"}


@dataclass(frozen=True)
class Log:
    """One history with its as-of days (days since 1970) and horizons; ``key`` names it in the results."""

    key: str
    history: History
    days: tuple[float, ...]
    horizons: tuple[int, ...]

    @cached_property
    def deals(self) -> pd.DataFrame:
        """deal_id, opened_at, closed_at, outcome and the attributes as known at the opening."""
        history = self.history
        columns = {
            "deal_id": history.deal_ids,
            "opened_at": moments(history.opened),
            "closed_at": moments(history.closed),
            "outcome": [OUTCOMES.get(one) for one in history.outcome.tolist()],
        }
        for name in sorted(history.attributes):
            column = pd.Series(known_at_opening(history, name), dtype=object)
            numbers = pd.to_numeric(column, errors="coerce")
            columns[name] = numbers if (numbers.notna() == column.notna()).all() and numbers.notna().any() else column
        return pd.DataFrame(columns)

    @cached_property
    def events(self) -> pd.DataFrame:
        """deal_id, at (when it was known), milestone; those at or after the closing left out."""
        history = self.history
        at = np.maximum(history.event_at, history.event_known)
        kept = ~(at >= history.closed[history.event_deal])
        names = np.array(history.milestones, object)[history.event_code[kept]]
        columns = {"deal_id": history.deal_ids[history.event_deal[kept]], "at": moments(at[kept]), "milestone": names}
        return pd.DataFrame(columns)

    def write(self, folder: Path) -> None:
        """The two tables as CSV, for a look or for another scorer."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("deals", "events"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False)


def moments(days: np.ndarray) -> pd.Series:
    milliseconds = np.where(np.isnan(days), 0, np.round(days * 86_400_000)).astype("datetime64[ms]")
    return pd.Series(milliseconds).where(~np.isnan(days)).dt.tz_localize("UTC")


def as_of_days(first: str, last: str, every: int) -> tuple[float, ...]:
    return tuple(np.arange(parse_day(first), parse_day(last) + 0.5, every).tolist())


def _loan_funnel() -> list[Log]:
    files = [DATA / "bpic2012" / f"{name}.csv.gz" for name in ("cases", "events")]
    history = parsed_to_history(parse_files(files, ROOT / "examples" / "bpic2012.mapping.yaml"))
    return [Log("bpic2012", history, as_of_days("2011-12-04", "2012-01-01", 7), (7, 14, 30))]


def _maven() -> list[Log]:
    names = ("accounts", "products", "sales_pipeline", "sales_teams")
    history = parsed_to_history(parse_files([DATA / "maven_crm" / f"{name}.csv.gz" for name in names]))
    return [Log("maven_crm", history, as_of_days("2017-06-04", "2017-10-01", 28), (14, 30, 90))]


def simulated(seed: int, deals: int) -> History:
    """The log of one made-up company, as its files would be read."""
    closed = round(CLOSED_SHARE * deals)
    people = max(3, min(60, deals // 100))
    company = simulate(seed, END_ON, closed=closed, open_=deals - closed, representatives=people)
    with TemporaryDirectory() as folder:
        return parsed_to_history(read_event_log(*write_event_log(company, folder)))


def _companies(deals: int, seeds: int) -> list[Log]:
    days = as_of_days("2026-01-04", "2026-03-29", 28)
    return [Log(f"simulated {deals} {seed}", simulated(seed, deals), days, (14, 30, 90)) for seed in range(seeds)]


SETS: dict[str, Callable[[], list[Log]]] = {
    "bpic2012": _loan_funnel,
    "maven_crm": _maven,
    "simulated 300": lambda: _companies(300, 10),
    "simulated 3000": lambda: _companies(3_000, 2),
    "simulated 30000": lambda: _companies(30_000, 1),
}
"""A set is measured as a whole: the deals of all its logs count together."""


def named_log(
    deals: Path, events: Path, changes: Path | None, days: tuple[float, ...], horizons: tuple[int, ...]
) -> list[Log]:
    """Any event log, named by the folder or file it comes from."""
    return [Log(deals.stem, parsed_to_history(read_event_log(deals, events, changes)), days, horizons)]
