"""Writing down how a buyer decides, and having it confirmed.

Answers: how answers and reviews get their next version, how the last change is taken back, and how a confirmed recap
becomes evidence that opens the gate. Does not answer: what is missing (``engines.process``).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.models import DecisionProcess, ProcessConfirmation, ProcessStep
from landmark.buying.people import read_people
from landmark.buying.process import Process, read_process
from landmark.deals import policies
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.proofs import prove
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
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        newest = DecisionProcess.objects.filter(deal=change.deal).order_by("-version").first()
        before = newest or DecisionProcess(version=0)
        policies.check_version(
            before.version, if_version, current=before, who=before.author_name,
            sentence=_("%(who)s answered this while you had the form open. What you typed is still here."),
        )  # fmt: skip
        values = {name: str(answers.get(name, getattr(before, name))).strip() for name in ANSWERS}
        row = DecisionProcess(
            deal=change.deal, version=before.version + 1, known_at=timezone.now(), author_name=by.name, **values
        )
        row.full_clean(exclude=["deal"])
        row.save(force_insert=True)
        change.record("process.answered", version=row.version)
    return row


def save_step(
    deal: Deal, *, by: Member, values: Mapping[str, Any], step_id: UUID | None = None, via: str = "web"
) -> ProcessStep:
    """Add a review, or write the next version of one. A version somebody else replaced meanwhile is refused."""
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        _check_step(deal, values, is_new=step_id is None)
        at = timezone.now()
        before = _end(change.deal, step_id, at) if step_id else None
        kept = {name: getattr(before, name) for name in STEP_FIELDS} if before else {"position": _last(deal) + 1}
        row = _write(change, before.line if before else uuid4(), kept | dict(values), at)
        change.record("process.step_saved", note=row.title, line=str(row.line))
    return row


def remove_step(deal: Deal, *, by: Member, step_id: UUID, via: str = "web") -> None:
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = _end(change.deal, step_id, timezone.now())
        change.record("process.step_removed", note=row.title, line=str(row.line))


def undo_step(deal: Deal, *, by: Member, via: str = "web") -> None:
    """Take back the last change of the reviews: what it wrote ends, what it ended is written anew."""
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        rows = ProcessStep.objects.filter(deal=change.deal)
        last = max((at for at in rows.aggregate(a=Max("known_at"), b=Max("ended_at")).values() if at), default=None)
        if last is None:
            raise policies.Refused(_("There is nothing to take back here."))
        now = timezone.now()
        ended = list(rows.filter(ended_at=last))
        rows.filter(known_at=last, ended_at__isnull=True).update(ended_at=now)
        for row in ended:
            _write(change, row.line, {name: getattr(row, name) for name in STEP_FIELDS}, now)
        change.record("process.undone", lines=[str(row.line) for row in ended])


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
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        as_of = latest(deal.org)
        people = read_people(change.deal, as_of)
        process = read_process(change.deal, people, as_of)
        check_ready(process)
        if person is not None and person.deal_id != deal.id:
            raise policies.Refused(_("This person is not on this deal."))
        if is_buyers and person is None:
            raise policies.Refused(_("Name the person on the buyer's side who confirmed it."))
        ids = _prove_way(change, process, is_buyers, person, confirmed_on, recap, attachment)
        parts = {row.fact.key: row.fact.decision_part for row in people.rows if row.fact.decision_part}
        row = ProcessConfirmation.objects.create(
            deal=change.deal, digest=digest_of(process.steps, process.answers, parts), recap=recap.strip(),
            is_buyers=is_buyers, person=person, confirmed_on=confirmed_on, evidence_ids=[str(pk) for pk in ids],
            known_at=timezone.now(), author_name=by.name,
        )  # fmt: skip
        change.record("process.confirmed", is_buyers=is_buyers, digest=row.digest)
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


def _prove_way(
    change: Change, process: Process, is_buyers: bool, person: Stakeholder | None, on: date, recap: str,
    attachment: BinaryIO | None,
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
        proof = prove(
            change, key, strength=strength, on=on, title=_("Recap of their way to a decision"), note=recap[:2000],
            author=person.person.name if person else "", attachment=attachment,
        )  # fmt: skip
        ids += [proof] if proof else []
    return ids


def _end(deal: Deal, step_id: UUID, at: datetime) -> ProcessStep:
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


def _write(change: Change, line: UUID, values: Mapping[str, Any], at: datetime) -> ProcessStep:
    return ProcessStep.objects.create(deal=change.deal, line=line, known_at=at, author_name=change.by.name, **values)


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
