"""One log on DuckDB, on Spark and in memory: the same histories, the same probabilities."""

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from landmark.cli.forecast import forecast
from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.longlog import describe_log, load_long_log
from landmark.connectors.values import parse_day
from landmark.forecast.logs.duck import Duck
from landmark.forecast.logs.relations import known_deals, with_trails
from landmark.forecast.logs.run import LogFit, fit_log, predict_log
from landmark.forecast.logs.trails import to_history
from landmark.forecast.logs.typed import Layout
from landmark.forecast.model import fit
from landmark.forecast.priors import Priors
from landmark.forecast.snapshots import Snapshots
from landmark.simulator import simulate, write_event_log

DAY = parse_day("2026-04-01")
HORIZONS = [7, 30, 90]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    company = simulate(7, date(2026, 6, 1), closed=280, open_=45)
    return write_event_log(company, tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def loaded(paths: tuple[Path, Path, Path]) -> Iterator[tuple[Duck, Layout, LogFit]]:
    with Duck() as duck:
        layout = load_long_log(duck, *paths).layout
        yield duck, layout, fit_log(duck, layout, DAY, Priors())


def test_duckdb_says_what_memory_says(paths: tuple[Path, Path, Path], loaded: tuple[Duck, Layout, LogFit]) -> None:
    duck, layout, found = loaded
    history = parsed_to_history(read_event_log(*paths))
    expected = fit(history, DAY, Priors()).predict(history, DAY, HORIZONS)
    ids, prediction = predict_log(duck, layout, found.fitted, DAY, HORIZONS)
    assert found.fitted.level == "full"
    assert ids == history.deal_ids[expected.deal].tolist()
    for part in ("p_won", "p_lost", "p_open"):
        assert np.abs(getattr(prediction, part) - getattr(expected, part)).max() < 1e-12


def test_a_draw_is_a_part_of_the_deals_and_always_the_same(loaded: tuple[Duck, Layout, LogFit]) -> None:
    duck, layout, whole = loaded
    one, again = (fit_log(duck, layout, DAY, Priors(), most_deals=100) for _ in range(2))
    assert whole.drawn == whole.deals > 260
    assert 60 < one.drawn < 140
    assert one.fitted.to_json() == again.fitted.to_json()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="The extra landmark[spark] is not installed.")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java (openjdk-17-jre-headless), which is not on the PATH.")
    from landmark.forecast.logs.spark import start_session

    local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    small = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "1g", "spark.ui.showConsoleProgress": "false"}
    session = start_session("local[2]", local | small)
    yield session
    session.stop()


@pytest.mark.filterwarnings("default")
def test_spark_says_what_duckdb_says(
    spark: Any, paths: tuple[Path, Path, Path], loaded: tuple[Duck, Layout, LogFit]
) -> None:
    from landmark.forecast.logs.spark import Spark

    duck, layout, found = loaded
    engine = Spark(spark)
    assert engine.load(*describe_log(*paths)) == 0
    question = with_trails(known_deals(layout, DAY), DAY, layout).order_by("deal")
    here, there = (to_history(one.fetch(question), layout) for one in (duck, engine))
    assert here.deal_ids.tolist() == there.deal_ids.tolist()
    days = np.full(here.deal_ids.size, int(DAY), np.int32)
    rows = np.arange(here.deal_ids.size, dtype=np.int32)
    ours, theirs = (Snapshots(one, found.fitted.vocabulary).table(rows, days) for one in (here, there))
    assert ours.names == theirs.names
    np.testing.assert_allclose(ours.values, theirs.values, rtol=0, atol=1e-9)
    ids, expected = predict_log(duck, layout, found.fitted, DAY, HORIZONS)
    scored, prediction = predict_log(engine, layout, found.fitted, DAY, HORIZONS)
    engine.close()
    assert scored == ids
    for part in ("p_won", "p_lost", "p_open"):
        assert np.abs(getattr(prediction, part) - getattr(expected, part)).max() < 1e-6


@pytest.mark.filterwarnings("default")
def test_the_command_says_on_spark_what_it_says_on_duckdb(
    spark: Any, paths: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """Fitted by each of its own; a row that cannot be used is left out by both, and the exit status says so."""
    deals, events, changes = paths
    odd = tmp_path / "deals.csv"
    width = deals.read_text().partition("\n")[0].count(",")
    odd.write_text(deals.read_text().rstrip("\n") + f"\nx,someday{',' * (width - 1)}\n")
    options = [str(odd), str(events), "--changes", str(changes), "--as-of", "2026-04-01", "--horizons", "7,30,90"]

    def run(name: str, *more: str) -> Result:
        return CliRunner().invoke(forecast, [*options, "--out", str(tmp_path / f"{name}.csv"), *more])

    here, there = run("duckdb"), run("spark", "--engine", "spark", "--spark-master", "local[2]")
    assert (here.exit_code, there.exit_code) == (1, 1), here.output + there.output
    assert "Level in use: full." in there.stdout
    assert there.stdout.replace("spark.csv", "duckdb.csv") == here.stdout
    assert "Rows left out: 1;" in there.stderr
    ours, theirs = (_written(tmp_path / f"{name}.csv") for name in ("duckdb", "spark"))
    assert list(ours) == list(theirs)
    assert max(abs(ours[row] - theirs[row]).max() for row in ours) < 1e-6


def _written(path: Path) -> dict[tuple[str, str, str], np.ndarray]:
    """(deal, as-of day, horizon) → P(won), P(lost), P(open), in the order of the file."""
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    chances = ("p_won", "p_lost", "p_open")
    return {
        (one["deal_id"], one["as_of"], one["horizon_days"]): np.array([float(one[name]) for name in chances])
        for one in rows
    }
