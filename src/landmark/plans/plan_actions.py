"""Starting a plan, setting what it hangs on, counting its dates again.

Answers: changes of the plan as a whole; each is one transaction with a row in the ledger. Does not answer: changes of
single actions (``action_actions``), the buyer's word (``confirm_actions``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import Change, Check, changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.deals.policies import Refused, check_can_follow_up, check_version
from landmark.deals.records import as_text
from landmark.engines.schedule import BadPlan, schedule_back
from landmark.engines.workdays import Workdays, is_known_country
from landmark.orgs.as_of import current_day, latest, stamp
from landmark.orgs.models import Member
from landmark.plans.grounds import find_grounds
from landmark.plans.models import ActionLink, Plan, PlanAction
from landmark.plans.scheduling import lay_out, place_step, read_durations, tasks_of, workdays_of
from landmark.plans.wording import tell_day_off, tell_problem
from landmark.playbook.action_plans import PlanStep, PlanTemplate
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook

FURTHEST = timedelta(days=5 * 365)
EDITABLE = ("anchor_on", "starts_on", "buyer_country", "outcome", "requirements", "check_in_weekday")
AGREED = ("anchor_on", "outcome", "requirements")
"""Fields whose change makes a new edition: the buyer's earlier word does not cover it."""


def start_plan(
    deal: Deal, *, by: Member, template: str, anchor: str, anchor_on: date, starts_on: date | None = None,
    buyer_country: str = "", lang: str = "en", via: str = "web",
) -> Plan:  # fmt: skip
    """A plan from a template: days counted from the anchor, owners from those on the deal, outcome and requirements
    from discovery."""
    playbook = load_playbook(deal.playbook)
    found = next((one for one in playbook.plan_templates if one.key == template), None)
    if found is None or anchor not in {one.on for one in found.anchors}:
        raise Refused(_("The playbook of this deal has no such plan; choose one of its lists."))
    starts = starts_on or current_day(deal.org)
    country = buyer_country.strip().upper()
    workdays = workdays_of(deal.org, country)
    check_days(anchor_on, starts, country, workdays)
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        if Plan.objects.filter(deal=change.deal, template=template).exists():
            raise Refused(_("This deal has that plan already; change it instead of starting another."))
        grounds = find_grounds(change.deal, found, latest(deal.org), lang)
        made = Plan.objects.create(
            deal=change.deal, template=template, anchor=anchor, anchor_on=anchor_on, starts_on=starts,
            buyer_country=country, created_at=stamp(deal.org), edited_at=timezone.now(), edited_by=by.name,
            outcome=grounds.outcome, requirements=grounds.requirements,
        )  # fmt: skip
        _fill(made, found, playbook, workdays, lang)
        change.record("plan.started", template=template, anchor=anchor, anchor_on=str(anchor_on))
    return made


def check_days(anchor_on: date, starts_on: date, country: str, workdays: Workdays) -> None:
    if country and not is_known_country(country):
        raise Refused(_("Write the buyer's country as two letters, for example IT or DE."))
    if anchor_on < starts_on:
        raise Refused(_("The day the plan hangs on lies before its start; choose a later day."))
    if anchor_on > starts_on + FURTHEST:
        raise Refused(_("A plan looks five years ahead at most; choose an earlier day."))
    if not workdays.is_working(anchor_on):
        raise Refused(tell_day_off(anchor_on, workdays))


def _fill(made: Plan, template: PlanTemplate, playbook: Playbook, workdays: Workdays, lang: str) -> None:
    days = read_durations(made.deal, template)
    dues = lay_out(template, made.anchor, made.anchor_on, days, workdays)
    people = _people_by_role(made.deal)
    now = timezone.now()
    actions = {}
    for position, step in enumerate(template.steps, start=1):

        def say(word: str, step: PlanStep = step) -> str:
            return playbook.text(f"plan_step.{template.key}.{step.key}.{word}", lang)

        words = {word: say(word) for word in step.has}
        actions[step.key] = PlanAction(
            plan=made, position=position, key=step.key, phase=step.phase, milestone=step.milestone or "",
            text=say("text"), accountable=step.accountable, our_owner=made.deal.owner,
            their_owner=next((people[role] for role in step.theirs if role in people), None),
            days=days.get(step.key, step.days), due_on=dues[step.key],
            is_placed=place_step(step, made.anchor_on, workdays) is not None, edited_at=now, **words,
        )  # fmt: skip
    PlanAction.objects.bulk_create(actions.values())
    links = [ActionLink(action=actions[s.key], before=actions[name]) for s in template.steps for name in s.after]
    ActionLink.objects.bulk_create(links)


def _people_by_role(deal: Deal) -> dict[str, Person]:
    rows = Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name")
    found: dict[str, Person] = {}
    for row in rows:
        for role in row.roles:
            found.setdefault(role, row.person)
    return found


@contextmanager
def changing_plan(
    plan: Plan, *, by: Member, via: str = "web", check: Check = check_can_follow_up
) -> Iterator[tuple[Change, Plan]]:
    """The frame of a change of the deal, and the plan: locked too, in its newest version."""
    with changing(plan.deal, by=by, via=via, check=check) as change:
        found = Plan.objects.select_for_update(of=("self",)).filter(pk=plan.pk).first()
        if found is None:
            raise Refused(_("This plan is not there any more."))
        found.deal = change.deal
        yield change, found


