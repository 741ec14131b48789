"""The working days that both sides of a deal share.

Answers: weekends and the public holidays of our country and the buyer's. Does not answer: what falls on them.
"""

from datetime import date

from landmark.deals.models import Deal
from landmark.engines.workdays import SATURDAY, Workdays
from landmark.plans.models import Plan
from landmark.plans.scheduling import workdays_of as shared_workdays

WEEKEND = "weekend"


def workdays_of(deal: Deal) -> Workdays:
    """The buyer's country stands on the shared plan; without one our country's days count."""
    rows = Plan.objects.filter(deal=deal).exclude(buyer_country="")
    country = rows.values_list("buyer_country", flat=True).first() or ""
    return shared_workdays(deal.org, country)


def find_day_off(deal: Deal, day: date) -> str:
    """The name of the public holiday on a day, ``WEEKEND`` on one, "" when both sides are at work."""
    return workdays_of(deal).holiday(day) or (WEEKEND if day.weekday() >= SATURDAY else "")
