"""The exit lists of the stages: a view over the gates and what is on record.

Answers: each stage's list in words, and whose it is. Does not answer: what is done (``closing.exits``).
"""

from dataclasses import dataclass

from landmark.closing.exits import read_deal_exits
from landmark.deals.models import Deal
from landmark.engines.exits import StageExits
from landmark.engines.facts import DealFacts
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class ExitLine:
    text: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class ExitList:
    stage: str
    owner_role: str
    is_here: bool
    lines: tuple[ExitLine, ...]

    @property
    def open_count(self) -> int:
        return sum(not line.is_done for line in self.lines)


def list_exits(deal: Deal, as_of: AsOf, facts: DealFacts, playbook: Playbook, lang: str) -> list[ExitList]:
    here = facts.left_stage or facts.stage
    return [_exit_list(found, here, playbook, lang) for found in read_deal_exits(deal, as_of, facts)]


def _exit_list(found: StageExits, here: str, playbook: Playbook, lang: str) -> ExitList:
    stage = playbook.stage(found.stage)
    lines = (ExitLine(playbook.text(f"stage.{stage.key}.exit.{i.key}", lang), i.is_done) for i in found.items)
    role = playbook.text(f"owner.{stage.owner}.label", lang)
    return ExitList(playbook.label("stage", stage.key, lang), role, stage.key == here, tuple(lines))
