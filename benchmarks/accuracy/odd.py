"""``python -m benchmarks.accuracy.odd``: made-up odd teams, measured beside peers; docs/explanation/odd-teams.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from benchmarks.accuracy.compare import METRICS, Line, Measured, Ratio, Table, best_of, measure_up, store, stored
from benchmarks.accuracy.logs import ROOT
from benchmarks.accuracy.oddities import TEAMS, Team, logs_of
from benchmarks.accuracy.peers import MODELS, OURS
from benchmarks.accuracy.results import load_whole, measure
from benchmarks.pages import EXPLANATION, markdown, write_between

PEERS = (
    "stage x horizon",
    "landmark Cox",
    "random survival forest",
    "logistic",
    "xgboost depth 3",
    "xgboost three classes",
)
PAGE = EXPLANATION / "odd-teams.md"
PREFIX = "odd "


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(list(TEAMS)))
@click.option("--again", default="", help="Measure these models anew, although they are on disk; 'all' for everything.")
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "var" / "accuracy")
@click.option("--draws", type=click.IntRange(min=20), default=500, show_default=True, help="Bootstrap draws.")
@click.option("--page", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=PAGE)
@click.option("--write/--no-write", default=True, show_default=True, help="Renew the page, or only print.")
def main(names: tuple[str, ...], again: str, results: Path, draws: int, page: Path, write: bool) -> None:
    anew = list(MODELS) if again == "all" else again.split(",")
    for name in names or TEAMS:
        store(results, _measure(name, anew, results, draws))
    tables = [table for one in stored(results, [PREFIX + name for name in TEAMS]) for table in one.tables]
    for part, text in (("teams", show_teams(TEAMS)), ("count", count(tables)), ("losses", show_losses(tables))):
        click.echo(f"\n{text}")
        if write:
            write_between(page, part, text)


def _measure(name: str, again: Sequence[str], results: Path, draws: int) -> Measured:
    logs, models = logs_of(name), (OURS, *PEERS)
    for log in logs:
        measure(results, log, models, again, lambda words: click.echo(words, err=True))
    return measure_up(PREFIX + name, logs, load_whole(results, logs, models), draws)


def best_peer(table: Table, metric: str) -> Line:
    return best_of((line for line in table.lines if line.model != OURS), metric)


def count(tables: Iterable[Table]) -> str:
    """How often we are better or worse than the best peer, beyond the interval."""
    ratios = [best_peer(table, metric).ratios[metric] for table in tables for metric in METRICS]
    better, worse = sum(ratio.high < 1 for ratio in ratios), sum(ratio.low > 1 for ratio in ratios)
    return (
        f"Of {len(ratios)} contests with the best peer (team × days × measure) Landmark wins {better} beyond the "
        f"interval, loses {worse}, and {len(ratios) - better - worse} are undecided."
    )


def show_teams(teams: dict[str, Team]) -> str:
    return "\n".join(f"- **{name}**: {odd.oddity}" for name, odd in teams.items())


def show_losses(tables: Iterable[Table]) -> str:
    headings = ["team", "days", *(f"{metric}, ours / best peer" for metric in METRICS), "expected wins", "wins"]
    return markdown(headings, map(_cells, tables))


def _cells(table: Table) -> Iterable[str]:
    yield table.set_name.removeprefix(PREFIX)
    yield str(table.horizon)
    for metric in METRICS:
        best = best_peer(table, metric)
        yield f"{_told(best.ratios[metric])} {best.model}"
    expected, inside = f"{table.expected:.0f}", table.stated[0] <= table.wins <= table.stated[1]
    yield expected if inside else f"**{expected}**"
    yield str(table.wins)


def _told(ratio: Ratio) -> str:
    value = f"**{ratio.value:.3f}**" if ratio.low > 1 or ratio.high < 1 else f"{ratio.value:.3f}"
    return f"{value} [{ratio.low:.2f}, {ratio.high:.2f}]"


if __name__ == "__main__":
    main()
