"""Everything the plan page shows of one deal.

Answers: the plan chosen, its lines by phase, what is missing, what a slip would do. Does not answer: what its forms
accept (``plan_forms``, the actions of ``plans``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.deals.models import Deal, Person
from landmark.deals.policies import can_edit
from landmark.engines.schedule import slip
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.reading import read_forecast
from landmark.plans.models import Plan, PlanAction
from landmark.plans.reading import MANY, PARTS, PlanLine, PlanState, list_plans, read_plan
from landmark.plans.wording import tell_problem
from landmark.playbook.action_plans import PlanTemplate
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_chance, format_day, format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.plan_forms import part_labels
from landmark.workspace.presenters.plan_timeline import Timeline, draw_timeline
from landmark.workspace.templatetags.workspace import link_to

SLIPS = (3, 5, 10)
WIN_STEPS = ("signature", "decision_meeting")
"""Steps whose delay delays the win, the nearest to it first."""


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
    """One row of the table."""

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


@dataclass(frozen=True, slots=True)
class SlipView:
    action: str
    days: int
    sentence: str
    chance: str
    moved: tuple[tuple[str, date, date], ...]


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
    def phases(self) -> list[tuple[str, list[LineView]]]:
        if self.state is None:
            return []
        order = [key for key, _label in self.phase_choices]
        groups: dict[str, list[LineView]] = {key: [] for key in [*order, ""]}
        titles = {line.action.id: line.action.text for line in self.state.lines}
        for line in self.state.lines:
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
            state=self.say_state(line), tone=tones.get(line.state, ""), slack=_say_slack(line),
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
        """Where the plan stands: does it hold its day?"""
        state, plan = self.state, self.plan
        if state is None or plan is None or state.schedule is None:
            return ""
        if not state.open_lines:
            return _("Everything in this plan is done.")
        end = state.schedule.expected_on
        late = state.workdays.count(state.end_on, end)
        if late > 0:
            return ngettext(
                "By now it ends on %(day)s, %(n)d working day after the agreed end.",
                "By now it ends on %(day)s, %(n)d working days after the agreed end.", late,
            ) % {"day": format_day(end, year_of=self.as_of.on), "n": late}  # fmt: skip
        return _("It holds its end on %(day)s.") % {"day": format_day(state.end_on, year_of=self.as_of.on)}

    @property
    def problems(self) -> list[str]:
        return [] if self.state is None else [tell_problem(p, self.state.title_of) for p in self.state.problems]

    @property
    def is_long(self) -> bool:
        return self.state is not None and len(self.state.open_lines) > MANY

    @property
    def unconfirmed(self) -> str:
        """What the buyer has not confirmed of the plan as it stands; "" when all of it is."""
        if self.state is None or self.state.is_confirmed:
            return ""
        found = self.state.confirmation
        if found is None:
            return _("The buyer has not confirmed this plan yet.")
        if found.edition != self.state.plan.edition:
            return _("Changed since the buyer confirmed it on %(day)s: ask again.") % {
                "day": format_day(found.confirmed_on, year_of=self.as_of.on)
            }
        labels = part_labels()
        names = ", ".join(labels[part] for part in PARTS if part not in found.parts)
        return _("Still to be confirmed by the buyer: %(names)s.") % {"names": names}

    @property
    def check_in(self) -> date | None:
        """The next weekly check-in."""
        weekday = self.plan.check_in_weekday if self.plan else None
        if weekday is None:
            return None
        return self.as_of.on + timedelta(days=(weekday - self.as_of.on.weekday()) % 7)

    # What a slip does

    @property
    def slip_days(self) -> Iterable[int]:
        return SLIPS

    @cached_property
    def slip(self) -> SlipView | None:
        """``?slip=<action>&by=<working days>``: asked by a link or a form, changes nothing."""
        state, asked = self.state, self.request.GET.get("slip", "")
        if state is None or state.schedule is None or not asked:
            return None
        line = next((line for line in state.open_lines if str(line.action.id) == asked), None)
        if line is None:
            return None
        try:
            days = min(max(int(self.request.GET.get("by", "5")), 1), 120)
        except ValueError:
            days = 5
        found = slip(state.tasks, asked, days, on=max(state.on, state.plan.starts_on), workdays=state.workdays)
        words = {"before": format_day(found.before_on, year_of=state.on),
                 "after": format_day(found.after_on, year_of=state.on)}  # fmt: skip
        sentence = _("The end stays on %(before)s: there is slack enough.") % words
        if found.moved_days:
            sentence = _("The end moves from %(before)s to %(after)s.") % words
        moved = tuple((state.title_of(key), old, new) for key, old, new in found.moved)
        shift = self._win_shift(found.moved, (found.after_on - found.before_on).days)
        return SlipView(line.action.text, days, sentence, self._chance(shift), moved)

    def _win_shift(self, moved: Iterable[tuple[str, date, date]], of_end: int) -> int:
        """Calendar days by which the win comes later: with the signature, else the decision, else the end."""
        assert self.state is not None  # noqa: S101
        keys = {str(line.action.id): line.action.key for line in self.state.lines}
        by_step = {keys.get(key, ""): (new - old).days for key, old, new in moved}
        present = [step for step in WIN_STEPS if step in keys.values()]
        return by_step.get(present[0], 0) if present else of_end

    def _chance(self, shift: int) -> str:
        """The deal's stored curve, read as many days earlier as the win comes later."""
        target, on = self.deal.target_on, self.as_of.on
        forecast = read_forecast(self.request.org, self.as_of)
        outlook = forecast.deal(self.deal.id) if forecast and not self.deal.is_closed else None
        if outlook is None or target is None or target <= on:
            return ""
        words = {
            "day": format_day(target, year_of=on), "before": format_chance(outlook.p_won_by(target)),
            "after": format_chance(outlook.p_won_by(target - timedelta(days=shift))),
        }  # fmt: skip
        if shift <= 0:
            return _("The chance to be won by %(day)s stays at %(before)s.") % words
        return _("The chance to be won by %(day)s goes from %(before)s to about %(after)s.") % words

    # One action

    def find_action(self, text: str) -> PlanAction:
        """An action of this deal, of whichever list; 404 for any other."""
        try:
            pk = UUID(text)
        except ValueError as error:
            raise Http404 from error
        rows = PlanAction.objects.select_related("plan", "our_owner", "their_owner").filter(plan__deal=self.deal)
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        found.plan.deal = self.deal
        return found


def _say_slack(line: PlanLine) -> str:
    if line.row is None or not line.is_open:
        return ""
    slack = line.row.slack
    if slack == 0:
        return _("none")
    if slack < 0:
        return ngettext("%(n)d day short", "%(n)d days short", -slack) % {"n": -slack}
    return ngettext("%(n)d day", "%(n)d days", slack) % {"n": slack}


def gap_labels() -> dict[str, str]:
    return {
        "no_accountable": _("nobody is accountable"),
        "no_ours": _("no owner on our side"),
        "no_theirs": _("no owner on the buyer's side"),
        "owner_left": _("its owner is no longer here"),
        "no_date": _("no day yet"),
        "day_off": _("due on a day off"),
        "input_refused": _("the buyer cannot give the input: cut scope now"),
    }
