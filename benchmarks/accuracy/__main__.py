"""``python -m benchmarks.accuracy``: measure, print, and write the tables into docs/explanation/accuracy.md."""

from collections.abc import Sequence
from pathlib import Path

import click
from benchmarks.accuracy import tables
from benchmarks.accuracy.ceiling import CEILING, measure_ceiling
from benchmarks.accuracy.check import differences, score_differences, small_log
from benchmarks.accuracy.compare import Measured, judge, measure_up, store, stored
from benchmarks.accuracy.learning import measure_curve
from benchmarks.accuracy.logs import ROOT, SETS, Log, as_of_days, named_log
from benchmarks.accuracy.peers import MODELS, OURS
from benchmarks.accuracy.results import load_whole, measure
from benchmarks.pages import EXPLANATION, write_between

from landmark.cli.options import Horizons, Interval

LEARNING = "learning"
PAGE = EXPLANATION / "accuracy.md"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _tell(words: str) -> None:
    click.echo(words, err=True)


@click.command(help=__doc__)
@click.argument("sets", nargs=-1, type=click.Choice([*SETS, LEARNING, CEILING]))
@click.option("--log", "named", nargs=2, type=_FILE, help="An event log of your own: DEALS EVENTS; needs --from, --to.")
@click.option("--changes", type=_FILE, help="Its dated changes of attributes.")
@click.option("--from", "first", help="First as-of day of --log.")
@click.option("--to", "last", help="Last as-of day of --log.")
@click.option("--every", type=Interval(), default="7d", show_default=True)
@click.option("--horizons", type=Horizons(), default="7,14,30", show_default=True, help="Days ahead of --log.")
@click.option("--models", help="Only these, separated by commas (default: all).")
@click.option("--again", default="", help="Measure these anew, although they are on disk; 'all' for everything.")
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "var" / "accuracy")
@click.option("--draws", type=click.IntRange(min=20), default=500, show_default=True, help="Bootstrap draws.")
@click.option("--page", type=_FILE, default=PAGE, help="The page whose tables are renewed.")
@click.option("--write/--no-write", default=True, show_default=True, help="Renew the page, or only print.")
@click.option(
    "--check-against", type=_FILE, help="Another scorer (a Python file): compare peers and scores with it and stop."
)
def main(
    sets: tuple[str, ...],
    named: tuple[Path, Path] | None,
    changes: Path | None,
    first: str | None,
    last: str | None,
    every: int,
    horizons: tuple[int, ...],
    models: str | None,
    again: str,
    results: Path,
    draws: int,
    page: Path,
    write: bool,
    check_against: Path | None,
) -> None:
    if check_against:
        raise SystemExit(_check(check_against))
    chosen = list(MODELS) if models is None else [OURS, *(one for one in models.split(",") if one != OURS)]
    anew = list(MODELS) if again == "all" else again.split(",")
    if named:
        if first is None or last is None:
            raise click.UsageError("--log needs --from and --to, the first and the last as-of day.")
        logs = named_log(*named, changes, as_of_days(first, last, every), horizons)
        found = _measure(logs[0].key, logs, chosen, anew, results, draws)
        click.echo("\n\n".join(_report([found]).values()))
        return
    wanted = sets or (*SETS, LEARNING, CEILING)
    for name in wanted:
        if name in SETS:
            store(results, _measure(name, SETS[name](), chosen, anew, results, draws))
    parts = _report(stored(results, SETS))
    if LEARNING in wanted:
        points = measure_curve(results, LEARNING in anew or again == "all", _tell, draws)
        parts[LEARNING] = f"{tables.show_verdicts([tables.judge_curve(points)])}\n\n{tables.show_curve(points)}"
    if CEILING in wanted:
        parts[CEILING] = tables.show_ceiling(measure_ceiling(results, CEILING in anew or again == "all", _tell, draws))
    for name, text in parts.items():
        click.echo(f"\n{text}")
        if write:
            write_between(page, name, text)


def _check(scorer: Path) -> int:
    log, agreed = small_log(), True
    for one in (*score_differences(scorer, log), *differences(scorer, log)):
        click.echo(f"{one.name}: largest difference {one.value:.2e}{'' if one.agrees else ', too large'}")
        agreed = agreed and one.agrees
    return int(not agreed)


def _measure(
    name: str, logs: Sequence[Log], models: Sequence[str], again: Sequence[str], results: Path, draws: int
) -> Measured:
    for log in logs:
        measure(results, log, models, again, _tell)
    return measure_up(name, logs, load_whole(results, logs, list(MODELS)), draws)


def _report(measured: Sequence[Measured]) -> dict[str, str]:
    every = [table for one in measured for table in one.tables]
    return {
        "targets": tables.show_verdicts(judge(every)),
        "losses": "\n\n".join(tables.show_losses(one.tables) for one in measured),
        "calibration": tables.show_calibration(every),
        "costs": tables.show_costs({one.name: one.costs for one in measured}),
    }


if __name__ == "__main__":
    main()
