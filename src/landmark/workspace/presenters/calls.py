"""The calls page: my week, my deals, the roll-up, what was said.

Answers: everything the page shows for one person, one week and one day looked at. Does not answer: who may give which
number (``cadence.call_actions``), how it is laid out (the template).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.cadence.book import Book, ScopeSums, TypeLine, read_book, sums_by_type
from landmark.cadence.booked import Booking
from landmark.cadence.calls import newest, read_entries
from landmark.cadence.categories import category_changes
from landmark.cadence.deadlines import Deadline, Week, list_deadlines, make_week, previous_week, read_rules, read_week
from landmark.cadence.freezing import read_freezes, read_frozen_book
from landmark.cadence.models import CallEntry, FrozenNumber, WeekFreeze
from landmark.cadence.rollup import COMMIT, MEMBER, REPRESENTATIVE, RollUp, Row, read_roll_up
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period, read_period
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_money, format_typed, format_weekday
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods
from landmark.workspace.presenters.call_lines import (
    DealChoice,
    Line,
    Said,
    list_choices,
    list_frozen_lines,
    list_lines,
    list_said,
    may_give,
    name_kind,
)
from landmark.workspace.presenters.filters import change_query
from landmark.workspace.presenters.range_record import say_how_often_it_held

WEEKS_BACK = 8
DEALS_SHOWN = 200
SAID_SHOWN, SAID_MOST = 6, 60


@dataclass(frozen=True, slots=True)
class WeekChoice:
    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class GiveForm:
    """The form of one number: what it is about, what stands, and what was typed."""

    kind: str
    scope: str
    scope_id: UUID
    title: str
    version: int
    amount: str = ""
    note: str = ""
    entry: CallEntry | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.scope}.{self.scope_id}"


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
        """The week under way and those before it, newest first."""
        here = read_week(self.request.org, self.request.as_of)
        start = here.deadline.at - timedelta(weeks=WEEKS_BACK)
        found = list(list_deadlines(read_rules(self.request.org), start, here.deadline.at))[::-1]
        return [
            WeekChoice(
                format_weekday(one.on, year_of=self.request.as_of.on),
                change_query(
                    self.request.GET, week="" if one.at == here.deadline.at else one.key, give="", who="", period=""
                ),
                one.at == self.week.deadline.at,
            )
            for one in found
        ]

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

    @property
    def sums(self) -> ScopeSums:
        """What the asides speak of: everything for who sees all, else one's own."""
        return self.book.sums_of(None if self.sees_all else {self.member.id})

    @cached_property
    def held(self) -> str:
        return "" if self.week.is_closed else say_how_often_it_held(self.book.forecast)

    @property
    def apart(self) -> list[str]:
        """Amounts without a rate, in words."""
        return [format_money(amount, code) for code, amount in sorted(self.sums.apart.items())]

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
        if self.mine is None:
            return []
        before = previous_week(self.week, read_rules(self.request.org))
        key = (REPRESENTATIVE, MEMBER, self.member.id)
        last = newest(read_entries(self.request.org, [before]), before.deadline.at).get(key)
        sentences = [self._say_last(last, before.deadline)]
        return [*sentences, *self._say_moves(before.deadline.at), *self._say_model(before.deadline.at)]

    def _say_last(self, last: CallEntry | None, deadline: Deadline) -> str:
        day = format_weekday(deadline.on, year_of=self.request.as_of.on)
        if last is None:
            return _("For %(day)s you gave no call.") % {"day": day}
        words = {"day": day, "amount": format_money(last.amount, last.currency)}
        if last.starts_on != self.week.period.starts_on:
            return _("For %(day)s you called %(amount)s, for the quarter before.") % words
        return _("For %(day)s you called %(amount)s.") % words

    def _say_moves(self, since: datetime) -> list[str]:
        won = [one for one in self.book.bookings if one.owner_id == self.member.id and one.won_on >= since.date()]
        own = {line.deal.id for line in self.book.lines_of({self.member.id})}
        turned = {
            change.deal_id
            for change in category_changes(self.request.org, since, self.request.as_of.known_by)
            if change.deal_id in own
        }
        sentences = []
        if won:
            text = ngettext("Since then %(count)d deal was won: %(amount)s.",
                            "Since then %(count)d deals were won: %(amount)s.", len(won))  # fmt: skip
            sentences.append(text % {"count": len(won), "amount": format_money(_sum(won), self.currency)})
        if turned:
            text = ngettext(
                "%(count)d deal has another category.", "%(count)d deals have another category.", len(turned)
            )
            sentences.append(text % {"count": len(turned)})
        return sentences

    def _say_model(self, deadline_at: datetime) -> list[str]:
        rows = FrozenNumber.objects.filter(freeze__org=self.request.org, freeze__deadline_at=deadline_at)
        frozen = rows.filter(
            scope_id=self.member.id, freeze__sealed_at__isnull=False, freeze__starts_on=self.week.period.starts_on
        ).first()
        now = self.mine.sums.model if self.mine else None
        if frozen is None or frozen.model is None or now is None:
            return []
        return [
            _("The model stood at %(before)s and now says %(now)s.")
            % {"before": format_money(frozen.model, self.currency, short=True),
               "now": format_money(now, self.currency, short=True)}
        ]  # fmt: skip

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


def _sum(bookings: list[Booking]) -> Decimal:
    return sum((one.converted for one in bookings if one.converted is not None), Decimal("0.00"))


def say_deadline(deadline: Deadline) -> str:
    return _("%(day)s at %(hour)d:00 (%(zone)s)") % {
        "day": format_weekday(deadline.on),
        "hour": deadline.hour,
        "zone": deadline.time_zone,
    }


def say_left(left: timedelta) -> str:
    """“in 2 days and 3 hours”: two units at most."""
    minutes = max(int(left.total_seconds() // 60), 1)
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if not days and not hours:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return _("closes in %(time)s") % {"time": _(" and ").join(parts)}
