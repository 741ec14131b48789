"""The frame of a change to discovery: one transaction, the deal locked, the right asked, the ledger signed.

Answers: how every action here begins and ends. Does not answer: what it changes (``discovery_actions``,
``requirement_actions``, ``call_actions``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.actions.evidence import retract_evidence
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal
from landmark.deals.records import record_act
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member


@dataclass
class Change:
    """The locked deal, who changes it and through which door; ``record`` signs the ledger."""

    deal: Deal
    by: Member
    via: str
    acts: list[str] = field(default_factory=list)

    def record(self, verb: str, *, note: str = "", **detail: object) -> None:
        record_act(self.deal, verb, by=self.by, via=self.via, detail=detail, note=note)
        self.acts.append(verb)


@contextmanager
def change(deal: Deal, by: Member, via: str) -> Iterator[Change]:
    """Everything inside happens together or not at all; gates are asked again at the end."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        made = Change(locked, by, via)
        yield made
        if made.acts:
            refresh_gate_state(locked)


def check_version(version: int, if_version: int | None) -> None:
    if if_version is not None and if_version != version:
        raise policies.StaleVersion(_("Somebody changed this while you had it open. Both versions are shown below."))


def take_back(made: Change, evidence_id: UUID | None, reason: str) -> None:
    """Retract evidence of ours, unless somebody corrected or retracted it already."""
    if evidence_id is None or Evidence.objects.filter(supersedes=evidence_id).exists():
        return
    retract_evidence(made.deal, by=made.by, evidence_id=evidence_id, reason=reason, via=made.via)
