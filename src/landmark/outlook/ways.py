"""Which milestones a deal's way still has ahead of it.

Answers: what the doors ahead ask for, and where deals stand. Does not answer: what a milestone changes (``telling``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landmark.forecast.history import History, Ints
from landmark.forecast.model import Fitted
from landmark.forecast.similar import FEWEST_SIMILAR
from landmark.playbook.checks import AnyEvidenceCheck, EvidenceCheck
from landmark.playbook.schema import Playbook

FEWEST_PLAYBOOK_NAMES = 3


_NOTHING: frozenset[str] = frozenset()
UNSEEN_TOLD = 4
"""So many milestones of the next doors are named of which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """``names``: milestones not reached that enough past deals had, the next ones first. ``unseen``: what the doors
    ahead ask for too, of which nothing can be said yet."""

    names: list[str]
    unseen: list[str]


class Way:
    """Which milestones come next on a deal's way: what the doors ahead ask for, then what those behind still miss.

    Of those behind the newest door comes first; what another milestone on record stands in for is not missed.
    """

    def __init__(self, fitted: Fitted, history: History, playbook: Playbook, holders: np.ndarray) -> None:
        """``holders`` (milestones of the model): how many past deals had each. While no milestone was held by enough
        of them, all of them are told, with the model's number alone."""
        self._names = fitted.vocabulary.milestones
        ranks = _rank_by_door(playbook)
        known = [name for name in self._names if name in ranks]
        if len(known) < FEWEST_PLAYBOOK_NAMES:
            known = [name for name in self._names if not name.startswith("stage:")]
            ranks = {name: (0, place) for place, name in enumerate(_usual_order(history, known))}
        self._candidates = sorted(known, key=lambda name: ranks[name])
        self._door = {name: ranks[name][0] for name in known}
        self._column = {name: place for place, name in enumerate(self._names)}
        seen = {name for name in known if holders[self._column[name]] >= FEWEST_SIMILAR}
        self._seen = seen or set(known)
        self._instead = _find_alternatives(playbook)

    def next_of(self, stands: Ints, reached: np.ndarray) -> list[Ahead]:
        """For each deal. stands (n): on the path · reached (n, milestones of the model)."""
        found = []
        for row, here in enumerate(stands.tolist()):
            held = {name for name in self._candidates if reached[row, self._column[name]]}
            missing = [
                name for name in self._candidates if name not in held and not self._instead.get(name, _NOTHING) & held
            ]
            ahead = [name for name in missing if self._door[name] > here]
            behind = sorted((n for n in missing if self._door[n] <= here), key=lambda n: -self._door[n])
            names = [name for name in (*ahead, *behind) if name in self._seen]
            found.append(Ahead(names, [name for name in ahead if name not in self._seen][:UNSEEN_TOLD]))
        return found


def _rank_by_door(playbook: Playbook) -> dict[str, tuple[int, int]]:
    """Evidence key → (place of the first door that asks for it, place in the playbook)."""
    door: dict[str, int] = {}
    for place, stage in enumerate([*playbook.open_stages, *(s for s in playbook.stages if s.kind == "won")]):
        for gate in playbook.gates_at(stage.key):
            for check in gate.checks:
                for key in _asked_for(check):
                    door.setdefault(key, place)
    items = (*playbook.milestones, *playbook.evidence)
    places = {stage.key: place for place, stage in enumerate(playbook.open_stages)}
    return {
        item.key: (door.get(item.key, places.get(item.from_stage or "", 0) + 1), place)
        for place, item in enumerate(items)
    }


def _asked_for(check: Any) -> Iterable[str]:
    if isinstance(check, EvidenceCheck):
        return (check.evidence,)
    return check.any_of if isinstance(check, AnyEvidenceCheck) else ()


def _find_alternatives(playbook: Playbook) -> dict[str, set[str]]:
    """Evidence key → what serves as well, for keys that no gate asks for by themselves."""
    checks = [check for stage in playbook.stages for gate in playbook.gates_at(stage.key) for check in gate.checks]
    alone = {check.evidence for check in checks if isinstance(check, EvidenceCheck)}
    found: dict[str, set[str]] = {}
    for check in checks:
        if isinstance(check, AnyEvidenceCheck):
            for key in set(check.any_of) - alone:
                found.setdefault(key, set()).update(set(check.any_of) - {key})
    return found


def _usual_order(history: History, names: Sequence[str]) -> list[str]:
    """Milestones of a log without a playbook, by the median day on which deals reach them."""
    days = history.event_at - history.opened[history.event_deal]
    middle = {name: float(np.median(days[history.event_code == code])) for code, name in enumerate(history.milestones)
              if name in names}  # fmt: skip
    return sorted(names, key=lambda name: (middle.get(name, np.inf), name))


def find_stands(history: History, playbook: Playbook) -> Ints:
    """The place on the path where each deal stands, by its last move; 0 where none is known."""
    stages = {f"stage:{stage.key}": place for place, stage in enumerate(playbook.open_stages)}
    by_code = np.array([stages.get(name, -1) for name in history.milestones] or [-1])
    places = np.zeros(history.deal_ids.size, np.int32)
    moves = np.flatnonzero(by_code[history.event_code] >= 0) if history.event_code.size else np.zeros(0, np.intp)
    moves = moves[np.argsort(history.event_at[moves], kind="stable")]
    places[history.event_deal[moves]] = by_code[history.event_code[moves]]
    return places
