"""How long does a night take: scoring 50,000 open deals in the web database with a model fitted before?

python benchmarks/rescoring.py --deals 50000
Makes a throw-away SQLite database, fits once on a part of its deals, then times one rescoring run.
"""

import os
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import click

END_ON = date(2026, 6, 1)


@click.command()
@click.option("--deals", type=click.IntRange(min=500), default=50_000, show_default=True, help="Open deals.")
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
        measure(deals, Path(name))


def measure(deals: int, folder: Path) -> None:
    from landmark.outlook.actions import run_fit, start_fit
    from landmark.outlook.models import DealForecast

    org = fill(deals, folder)
    before = time.process_time(), time.perf_counter()
    run_fit(start_fit(org, END_ON - timedelta(days=2), enqueue=False).pk)
    say("fit and score", before)
    before = time.process_time(), time.perf_counter()
    run = run_fit(start_fit(org, END_ON - timedelta(days=1), enqueue=False, rescoring=True).pk)
    say("rescoring", before)
    run.refresh_from_db()
    if run.model is None or run.model.fitted_on is None:
        raise click.ClickException(f"the run did not rescore: {run.status} {run.error}")
    click.echo(f"{DealForecast.objects.filter(model=run.model).count():,} open deals scored")


def fill(deals: int, folder: Path) -> object:
    """Simulated deals, ``deals`` of them open, written by the importer's own actions."""
    from landmark.simulator.longlog import write_long_log

    total = int(deals / 0.139)
    paths = write_long_log(folder / "log", total, END_ON)
    return import_log(paths)


def import_log(paths: tuple[Path, Path]) -> object:
    from click.testing import CliRunner

    from landmark.cli.main import main as landmark
    from landmark.orgs.models import Organisation

    before = time.process_time(), time.perf_counter()
    done = CliRunner().invoke(landmark, ["import", *map(str, paths), "--org", "Night", "--no-fit"])
    if done.exit_code:
        raise click.ClickException(done.output[-2_000:])
    say("import", before)
    return Organisation.objects.get()


def say(what: str, before: tuple[float, float]) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    click.echo(f"{what}: {wall:.1f} s, processor {cpu:.1f} s, peak so far {memory:,.0f} MB")


if __name__ == "__main__":
    main()
