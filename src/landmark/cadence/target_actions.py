"""Drafting and publishing targets.

Answers: how a draft is kept, what keeps it from being published, and that a published plan is never edited: a newer one
replaces it and both stay readable. Does not answer: what follows from a plan (``target_plans``).
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.cadence.models import TargetPlan
from landmark.cadence.target_plans import PlanInput, facts_of_plan, name_shares, read_input, write_input
from landmark.deals.policies import Refused
from landmark.deals.records import record
from landmark.engines.targets import Obstacle, find_obstacles
from landmark.orgs.models import Member, Organisation
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period
from landmark.playbook.loader import load_playbook


class NotReady(Refused):
    """The plan may not be published yet; ``obstacles`` say what to put right."""

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        self.obstacles = obstacles
        super().__init__(
            _("This plan cannot be published yet: %(what)s") % {"what": " ".join(say(one) for one in obstacles)}
        )


def say(obstacle: Obstacle) -> str:
    """One obstacle in one plain sentence."""
    sentences = {
        ("undefined", "qualified"): _("Say what counts as qualified."),
        ("undefined", "booked"): _("Say what counts as booked."),
        ("undefined", "stage_entry"): _("Say when a deal enters a stage."),
        ("lagging", ""): _("Keep one result to reach: the bookings."),
        ("leading", ""): _("Choose two figures to steer by, no more and no fewer."),
        ("no_figure", obstacle.key): _("Give each chosen figure a value above zero."),
        ("teams_do_not_sum", ""): _("The teams' parts do not add up to the target."),
        ("roles_do_not_sum", ""): _("The roles' parts do not add up to the qualified deals needed."),
        ("unanswered", "controllable"): _("Answer, with a reason, whether the team can influence these in the period."),
        ("unanswered", "diagnostic"): _("Answer, with a reason, whether a miss would tell you what to change."),
        ("unanswered", "consistent"): _("Answer, with a reason, whether the definitions match how deals are recorded."),
        ("failed", "controllable"): _("The team cannot influence these within the period: choose figures it can."),
        ("failed", "diagnostic"): _("A miss would not tell you what to change: choose figures that would."),
        ("failed", "consistent"): _("Definitions and recorded deals differ: bring them together first."),
    }
    return sentences[(obstacle.kind, obstacle.key)]


def save_draft(org: Organisation, period: Period, plan: PlanInput, *, by: Member, via: str = "web") -> TargetPlan:
    """Keep what was filled in. The draft of a period is one; the published plan stays untouched."""
    check_right(by, Right.SET_TARGETS)
    columns = write_input(plan, name_shares(org, load_playbook(org.playbook), "en"))
    with transaction.atomic():
        rows = TargetPlan.objects.filter(org=org, starts_on=period.starts_on)
        draft = rows.select_for_update().filter(status=TargetPlan.Status.DRAFT).first()
        if draft is None:
            number = (rows.aggregate(Max("number"))["number__max"] or 0) + 1
            draft = TargetPlan(org=org, number=number, starts_on=period.starts_on, ends_on=period.ends_on)
        draft.currency, draft.created_by = org.currency, by
        for name, value in columns.items():
            setattr(draft, name, value)
        draft.save()
        _record(draft, "targets.drafted", by=by, via=via)
    return draft


def publish(plan: TargetPlan, *, by: Member, via: str = "web") -> TargetPlan:
    """Lock the draft and let it count from now on; the plan published before it is kept as replaced."""
    check_right(by, Right.SET_TARGETS)
    with transaction.atomic():
        draft = _lock_draft(plan)
        if obstacles := find_obstacles(facts_of_plan(read_input(draft))):
            raise NotReady(obstacles)
        now = timezone.now()
        before = TargetPlan.objects.filter(org=draft.org, starts_on=draft.starts_on, status="published")
        before.update(status=TargetPlan.Status.REPLACED, replaced_at=now)
        draft.status, draft.published_at, draft.published_by = TargetPlan.Status.PUBLISHED, now, by
        draft.save(update_fields=["status", "published_at", "published_by"])
        _record(draft, "targets.published", by=by, via=via)
    return draft


def drop_draft(plan: TargetPlan, *, by: Member, via: str = "web") -> None:
    check_right(by, Right.SET_TARGETS)
    with transaction.atomic():
        draft = _lock_draft(plan)
        _record(draft, "targets.dropped", by=by, via=via)
        draft.delete()


def _lock_draft(plan: TargetPlan) -> TargetPlan:
    """The row as it is now, locked; Refused when it has been published meanwhile."""
    draft = TargetPlan.objects.select_for_update(of=("self",)).select_related("org").get(pk=plan.pk)
    check_is_draft(draft)
    return draft


def check_is_draft(plan: TargetPlan) -> None:
    if plan.status != TargetPlan.Status.DRAFT:
        raise Refused(_("Published targets are locked. Save a new draft; publishing it replaces them."))


def _record(plan: TargetPlan, verb: str, *, by: Member, via: str) -> None:
    detail: Mapping[str, object] = {
        "number": plan.number, "starts_on": plan.starts_on.isoformat(), "amount": str(plan.amount),
        "currency": plan.currency, "deal_size": str(plan.deal_size), "rates": plan.rates, "measures": plan.measures,
        "shares": [{key: row[key] for key in ("kind", "key", "part")} for row in plan.shares],
    }  # fmt: skip
    record(plan.org_id, verb, "target_plan", plan.id, by=by, via=via, detail=detail)
