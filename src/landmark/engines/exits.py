"""Exit lists of the stages, as a view: an item is done when the gate's checks, evidence or records behind it are.

Answers: for each stage of the path, which items are done. Does not answer: whether a deal may move (``gates``): no item
here opens or closes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from landmark.engines.checks import is_fresh, judge
from landmark.engines.facts import DealFacts
from landmark.playbook.last_mile import ExitItem
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class ExitState:
    """``missing``: what is not there yet: gate checks as ``gate.check``, evidence keys, or the record's name."""

    key: str
    is_done: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageExits:
    stage: str
    items: tuple[ExitState, ...]

    @property
    def is_done(self) -> bool:
        return all(item.is_done for item in self.items)

    @property
    def open_count(self) -> int:
        return sum(not item.is_done for item in self.items)


def read_exits(
    facts: DealFacts, records: Mapping[str, bool], playbook: Playbook, as_of: date
) -> tuple[StageExits, ...]:
    """The exit list of every stage of the path. ``records``: what the room's own records say, by name."""
    known = {(item.stage, item.exit): item for item in playbook.last_mile.exits}
    return tuple(
        StageExits(
            stage.key,
            tuple(_read_item(key, known.get((stage.key, key)), facts, records, playbook, as_of) for key in stage.exit),
        )
        for stage in playbook.open_stages
    )


def _read_item(
    key: str, item: ExitItem | None, facts: DealFacts, records: Mapping[str, bool], playbook: Playbook, as_of: date
) -> ExitState:
    """An item nobody tied to anything is for a person to judge: it is never done by itself."""
    if item is None:
        return ExitState(key, is_done=False)
    missing = [name for name in item.checks if not _is_met(name, facts, playbook, as_of)]
    missing += [name for name in item.evidence if not _is_held(name, facts, playbook, as_of)]
    if item.record is not None and not records.get(item.record, False):
        missing.append(item.record)
    return ExitState(key, is_done=not missing, missing=tuple(missing))


def _is_met(name: str, facts: DealFacts, playbook: Playbook, as_of: date) -> bool:
    gate_key, _dot, check_key = name.partition(".")
    check = next(check for check in playbook.gate(gate_key).checks if check.key == check_key)
    return judge(check, facts, playbook, as_of).is_met


def _is_held(key: str, facts: DealFacts, playbook: Playbook, as_of: date) -> bool:
    return any(row.key == key and is_fresh(row, playbook, as_of) for row in facts.evidence)
