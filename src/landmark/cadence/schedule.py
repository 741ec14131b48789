"""What is due by the clock: fresh forecasts, weeks to freeze, reminders of a call.

Answers: which live organisations want what now. Does not answer: when to ask (``landmark work`` does, every ten
minutes). An organisation whose data ends on a day gets no new days, so nothing of it falls due.
"""

from datetime import UTC, date, datetime, time, timedelta

from landmark.cadence.call_actions import remind_missing
from landmark.cadence.deadlines import next_deadline, read_rules
from landmark.cadence.freezing import freeze_due
from landmark.ledger.inputs import Source
from landmark.orgs.as_of import latest
from landmark.orgs.models import Organisation
from landmark.orgs.schedule import do_each
from landmark.outlook.actions import start_fit
from landmark.outlook.freezes import check_drift, list_due_checks
from landmark.outlook.funnel import measure_recent
from landmark.outlook.models import FitRun, FittedModel, StageFreeze
from landmark.playbook.loader import load_playbook

RETRY_AFTER = timedelta(hours=6)
REMIND_BEFORE = timedelta(hours=24)


def start_due_fits(now: datetime) -> int:
    """Start one fit for each live organisation whose last whole day (UTC) has no forecast yet; returns how many.

    A fit made during that day does not count: it had not seen the end of it. Most nights the last fit speaks again;
    once a week the model is fitted anew.
    """
    midnight = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    yesterday = midnight.date() - timedelta(days=1)
    started = 0
    for org in Organisation.objects.filter(data_until=None, deals__closed_at=None, deals__isnull=False).distinct():
        is_done = FittedModel.objects.filter(org=org, is_ready=True, as_of__gte=yesterday, read_at__gte=midnight)
        was_tried = FitRun.objects.filter(org=org, as_of=yesterday, created_at__gt=now - RETRY_AFTER)
        if not is_done.exists() and not was_tried.exists():
            start_fit(org, yesterday, rescoring=True)
            started += 1
    return started


def freeze_due_weeks(now: datetime) -> int:
    """Freeze each deadline that has passed, and remind whose call is missing a day before the next; returns how many
    weeks were frozen."""
    orgs = Organisation.objects.filter(data_until=None, deals__isnull=False).distinct()
    return do_each(orgs, lambda org: _freeze_weeks(org, now), lambda org: f"Freezing the weeks of {org.slug}")


def _freeze_weeks(org: Organisation, now: datetime) -> int:
    frozen = len(freeze_due(org, now=now))
    if next_deadline(read_rules(org), now).at - now <= REMIND_BEFORE:
        remind_missing(org, via=Source.SYSTEM, now=now)
    return frozen


def run_due_drift_checks(now: datetime | None = None) -> int:
    """Check held stage percentages whose month is over; returns how many were checked."""
    return do_each(list_due_checks(now), _check_drift, lambda due: f"Checking the percentages {due[0].pk} holds")


def _check_drift(due: tuple[StageFreeze, date]) -> int:
    freeze, day = due
    days = load_playbook(freeze.org.playbook).benchmarks.upkeep.recent_days
    check_drift(freeze, day, measure_recent(freeze.org, latest(freeze.org), days))
    return 1
