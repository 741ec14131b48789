"""The same deal twice, and deals of one account: what must not be counted, or learned from, as if it were two.

Answers: which deals look like another one, and to which side of a validation an account's deals belong. Does not
answer: which of two is the right one (a person decides). The same id twice never gets this far: an import refuses it.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.cells import read_number
from landmark.forecast.history import History, Ints, Texts
from landmark.forecast.known import known_at_opening

DAYS_APART = 2.0
ACCOUNT, AMOUNT = "account_id", "amount"


@dataclass(frozen=True)
class Twin:
    """Two deals that look like one. ``first`` was opened first; both are positions in the history."""

    first: int
    second: int
    days_apart: float


def find_twins(history: History, names: Sequence[str] | None = None) -> tuple[Twin, ...]:
    """Deals of one known account, with the same amount, opened at most two days apart, and alike in all else.

    With names (n) "all else" is the name, spaces and capitals aside; without them it is every attribute as known at the
    opening. A deal without account or amount is never called a twin. Each deal is compared with the one before it.
    """
    account, amount = history.attributes.get(ACCOUNT), history.attributes.get(AMOUNT)
    if account is None or amount is None:
        return ()
    likeness = _folded(names) if names is not None else _profile(history)
    worth = read_number(known_at_opening(history, AMOUNT).tolist())
    groups: dict[tuple[str, float, object], list[int]] = defaultdict(list)
    for place in np.lexsort((np.arange(worth.size), history.opened)).tolist():
        if account[place] and not np.isnan(worth[place]) and not np.isnan(history.opened[place]):
            groups[account[place], worth[place], likeness[place]].append(place)
    return tuple(sorted((twin for group in groups.values() for twin in _close_pairs(group, history)), key=_order))


def name_twins(history: History) -> tuple[tuple[str, str], ...]:
    """The ids of deals that look like one deal twice, the one opened first before the other."""
    ids = history.deal_ids
    return tuple((str(ids[twin.first]), str(ids[twin.second])) for twin in find_twins(history))


def _order(twin: Twin) -> tuple[int, int]:
    return twin.first, twin.second


def _close_pairs(group: list[int], history: History) -> Iterator[Twin]:
    for first, second in zip(group, group[1:], strict=False):
        apart = float(history.opened[second] - history.opened[first])
        if apart <= DAYS_APART:
            yield Twin(first, second, apart)


def _folded(names: Sequence[str]) -> list[str]:
    return [" ".join(name.casefold().split()) for name in names]


def _profile(history: History) -> list[tuple[str | None, ...]]:
    columns = [known_at_opening(history, name).tolist() for name in sorted(set(history.attributes) - {AMOUNT})]
    return list(zip(*columns, strict=True))


def account_groups(history: History) -> Ints:
    """(n) a number for each deal, shared by the deals of one account; a deal of no known account is its own group."""
    account = history.attributes.get(ACCOUNT)
    return _numbered(_keys(history, account))


def _keys(history: History, account: Texts | None) -> list[str]:
    known = account.tolist() if account is not None else [None] * history.deal_ids.size
    return [f"account {one}" if one else f"deal {deal}" for one, deal in zip(known, history.deal_ids, strict=True)]


def _numbered(keys: list[str]) -> Ints:
    places: dict[str, int] = {}
    return np.array([places.setdefault(key, len(places)) for key in keys], np.int32)


def account_folds(history: History, folds: int) -> Ints:
    """(n) the fold 0 … folds − 1 of each deal: the same for all deals of an account, and in every run.

    Taken from a fixed hash of the account's (or the deal's) id, so that new deals move no old one.
    """
    keys = _keys(history, history.attributes.get(ACCOUNT))
    return np.array([zlib.crc32(key.encode()) % folds for key in keys], np.int32)


@dataclass(frozen=True)
class Split:
    """Masks over snapshots (rows): what to fit on, and what to judge it by."""

    fitted: NDArray[np.bool_]
    judged: NDArray[np.bool_]


def split_out_of_time(fold: Ints, deal: Ints, day: Ints, at: float, judged_fold: int) -> Split:
    """Fit before the day ``at``, judge from it on, and no account on both sides.

    fold (n deals) from ``account_folds`` · deal, day (rows). What stands on neither side, an account of the judged fold
    before the day or another account after it, is left out; going through all folds judges every later row once.
    """
    is_judged = fold[deal] == judged_fold
    return Split(fitted=~is_judged & (day < at), judged=is_judged & (day >= at))
