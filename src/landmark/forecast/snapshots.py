"""Landmark snapshots: one row for an open deal and an as-of day, from what was known by then.

Answers: what could be seen about a deal on a day. Does not answer: how likely anything is.
Days are whole numbers since 1970-01-01 (00:00 UTC); durations are in days. A missing value is NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.calendars import day_features, days_until_month
from landmark.forecast.history import Floats, History, Ints, Texts
from landmark.forecast.vocabulary import Attribute, Vocabulary, read_values

_DAY_SPAN = 200_000
_MS_A_DAY = 86_400_000
_MS_BITS = 43
PACE_DAYS = (3, 7, 14, 30)
COHORT, COHORT_DAYS = "cohort", 42
"""Deals opened in the same six weeks: what has turned round since shows in the newer ones first."""


@dataclass(frozen=True)
class Table:
    """values (rows, columns) float64 · names (columns) · groups (columns): what a column says something about."""

    values: Floats
    names: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def clocks(self) -> Floats:
        """(rows, 2): the deal's age and the time since its newest milestone; both run on with the days ahead."""
        return self.values[:, [self.names.index("age"), self.names.index("stage_age")]]

    @property
    def running(self) -> Floats:
        """(rows, r): everything that runs on with the days ahead: the clocks, the time since each milestone, and less
        than 0 the days until dates and months that the deal waits for."""
        forward, waits = self._places(("since:",)), self._places(("date:", "month:", "left:"))
        return np.column_stack([self.clocks, self.values[:, forward], -self.values[:, waits]])

    @property
    def running_groups(self) -> tuple[str, ...]:
        places = self._places(("since:",)) + self._places(("date:", "month:", "left:"))
        return ("age", "stage_age", *(self.groups[place] for place in places))

    def _places(self, prefixes: tuple[str, ...]) -> list[int]:
        return [place for place, name in enumerate(self.names) if name.startswith(prefixes)]


