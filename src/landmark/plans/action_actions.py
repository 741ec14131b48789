"""Changing single actions of a plan: writing, finishing, dropping, handing up, each with its undo.

Answers: one transaction a change, refused in one sentence when the plan could not be then. Does not answer: changes of
the plan as a whole (``plan_actions``).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals.changing import Change
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, can_edit, check_not_lost, check_same_org, check_version
from landmark.engines.schedule import MOST_DAYS, Problem, find_problems
from landmark.orgs.as_of import current_day
from landmark.orgs.models import Member
from landmark.orgs.notices import find_managers, tell
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right, Role
from landmark.plans.inputs import ActionInput
from landmark.plans.models import ActionLink, ActionParty, Part, Plan, PlanAction, Side
from landmark.plans.plan_actions import changing_plan, touch
from landmark.plans.scheduling import tasks_of, workdays_of
from landmark.plans.wording import tell_day_off, tell_problem

MOST_ACTIONS = 1000
FIELDS = (
    "text", "phase", "deliverable", "needs", "needs_state", "decision", "acceptance", "risks", "our_owner",
    "their_owner", "accountable", "days", "due_on",
)  # fmt: skip
NOT_AGREED = {"needs_state", "risks", "phase"}
"""Fields that change without a new edition of the plan."""


def save_action(
    plan: Plan,
    *,
    by: Member,
    values: ActionInput,
    action: PlanAction | None = None,
    if_version: int | None = None,
    via: str = "web",
) -> PlanAction:
    """Add an action at the end of its phase, or change one. Circles, overlaps and days off are refused."""
    with changing_plan(plan, by=by, via=via) as (change, locked):
        deal = change.deal
        row = _lock_action(locked, action, if_version) if action else _new(locked)
        workdays = workdays_of(deal.org, locked.buyer_country)
        _check_words(values)
        _check_owners(deal, values)
        if values.due_on and values.due_on != row.due_on and not workdays.is_working(values.due_on):
            raise Refused(tell_day_off(values.due_on, workdays))
        changed = [name for name in FIELDS if getattr(row, name) != _value(values, name)]
        for name in changed:
            setattr(row, name, _value(values, name))
        if "due_on" in changed:
            row.is_placed, row.escalated_on = False, None
        row.edited_by, row.edited_at = by.name, timezone.now()
        row.version += 0 if action is None else 1
        row.save()
        is_relinked = _set_links(locked, row, values.after)
        is_reparted = _set_parties(deal, row, values)
        _check_plan(locked, row, workdays)
        if changed or is_relinked or is_reparted or action is None:
            agreed = bool(set(changed) - NOT_AGREED) or is_relinked or action is None
            touch(locked, by, is_agreed=agreed)
            change.record(
                "plan.action_changed" if action else "plan.action_added", note=row.text, action=str(row.id),
                fields=[*changed, *(["after"] if is_relinked else [])],
            )  # fmt: skip
    return row


def _value(values: ActionInput, name: str) -> Any:
    value = getattr(values, name)
    return value.strip() if isinstance(value, str) else value


def _lock_action(plan: Plan, action: PlanAction, if_version: int | None) -> PlanAction:
    rows = PlanAction.objects.select_for_update(of=("self",)).select_related("our_owner", "their_owner")
    row = rows.filter(plan=plan, pk=action.pk).first()
    if row is None:
        raise Refused(_("This action is not in the plan any more."))
    row.plan = plan
    told = _("%(who)s changed this action while you had it open.")
    check_version(row.version, if_version, current=row, sentence=told, who=row.edited_by)
    return row


def _new(plan: Plan) -> PlanAction:
    count = plan.actions.count()
    if count >= MOST_ACTIONS:
        raise Refused(_("A plan holds %(most)d actions at most; drop what is not needed.") % {"most": MOST_ACTIONS})
    last = plan.actions.order_by("-position").values_list("position", flat=True).first() or 0
    return PlanAction(plan=plan, position=last + 1)


def _check_words(values: ActionInput) -> None:
    if not values.text.strip():
        raise Refused(_("Say in one sentence what is done."))
    if not 0 <= values.days <= MOST_DAYS:
        raise Refused(_("An action takes 0 to %(most)d working days; split a longer one.") % {"most": MOST_DAYS})
    if values.accountable not in Side.values:
        raise Refused(_("Choose who is accountable: one person, on our side or the buyer's."))


def _check_owners(deal: Deal, values: ActionInput) -> None:
    """Owners are people who are here; the accountable side has one."""
    ours, theirs = values.our_owner, values.their_owner
    if ours is not None and ours.org_id != deal.org_id:
        raise PermissionDenied(_("This person belongs to another organisation."))
    if ours is not None and not ours.is_active:
        raise Refused(_("%(name)s is no longer here. Choose who takes this action over.") % {"name": ours.name})
    if theirs is not None and not deal.stakeholders.filter(person=theirs).exists():
        raise Refused(_("%(name)s is not among the people of this deal; add them first.") % {"name": theirs.name})
    if values.accountable == Side.OURS and ours is None:
        raise Refused(_("One person answers for an action: name our owner, or let the buyer's owner be accountable."))


def _set_links(plan: Plan, row: PlanAction, after: Iterable[UUID]) -> bool:
    wanted = set(after)
    if row.id in wanted:
        raise Refused(tell_problem(Problem("itself", (str(row.id),)), lambda _key: row.text))
    known = set(plan.actions.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        raise Refused(_("It waits for something that is not in this plan any more. Choose again what it waits for."))
    now = set(row.waits.values_list("before_id", flat=True))
    row.waits.filter(before_id__in=now - wanted).delete()
    ActionLink.objects.bulk_create([ActionLink(action=row, before_id=one) for one in wanted - now])
    return wanted != now


def _set_parties(deal: Deal, row: PlanAction, values: ActionInput) -> bool:
    """Those who are asked or told; an owner is not listed twice."""
    owners = {f"m:{row.our_owner_id}", f"p:{row.their_owner_id}"}
    wanted = {who: part for who, part in values.parties.items() if part in Part.values and who not in owners}
    members = {f"m:{one.id}": one for one in Member.objects.filter(org_id=deal.org_id)}
    people = {f"p:{one.person_id}": one.person for one in deal.stakeholders.select_related("person")}
    if set(wanted) - set(members) - set(people):
        raise Refused(_("Choose people of your organisation or of this deal."))
    now = {f"m:{one.member_id}" if one.member_id else f"p:{one.person_id}": one.part for one in row.parties.all()}
    if now == wanted:
        return False
    row.parties.all().delete()
    ActionParty.objects.bulk_create(
        ActionParty(action=row, part=part, member=members.get(who), person=people.get(who))
        for who, part in wanted.items()
    )
    return True


def _check_plan(plan: Plan, row: PlanAction, workdays: Any) -> None:
    """A circle anywhere is refused; an overlap when this action is part of it."""
    actions = {str(one.id): one for one in plan.actions.all()}
    tasks = tasks_of(actions.values(), ActionLink.objects.filter(action__plan=plan))
    for problem in find_problems(tasks, workdays):
        if problem.code != "overlap" or str(row.id) in problem.keys:
            raise Refused(tell_problem(problem, lambda key: actions[key].text))


# Doing, dropping, handing up


def _check_may_do(deal: Deal, action: PlanAction, by: Member) -> None:
    """Whoever may edit the deal, and whoever owns the action on our side."""
    is_own = action.our_owner_id == by.id and has_right(by, Right.ADD_EVIDENCE)
    if not (can_edit(by, deal) or is_own):
        raise PermissionDenied(
            _("Only the action's owner, the deal's owner, a manager or sales operations can do this.")
        )


@contextmanager
def _doing(action: PlanAction, *, by: Member, via: str) -> Iterator[tuple[Change, Plan, PlanAction]]:
    """The frame of a change that also the action's owner may make."""
    with changing_plan(action.plan, by=by, via=via, check=check_same_org) as (change, plan):
        row = _lock_action(plan, action, None)
        _check_may_do(change.deal, row, by)
        check_not_lost(change.deal)
        yield change, plan, row


