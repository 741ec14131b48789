"""Which forecasts are due by the clock.

Answers: which live organisations want a fresh forecast now. Does not answer: when to ask (``landmark work`` does, every
ten minutes). An organisation whose data ends on a day gets no new days, so nothing of it falls due.
"""

from datetime import UTC, datetime, time, timedelta

from landmark.orgs.models import Organisation
from landmark.outlook.actions import start_fit
from landmark.outlook.models import FitRun, FittedModel

RETRY_AFTER = timedelta(hours=6)


def start_due_fits(now: datetime) -> int:
    """Start one fit for each live organisation whose last whole day (UTC) has no forecast yet; returns how many.

    A fit made during that day does not count: it had not seen the end of it.
    """
    midnight = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    yesterday = midnight.date() - timedelta(days=1)
    started = 0
    for org in Organisation.objects.filter(data_until=None, deals__closed_at=None, deals__isnull=False).distinct():
        is_done = FittedModel.objects.filter(org=org, is_ready=True, as_of__gte=yesterday, read_at__gte=midnight)
        was_tried = FitRun.objects.filter(org=org, as_of=yesterday, created_at__gt=now - RETRY_AFTER)
        if not is_done.exists() and not was_tried.exists():
            start_fit(org, yesterday)
            started += 1
    return started
