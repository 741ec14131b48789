"""``landmark fit``: fit and store the forecast of organisations, in the foreground.

Answers: how to renew a forecast from the command line. Does not answer: how it is computed (``forecast``), what files
say without a database (``landmark forecast``).
"""

import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from landmark.cli.main import setup_django

if TYPE_CHECKING:
    from landmark.orgs.models import Organisation


@click.command()
@click.option("--org", "slug", help="The organisation's name in the address; without it, every organisation.")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="The last day known (default: the present).")
def fit(slug: str | None, as_of: datetime | None) -> None:
    """Fit the forecast now and store it for the screens."""
    setup_django()
    failed = [org.slug for org in find_orgs(slug) if not _fit(org, as_of.date() if as_of else None)]
    if failed:
        raise SystemExit(1)


def find_orgs(slug: str | None) -> "list[Organisation]":
    from landmark.orgs.models import Organisation

    orgs = list(Organisation.objects.filter(slug=slug) if slug else Organisation.objects.order_by("slug"))
    if not orgs and slug:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise click.ClickException(f"There is no organisation {slug!r}. Known: {known}.")
    if not orgs:
        raise click.ClickException("There is no organisation yet. Import a file first: landmark import PATH")
    return orgs


def _fit(org: "Organisation", as_of: date | None) -> bool:
    from landmark.outlook.actions import FitBusy, run_fit, start_fit

    run = start_fit(org, as_of, enqueue=False)
    try:
        run = run_fit(run.id, on_progress=_progress(org.slug))
    except FitBusy as error:
        click.echo(f"{org.slug}: {error}", err=True)
        return False
    if sys.stderr.isatty():
        click.echo(err=True)
    if run.error:
        click.echo(f"{org.slug}: {run.error}", err=True)
        return False
    assert run.model is not None  # noqa: S101 - a run without error has one
    count = run.model.forecasts.count()
    deals = "1 open deal" if count == 1 else f"{count:,} open deals"
    click.echo(f"{org.slug}: {deals} forecast as of {run.as_of}, {run.model.level}. {run.model.reason}")
    return True


def _progress(name: str) -> Callable[[str, int], None]:
    """One line that counts up on a terminal; nothing in a log."""

    def tick(phase: str, percent: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{name}: {percent:3d} %  {phase}", nl=False, err=True)

    return tick
