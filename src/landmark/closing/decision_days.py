"""What falls due around decisions by the calendar: minutes to send, lost deals to look at again.

Answers: one notice to whom it concerns, once each. Does not answer: when to ask (``landmark work`` does). An
organisation whose data ends on a day gets no new days, so nothing of it falls due.
"""

from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from landmark.buying.models import ReturnWatch
from landmark.closing.minutes_actions import mark_reminded
from landmark.closing.models import Decision, Minutes, Outcome
from landmark.deals.models import Deal
from landmark.orgs.notices import find_in_charge, find_managers, tell
from landmark.orgs.schedule import do_each
from landmark.ui.formats import format_day, format_distance


def tell_due(now: datetime) -> int:
    """Write the notices that are due by now; returns how many."""
    today = now.astimezone(UTC).date()
    told = do_each(
        _list_minutes(today), lambda one: _tell_minutes(one, now, today), lambda one: f"Reminding of minutes {one.pk}"
    )
    return told + do_each(
        _list_watches(today), lambda one: _tell_watch(one, now), lambda one: f"Reminding of decision {one.pk}"
    )


def _list_minutes(today: date) -> QuerySet[Minutes]:
    live = Minutes.objects.filter(sent_on=None, alerted_at=None, deal__org__data_until=None)
    due = live.filter(Q(due_on__lt=today) | Q(due_on=today, reminded_at=None))
    return due.select_related("deal__org", "deal__owner", "meeting")


@transaction.atomic
def _tell_minutes(minutes: Minutes, now: datetime, today: date) -> int:
    """A reminder on the day minutes are due, an alert also to the manager once the day is over."""
    is_overdue = minutes.due_on < today
    words = {"deal": minutes.deal.name, "day": format_day(minutes.due_on, year_of=today)}
    text = _("Minutes of the decision meeting on %(deal)s are due today.") % words
    if is_overdue:
        words["late"] = format_distance((minutes.due_on - today).days)
        text = _("Minutes of the decision meeting on %(deal)s: %(late)s. The buyer expected them on %(day)s.") % words
    mark_reminded(minutes, is_overdue=is_overdue, now=now)
    return _notify(minutes.deal, text, with_managers=is_overdue)


def _list_watches(today: date) -> QuerySet[Decision]:
    """A lost deal comes back by itself on its day; one that is watched for something else since tells it there."""
    watched = ReturnWatch.objects.filter(deal=OuterRef("deal_id"), known_at__gte=OuterRef("recorded_at"))
    rows = Decision.objects.filter(
        ~Exists(watched),
        outcome=Outcome.NO, look_again_on__lte=today, looked_again_at=None, withdrawn_at=None,
        deal__stage="lost", deal__org__data_until=None,
    )  # fmt: skip
    return rows.select_related("deal__org", "deal__owner")


@transaction.atomic
def _tell_watch(decision: Decision, now: datetime) -> int:
    decision.looked_again_at = now
    decision.save(update_fields=["looked_again_at"])
    text = _("You wanted to look at %(deal)s again: %(why)s") % {
        "deal": decision.deal.name, "why": decision.watch_words or decision.rival or decision.words,
    }  # fmt: skip
    return _notify(decision.deal, text, with_managers=False)


def _notify(deal: Deal, text: str, *, with_managers: bool) -> int:
    told = find_in_charge(deal.org, deal.owner)
    if with_managers:
        told += find_managers(deal.org, deal.owner.team_id if deal.owner else None)
    return tell(told, text, deal_id=deal.id)
