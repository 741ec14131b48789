"""What was known on a day: the one place where the future is cut off.

Answers: the history as it stood at 00:00 UTC of a day. Everything that is fitted or predicted starts from
here, so a back-test cannot see further than a forecast made on that day. Does not answer: what it means.
"""

from dataclasses import dataclass, replace

import numpy as np

from landmark.forecast.history import OPEN, History, Ints, Texts


@dataclass(frozen=True)
class Known:
    """A cut history and, for each of its deals, the position in the whole history (n,)."""

    history: History
    as_of: float
    position: Ints

    def open_deals(self) -> Ints:
        """Deals open on the day: opened ≤ as_of < closed; positions in the cut history."""
        return np.flatnonzero(self.history.outcome == OPEN).astype(np.int32)


def as_known(history: History, as_of: float) -> Known:
    """Cut everything that was not known by ``as_of`` (days since 1970).

    A deal exists once opened ≤ as_of; a closing counts once closed ≤ as_of; an event once at ≤ as_of and known_at ≤
    as_of; a change once at ≤ as_of. Events before the opening count from the opening; events at or after the closing
    are dropped. Milestones are renumbered by name, so nothing depends on rows that came later.
    """
    exists = history.opened <= as_of
    position = np.flatnonzero(exists).astype(np.int32)
    new_index = np.cumsum(exists) - 1
    closed = np.where(history.closed <= as_of, history.closed, np.nan)
    outcome = np.where(np.isnan(closed), OPEN, history.outcome).astype(np.int8)

    kept = exists[history.event_deal] & (history.event_at <= as_of) & (history.event_known <= as_of)
    kept &= ~(history.event_at >= closed[history.event_deal])
    deal = history.event_deal[kept]
    at = np.maximum(history.event_at[kept], history.opened[deal])
    code, milestones = _by_name(history.event_code[kept], history.milestones)

    seen = exists[history.change_deal] & (history.change_at <= as_of)
    cut = replace(
        history,
        deal_ids=history.deal_ids[position],
        opened=history.opened[position],
        closed=closed[position],
        outcome=outcome[position],
        known_from=history.known_from[position],
        event_deal=new_index[deal].astype(np.int32),
        event_at=at,
        event_known=np.maximum(history.event_known[kept], at),
        event_code=code,
        milestones=milestones,
        attributes={name: column[position] for name, column in sorted(history.attributes.items())},
        change_deal=new_index[history.change_deal[seen]].astype(np.int32),
        change_at=history.change_at[seen],
        change_field=history.change_field[seen],
        change_value=history.change_value[seen],
        strength=None if history.strength is None else history.strength[kept],
        event_expires=None if history.event_expires is None else history.event_expires[kept],
        complete_to=as_of,
    )
    return Known(_settle_openings(cut), as_of, position)


def _settle_openings(history: History) -> History:
    """Changes of attributes up to the opening go into the columns and are changes no more.

    A source that keeps the last value only writes what stood at the opening where it differs: the mere presence of
    such a row would tell that the value changes later, as a won deal's amount does.
    """
    names = set(history.attributes)
    named = np.array([name in names for name in history.change_field.tolist()], bool)
    first = named & (history.change_at <= history.opened[history.change_deal])
    if not first.any():
        return history
    settled = {name: known_at_opening(history, name) for name in set(history.change_field[first].tolist())}
    return replace(
        history,
        attributes={**history.attributes, **settled},
        change_deal=history.change_deal[~first],
        change_at=history.change_at[~first],
        change_field=history.change_field[~first],
        change_value=history.change_value[~first],
    )


def known_at_opening(history: History, name: str) -> Texts:
    """(n) an attribute when each deal opened: its column, unless a change by then says otherwise."""
    values = history.attributes[name].copy()
    first = (history.change_field == name) & (history.change_at <= history.opened[history.change_deal])
    order = np.argsort(history.change_at[first], kind="stable")
    deal, value = history.change_deal[first][order], history.change_value[first][order]
    values[deal] = [text or None for text in value]
    return values


def _by_name(code: Ints, milestones: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    used = sorted(np.unique(code).tolist(), key=lambda one: milestones[one])
    new_code = np.zeros(max(len(milestones), 1), np.int32)
    new_code[used] = np.arange(len(used), dtype=np.int32)
    return new_code[code], tuple(milestones[one] for one in used)