def _store(row: PlanAction, plan: Plan, by: Member, *, is_agreed: bool) -> None:
    row.edited_by, row.edited_at = by.name, timezone.now()
    row.version += 1
    row.save()
    touch(plan, by, is_agreed=is_agreed)


def finish_action(action: PlanAction, *, by: Member, done_on: date | None = None, via: str = "web") -> PlanAction:
    """Note that it is done, on a day that is not ahead."""
    with _doing(action, by=by, via=via) as (change, plan, row):
        today = current_day(change.deal.org)
        day = done_on or today
        if day > today:
            raise Refused(_("Done is done: choose today or an earlier day."))
        if row.dropped_on:
            raise Refused(_("This action was dropped; take it back into the plan first."))
        if row.done_on is None:
            row.ended_on = day
            row.needs_state = "received" if row.needs_state in ("asked", "promised") else row.needs_state
            _store(row, plan, by, is_agreed=False)
            change.record("plan.action_done", note=row.text, action=str(row.id))
    return row


def reopen_action(action: PlanAction, *, by: Member, via: str = "web") -> PlanAction:
    """It is not done after all, or not dropped after all."""
    with _doing(action, by=by, via=via) as (change, plan, row):
        if row.ended_on:
            was_dropped = row.dropped_on is not None
            row.ended_on, row.drop_reason = None, ""
            _store(row, plan, by, is_agreed=was_dropped)
            change.record("plan.action_reopened", note=row.text, action=str(row.id))
    return row


