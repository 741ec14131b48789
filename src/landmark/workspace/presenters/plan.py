"""Everything the plan page shows of one deal.

Answers: the plan chosen, its lines by phase, what is missing, what a slip would do. Does not answer: what its forms
accept (``plan_forms``, the actions of ``plans``).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.deals.models import Deal, Person
from landmark.deals.policies import can_edit
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.plans.grounds import Grounds, find_grounds
from landmark.plans.models import Plan, PlanAction
from landmark.plans.reading import MANY, PlanLine, PlanState, list_plans, read_plan
from landmark.plans.wording import tell_problem
from landmark.playbook.action_plans import PlanTemplate
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_day, format_distance, name_country
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.plan_slip import SlipView, read_slip
from landmark.workspace.presenters.plan_timeline import Timeline, draw_timeline
from landmark.workspace.presenters.plan_words import (
    gap_labels,
    say_past_target,
    say_slack,
    say_standing,
    say_unconfirmed,
)
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import find_named

MOST_ROWS, NEAR_DAYS = 60, 28


@dataclass(frozen=True, slots=True)
class ListChoice:
    key: str
    label: str
    summary: str
    url: str
    is_on: bool
    is_there: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """One row of the table. ``waits``: what it waits for that is not done."""

    line: PlanLine
    when: str
    state: str
    tone: str
    slack: str
    waits: tuple[str, ...]
    gaps: tuple[str, ...]
    can_do: bool
    can_escalate: bool

    @property
    def action(self) -> PlanAction:
        return self.line.action


class PlanPage:
    """One deal's plans on one day. Parts are read when the template asks, once each."""

    def __init__(self, request: MemberRequest, deal: Deal) -> None:
        self.request, self.deal, self.as_of = request, deal, request.as_of
        self.lang = get_language() or "en"
        self.playbook = load_playbook(deal.playbook)

    # Which list

    @cached_property
    def plans(self) -> dict[str, Plan]:
        found = list_plans(self.deal, self.as_of)
        for one in found:
            one.deal = self.deal
        return {one.template: one for one in found}

    @property
    def templates(self) -> tuple[PlanTemplate, ...]:
        return self.playbook.plan_templates

    @cached_property
    def key(self) -> str:
        asked = self.request.POST.get("list") or self.request.GET.get("list", "")
        keys = [one.key for one in self.templates]
        return asked if asked in keys else next((k for k in keys if k in self.plans), keys[0] if keys else "")

    @property
    def template(self) -> PlanTemplate | None:
        return next((one for one in self.templates if one.key == self.key), None)

    @cached_property
    def lists(self) -> list[ListChoice]:
        return [
            ListChoice(
                one.key, self.playbook.text(f"plan_template.{one.key}.label", self.lang),
                self.playbook.text(f"plan_template.{one.key}.summary", self.lang), self.url(list=one.key),
                one.key == self.key, one.key in self.plans,
            )
            for one in self.templates
        ]  # fmt: skip

    @property
    def current(self) -> ListChoice | None:
        return next((one for one in self.lists if one.is_on), None)

    @property
    def plan(self) -> Plan | None:
        return self.plans.get(self.key)

    @cached_property
    def state(self) -> PlanState | None:
        return read_plan(self.plan, self.as_of) if self.plan else None

    def url(self, **query: str) -> str:
        return link_to(self.request, "workspace:plan", pk=self.deal.id, query=query)

    @cached_property
    def grounds(self) -> Grounds:
        """What discovery holds for this list by now."""
        return find_grounds(self.deal, self.template, self.as_of, self.lang) if self.template else Grounds()

    @property
    def stands_apart(self) -> bool:
        """Discovery says something else than the plan does."""
        plan, held = self.plan, self.grounds
        if plan is None or self.template is None or self.template.closed_by_type:
            return False
        pairs = ((plan.outcome, held.outcome), (plan.requirements, held.requirements))
        return any(there and there.strip() != here.strip() for here, there in pairs)

    # Who may

    @property
    def can_edit(self) -> bool:
        return self.as_of.is_latest and can_edit(self.request.member, self.deal)

    def can_do(self, action: PlanAction) -> bool:
        is_own = action.our_owner_id == self.request.member.id and has_right(self.request.member, Right.ADD_EVIDENCE)
        return self.as_of.is_latest and (can_edit(self.request.member, self.deal) or is_own)

    @cached_property
    def members(self) -> list[Member]:
        return list(Member.objects.filter(org=self.request.org, is_active=True).order_by("name"))

    @cached_property
    def people(self) -> list[Person]:
        rows = self.deal.stakeholders.select_related("person").order_by("person__name")
        return [row.person for row in rows]

    # The table

    def phase_label(self, key: str) -> str:
        return self.playbook.text(f"plan_phase.{key}.label", self.lang) if key else _("Other")

    @property
    def phase_choices(self) -> list[tuple[str, str]]:
        return [(key, self.phase_label(key)) for key in (self.template.phases if self.template else ())]

    @cached_property
    def shown_lines(self) -> list[PlanLine]:
        """All of them; of a plan longer than an eye can follow what is near or in trouble, unless all is asked for."""
        lines = list(self.state.lines) if self.state else []
        if len(lines) <= MOST_ROWS or "all" in self.request.GET:
            return lines
        near = self.as_of.on + timedelta(days=NEAR_DAYS)
        return [
            line for line in lines
            if line.is_open and (line.state != "open" or line.gaps or (line.action.due_on or near) <= near)
        ]  # fmt: skip

    @property
    def hidden_count(self) -> int:
        return len(self.state.lines) - len(self.shown_lines) if self.state else 0

    @cached_property
    def phases(self) -> list[tuple[str, list[LineView]]]:
        if self.state is None:
            return []
        order = [key for key, _label in self.phase_choices]
        groups: dict[str, list[LineView]] = {key: [] for key in [*order, ""]}
        titles = {line.action.id: line.action.text for line in self.state.open_lines}
        for line in self.shown_lines:
            key = line.action.phase if line.action.phase in groups else ""
            groups[key].append(self._view(line, titles))
        return [(self.phase_label(key), lines) for key, lines in groups.items() if lines]

    def _view(self, line: PlanLine, titles: dict[UUID, str]) -> LineView:
        action, on = line.action, self.as_of.on
        tones = {"late": "bad", "at_risk": "warn", "done": "good"}
        escalates = self.template is not None and self.template.escalates_same_day
        is_due = line.is_open and action.due_on is not None and action.due_on <= on
        return LineView(
            line=line, when=format_distance((action.due_on - on).days) if action.due_on and line.is_open else "",
            state=self.say_state(line), tone=tones.get(line.state, ""), slack=say_slack(line),
            waits=tuple(titles[one] for one in line.after if one in titles),
            gaps=tuple(gap_labels()[gap] for gap in line.gaps) if line.is_open else (),
            can_do=self.can_do(action),
            can_escalate=escalates and is_due and self.can_do(action) and action.escalated_on != on,
        )  # fmt: skip

    def say_state(self, line: PlanLine) -> str:
        if line.state == "done":
            return _("done on %(day)s") % {"day": format_day(line.action.done_on, year_of=self.as_of.on)}
        if line.state == "at_risk" and line.row is not None:
            return _("at risk: %(day)s by now") % {"day": format_day(line.row.expected_on, year_of=self.as_of.on)}
        return {"dropped": _("dropped"), "late": _("overdue")}.get(line.state, "")

    @cached_property
    def timeline(self) -> Timeline | None:
        return draw_timeline(self.state, lambda line: self.say_state(line) or _("open")) if self.state else None

    # What it says as a whole

    @property
    def sentence(self) -> str:
        return say_standing(self.state, self.as_of.on) if self.state else ""

    @property
    def past_target(self) -> str:
        return say_past_target(self.deal, self.state, self.as_of.on) if self.state else ""

    @property
    def unconfirmed(self) -> str:
        return say_unconfirmed(self.state, self.as_of.on) if self.state else ""

    @property
    def days_off(self) -> str:
        """Whose public holidays the plan leaves out; "" when it knows of weekends alone."""
        countries = self.state.workdays.countries if self.state else ()
        names = ", ".join(map(name_country, countries))
        return _("public holidays: %(countries)s") % {"countries": names} if names else ""

    @property
    def problems(self) -> list[str]:
        return [] if self.state is None else [tell_problem(p, self.state.title_of) for p in self.state.problems]

    @property
    def is_long(self) -> bool:
        return self.state is not None and len(self.state.open_lines) > MANY

    @property
    def check_in(self) -> date | None:
        """The next weekly check-in."""
        weekday = self.plan.check_in_weekday if self.plan else None
        if weekday is None:
            return None
        return self.as_of.on + timedelta(days=(weekday - self.as_of.on.weekday()) % 7)

    # What a slip does

    @cached_property
    def slip(self) -> SlipView | None:
        return read_slip(self.request, self.deal, self.state) if self.state else None

    # One action

    def find_action(self, text: str) -> PlanAction:
        """An action of this deal, of whichever list; 404 for any other."""
        rows = PlanAction.objects.select_related("plan", "our_owner", "their_owner").filter(plan__deal=self.deal)
        found = find_named(rows, text)
        if found is None:
            raise Http404
        found.plan.deal = self.deal
        return found
