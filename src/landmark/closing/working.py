"""How a change of the last mile is made: one transaction, the deal locked, rights checked, the ledger signed.

Answers: who may work on the last mile of a deal; what every change has in common. Does not answer: what changes.

The deal's owner, managers and sales operations may change everything. A contributor (solution engineer, legal,
finance, deal desk, delivery) works on lanes, papers, mark-ups, blockers and the hand-over of any deal.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.models.record import Record
from landmark.deals import policies
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.deals.records import record_act
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength


class StaleRecord(Refused):
    """Somebody changed this row since it was read."""


def can_work(member: Member, deal: Deal) -> bool:
    if member.org_id != deal.org_id:
        return False
    return policies.can_edit(member, deal) or has_right(member, Right.WORK_CLOSE)


def check_can_work(member: Member, deal: Deal) -> None:
    policies.check_same_org(member, deal)
    if not can_work(member, deal):
        raise PermissionDenied(
            _("The deal's owner, a manager, sales operations or a contributor can work on the way to the signature.")
        )


@contextmanager
def change(
    deal: Deal,
    *,
    by: Member,
    verb: str,
    via: str,
    detail: Mapping[str, object] | None = None,
    note: str = "",
    is_for_all: bool = True,
) -> Iterator[Deal]:
    """The deal, locked, for one change. ``is_for_all``: also for contributors."""
    with transaction.atomic():
        locked = lock_deal(deal)
        (check_can_work if is_for_all else policies.check_can_edit)(by, locked)
        yield locked
        record_act(locked, verb, by=by, via=via, detail=detail, note=note[:500])
        refresh_gate_state(locked)


def fresh(by: Member) -> dict[str, Any]:
    """What a new row carries beside its words."""
    return {"made_at": timezone.now(), "made_by": by}


def today(deal: Deal) -> date:
    return latest(deal.org).on


def check_version(row: Record, if_version: int | None) -> None:
    if if_version is not None and if_version != row.version:
        raise StaleRecord(
            _("Somebody changed this while you had it open. Compare with what stands there now; yours is in the form.")
        )


def save_changes(row: Record, values: Mapping[str, Any]) -> None:
    """Write what changed as the row's next version."""
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.version += 1
    row.save()


def next_number(model: type[Record], deal: Deal) -> int:
    found = model._default_manager.filter(deal=deal).aggregate(top=Max("number"))["top"]
    return (found or 0) + 1


def prove(
    deal: Deal, *, by: Member, key: str, strength: Strength, title: str, author: str = "", via: str = "web",
    on: date | None = None,
) -> None:  # fmt: skip
    """Evidence that one of our own records has just become: the gate opens by itself."""
    if load_playbook(deal.playbook).has_evidence(key):
        add_evidence(
            deal, by=by, key=key, strength=strength, occurred_on=on or today(deal), title=title[:200], author=author,
            via=via,
        )  # fmt: skip


def check_day(day: date | None, deal: Deal, sentence: str) -> None:
    """Something that happened cannot lie ahead."""
    if day is not None and day > today(deal):
        raise Refused(sentence)
