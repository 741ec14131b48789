"""How long does a night take: scoring 50,000 open deals in the web database with a model fitted before?

python -m benchmarks.rescoring                 # 50,000, as the page says
python -m benchmarks.rescoring --deals 5000    # another size
Makes a throw-away SQLite database, fits once on a part of its deals, then times one rescoring run.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from benchmarks.pages import markdown

if TYPE_CHECKING:
    from landmark.orgs.models import Organisation
    from landmark.outlook.models import FitRun

END_ON = date(2026, 6, 1)
NIGHT, OPEN_SHARE = 50_000, 0.139


@click.command()
@click.option("--deals", type=click.IntRange(min=500), default=NIGHT, show_default=True, help="Open deals.")
def main(deals: int) -> None:
    """Fill, fit, rescore; print seconds and the highest memory."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["LANDMARK_VAR"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "landmark.config.settings"
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        click.echo(measure(deals, Path(name)))


def measure(deals: int, folder: Path) -> str:
    from landmark.outlook.models import DealForecast

    rows: list[list[str]] = []
    with timed("import", rows):
        org = fill(deals, folder)
    with timed("fit, test on past days, and forecast of every deal", rows):
        run_on(org, 2, rescoring=False)
    with timed("a night with that model", rows):
        run = run_on(org, 1, rescoring=True)
    if run.model is None or run.model.fitted_on is None:
        raise click.ClickException(f"the run did not rescore: {run.status} {run.error}")
    scored = DealForecast.objects.filter(model=run.model).count()
    headings = ("what", "s by the clock", "s of processors", "MB in the worker", "MB in each process beside it")
    return f"{markdown(headings, rows)}\n\n{scored:,} open deals were scored."


@contextmanager
def timed(what: str, rows: list[list[str]]) -> Iterator[None]:
    """Adds a line of the table; memory is the highest so far."""
    began = time.perf_counter(), processor_seconds()
    yield
    wall, cpu = time.perf_counter() - began[0], processor_seconds() - began[1]
    peaks = (resource.getrusage(of).ru_maxrss / 1024 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    click.echo(f"{what}: {wall:.1f} s", err=True)
    rows.append([what, f"{wall:.1f}", f"{cpu:.1f}", *(f"{peak:,.0f}" for peak in peaks)])


def processor_seconds() -> float:
    """Of this process and of those beside it that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def run_on(org: "Organisation", days_before_end: int, *, rescoring: bool) -> "FitRun":
    from landmark.outlook.actions import run_fit, start_fit

    on = END_ON - timedelta(days=days_before_end)
    return run_fit(start_fit(org, on, enqueue=False, rescoring=rescoring).pk)


def fill(deals: int, folder: Path) -> "Organisation":
    """Simulated deals, ``deals`` of them open, imported as a user would."""
    from click.testing import CliRunner

    from landmark.cli.main import main as landmark
    from landmark.orgs.models import Organisation
    from landmark.simulator.longlog import write_long_log

    paths = write_long_log(folder / "log", int(deals / OPEN_SHARE), END_ON)
    done = CliRunner().invoke(landmark, ["import", *map(str, paths), "--org", "Night", "--no-fit"])
    if done.exit_code:
        raise click.ClickException(done.output[-2_000:])
    return Organisation.objects.get()


if __name__ == "__main__":
    main()