def drop_action(action: PlanAction, *, by: Member, reason: str, via: str = "web") -> PlanAction:
    """Cut it from the plan; it stays readable, with the reason."""
    if not reason.strip():
        raise Refused(_("Say in a few words why this is not done."))
    with changing_plan(action.plan, by=by, via=via) as (change, plan):
        row = _lock_action(plan, action, None)
        if row.done_on:
            raise Refused(_("This action is done; reopen it before dropping it."))
        row.ended_on, row.drop_reason = current_day(change.deal.org), reason.strip()
        _store(row, plan, by, is_agreed=True)
        change.record("plan.action_dropped", note=reason.strip(), action=str(row.id))
    return row


def escalate_action(action: PlanAction, *, by: Member, via: str = "web") -> int:
    """Tell the managers of the deal's team the same day that a line of the close week waits. Returns how many."""
    with _doing(action, by=by, via=via) as (change, plan, row):
        deal, today = change.deal, current_day(change.deal.org)
        if row.ended_on or row.due_on is None or row.due_on > today:
            raise Refused(_("Only what is due and not done is handed up."))
        if row.escalated_on == today:
            raise Refused(_("This was handed up today already; call the person accountable."))
        told = tell_superiors(row, deal)
        row.escalated_on = today
        _store(row, plan, by, is_agreed=False)
        change.record("plan.action_escalated", note=row.text, action=str(row.id), told=told)
    return told


def tell_superiors(row: PlanAction, deal: Deal) -> int:
    """A notice to everybody it is handed up to: the managers of the owner's team, else all managers, else
    administrators. Returns how many."""
    found = find_managers(deal.org, deal.owner.team_id if deal.owner else None)
    told = found or deal.org.members.filter(role=Role.ADMINISTRATOR, is_active=True)
    text = _("%(deal)s: “%(action)s” was due on %(day)s and is not done. Please clear it today.") % {
        "deal": deal.name, "action": row.text[:200], "day": row.due_on.isoformat() if row.due_on else "",
    }  # fmt: skip
    return tell(told, text, deal_id=deal.id)
