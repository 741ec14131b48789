"""What every change around the decision has in common.

Answers: one transaction on a locked deal, the right checked, one ledger row, gates refreshed; a proof put on record
beside what it proves. Does not answer: what changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal
from landmark.deals.records import record_act
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength


@dataclass
class Change:
    """``deal`` is locked; what is put into ``detail`` and ``note`` goes into the ledger row."""

    deal: Deal
    detail: dict[str, object] = field(default_factory=dict)
    note: str = ""


@contextmanager
def changing(
    deal: Deal, verb: str, *, by: Member, via: str, even_won: bool = False, even_lost: bool = False
) -> Iterator[Change]:
    """A lost deal takes minutes and debrief and nothing more; a won one only what follows the signature."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        if locked.stage == "lost" and not even_lost:
            raise policies.Refused(_("This deal is lost: nothing more is spent on it. Reopen it first."))
        if locked.stage == "won" and not even_won:
            raise policies.Refused(_("This deal is won; what came before the signature stays as it was."))
        change = Change(locked)
        yield change
        record_act(locked, verb, by=by, via=via, detail=change.detail, note=change.note)
        refresh_gate_state(locked)


def prove(
    deal: Deal,
    key: str,
    *,
    by: Member,
    strength: Strength,
    on: date,
    title: str,
    author: str = "",
    attachment: BinaryIO | None = None,
    via: str = "web",
) -> UUID | None:
    """Put the proof on record, where the deal's playbook asks for it; gates then open by themselves."""
    if not load_playbook(deal.playbook).has_evidence(key):
        return None
    return add_evidence(
        deal, by=by, key=key, strength=strength, occurred_on=on, title=title, author=author, attachment=attachment,
        via=via,
    )  # fmt: skip
