"""Noting what the buyer could do instead, on the buyer's criteria, and what keeps them where they are.

Answers: what each entry writes, and which evidence the buyer's criteria put on record. Does not answer: whether to
compete (``engines.competition``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from landmark.buying.keeping import keep
from landmark.buying.models import Alternative, BuyerCriteria, CompetitionAnswer, Grade, SwitchingBarrier
from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.proofs import prove
from landmark.engines.competition import MAIN_BARRIERS, TOP_GRADE
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

MOST_CRITERIA = 12


def save_criteria(
    deal: Deal, *, by: Member, texts: Sequence[str], said_by: str = "", was: UUID | None = None, via: str = "web"
) -> BuyerCriteria:
    """By what they choose, in their order. In the buyer's word it proves that the criteria are known."""
    lines = list(dict.fromkeys(text.strip()[:200] for text in texts if text.strip()))
    if not lines:
        raise policies.Refused(_("Write at least one criterion, in their words."))
    if len(lines) > MOST_CRITERIA:
        raise policies.Refused(_("Keep the %(count)d that decide; the rest are details.") % {"count": MOST_CRITERIA})
    proves = load_playbook(deal.playbook).qualification.criteria_prove
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = BuyerCriteria(deal=change.deal, texts=lines, said_by=said_by.strip()[:200])
        if proves and row.said_by:
            row.proof_id = prove(
                change, proves, strength=Strength.BUYER, on=latest(deal.org).on, title="; ".join(lines),
                author=row.said_by,
            )  # fmt: skip
        keep([row], by=by, was=[was])
        change.record("criteria.saved", count=len(lines))
    return row


def save_alternative(
    deal: Deal,
    *,
    by: Member,
    name: str,
    kind: str,
    note: str = "",
    line: UUID | None = None,
    was: UUID | None = None,
    via: str = "web",
) -> Alternative:
    if not name.strip():
        raise policies.Refused(_("Name the other way to go."))
    if kind not in load_playbook(deal.playbook).qualification.alternatives:
        raise policies.Refused(_("Choose whether it is a rival, a substitute or doing nothing."))
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = Alternative(
            deal=change.deal, line=line or uuid4(), name=name.strip()[:120], kind=kind, note=note.strip()[:300]
        )
        keep([row], by=by, was=[was] if line else None)
        change.record("alternative.saved", note=row.name, kind=kind)
    return row


def save_grades(
    deal: Deal, *, by: Member, grades: Mapping[tuple[str, str], int], was: Mapping[tuple[str, str], UUID | None],
    via: str = "web",
) -> int:  # fmt: skip
    """Grades that changed, 0 to 3 by (alternative, criterion); "" is our own offer. Returns how many."""
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        lines = {"", *(str(row.line) for row in Alternative.objects.current().filter(deal=change.deal))}
        held = BuyerCriteria.objects.current().filter(deal=change.deal).first()
        criteria = set(held.texts) if held else set()
        for (line, criterion), points in grades.items():
            if line not in lines or criterion not in criteria or not 0 <= points <= TOP_GRADE:
                raise policies.Refused(_("Grade the ways on this page by their criteria, from 0 to 3."))
        rows = [Grade(deal=change.deal, alternative=a, criterion=c, points=p) for (a, c), p in grades.items()]
        keep(rows, by=by, was=[was.get(key) for key in grades])
        change.record("grades.saved", count=len(rows))
    return len(rows)


@dataclass(frozen=True, slots=True)
class BarrierInput:
    kind: str
    note: str
    is_main: bool = False
    is_structural: bool = False
    tactics: tuple[str, ...] = ()
    owner: str = ""
    due_on: date | None = None
    was: UUID | None = None


def save_barrier(deal: Deal, *, by: Member, barrier: BarrierInput, via: str = "web") -> SwitchingBarrier:
    part = load_playbook(deal.playbook).qualification
    try:
        known = part.barrier(barrier.kind).tactics
    except KeyError:
        raise policies.Refused(_("Choose the kind of barrier from the list.")) from None
    if not barrier.note.strip():
        raise policies.Refused(_("Say in a few words what it is at this buyer."))
    if set(barrier.tactics) - set(known):
        raise policies.Refused(_("Choose tactics that lower this kind of barrier."))
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        main = SwitchingBarrier.objects.current().filter(deal=change.deal, is_main=True).exclude(kind=barrier.kind)
        if barrier.is_main and main.count() >= MAIN_BARRIERS:
            raise policies.Refused(_("Two barriers are marked as the main ones already; take the mark off one."))
        row = SwitchingBarrier(
            deal=change.deal, kind=barrier.kind, note=barrier.note.strip()[:300], is_main=barrier.is_main,
            is_structural=barrier.is_structural, tactics=list(barrier.tactics), owner=barrier.owner.strip()[:200],
            due_on=barrier.due_on,
        )  # fmt: skip
        keep([row], by=by, was=[barrier.was])
        change.record("barrier.saved", kind=barrier.kind)
    return row


def save_answer(
    deal: Deal, *, by: Member, key: str, text: str, was: UUID | None = None, via: str = "web"
) -> CompetitionAnswer:
    if key not in load_playbook(deal.playbook).qualification.answers:
        raise policies.Refused(_("This question is not in the playbook of this deal."))
    if not text.strip():
        raise policies.Refused(_("Write the answer in a sentence."))
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = CompetitionAnswer(deal=change.deal, key=key, text=text.strip()[:500])
        keep([row], by=by, was=[was])
        change.record("competition.answered", key=key)
    return row
