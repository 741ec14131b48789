"""The calls page: my week, my deals, the roll-up, what was said.

Answers: everything the page shows for one person, one week and one day looked at. Does not answer: who may give which
number (``cadence.call_actions``), how it is laid out (the template).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.cadence.book import Book, ScopeSums, TypeLine, read_book, sums_by_type
from landmark.cadence.calls import read_entries
from landmark.cadence.deadlines import Week, list_deadlines, make_week, read_rules, read_week
from landmark.cadence.freezing import read_freezes, read_frozen_book
from landmark.cadence.models import FrozenNumber, WeekFreeze
from landmark.cadence.rollup import COMMIT, MEMBER, REPRESENTATIVE, RollUp, Row, read_roll_up
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period, read_period
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_money, format_typed
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods
from landmark.workspace.presenters.call_categories import CategoryTable, make_category_table
from landmark.workspace.presenters.call_lines import (
    DealChoice,
    GiveForm,
    Line,
    Said,
    list_choices,
    list_frozen_lines,
    list_lines,
    list_said,
    may_give,
    name_kind,
)
from landmark.workspace.presenters.call_weeks import (
    WEEKS_BACK,
    WeekChoice,
    list_weeks,
    say_deadline,
    say_left,
    tell_since,
)
from landmark.workspace.presenters.range_record import say_how_often_it_held

DEALS_SHOWN = 200
SAID_SHOWN, SAID_MOST = 6, 60


@dataclass
class CallsPage:
    """One week as one person sees it. ``errors``: why what was sent is not written; ``typed``: what was sent.

    ``chosen``: the categories that were sent, as the form names them.
    """

    request: MemberRequest
    errors: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def member(self) -> Member:
        return self.request.member

    @cached_property
    def week(self) -> Week:
        return read_week(self.request.org, self.request.as_of, self.request.GET.get("week"))

    @cached_property
    def period(self) -> Period:
        """What the numbers speak of. Calls are given for the week's quarter; another period can be looked at."""
        asked = "" if self.week.is_closed else self.request.GET.get("period", "")
        return read_period(self.request.org, asked, self.request.as_of.on) if asked else self.week.period

    @property
    def is_called(self) -> bool:
        """Whether this week's calls are about the period looked at."""
        return self.period.key == self.week.period.key

    @cached_property
    def periods(self) -> list[PeriodChoice]:
        return [] if self.week.is_closed else list_periods(self.request, self.period, this=self.week.period)

    @property
    def currency(self) -> str:
        return self.request.org.currency

    @property
    def is_open(self) -> bool:
        """Whether numbers can be given now."""
        return self.request.as_of.is_latest and self.is_called and not self.week.is_closed

    @property
    def can_call(self) -> bool:
        return has_right(self.member, Right.CALL)

    @property
    def sees_all(self) -> bool:
        return has_right(self.member, Right.SEE_CALLS)

    @property
    def can_remind(self) -> bool:
        return (
            self.is_open
            and has_right(self.member, Right.CALL_TEAM)
            and any(seat.has_login and seat.id != self.member.id for seat in self.roll_up.missing)
        )

    # When

    @property
    def closes(self) -> str:
        """The deadline in words."""
        return say_deadline(self.week.deadline)

    @property
    def countdown(self) -> str:
        if self.week.is_closed:
            return _("closed")
        if self.request.org.data_until is not None and self.request.as_of.is_latest:
            return _("it stays open until newer data comes in")
        return say_left(self.week.deadline.at - self.week.moment)

    @cached_property
    def weeks(self) -> list[WeekChoice]:
        return list_weeks(self.request, self.week)

    # Numbers

    @cached_property
    def freeze(self) -> WeekFreeze | None:
        if not self.week.is_closed:
            return None
        return read_freezes(self.request.org, self.week.moment).filter(deadline_at=self.week.deadline.at).first()

    @cached_property
    def _found(self) -> tuple[Book, RollUp]:
        if self.week.is_closed:
            return read_frozen_book(make_week(self.request.org, self.week.deadline, self.week.deadline.at))
        book = read_book(self.request.org, self.request.as_of, self.period)
        return book, read_roll_up(book, self.week)

    @property
    def book(self) -> Book:
        return self._found[0]

    @property
    def roll_up(self) -> RollUp:
        return self._found[1]

    @cached_property
    def lines(self) -> list[Line]:
        only = None if self.sees_all else self.member.id
        if self.freeze is not None:
            rows = FrozenNumber.objects.filter(freeze=self.freeze)
            return list_frozen_lines(rows, self.member, only)
        return list_lines(self.roll_up, self.member, is_open=self.is_open, only=only)

    @cached_property
    def mine(self) -> Row | None:
        """My own row, while the week is under way."""
        is_mine = self.can_call and self.is_called and not self.week.is_closed
        return self.roll_up.person(self.member.id) if is_mine else None

    @cached_property
    def types(self) -> list[TypeLine]:
        return sums_by_type(self.book) if not self.week.is_closed and self.sees_all else []

    @cached_property
    def categories(self) -> CategoryTable | None:
        """Open deals as people sorted them; a frozen week keeps deals and numbers, not these sums."""
        return make_category_table(self.roll_up) if not self.week.is_closed and self.sees_all else None

    @property
    def sums(self) -> ScopeSums:
        """What the asides speak of: everything for who sees all, else one's own."""
        return self.book.sums_of(None if self.sees_all else {self.member.id})

    @cached_property
    def held(self) -> str:
        return "" if self.week.is_closed else say_how_often_it_held(self.book.forecast)

    @property
    def apart(self) -> list[str]:
        """Open amounts without a rate, in words."""
        return [format_money(amount, code) for code, amount in sorted(self.sums.apart.items())]

    @property
    def won_apart(self) -> list[str]:
        return [format_money(amount, code) for code, amount in sorted(self.sums.won_apart.items())]

    # My call

    @cached_property
    def own_forms(self) -> list[GiveForm]:
        if self.mine is None or not self.is_open:
            return []
        return [self._form(REPRESENTATIVE, self.mine), self._form(COMMIT, self.mine)]

    @cached_property
    def own_keys(self) -> set[str]:
        """Numbers whose form is on the page already, so that a link leads to it."""
        return {form.key for form in self.own_forms}

    @cached_property
    def give(self) -> GiveForm | None:
        """The number a link asks to give, if this person may."""
        wanted = self.typed.get("key") or self.request.GET.get("give", "")
        if not self.is_open or not wanted or any(form.key == wanted for form in self.own_forms):
            return None
        for row in self.roll_up.rows:
            for kind in (REPRESENTATIVE, "manager", COMMIT):
                if wanted == f"{kind}.{row.scope}.{row.id}" and may_give(self.member, kind, row):
                    return self._form(kind, row)
        return None

    def _form(self, kind: str, row: Row) -> GiveForm:
        entry = row.entries.get(kind)
        form = GiveForm(
            kind=kind, scope=row.scope, scope_id=row.id, title=self._title(kind, row), entry=entry,
            version=entry.version if entry else 0, amount=format_typed(entry.amount) if entry else "",
            note=entry.note if entry else "",
        )  # fmt: skip
        if self.typed.get("key") != form.key:
            return form
        return GiveForm(
            kind, row.scope, row.id, form.title, form.version, self.typed["amount"], self.typed["note"], entry
        )

    def _title(self, kind: str, row: Row) -> str:
        if row.scope == MEMBER and row.id == self.member.id:
            return _("My call") if kind == REPRESENTATIVE else _("My commit")
        return _("%(name)s: %(kind)s") % {"name": row.name, "kind": name_kind(kind, row.scope)}

    @cached_property
    def since(self) -> list[str]:
        """What changed for me since the last deadline, a sentence each."""
        return tell_since(self.request, self.week, self.book, self.mine) if self.mine else []

    # Deals

    @cached_property
    def who(self) -> tuple[UUID, str] | None:
        """Whose deals are listed: one's own, or those of the person a link names."""
        seats = self.book.seats
        wanted = self.request.GET.get("who", "")
        named = next((seat for seat in seats.values() if str(seat.id) == wanted), None)
        if named is not None and (self.sees_all or named.id == self.member.id):
            return named.id, named.name
        return (self.member.id, self.member.name) if self.can_call else None

    @cached_property
    def choices(self) -> list[DealChoice]:
        if self.who is None or self.week.is_closed:
            return []
        may_change = self.is_open and self.can_call
        editable = None if has_right(self.member, Right.EDIT_ALL) else {self.member.id}
        playbook = load_playbook(self.request.org.playbook)
        lines = self.book.lines_of({self.who[0]})
        found = list_choices(lines, playbook, get_language() or "en", editable=editable if may_change else set())
        return [self._as_chosen(choice) for choice in found[:DEALS_SHOWN]]

    def _as_chosen(self, choice: DealChoice) -> DealChoice:
        """With what this person chose and could not save, unless somebody else has chosen since."""
        key = choice.line.deal.id
        wanted = self.chosen.get(f"category-{key}", "")
        is_same = choice.is_editable and self.chosen.get(f"was-{key}") == choice.was
        return replace(choice, typed=wanted) if wanted and is_same else choice

    @property
    def has_editable(self) -> bool:
        return any(choice.is_editable for choice in self.choices)

    @property
    def unset(self) -> int:
        return sum(1 for choice in self.choices if choice.is_editable and not choice.category)

    # History

    @cached_property
    def said(self) -> list[Said]:
        """Every submission of the last weeks that this person may see."""
        org, rules = self.request.org, read_rules(self.request.org)
        here = self.week
        weeks = [
            make_week(org, one, here.moment)
            for one in list_deadlines(rules, here.deadline.at - timedelta(weeks=WEEKS_BACK), here.deadline.at)
        ]
        entries = read_entries(org, weeks)
        if not self.sees_all:
            entries = [one for one in entries if one.scope_id == self.member.id]
        return list_said(entries)

    @property
    def said_now(self) -> list[Said]:
        return self.said[:SAID_SHOWN]

    @property
    def said_before(self) -> list[Said]:
        return self.said[SAID_SHOWN:SAID_MOST]
