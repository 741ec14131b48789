"""Writing down how a buyer decides, and having it confirmed.

Answers: how answers and reviews get their next version, how the last change is taken back, and how a confirmed recap
becomes evidence that opens the gate. Does not answer: what is missing (``engines.process``).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.models import DecisionProcess, ProcessConfirmation, ProcessStep
from landmark.buying.people import read_people
from landmark.buying.process import Process, read_process
from landmark.deals import policies
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.records import record_act
from landmark.engines.process import days_of, digest_of
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

ANSWERS = ("mechanism", "yes_when", "no_when", "not_yet_when", "ready_when", "last_purchase")
STEP_FIELDS = ("position", "title", "role", "reviewer_id", "artefact", "lead_days", "last_days", "done_on")
NEEDED = ("steps", "decider", "signer", "reviewer")
"""What a recap cannot do without: who reviews in which order, who decides and who signs."""
CONTRACTING_ROLES = frozenset({"procurement", "legal"})
MOST_STEPS = 40


def save_answers(
    deal: Deal, *, by: Member, answers: Mapping[str, str], if_version: int | None = None, via: str = "web"
) -> DecisionProcess:
    """The next version of the answers; those not told stay as they were."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        before = DecisionProcess.objects.filter(deal=locked).order_by("-version").first() or DecisionProcess(version=0)
        if if_version is not None and if_version != before.version:
            raise policies.StaleVersion(
                _("%(who)s answered this while you had the form open. What you typed is still here.")
                % {"who": before.author_name or _("Somebody")}
            )
        values = {name: str(answers.get(name, getattr(before, name))).strip() for name in ANSWERS}
        row = DecisionProcess(
            deal=locked, version=before.version + 1, known_at=timezone.now(), author_name=by.name, **values
        )
        row.full_clean(exclude=["deal"])
        row.save(force_insert=True)
        record_act(locked, "process.answered", by=by, via=via, detail={"version": row.version})
    return row


def save_step(
    deal: Deal, *, by: Member, values: Mapping[str, Any], step_id: UUID | None = None, via: str = "web"
) -> ProcessStep:
    """Add a review, or write the next version of one. A version somebody else replaced meanwhile is refused."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        _check_step(locked, values, is_new=step_id is None)
        at, before = timezone.now(), _end(locked, step_id, timezone.now()) if step_id else None
        if before is not None:
            at = before.ended_at or at
        kept = {name: getattr(before, name) for name in STEP_FIELDS} if before else {"position": _last(locked) + 1}
        row = _write(locked, before.line if before else uuid4(), kept | dict(values), at, by)
        record_act(locked, "process.step_saved", by=by, via=via, detail={"line": str(row.line)}, note=row.title)
    return row


def remove_step(deal: Deal, *, by: Member, step_id: UUID, via: str = "web") -> None:
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        row = _end(locked, step_id, timezone.now())
        record_act(locked, "process.step_removed", by=by, via=via, detail={"line": str(row.line)}, note=row.title)


def undo_step(deal: Deal, *, by: Member, via: str = "web") -> None:
    """Take back the last change of the reviews: what it wrote ends, what it ended is written anew."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        rows = ProcessStep.objects.filter(deal=locked)
        last = max((at for at in rows.aggregate(a=Max("known_at"), b=Max("ended_at")).values() if at), default=None)
        if last is None:
            raise policies.Refused(_("There is nothing to take back here."))
        now = timezone.now()
        ended = list(rows.filter(ended_at=last))
        rows.filter(known_at=last, ended_at__isnull=True).update(ended_at=now)
        for row in ended:
            _write(locked, row.line, {name: getattr(row, name) for name in STEP_FIELDS}, now, by)
        record_act(locked, "process.undone", by=by, via=via, detail={"lines": [str(row.line) for row in ended]})


