"""``landmark work``: the background worker and the schedule, in one process.

Answers: who runs the jobs. Does not answer: what a job does (``<app>/tasks.py``).
"""

import threading

import click

from landmark.cli.main import setup_django

SCHEDULE_SECONDS = 600


@click.command()
@click.option("--once", is_flag=True, help="Do what is waiting, then stop.")
def work(once: bool) -> None:
    """Run background jobs: imports, forecasts, the nightly renewal."""
    setup_django()
    from django.core.management import call_command

    stop = threading.Event()
    if not once:
        threading.Thread(target=_keep_schedule, args=(stop,), daemon=True).start()
    try:
        call_command("db_worker", batch=once, interval=0.5, reload=False, verbosity=0)
    finally:
        stop.set()


def _keep_schedule(stop: threading.Event) -> None:
    """Ask every ten minutes which forecasts are due, which weeks have closed, which percentages to check, which
    minutes and lost deals to remind of, which lines of a close week are late, which deals come back."""
    from django.db import close_old_connections
    from django.utils import timezone

    from landmark.buying.returns import bring_back_due
    from landmark.cadence.schedule import freeze_due_weeks, run_due_drift_checks, start_due_fits
    from landmark.closing.decision_days import tell_due
    from landmark.orgs.schedule import do_each
    from landmark.plans.late_lines import hand_up_late

    jobs = (freeze_due_weeks, start_due_fits, run_due_drift_checks, tell_due, hand_up_late, bring_back_due)
    while not stop.wait(SCHEDULE_SECONDS):
        do_each(jobs, lambda job: job(timezone.now()), lambda job: job.__name__)
        close_old_connections()
