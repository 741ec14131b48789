"""How long does a night take: scoring 50,000 open deals in the web database with a model fitted before?

python -m benchmarks.rescoring                 # 50,000; writes docs/explanation/scale.md
python -m benchmarks.rescoring --deals 5000    # another size, printed only
Makes a throw-away SQLite database, fits once on a part of its deals, then times one rescoring run. Each of the three
runs in a process of its own, so that its memory is its own.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
from benchmarks.pages import EXPLANATION, markdown, write_between

PAGE = EXPLANATION / "scale.md"
END_ON = date(2026, 6, 1)
NIGHT, OPEN_SHARE = 50_000, 0.139
HEADINGS = ("what", "s by the clock", "s of processors", "MB in the worker", "MB in the largest process beside it")


@click.command()
@click.option("--deals", type=click.IntRange(min=500), help="Open deals; the page is left alone.")
def main(deals: int | None) -> None:
    """Fill, fit, rescore; print seconds and the highest memory, and write them into the page."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["LANDMARK_VAR"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "landmark.config.settings"
        os.environ.pop("DATABASE_URL", None)
        table = measure(deals or NIGHT, Path(name))
    click.echo(table)
    if deals is None:
        write_between(PAGE, "rescoring", table)


def measure(deals: int, folder: Path) -> str:
    _, imported = in_its_own_process("import", fill, deals, folder)
    _, fitted = in_its_own_process("fit, test on past days, and forecast of every deal", forecast, 2, False)
    scored, night = in_its_own_process("a night with that model", forecast, 1, True)
    return f"{markdown(HEADINGS, (imported, fitted, night))}\n\n{scored:,} open deals were scored."


def in_its_own_process(what: str, task: Callable[..., int], *args: Any) -> tuple[int, list[str]]:
    """What the task returns, and its line of the table."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found, *measured = pool.submit(_timed, task, *args).result()
    wall, cpu, *peaks = measured
    click.echo(f"{what}: {wall:.1f} s", err=True)
    return found, [what, f"{wall:.1f}", f"{cpu:.1f}", *(f"{peak:,.0f}" for peak in peaks)]


def _timed(task: Callable[..., int], *args: Any) -> tuple[int, float, float, float, float]:
    """With wall seconds, processor seconds and the highest memory (MB) here and beside; those beside have ended."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    began = time.perf_counter(), _processor_seconds()
    found = task(*args)
    here, beside = (resource.getrusage(of).ru_maxrss / 1024 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return found, time.perf_counter() - began[0], _processor_seconds() - began[1], here, beside


def _processor_seconds() -> float:
    """Of this process and of those beside it that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def forecast(days_before_end: int, rescoring: bool) -> int:
    """Every open deal of the only organisation; how many were scored. ClickException when it was not as asked."""
    from landmark.orgs.models import Organisation
    from landmark.outlook.actions import run_fit, start_fit
    from landmark.outlook.models import DealForecast

    on = END_ON - timedelta(days=days_before_end)
    run = run_fit(start_fit(Organisation.objects.get(), on, enqueue=False, rescoring=rescoring).pk)
    if run.model is None or (run.model.fitted_on is None) == rescoring:
        raise click.ClickException(f"the run did not do what was asked: {run.status} {run.error}")
    return DealForecast.objects.filter(model=run.model).count()


def fill(deals: int, folder: Path) -> int:
    """Simulated deals, about ``deals`` of them open, imported as a user would; how many there are in all."""
    from click.testing import CliRunner

    from landmark.cli.main import main as landmark
    from landmark.deals.models import Deal
    from landmark.simulator.longlog import write_long_log

    paths = write_long_log(folder / "log", int(deals / OPEN_SHARE), END_ON)
    done = CliRunner().invoke(landmark, ["import", *map(str, paths), "--org", "Night", "--no-fit"])
    if done.exit_code:
        raise click.ClickException(done.output[-2_000:])
    return Deal.objects.count()


if __name__ == "__main__":
    main()
