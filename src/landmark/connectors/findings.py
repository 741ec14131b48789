"""Collects what an importer has to say about a file: rejected rows, notes, counts.

Answers: how many of which kind, and the first of each note. Does not answer: how rejected rows are written out
(``rejects``). Rejected rows are all kept, since the user gets them back; notes beyond a thousand of a kind are counted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from landmark.connectors.parsed import NAN, Parsed, Problem
from landmark.connectors.values import LARGEST_AMOUNT, parse_decimal, parse_instant

NOTES_KEPT = 1_000
TOO_LARGE = "amount_too_large"

SUMMARIES = {
    "event_before_opening": "{n} events happened before their deal opened: kept, counted from the opening.",
    "event_after_closing": "{n} events happened at or after their deal closed: kept, unused by the forecast.",
    "closed_before_opened": "{n} deals closed at or before the moment they were opened: taken as opened at closing, "
    "never at risk in the forecast.",
    "no_opened_at": "{n} deals have no opening date: their first known date stands in, marked inexact.",
    "deleted": "{n} rows are marked as deleted in the source and left out.",
    "other_record": "{n} rows belong to deals that are not in these files and are left out.",
    "outside_funnel": "{n} cases never reached the activity that opens a deal and are left out.",
    "left_out_event": "{n} events are left out as the mapping asks.",
    "closed_in_future": "{n} closed deals have a close date after the last time stamp: taken as closed then.",
    "late_history": "{n} deals have a history that starts after they were opened: used from where it starts.",
    "not_done": "{n} tasks are not done yet and are left out.",
    "no_target_history": "{n} closed deals have no target date from before they closed: left blank.",
}


class RowError(Exception):
    """Why one row cannot be used: a stable code and one sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file, with its cells."""

    file: str
    row: int
    raw: Sequence[str]


def tell_too_large(amount: Decimal, heading: str) -> str:
    text = str(amount)[:40]
    return f"{heading} reads {text}, more than the {LARGEST_AMOUNT:,} an amount can be; only this value is left out"


@dataclass(slots=True)
class Findings:
    """Writes into ``parsed.problems`` and counts by code."""

    parsed: Parsed
    counts: Counter[str] = field(default_factory=Counter)

    def reject(self, file: str, row: int, error: RowError, raw: Sequence[str] = ()) -> None:
        self.counts[error.code] += 1
        self.parsed.problems.append(Problem("row", error.code, file, row, error.reason, tuple(raw)))

    def keep_amount(self, amount: Decimal | None, at: Place, heading: str) -> Decimal | None:
        """The amount, or None where the column cannot hold it: that one value is rejected, its row comes in."""
        if amount is None or amount <= LARGEST_AMOUNT:
            return amount
        self.counts[TOO_LARGE] += 1
        reason = tell_too_large(amount, heading)
        self.parsed.problems.append(Problem("value", TOO_LARGE, at.file, at.row, reason, tuple(at.raw)))
        return None

    def note(self, code: str, file: str, row: int, reason: str) -> None:
        self.counts[code] += 1
        if self.counts[code] <= NOTES_KEPT:
            self.parsed.problems.append(Problem("note", code, file, row, reason))

    def tell(self, code: str, file: str, reason: str) -> None:
        """One note about a whole file: it is said, and also stands among the assumptions."""
        self.note(code, file, 0, reason)
        self.parsed.assumptions.append(reason)

    def close(self) -> None:
        """Hand over the counts and one sentence for each kind of note."""
        self.parsed.counts.update(self.counts)
        for code, sentence in SUMMARIES.items():
            if self.counts[code]:
                self.parsed.assumptions.append(sentence.format(n=f"{self.counts[code]:,}"))


def read_time(text: str, heading: str, required: bool = False) -> float:
    """A cell that holds a time; blank is NaN."""
    text = text.strip()
    if not text:
        if required:
            raise RowError("blank_date", f"{heading} is blank")
        return NAN
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise RowError("unreadable_date", f"{heading} reads {text[:40]!r}; write dates like 2026-05-12") from None


def read_amount(text: str, heading: str) -> Decimal | None:
    """A cell that holds money; blank is None, negative is refused."""
    text = text.strip()
    if not text:
        return None
    try:
        amount = parse_decimal(text)
    except (ValueError, ArithmeticError):
        raise RowError("unreadable_amount", f"{heading} reads {text[:40]!r}; write numbers like 1234.50") from None
    if amount < 0:
        raise RowError("negative_amount", f"{heading} is negative ({text[:40]})")
    return amount


def check_width(row: Sequence[str], width: int) -> None:
    """Cells beyond the headings have shifted the row: which value is which is unknown."""
    if any(row[width:]):
        raise RowError("too_many_cells", f"the row has {len(row)} cells and the headings only {width}")
