"""Putting trial closes on record and closing the gaps they show.

Answers: what an asking writes, which evidence a yes proves, when a gap counts as fixed. Does not answer: which to ask
next (``engines.trials``).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from landmark.buying.keeping import keep
from landmark.closing.models.trials import TrialClose
from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.proofs import prove
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength


@dataclass(frozen=True, slots=True)
class TrialInput:
    """One asking. A gap carries what they mean, what it changes, the smallest fix, who does it and by when."""

    kind: str
    person: str
    answer: str
    is_confirmed: bool
    asked_on: date
    clarified: str = ""
    impact: str = ""
    fix: str = ""
    owner: str = ""
    due_on: date | None = None


def record_trial(
    deal: Deal, *, by: Member, trial: TrialInput, line: UUID | None = None, was: UUID | None = None, via: str = "web"
) -> TrialClose:
    """A yes also goes on record as the evidence it proves; ``line`` completes a gap noted before."""
    _check(deal, trial)
    proves = load_playbook(deal.playbook).qualification.trial_close(trial.kind).proves
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = TrialClose(
            deal=change.deal, line=line or uuid4(), kind=trial.kind, asked_on=trial.asked_on,
            person=trial.person.strip()[:200], answer=trial.answer.strip()[:500], is_confirmed=trial.is_confirmed,
        )  # fmt: skip
        if not trial.is_confirmed:
            row.clarified, row.impact, row.fix = trial.clarified.strip()[:300], trial.impact, trial.fix.strip()[:300]
            row.owner, row.due_on = trial.owner.strip()[:200], trial.due_on
        elif proves:
            row.proof_id = prove(
                change, proves, strength=Strength.BUYER, on=trial.asked_on, title=row.answer, author=row.person
            )
        keep([row], by=by, was=[was] if line else None)
        change.record("trial.recorded", note=row.answer, kind=trial.kind, confirmed=trial.is_confirmed)
    return row


def _check(deal: Deal, trial: TrialInput) -> None:
    part = load_playbook(deal.playbook).qualification
    if trial.kind not in {kind.key for kind in part.trial_closes}:
        raise policies.Refused(_("Choose what you asked from the list."))
    if not trial.person.strip() or not trial.answer.strip():
        raise policies.Refused(_("Say who answered, and in a few words what they said."))
    if trial.asked_on > latest(deal.org).on:
        raise policies.Refused(_("A trial close is something you have asked: choose today or an earlier day."))
    if trial.impact and trial.impact not in part.gap_impacts:
        raise policies.Refused(_("Choose whether the gap changes the schedule, the cost or only the wording."))


def fix_gap(trial: TrialClose, *, by: Member, fixed_on: date | None = None, via: str = "web") -> TrialClose:
    """The smallest fix is made. The same question is then asked again: only a yes confirms it."""
    day = fixed_on or latest(trial.deal.org).on
    with changing(trial.deal, by=by, via=via, check=policies.check_can_pursue) as change:
        if trial.is_confirmed or trial.fixed_on:
            raise policies.Refused(_("This gap is closed already."))
        if not (trial.fix and trial.owner):
            raise policies.Refused(_("Say first what the smallest fix is and who makes it."))
        row = TrialClose.objects.get(pk=trial.pk)
        row.pk, row.fixed_on, row.deal = uuid4(), day, change.deal
        keep([row], by=by, was=[trial.pk])
        change.record("trial.gap_fixed", note=trial.fix, kind=trial.kind)
    return row