@dataclass(frozen=True)
class _Trail:
    """Dated facts of deals, ordered by deal and by the first whole day on which they were known."""

    key: NDArray[np.int64]
    at: Floats
    first: Floats
    last: Floats
    order: NDArray[np.intp]

    def until(self, deal: Ints, day: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """For each row: where the deal's facts start, and where those known by the day end (exclusive)."""
        base = deal.astype(np.int64) * _DAY_SPAN
        return np.searchsorted(self.key, base, "left"), np.searchsorted(self.key, base + day, "right")


def _trail(deal: Ints, at: Floats, known: Floats, tie: NDArray[np.generic]) -> _Trail:
    known_day = np.clip(np.ceil(known), 0, _DAY_SPAN - 1).astype(np.int64)
    order = np.lexsort((tie, at, known_day, deal))
    deal_64 = deal[order].astype(np.int64)
    sorted_at = at[order]
    lift = deal_64 << _MS_BITS
    stamp = np.round(sorted_at * _MS_A_DAY).astype(np.int64)
    last = (np.maximum.accumulate(lift + stamp) - lift) / _MS_A_DAY
    first = (_running_min(lift, stamp)) / _MS_A_DAY
    return _Trail(deal_64 * _DAY_SPAN + known_day[order], sorted_at, first, last, order)


def _running_min(lift: NDArray[np.int64], stamp: NDArray[np.int64]) -> NDArray[np.int64]:
    """Running minimum within each deal: the running maximum of the negated stamps, deals kept apart by their lift."""
    return lift - np.maximum.accumulate(lift - stamp) if stamp.size else stamp


def landmark_rows(history: History, days: Ints) -> tuple[Ints, Ints]:
    """Every (deal, day) with opened ≤ day < closed and day ≥ known_from, ordered by day, then deal."""
    pieces = []
    for day in days.tolist():
        live = (history.opened <= day) & ~(history.closed <= day) & ~(history.known_from > day)
        deals = np.flatnonzero(live)
        pieces.append((deals, np.full(deals.size, day)))
    if not pieces:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    return (
        np.concatenate([deals for deals, _ in pieces]).astype(np.int32),
        np.concatenate([day for _, day in pieces]).astype(np.int32),
    )


class Snapshots:
    """Builds rows for one cut history; sorts its events once."""

    def __init__(self, history: History, vocabulary: Vocabulary) -> None:
        self._history, self._vocabulary = history, vocabulary
        names = {name: place for place, name in enumerate(vocabulary.milestones)}
        to_rank = np.array([names.get(name, len(names)) for name in history.milestones] or [0], np.int32)
        self._rank = to_rank[history.event_code]
        self._all = _trail(history.event_deal, history.event_at, history.event_known, self._rank)
        self._all_rank = self._rank[self._all.order]
        self._each = [self._trail_of(self._rank == place) for place in range(len(names))]
        strength, expires = history.strength, history.event_expires
        none = np.full(history.event_at.size, np.nan)
        self._marks = (
            ("strength", vocabulary.graded, none if strength is None else strength),
            ("left", vocabulary.expiring, none if expires is None else expires),
        )
        news = self._first_of_kind()
        self._news = self._trail_of(news)
        self._news_rank = self._rank[news][self._news.order]

    def _trail_of(self, chosen: NDArray[np.bool_]) -> _Trail:
        history = self._history
        return _trail(
            history.event_deal[chosen], history.event_at[chosen], history.event_known[chosen], self._rank[chosen]
        )

    def _chosen(self, milestone: str) -> NDArray[np.bool_]:
        chosen: NDArray[np.bool_] = self._rank == self._vocabulary.milestones.index(milestone)
        return chosen

    def _first_of_kind(self) -> NDArray[np.bool_]:
        """Marks the event by which a deal first came to know a milestone."""
        history = self._history
        order = np.lexsort((history.event_at, history.event_known, self._rank, history.event_deal))
        deal, rank = history.event_deal[order], self._rank[order]
        new = np.ones(order.size, bool)
        new[1:] = (deal[1:] != deal[:-1]) | (rank[1:] != rank[:-1])
        marked = np.zeros(order.size, bool)
        marked[order[new]] = True
        return marked

    def table(self, deal: Ints, day: Ints) -> Table:
        """The columns of all rows; the same columns for every history that shares the vocabulary."""
        columns: list[tuple[str, str, Floats]] = [("age", "age", day - self._history.opened[deal])]
        columns += self._pace(deal, day)
        columns += self._milestones(deal, day)
        for attribute in self._vocabulary.attributes:
            columns += self._attribute(attribute, deal, day)
        columns += [(name, "calendar", values) for name, values in day_features(day, self._vocabulary.season).items()]
        columns.append((COHORT, COHORT, np.floor(self._history.opened[deal] / COHORT_DAYS)))
        values = np.column_stack([column for _, _, column in columns]).astype(np.float64)
        return Table(values, tuple(name for name, _, _ in columns), tuple(group for _, group, _ in columns))

    def reached(self, deal: Ints, day: Ints) -> NDArray[np.bool_]:
        """(rows, milestones of the vocabulary): had the deal had it by the day?"""
        found = np.zeros((deal.size, len(self._each)), bool)
        for place, trail in enumerate(self._each):
            start, end = trail.until(deal, day)
            found[:, place] = end > start
        return found

    def newest(self, deal: Ints, day: Ints) -> NDArray[np.int64]:
        """Place of the milestone last reached for the first time; len(milestones) for a rare one, −1 for none."""
        begin, stop = self._news.until(deal, day)
        return np.where(stop > begin, _pick(self._news_rank, stop - 1), -1.0).astype(np.int64)

    def _pace(self, deal: Ints, day: Ints) -> list[tuple[str, str, Floats]]:
        trail, age = self._all, day - self._history.opened[deal]
        start, end = trail.until(deal, day)
        count = (end - start).astype(np.float64)
        idle = np.where(count > 0, day - _pick(trail.last, end - 1), age)
        last, before = _pick(self._all_rank, end - 1), _pick(self._all_rank, end - 2)
        columns = [
            ("idle", "idle", idle),
            ("events", "pace", count),
            ("last", "path", np.where(count > 0, last, -1.0)),
            ("before_last", "path", np.where(count > 1, before, -1.0)),
            ("last_gap", "pace", np.where(count > 1, _pick(trail.at, end - 1) - _pick(trail.at, end - 2), np.nan)),
        ]
        for days in PACE_DAYS:
            recent = (end - np.maximum(trail.until(deal, day - days)[1], start)).astype(np.float64)
            columns.append((f"events_{days}", "pace", recent))
        fortnight = columns[-2][2]
        usual = count * np.minimum(1.0, 14.0 / np.maximum(age, 1.0))
        columns.append(("momentum", "pace", (fortnight + 0.5) / (usual + 0.5)))
        begin, stop = self._news.until(deal, day)
        kinds = (stop - begin).astype(np.float64)
        columns.append(("kinds", "path", kinds))
        columns.append(("newest", "path", self.newest(deal, day).astype(np.float64)))
        columns.append(("stage_age", "stage_age", np.where(kinds > 0, day - _pick(self._news.last, stop - 1), age)))
        return columns

    def _milestones(self, deal: Ints, day: Ints) -> list[tuple[str, str, Floats]]:
        columns = []
        for name, trail in zip(self._vocabulary.milestones, self._each, strict=True):
            start, end = trail.until(deal, day)
            count = (end - start).astype(np.float64)
            group = f"milestone:{name}"
            columns.append((f"since:{name}", group, np.where(count > 0, day - _pick(trail.last, end - 1), np.nan)))
            columns.append((f"first:{name}", group, np.where(count > 0, day - _pick(trail.first, end - 1), np.nan)))
            columns.append((f"count:{name}", group, count))
            for prefix, names, marks in self._marks:
                if name in names:
                    found = np.where(count > 0, _pick(marks[self._chosen(name)][trail.order], end - 1), np.nan)
                    columns.append((f"{prefix}:{name}", group, found - day if prefix == "left" else found))
        return columns

    def _attribute(self, attribute: Attribute, deal: Ints, day: Ints) -> list[tuple[str, str, Floats]]:
        """The value of the day; with ``changes`` also how often it moved; for the target date also how far in all and
        how long ago. Which columns there are depends on the vocabulary alone."""
        history, name = self._history, attribute.name
        base = history.attributes.get(name)
        values = np.full(deal.size, np.nan) if base is None else _numbers(attribute, base[deal])
        if not attribute.changes:
            return [self._value_column(attribute, values, day)]
        chosen = history.change_field == name
        changed_deal = history.change_deal[chosen]
        at = np.maximum(history.change_at[chosen], history.opened[changed_deal])
        trail = _trail(changed_deal, at, at, np.flatnonzero(chosen))
        start, end = trail.until(deal, day)
        moves = read_values(attribute, history.change_value[chosen][trail.order].tolist())
        first, values = values, np.where(end > start, _pick(moves, end - 1), values)
        column = self._value_column(attribute, values, day)
        extra = [(f"changes:{name}", column[1], (end - start).astype(np.float64))]
        if name == "target_on" and attribute.kind == "date":
            extra.append((f"moved:{name}", column[1], values - first))
            since = np.where(end > start, day - _pick(trail.last, end - 1), np.nan)
            extra.append((f"since_change:{name}", column[1], since))
        return [column, *extra]

    def _value_column(self, attribute: Attribute, values: Floats, day: Ints) -> tuple[str, str, Floats]:
        group = "target" if attribute.name == "target_on" else f"attribute:{attribute.name}"
        if attribute.kind == "date":
            values = values - day
        elif attribute.kind == "month":
            values = days_until_month(values, day)
        return f"{attribute.kind}:{attribute.name}", group, values


def with_numbers(history: History, vocabulary: Vocabulary) -> History:
    """The same history with its texts read once, for many copies of its deals; for models of this vocabulary alone."""
    known = (one for one in vocabulary.attributes if one.name in history.attributes)
    numbers = {one.name: _numbers(one, history.attributes[one.name]) for one in known}
    return replace(history, attributes=cast(Mapping[str, Texts], numbers))


def _numbers(attribute: Attribute, column: Texts) -> Floats:
    read_already = column.dtype == np.float64
    return column.astype(np.float64) if read_already else read_values(attribute, column.tolist())


def _pick(values: NDArray[np.generic], place: NDArray[np.intp]) -> Floats:
    """values[place] as float; any number where the place is outside (the caller masks it)."""
    if values.size == 0:
        return np.zeros(place.size)
    return values[np.clip(place, 0, values.size - 1)].astype(np.float64)
