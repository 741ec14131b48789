"""Evidence that one of our own records has just become, and its end when the record ends.

Answers: a proof put beside what it proves, and taken back with it. Does not answer: evidence a person adds by hand
(``actions.evidence``), what a gate makes of it (``engines.gates``).
"""

from datetime import date
from typing import BinaryIO
from uuid import UUID

from landmark.deals.actions.evidence import add_evidence, retract_evidence
from landmark.deals.changing import Change
from landmark.ledger.models import Evidence
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

WORDS_LENGTH = 200


def prove(
    change: Change, key: str, *, strength: Strength, on: date, title: str, author: str = "", note: str = "",
    attachment: BinaryIO | None = None,
) -> UUID | None:  # fmt: skip
    """Put the proof on record, where the deal's playbook asks for it; gates then open by themselves."""
    if not load_playbook(change.deal.playbook).has_evidence(key):
        return None
    return add_evidence(
        change.deal, by=change.by, key=key, strength=strength, occurred_on=on, title=title[:WORDS_LENGTH],
        author=author[:WORDS_LENGTH], note=note, attachment=attachment, via=change.via,
    )  # fmt: skip


def take_back(change: Change, evidence_id: UUID | None, reason: str) -> None:
    """Retract evidence of ours, unless somebody corrected or retracted it already."""
    if evidence_id is None or Evidence.objects.filter(supersedes=evidence_id).exists():
        return
    retract_evidence(change.deal, by=change.by, evidence_id=evidence_id, reason=reason, via=change.via)
