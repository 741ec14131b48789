"""From the stages of a source to the states of the playbook, and from a deal's history to its moves.

Answers: which state each of the source's stages stands for and why, and through which states a deal went when. Does not
answer: whether it could prove them (an import passes no gate). Times are days since 1970, as in ``parsed``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from landmark.connectors.parsed import DealRecord, StructuralError
from landmark.playbook.priors import fold_name
from landmark.playbook.schema import Playbook

BY_MAPPING, BY_NAME, BY_POSITION, BY_DEFAULT = "mapping", "name", "position", "default"
CLOSING = {"won": "win", "lost": "lose"}
SAME_MOMENT_DAYS = 1.0
"""A stage first recorded within a day of the opening is the stage the deal was opened in."""


@dataclass(frozen=True, slots=True)
class MappedStage:
    """One of the source's stages: the state it stands for, and what that rests on."""

    source: str
    stage: str
    how: str


@dataclass(frozen=True, slots=True)
class StageMap:
    """Looks a source's stage up; what nobody named is the first state."""

    rows: tuple[MappedStage, ...]
    first: str
    open_stages: frozenset[str]
    table: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str:
        return self.table.get(name, self.first)


def map_stages(
    playbook: Playbook,
    listed: Sequence[str],
    found: Iterable[str],
    equivalents: Mapping[str, str],
    closing: Iterable[str] = (),
) -> StageMap:
    """``listed`` are the source's open stages in order, ``found`` the names that deals carry, ``closing`` the names of
    its closed stages: those stand for no state, the outcome says it.

    A mapping file wins, then the playbook's own names; the rest is placed by its position between its neighbours.
    """
    closed = set(closing) - set(listed)
    names = [*dict.fromkeys(listed), *sorted(set(found) - set(listed) - closed - {""})]
    named = {name: _by_name(playbook, name, equivalents) for name in names}
    path = [stage.key for stage in playbook.open_stages]
    places = _place(list(dict.fromkeys(listed)), named, path)
    rows = []
    for name in names:
        known = named[name]
        if known is not None and (known[0] not in _closing(playbook) or name not in listed):
            rows.append(MappedStage(name, *known))
        elif name in places:
            rows.append(MappedStage(name, path[places[name]], BY_POSITION))
        else:
            rows.append(MappedStage(name, path[0], BY_DEFAULT))
    standing = frozenset(stage.key for stage in playbook.stages if stage.kind in {"open", "paused"})
    table = {row.source: row.stage for row in rows} | dict.fromkeys(closed, "")
    return StageMap(tuple(rows), path[0], standing, table)


def _closing(playbook: Playbook) -> set[str]:
    return {stage.key for stage in playbook.stages if stage.kind in {"won", "lost"}}


def _by_name(playbook: Playbook, name: str, equivalents: Mapping[str, str]) -> tuple[str, str] | None:
    folded = {fold_name(source): key for source, key in equivalents.items()}
    if key := folded.get(fold_name(name)):
        return _check_stage(playbook, name, key), BY_MAPPING
    if stage := playbook.stage_for(name):
        return stage.key, BY_NAME
    for stage in playbook.stages:
        labels = {fold_name(playbook.label("stage", stage.key, language)) for language in playbook.languages}
        if fold_name(name) in labels:
            return stage.key, BY_NAME
    return None


def _check_stage(playbook: Playbook, name: str, key: str) -> str:
    keys = [stage.key for stage in playbook.stages]
    if key not in keys:
        raise StructuralError(
            f"The mapping sends the stage {name!r} to {key!r}, which {playbook.ref} does not have; "
            f"choose one of {', '.join(keys)}."
        )
    return key


def _place(listed: list[str], named: Mapping[str, tuple[str, str] | None], path: list[str]) -> dict[str, int]:
    """Position on the path of each listed stage without a name of its own: spread evenly between neighbours."""
    fixed = {name: path.index(known[0]) for name in listed if (known := named[name]) and known[0] in path}
    places: dict[str, int] = {}
    lowest = 0
    for index, name in enumerate(listed):
        if name in fixed:
            lowest = max(lowest, fixed[name])
            continue
        spread = round(index * (len(path) - 1) / (len(listed) - 1)) if len(listed) > 1 else 0
        highest = min((fixed[later] for later in listed[index + 1 :] if later in fixed), default=len(path) - 1)
        lowest = places[name] = max(lowest, min(spread, highest))
    return places


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a deal as its source tells it: when, when the source knew, from where to where."""

    at: float
    known: float
    from_stage: str
    to_stage: str
    direction: str


def trace_steps(
    deal: DealRecord, entered: Iterable[tuple[float, float, str]], stages: StageMap, known_until: float
) -> list[Step]:
    """The deal's way through the states: opened, reported …, won or lost.

    ``entered`` are (when, when known, source's stage). A stage that only the deal's own row names is known since the
    last day of the file and not before, or a forecast would learn from what nobody knew; how the deal came there is
    unknown, so that step has no ``from_stage``.
    """
    opened = deal.opened if not math.isnan(deal.opened) else known_until
    points = _points(deal, entered, stages, opened)
    first = stages.first
    if points and points[0][0] - opened < SAME_MOMENT_DAYS:
        first = points.pop(0)[2]
    steps = [Step(opened, opened, "", first, "opened")]
    for at, known, stage in points:
        if stage != steps[-1].to_stage:
            steps.append(Step(at, known, steps[-1].to_stage, stage, "reported"))
    if deal.outcome:
        steps.append(Step(deal.closed, deal.closed, steps[-1].to_stage, deal.outcome, CLOSING[deal.outcome]))
    elif (stage := stages.find(deal.stage)) in stages.open_stages and deal.stage and stage != steps[-1].to_stage:
        now = max(known_until, steps[-1].at)
        steps.append(Step(now, now, "", stage, "reported"))
    return steps


def _points(
    deal: DealRecord, entered: Iterable[tuple[float, float, str]], stages: StageMap, opened: float
) -> list[tuple[float, float, str]]:
    """In order of time, none before the opening or from the closing on; the outcome says what closed stages say."""
    kept = []
    for at, known, name in sorted(entered):
        stage = stages.find(name)
        if stage in stages.open_stages and not at >= deal.closed:
            kept.append((max(at, opened), max(known, opened), stage))
    return kept
