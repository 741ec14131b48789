"""Why a probability is not what it was: the facts of the time between, told to the model one after the other.

Answers: how much of the difference between two stored numbers of a deal came from records corrected, from time passing,
from each new piece of evidence, from each edited field, and from the model's renewal. Does not answer: who wrote it
down, or why.

Order (always the same, since what comes first takes what two causes share): the earlier model on the earlier day with
what is known of that day now (*record*: corrected or entered late) → the same facts on the later day (*time*) → new
evidence, by when it was known (*evidence*) → edits, by when (*edit*) → the later model (*refit*). Each step is the
difference to the one before, so the steps sum to the whole difference exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.copies import copy_deals, keep_changes, keep_events, rows_of
from landmark.forecast.history import Floats, History, Ints, Texts

RECORD, TIME, EVIDENCE, EDIT, REFIT = "record", "time", "evidence", "edit", "refit"
MOST_ITEMS = 8
"""So many new items of a deal are told one by one; later ones count with the last."""

Chance = Callable[[History, float, int], Floats]
"""(history, as-of day, horizon) → P(won) of each deal of the history, NaN where it is not open."""


@dataclass(frozen=True)
class Cause:
    """``key``: the milestone or field; empty for the kinds that have none."""

    kind: str
    key: str
    effect: float


@dataclass(frozen=True)
class Items:
    """New facts in the order they are told: place (events), place (changes), −1 for old ones; names by deal."""

    of_event: NDArray[np.int64]
    of_change: NDArray[np.int64]
    names: dict[int, list[tuple[str, str]]]


def find_items(history: History, then: float, now: float) -> Items:
    """What became known of each deal after ``then`` and by ``now``: kinds of evidence first, then edited fields."""
    names: dict[int, list[tuple[str, str]]] = {}
    event_known = np.maximum(history.event_known, history.event_at)
    events = np.array(history.milestones or ("",), object)[history.event_code]
    of_event = _place_items(EVIDENCE, history.event_deal, event_known, events, then, now, names)
    of_change = _place_items(EDIT, history.change_deal, history.change_at, history.change_field, then, now, names)
    return Items(of_event, of_change, names)


def _place_items(
    kind: str, deal: Ints, at: Floats, keys: Texts, then: float, now: float, names: dict[int, list[tuple[str, str]]]
) -> NDArray[np.int64]:
    place = np.full(deal.size, -1, np.int64)
    fresh = np.flatnonzero((at > then) & (at <= now))
    for row in fresh[np.lexsort((fresh, at[fresh], deal[fresh]))].tolist():
        told = names.setdefault(int(deal[row]), [])
        name = (kind, str(keys[row]))
        if name not in told and len(told) < MOST_ITEMS:
            told.append(name)
        place[row] = told.index(name) if name in told else MOST_ITEMS - 1
    return place


def replay(
    chance: Chance,
    history: History,
    then: float,
    by: float,
    before: Floats,
    after: Floats,
    *,
    is_same: bool = True,
    is_current: bool = False,
) -> dict[int, list[Cause]]:
    """For each deal (position) with both numbers, what led from ``before`` to ``after``; n = deals of the history.

    chance: of the earlier model. by: the day both numbers speak of. before, after (n): stored P(won by that day), NaN
    where there is none. ``is_same`` false: the earlier model can no longer be read and ``chance`` is the later one's;
    the renewal is then told first, on the earlier facts, and nothing is left for *record*. ``is_current``: ``chance``
    gave ``after`` too, so that it need not be asked again with everything told.
    """
    now = history.complete_to
    deals = np.flatnonzero(~np.isnan(before) & ~np.isnan(after)).astype(np.int32)
    if deals.size == 0:
        return {}
    items = find_items(history, then, now)
    counts = np.array([len(items.names.get(int(deal), ())) for deal in deals])
    asked = counts + (not is_current)
    start = np.cumsum(asked) - asked
    source = np.repeat(deals, asked)
    told = np.arange(source.size) - np.repeat(start, asked)
    walked = chance(_tell(history, items, source, told), now, round(by - now))
    earlier = chance(copy_deals(history, deals), then, round(by - then))
    found = {}
    for row, deal in enumerate(deals.tolist()):
        steps = walked[start[row] : start[row] + asked[row]]
        steps = np.append(steps, after[deal]) if is_current else steps
        names = items.names.get(deal, [])
        found[deal] = _causes(float(before[deal]), float(earlier[row]), steps, float(after[deal]), names, is_same)
    return found


def _tell(history: History, items: Items, source: Ints, told: NDArray[np.int64]) -> History:
    """A copy of a deal for each entry of ``source``, which knows its first ``told`` new items."""
    several = copy_deals(history, source)
    events, _copy = rows_of(history.event_deal, source)
    changes, _copy = rows_of(history.change_deal, source)
    keeps = items.of_event[events] < told[several.event_deal]
    stays = items.of_change[changes] < told[several.change_deal]
    return keep_changes(keep_events(several, keeps), stays)


def _causes(
    before: float, earlier: float, walked: Floats, after: float, names: list[tuple[str, str]], is_same: bool
) -> list[Cause]:
    if np.isnan(earlier):
        earlier = before  # reopened since: on that day it counts as closed by now, so nothing can be set apart
    steps = [earlier, *walked.tolist()]
    causes = [Cause(RECORD, "", earlier - before)] if is_same else [Cause(REFIT, "", earlier - before)]
    causes.append(Cause(TIME, "", steps[1] - steps[0]))
    causes += [Cause(kind, key, steps[n + 2] - steps[n + 1]) for n, (kind, key) in enumerate(names)]
    if is_same:
        causes.append(Cause(REFIT, "", after - steps[-1]))
    else:
        causes[0] = Cause(REFIT, "", causes[0].effect + after - steps[-1])
    return causes
