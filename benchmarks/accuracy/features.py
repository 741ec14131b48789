"""What peers see of a deal on a day: one plain row of numbers, the same for every peer.

Answers: age, attributes, time since and count of each milestone, idle time, calendar; and what happened after. Does not
answer: what a peer makes of it. Training rows stand on about forty past days; a row teaches a horizon once it is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from benchmarks.accuracy.logs import Log

DAY = pd.Timedelta(days=1)
NOT_FEATURES = frozenset(
    "deal_id opened_at closed_at outcome account_id owner currency target_on history_known_from".split()
)
LEVELS, LANDMARKS, MASK_BITS = 60, 40, 20


@dataclass(frozen=True)
class Rows:
    """x (features by column) · deal_id · as_of · to_close (days until closing, NaN while open) · won."""

    x: pd.DataFrame
    deal_id: np.ndarray
    as_of: np.ndarray
    to_close: np.ndarray
    won: np.ndarray

    def take(self, rows: np.ndarray) -> "Rows":
        x = self.x.iloc[rows]
        return Rows(x, self.deal_id[rows], self.as_of[rows], self.to_close[rows], self.won[rows])

    @property
    def dense(self) -> np.ndarray:
        """For models that add up columns: fading recency (0 for never), signed logarithms."""
        values = self.x.to_numpy(np.float64)
        recent = np.array([name.startswith("s_") for name in self.x])
        logs = np.sign(np.nan_to_num(values)) * np.log1p(np.abs(np.nan_to_num(values)))
        fading = np.where(np.isnan(values), 0.0, 1.0 / (1.0 + values / 5.0))
        return np.where(recent, fading, logs)


class Lookout:
    """Builds rows of one log; remembers the training rows, which all as-of days share."""

    def __init__(self, log: Log) -> None:
        self._deals, events = log.deals, log.events
        self._last = max(log.days)
        self.milestones = list(events["milestone"].value_counts().index)
        place = {deal: number for number, deal in enumerate(self._deals.deal_id)}
        code = {name: number for number, name in enumerate(self.milestones)}
        at = events["at"].dt.tz_localize(None).to_numpy()
        order = np.argsort(at, kind="stable")
        self._at = at[order]
        self._deal = events.deal_id.map(place).to_numpy(np.int64)[order]
        self._code = events["milestone"].map(code).to_numpy(np.int64)[order]
        self._attributes = self._read_attributes()

    def _read_attributes(self) -> dict[str, np.ndarray]:
        names = [name for name in self._deals if name not in NOT_FEATURES]
        numbers = [name for name in names if pd.api.types.is_numeric_dtype(self._deals[name])]
        found = {name: self._deals[name].to_numpy(np.float64) for name in numbers}
        for name in names:
            if name not in found and self._deals[name].nunique() <= LEVELS:
                levels = sorted(self._deals[name].dropna().unique(), key=str)
                codes = self._deals[name].map({level: float(rank) for rank, level in enumerate(levels)})
                found[name] = codes.to_numpy(np.float64)
        return found

    @cached_property
    def past(self) -> Rows:
        """Rows of past days, a step apart that is never a multiple of a week."""
        first = self._deals.opened_at.min().ceil("D") + 7 * DAY
        last = pd.Timestamp(self._last, unit="D", tz="UTC")
        step = max(2, (last - first).days // LANDMARKS)
        step += step % 7 == 0
        return self._rows(pd.date_range(first, last - DAY, freq=f"{step}D"))

    def on(self, day: float) -> Rows:
        return self._rows([pd.Timestamp(day, unit="D", tz="UTC")])

    def _rows(self, days: Iterable[pd.Timestamp]) -> Rows:
        parts = [self._day(day) for day in days]
        x = pd.concat([part.x for part in parts], ignore_index=True)
        return Rows(x, *(np.concatenate([getattr(part, name) for part in parts]) for name in _KEPT))

    def _day(self, day: pd.Timestamp) -> Rows:
        deals = self._deals
        live = ((deals.opened_at <= day) & (deals.closed_at.isna() | (deals.closed_at > day))).to_numpy()
        age = ((day - deals.opened_at) / DAY).to_numpy()
        columns = {"age": age} | self._attributes | self._happened(day)
        columns["idle"] = np.where(np.isnan(columns["idle"]), age, columns["idle"])
        x = pd.DataFrame(columns)[live]
        x = x.assign(dow=day.dayofweek, dom=day.day, moq=day.month % 3).reset_index(drop=True)
        to_close = ((deals.closed_at - day) / DAY).to_numpy()[live]
        won = (deals.outcome == "won").to_numpy()[live]
        as_of = np.full(won.size, day.timestamp() / 86_400)
        return Rows(x, deals.deal_id.to_numpy()[live], as_of, to_close, won)

    def _happened(self, day: pd.Timestamp) -> dict[str, np.ndarray]:
        """Days since each milestone's last time (s_), how often it was (n_), days since anything (idle)."""
        end = int(np.searchsorted(self._at, day.to_datetime64(), "right"))
        deals, kinds = len(self._deals), len(self.milestones)
        since = (day.to_datetime64() - self._at[:end]) / np.timedelta64(1, "D")
        last = np.full((deals, kinds), np.nan)
        last[self._deal[:end], self._code[:end]] = since  # in order of time, so the last one stays
        count = np.bincount(self._deal[:end] * kinds + self._code[:end], minlength=deals * kinds).reshape(deals, kinds)
        idle = np.full(deals, np.nan)
        idle[self._deal[:end]] = since
        columns = {}
        for code, name in enumerate(self.milestones):
            columns[f"s_{name}"], columns[f"n_{name}"] = last[:, code], count[:, code].astype(np.float64)
        return columns | {"idle": idle}

    def mask(self, rows: Rows) -> np.ndarray:
        """Which of the twenty commonest milestones were reached, as bits."""
        names = [f"n_{name}" for name in self.milestones[:MASK_BITS]]
        bits: np.ndarray = (rows.x[names].to_numpy() > 0) @ (1 << np.arange(len(names)))
        return bits


_KEPT = ("deal_id", "as_of", "to_close", "won")
