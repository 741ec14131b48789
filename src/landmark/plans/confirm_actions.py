"""The buyer's word on a plan.

Answers: who confirmed which parts of which edition, with the mail kept as evidence. Does not answer: what a gate makes
of it: the confirmed dates are evidence of the timeline, in the buyer's strength, and the gate reads that.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals.policies import Refused, check_version
from landmark.deals.proofs import prove
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.plans.inputs import ConfirmationInput
from landmark.plans.models import Plan, PlanConfirmation
from landmark.plans.plan_actions import changing_plan
from landmark.plans.reading import PARTS, PlanState, read_plan
from landmark.playbook.strength import Strength

WHOLE, IN_PART = "timeline_confirmed", "requirements_agreed"
"""What dates prove, and what a yes to outcomes or requirements alone does."""


def confirm_plan(
    plan: Plan, *, by: Member, values: ConfirmationInput, edition: int | None = None, via: str = "web"
) -> PlanConfirmation:
    """Put the buyer's word on record. Only all four parts together count in the buyer's strength."""
    parts = [part for part in PARTS if part in values.parts]
    if not parts:
        raise Refused(_("Say what the buyer confirmed: outcomes, requirements, owners or dates."))
    if values.person is None:
        raise Refused(_("Name the person on the buyer's side whose word it is."))
    with changing_plan(plan, by=by, via=via) as (change, locked):
        told = _("The plan was changed since: look at it again before you put the buyer's word on it.")
        check_version(locked.edition, edition, current=locked, sentence=told)
        if not change.deal.stakeholders.filter(person=values.person).exists():
            raise Refused(_("This person is not among the people of the deal; add them first."))
        state = read_plan(locked, latest(change.deal.org))
        _check_complete(state, parts)
        proof = prove(
            change, WHOLE if "dates" in parts else IN_PART, on=values.confirmed_on,
            strength=Strength.BUYER if len(parts) == len(PARTS) else Strength.DOCUMENTED,
            title=_("Plan confirmed, edition %(edition)d") % {"edition": locked.edition},
            note=values.note, attachment=values.attachment, author=values.person.name,
        )  # fmt: skip
        digest = Evidence.objects.get(pk=proof).attachment_sha256 if proof else ""
        made = PlanConfirmation.objects.create(
            plan=locked, edition=locked.edition, confirmed_on=values.confirmed_on, person=values.person, parts=parts,
            restated=values.restated, evidence_id=proof, attachment_sha256=digest, recorded_at=timezone.now(),
            recorded_by=by.name,
        )  # fmt: skip
        change.record("plan.confirmed", template=locked.template, edition=locked.edition, parts=parts)
    return made


def _check_complete(state: PlanState, parts: list[str]) -> None:
    """A buyer cannot confirm what is not there: owners and days are named before their yes counts."""
    wanted = {"owners": ("no_accountable", "owner_left"), "dates": ("no_date", "day_off")}
    gaps = {gap for part in parts for gap in wanted.get(part, ())}
    lacking = [line.action.text for line, gap in state.gaps if gap in gaps]
    if lacking:
        names = "; ".join(f"“{text}”" for text in dict.fromkeys(lacking))
        raise Refused(_("Before the buyer confirms, these actions need an accountable person and a day: %(names)s.") % {
            "names": names
        })  # fmt: skip
    if "outcomes" in parts and not state.plan.outcome.strip():
        raise Refused(_("Write down the outcome first: the buyer confirms what changes for them."))
    if "requirements" in parts and not state.plan.requirements.strip():
        raise Refused(_("Write down the requirements first: what must be true for the outcome."))
