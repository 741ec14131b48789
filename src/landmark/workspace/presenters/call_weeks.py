"""The weeks of the calls page: which there are, when one closes, what changed since the last one.

Answers: weeks to choose from, deadlines in words, a few sentences for one person. Does not answer: the numbers of a
week (``calls``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.cadence.book import Book
from landmark.cadence.booked import Booking
from landmark.cadence.calls import newest, read_entries
from landmark.cadence.categories import category_changes
from landmark.cadence.deadlines import Deadline, Week, list_deadlines, previous_week, read_rules, read_week
from landmark.cadence.models import CallEntry, FrozenNumber
from landmark.cadence.rollup import MEMBER, REPRESENTATIVE, Row
from landmark.ui.formats import format_money, format_weekday
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.filters import change_query

WEEKS_BACK = 8


@dataclass(frozen=True, slots=True)
class WeekChoice:
    label: str
    url: str
    is_on: bool


def list_weeks(request: MemberRequest, shown: Week) -> list[WeekChoice]:
    """The week under way and those before it, newest first."""
    here = read_week(request.org, request.as_of)
    start = here.deadline.at - timedelta(weeks=WEEKS_BACK)
    found = list(list_deadlines(read_rules(request.org), start, here.deadline.at))[::-1]
    return [
        WeekChoice(
            format_weekday(one.on, year_of=request.as_of.on),
            change_query(request.GET, week="" if one.at == here.deadline.at else one.key, give="", who="", period=""),
            one.at == shown.deadline.at,
        )
        for one in found
    ]


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


def tell_since(request: MemberRequest, week: Week, book: Book, mine: Row) -> list[str]:
    """What changed for a person since the last deadline, a sentence each."""
    before = previous_week(week, read_rules(request.org))
    last = newest(read_entries(request.org, [before]), before.deadline.at)
    own = last.get((REPRESENTATIVE, MEMBER, request.member.id))
    return [
        _say_last(request, week, own, before.deadline),
        *_say_moves(request, book, before.deadline.at),
        *_say_model(request, week, mine, before.deadline.at),
    ]


def _say_last(request: MemberRequest, week: Week, last: CallEntry | None, deadline: Deadline) -> str:
    day = format_weekday(deadline.on, year_of=request.as_of.on)
    if last is None:
        return _("For %(day)s you gave no call.") % {"day": day}
    words = {"day": day, "amount": format_money(last.amount, last.currency)}
    if last.starts_on != week.period.starts_on:
        return _("For %(day)s you called %(amount)s, for the quarter before.") % words
    return _("For %(day)s you called %(amount)s.") % words


def _say_moves(request: MemberRequest, book: Book, since: datetime) -> list[str]:
    won = [one for one in book.bookings if one.owner_id == request.member.id and one.won_on >= since.date()]
    own = {line.deal.id for line in book.lines_of({request.member.id})}
    turned = {
        change.deal_id
        for change in category_changes(request.org, since, request.as_of.known_by)
        if change.deal_id in own
    }
    sentences = []
    if won:
        text = ngettext("Since then %(count)d deal was won: %(amount)s.",
                        "Since then %(count)d deals were won: %(amount)s.", len(won))  # fmt: skip
        sentences.append(text % {"count": len(won), "amount": format_money(_sum(won), request.org.currency)})
    if turned:
        text = ngettext("%(count)d deal has another category.", "%(count)d deals have another category.", len(turned))
        sentences.append(text % {"count": len(turned)})
    return sentences


def _say_model(request: MemberRequest, week: Week, mine: Row, deadline_at: datetime) -> list[str]:
    rows = FrozenNumber.objects.filter(freeze__org=request.org, freeze__deadline_at=deadline_at)
    frozen = rows.filter(
        scope_id=request.member.id, freeze__sealed_at__isnull=False, freeze__starts_on=week.period.starts_on
    ).first()
    now = mine.sums.model
    if frozen is None or frozen.model is None or now is None:
        return []
    return [
        _("The model stood at %(before)s and now says %(now)s.")
        % {"before": format_money(frozen.model, request.org.currency, short=True),
           "now": format_money(now, request.org.currency, short=True)}
    ]  # fmt: skip


def _sum(bookings: list[Booking]) -> Decimal:
    return sum((one.converted for one in bookings if one.converted is not None), Decimal("0.00"))