def touch(plan: Plan, by: Member, *, is_agreed: bool) -> None:
    """Note that a plan was changed; a change of something agreed makes a new edition."""
    plan.version += 1
    plan.edition += 1 if is_agreed else 0
    plan.edited_by, plan.edited_at = by.name, timezone.now()
    plan.save()


def edit_plan(
    plan: Plan, *, by: Member, changes: Mapping[str, Any], if_version: int | None = None, via: str = "web"
) -> Plan:
    """Set what the plan hangs on and what it is for. Days of actions stay until they are counted again."""
    with changing_plan(plan, by=by, via=via) as (change, locked):
        told = _("%(who)s changed this plan while you had it open.")
        check_version(locked.version, if_version, current=locked, sentence=told, who=locked.edited_by)
        done = {
            name: (getattr(locked, name), changes[name])
            for name in EDITABLE
            if name in changes and changes[name] != getattr(locked, name)
        }
        for name, (_old, new) in done.items():
            setattr(locked, name, new)
        country = locked.buyer_country.upper()
        locked.buyer_country = country
        if {"anchor_on", "starts_on", "buyer_country"} & set(done):
            check_days(locked.anchor_on, locked.starts_on, country, workdays_of(change.deal.org, country))
        if done:
            touch(locked, by, is_agreed=bool(set(AGREED) & set(done)))
            detail = {name: f"{as_text(old)} → {as_text(new)}" for name, (old, new) in done.items()
                      if name not in ("outcome", "requirements")}  # fmt: skip
            change.record("plan.changed", detail)
    return locked


def count_back(plan: Plan, *, by: Member, via: str = "web") -> int:
    """Give every open action the latest day that keeps the end, or its day relative to the anchor. Returns how many
    moved."""
    with changing_plan(plan, by=by, via=via) as (change, locked):
        workdays = workdays_of(change.deal.org, locked.buyer_country)
        dues = _count(locked, workdays)
        moved = [row for row in locked.actions.all() if row.id in dues and row.due_on != dues[row.id]]
        now = timezone.now()
        for row in moved:
            row.due_on, row.edited_by, row.edited_at = dues[row.id], by.name, now
            row.version += 1
        PlanAction.objects.bulk_update(moved, ["due_on", "edited_by", "edited_at", "version"])
        if moved:
            touch(locked, by, is_agreed=True)
            change.record("plan.dates_counted", moved=len(moved))
    return len(moved)


def _count(plan: Plan, workdays: Workdays) -> dict[Any, date]:
    """Steps of the template around the anchor as at the start; own actions and longer links as late as they may be."""
    playbook = load_playbook(plan.deal.playbook)
    template = next((one for one in playbook.plan_templates if one.key == plan.template), None)
    actions = {str(row.id): row for row in plan.actions.all()}
    tasks = tasks_of(actions.values(), ActionLink.objects.filter(action__plan=plan))
    days = {row.key: row.days for row in actions.values() if row.key}
    laid = lay_out(template, plan.anchor, plan.anchor_on, days, workdays) if template else {}
    placed = template and any(place_step(step, plan.anchor_on, workdays) for step in template.steps)
    end = max([plan.anchor_on, *(laid.values() if laid else ())])
    pinned = template.anchor_step(plan.anchor) if template else None
    fixed = [
        type(task)(task.key, task.days, task.after, laid.get(actions[task.key].key, task.due_on), task.done_on,
                   bool(actions[task.key].key) and (bool(placed) or actions[task.key].key == pinned))
        for task in tasks
    ]  # fmt: skip
    try:
        slots = schedule_back(fixed, end, workdays)
    except BadPlan as bad:
        raise Refused(tell_problem(bad.problems[0], lambda key: actions[key].text)) from bad
    return {actions[key].id: slot.due_on for key, slot in slots.items() if actions[key].done_on is None}


def remove_plan(plan: Plan, *, by: Member, via: str = "web") -> None:
    """Take a plan away as long as nothing of it was done or confirmed."""
    with changing_plan(plan, by=by, via=via) as (change, locked):
        if locked.confirmations.exists() or locked.actions.filter(ended_on__isnull=False, drop_reason="").exists():
            raise Refused(_("Something of this plan is done or confirmed; drop single actions instead."))
        change.record("plan.removed", template=locked.template, actions=locked.actions.count())
        locked.delete()


def make_next_step(action: PlanAction, *, by: Member, via: str = "web") -> None:
    """Let an action of the plan be the deal's next step, so that it is not typed twice."""
    with changing(action.plan.deal, by=by, via=via, check=check_can_follow_up) as change:
        owner = action.our_owner if action.accountable == "ours" else action.their_owner
        if action.due_on is None or owner is None:
            raise Refused(_("Give this action a day and an accountable person first."))
        put_next_step(change.deal, NextStepInput(action.text, owner.name, action.due_on))
        change.record("next_step.set", {"from": "plan"}, note=action.text, due_on=str(action.due_on))