def confirm_process(
    deal: Deal,
    *,
    by: Member,
    recap: str,
    is_buyers: bool,
    person: Stakeholder | None,
    confirmed_on: date,
    attachment: BinaryIO | None = None,
    via: str = "web",
) -> ProcessConfirmation:
    """Put the recap on record and, with it, the evidence: stated by the buyer when they said so, else documented."""
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        as_of = latest(locked.org)
        people = read_people(locked, as_of)
        process = read_process(locked, people, as_of)
        check_ready(process)
        if person is not None and person.deal_id != locked.id:
            raise policies.Refused(_("This person is not on this deal."))
        if is_buyers and person is None:
            raise policies.Refused(_("Name the person on the buyer's side who confirmed it."))
        ids = _prove(locked, process, by, is_buyers, person, confirmed_on, recap, attachment, via)
        parts = {row.fact.key: row.fact.decision_part for row in people.rows if row.fact.decision_part}
        row = ProcessConfirmation.objects.create(
            deal=locked, digest=digest_of(process.steps, process.answers, parts), recap=recap.strip(),
            is_buyers=is_buyers, person=person, confirmed_on=confirmed_on, evidence_ids=[str(pk) for pk in ids],
            known_at=timezone.now(), author_name=by.name,
        )  # fmt: skip
        record_act(locked, "process.confirmed", by=by, via=via, detail={"is_buyers": is_buyers, "digest": row.digest})
    return row


def check_ready(process: Process) -> None:
    """A recap nobody could confirm is refused; the sentence names what to find out first."""
    missing = [lack for lack in process.lacks if lack.kind in NEEDED]
    if not missing:
        return
    words = {
        "steps": _("at least one review in its order"), "decider": _("who decides"), "signer": _("who signs"),
        "reviewer": _("who reviews “%(step)s”"),
    }  # fmt: skip
    what = ", ".join(words[lack.kind] % {"step": lack.step} for lack in missing)
    raise policies.Refused(_("Before it can be confirmed, find out: %(what)s.") % {"what": what})


def _prove(
    deal: Deal, process: Process, by: Member, is_buyers: bool, person: Stakeholder | None, on: date, recap: str,
    attachment: BinaryIO | None, via: str,
) -> list[UUID]:  # fmt: skip
    """The way to a decision is known; so are the steps to a contract, when purchasing or legal are among them."""
    keys = ["decision_path_known"]
    if any(s.role in CONTRACTING_ROLES and days_of(s) is not None for s in process.steps):
        keys.append("contracting_known")
    strength = Strength.BUYER if is_buyers else Strength.DOCUMENTED
    ids = []
    for key in keys:
        if attachment is not None:
            attachment.seek(0)
        ids.append(
            add_evidence(
                deal,
                by=by,
                key=key,
                strength=strength,
                occurred_on=on,
                title=_("Recap of their way to a decision"),
                note=recap[:2000],
                author=person.person.name if person else "",
                attachment=attachment,
                via=via,
            )  # fmt: skip
        )
    return ids


def _end(deal: Deal, step_id: UUID, at: Any) -> ProcessStep:
    """The row as it stood, ended now; refused when it has ended already."""
    row = ProcessStep.objects.filter(deal=deal, pk=step_id).select_related("reviewer__person").first()
    if row is None:
        raise policies.Refused(_("This review is not part of the deal."))
    if row.ended_at is not None:
        raise policies.StaleVersion(
            _("Somebody changed or removed this review while you had it open. What you typed is still here.")
        )
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    return row


def _write(deal: Deal, line: UUID, values: Mapping[str, Any], at: Any, by: Member) -> ProcessStep:
    return ProcessStep.objects.create(deal=deal, line=line, known_at=at, author_name=by.name, **values)


def _last(deal: Deal) -> int:
    rows = ProcessStep.objects.filter(deal=deal, ended_at__isnull=True)
    return rows.aggregate(last=Max("position"))["last"] or 0


def _check_step(deal: Deal, values: Mapping[str, Any], *, is_new: bool) -> None:
    if (is_new or "title" in values) and not str(values.get("title", "")).strip():
        raise policies.Refused(_("Say what is reviewed, in a few words."))
    if values.get("role") and values["role"] not in {role.key for role in load_playbook(deal.playbook).roles}:
        raise policies.Refused(_("Choose the role from the playbook's list."))
    reviewer = values.get("reviewer_id")
    if reviewer and not Stakeholder.objects.filter(deal=deal, pk=reviewer).exists():
        raise policies.Refused(_("Whoever reviews has to be among the people of this deal."))
    if is_new and ProcessStep.objects.filter(deal=deal, ended_at__isnull=True).count() >= MOST_STEPS:
        raise policies.Refused(_("Forty reviews are enough for one decision: put some together."))
