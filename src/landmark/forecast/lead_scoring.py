"""Naive-Bayes lead scoring, as open-source CRMs offer it: a peer to measure against, never a forecast of ours.

Answers: one percentage for a pending lead, from counts of won and lost by stage and field. Does not answer: by when, or
how likely the lead is lost; it knows no time.

Counts f[team, variable, value] = (won, lost), each row starting at 0.1: a settled lead adds 1 to its outcome for each
of its values; a won one adds 1 to every stage, a lost one to the stages up to where it was lost. With W, L the counts
of the first stage,
    S_won = W/(W+L) · won(stage)/W · Π_v won(v = x) / Σ_x' won(v = x'),  S_lost likewise,
    score = 100 S_won / (S_won + S_lost), to two decimals, within 0.01 … 99.99.
A team's own counts speak if it has any; otherwise, and for a lead without team, all leads together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from landmark.forecast.history import Floats

START = 0.1
FEWEST_TAGGED = 50
LOWEST, HIGHEST = 0.01, 99.99
STAGE, TAG = "stage", "tag"
COUNTED_WHEN_MISSING = frozenset({"email_state", "phone_state"})
_MISSING = "False"

Team = str | int | None
Cell = tuple[str, str]
Table = dict[Cell, Floats]


@dataclass(frozen=True)
class Stage:
    """``sequence`` orders the stages; ties go by ``id``."""

    id: int
    sequence: int
    won: bool = False


@dataclass(frozen=True)
class Lead:
    """``stage`` is None for none; ``values`` by field, None or blank where missing."""

    team: Team
    stage: int | None
    values: Mapping[str, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeadScoring:
    """Counts (won, lost) by team, and of all teams together."""

    stages: Mapping[int, Stage]
    by_team: Mapping[Team, Table]
    together: Table

    def score(self, lead: Lead) -> float | None:
        """Percent, 0 … 100; None when nothing has been settled yet."""
        if lead.stage is None:
            return 0.0
        if self.stages[lead.stage].won:
            return 100.0
        table = self.together if lead.team is None else self.by_team.get(lead.team, self.together)
        first = min(self.stages.values(), key=lambda one: (one.sequence, one.id))
        base = table.get((STAGE, str(first.id)))
        if base is None or not (base > 0).all():
            return None
        sides = np.exp(np.log(base / base.sum()) + sum(np.log(one) for one in self._factors(lead, table, base)))
        percent = round(float(100 * sides[0] / sides.sum()), 2)
        return min(max(percent, LOWEST), HIGHEST)

    def _factors(self, lead: Lead, table: Table, base: Floats) -> Iterator[Floats]:
        """P(value | won), P(value | lost) of everything the lead shows and the counts know."""
        totals = _totals(table)
        for cell in _cells(lead, [str(lead.stage)]):
            count = table.get(cell)
            if count is None or (cell[0] == TAG and _settled(count) < FEWEST_TAGGED):
                continue
            total = base if cell[0] == STAGE else totals[cell[0]]
            if (total > 0).all():
                yield count / total


def _settled(count: Floats) -> float:
    return float(count.sum())


def _totals(table: Table) -> dict[str, Floats]:
    totals: dict[str, Floats] = defaultdict(lambda: np.zeros(2))
    for (variable, _), count in table.items():
        totals[variable] = totals[variable] + count
    return totals


def _cells(lead: Lead, stages: Iterable[str]) -> Iterator[Cell]:
    """Everything a lead counts under; each of its tags is a value of the variable of tags."""
    yield from ((STAGE, stage) for stage in stages)
    for name, value in lead.values.items():
        if value or name in COUNTED_WHEN_MISSING:
            yield name, value or _MISSING
    yield from ((TAG, tag) for tag in lead.tags)


def fit_leads(stages: Sequence[Stage], settled: Iterable[tuple[Lead, bool]]) -> LeadScoring:
    """Count settled leads; the flag says whether the lead was won."""
    by_team: dict[Team, Table] = {}
    stage_of = {stage.id: stage for stage in stages}
    for lead, won in settled:
        table = by_team.setdefault(lead.team, {})
        for cell in _cells(lead, _stages_reached(stages, stage_of, lead, won)):
            table.setdefault(cell, np.full(2, START))[0 if won else 1] += 1.0
    together: Table = {}
    for table in by_team.values():
        for cell, count in table.items():
            together[cell] = together.get(cell, 0.0) + count
    return LeadScoring(stage_of, by_team, together)


def _stages_reached(stages: Sequence[Stage], stage_of: Mapping[int, Stage], lead: Lead, won: bool) -> list[str]:
    if won:
        return [str(stage.id) for stage in stages]
    lost_in = stage_of.get(lead.stage) if lead.stage is not None else None
    return [] if lost_in is None else [str(one.id) for one in stages if one.sequence <= lost_in.sequence]
