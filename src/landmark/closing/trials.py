"""The trial closes of a deal on a day.

Answers: what was asked and answered, which type comes next, which gaps are open, late or not whole.
Does not answer: how ready the deal is (``buying.qualification``).
"""

from dataclasses import dataclass

from landmark.closing.models.trials import TrialClose
from landmark.deals.models import Deal
from landmark.engines.trials import TrialFact, TypeState, is_late, lacks, next_type, read_types
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Asked:
    """One asking with what it still lacks."""

    row: TrialClose
    lacking: tuple[str, ...]
    is_late: bool

    @property
    def is_gap(self) -> bool:
        return not self.row.is_confirmed and self.row.fixed_on is None


@dataclass(frozen=True, slots=True)
class Trials:
    """``asked``: newest first."""

    types: tuple[TypeState, ...]
    next_kind: str
    asked: tuple[Asked, ...]

    @property
    def gaps(self) -> tuple[Asked, ...]:
        return tuple(one for one in self.asked if one.is_gap)

    @property
    def confirmed(self) -> int:
        return sum(one.state == "confirmed" for one in self.types)


def read_trials(deal: Deal, playbook: Playbook, as_of: AsOf) -> Trials:
    rows = sorted(TrialClose.objects.filter(deal=deal).as_known(as_of), key=lambda row: (row.asked_on, row.known_at))
    facts = {row.id: make_fact(row) for row in rows}
    types = read_types(playbook.qualification.trial_closes, facts.values())
    asked = tuple(Asked(r, lacks(facts[r.id]), is_late(facts[r.id], as_of.on)) for r in reversed(rows))
    return Trials(types, next_type(types), asked)


def make_fact(row: TrialClose) -> TrialFact:
    return TrialFact(
        kind=row.kind, asked_on=row.asked_on, is_confirmed=row.is_confirmed, clarified=row.clarified,
        impact=row.impact, fix=row.fix, owner=row.owner, due_on=row.due_on, fixed_on=row.fixed_on,
    )  # fmt: skip
