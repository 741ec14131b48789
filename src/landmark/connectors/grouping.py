"""Events and changes deal by deal, out of the columns an importer fills in the order of its files.

Answers: what happened in one deal, in order of time. Does not answer: what follows from it (``plan``). A million events
are put in order by counting, in flat arrays: no event becomes an object before its deal's turn comes.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from landmark.connectors.parsed import Parsed

STAGE_PREFIX = "stage:"


@dataclass(slots=True)
class DealHistory:
    """``entered``: (when, when known, source's stage) · ``evidence``: (key, when, when known) · ``changes``: field →
    (when, value), each in order of time."""

    entered: list[tuple[float, float, str]] = field(default_factory=list)
    evidence: list[tuple[str, float, float]] = field(default_factory=list)
    changes: dict[str, list[tuple[float, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows of a column grouped by deal: those of deal i are ``order[starts[i]:starts[i + 1]]``, in file order."""

    starts: "array[int]"
    order: "array[int]"

    def rows_of(self, deal: int) -> "array[int]":
        return self.order[self.starts[deal] : self.starts[deal + 1]]


def group_rows(deals: Sequence[int], count: int) -> Runs:
    """Counting sort of row numbers by deal."""
    sizes = [0] * (count + 1)
    for deal in deals:
        sizes[deal + 1] += 1
    starts = array("q", accumulate(sizes))
    free = array("q", starts)
    order = array("q", bytes(8 * len(deals)))
    for row, deal in enumerate(deals):
        order[free[deal]] = row
        free[deal] += 1
    return Runs(starts, order)


class Histories:
    """Gives the history of any deal of a parse. ``keys`` holds the evidence key of each event name, "" for stages."""

    def __init__(self, parsed: Parsed, keys: Sequence[str]) -> None:
        self._events, self._changes, self._keys = parsed.events, parsed.changes, keys
        self._event_runs = group_rows(parsed.events.deal, len(parsed.deals))
        self._change_runs = group_rows(parsed.changes.deal, len(parsed.deals))

    def of(self, deal: int) -> DealHistory:
        history = DealHistory()
        self._add_changes(history, deal)
        self._add_events(history, deal, with_stages=not history.entered)
        return history

    def _add_changes(self, history: DealHistory, deal: int) -> None:
        changes = self._changes
        rows = self._change_runs.rows_of(deal)
        for row in sorted(rows, key=lambda row: changes.at[row]):
            at, name, value = changes.at[row], changes.field[row], changes.value[row]
            if name == "stage":
                history.entered.append((at, at, value))
            else:
                history.changes.setdefault(name, []).append((at, value))

    def _add_events(self, history: DealHistory, deal: int, *, with_stages: bool) -> None:
        """Stages arrive as changes or, where an importer has nothing else, as events."""
        events, names = self._events, self._events.names
        for row in self._event_runs.rows_of(deal):
            code, at = events.code[row], events.at[row]
            if key := self._keys[code]:
                history.evidence.append((key, at, events.known[row]))
            elif with_stages:
                history.entered.append((at, events.known[row], names[code].removeprefix(STAGE_PREFIX)))
