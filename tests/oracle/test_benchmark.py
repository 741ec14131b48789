"""The accuracy benchmark runs on any log, keeps what it measured, and finds its place on the page."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from benchmarks.accuracy.__main__ import PAGE, main
from benchmarks.accuracy.compare import Line, Ratio, Table, judge
from benchmarks.pages import write_between
from click.testing import CliRunner

from landmark.forecast.evaluate import Perfect
from landmark.simulator import simulate, write_event_log

ROOT = Path(__file__).resolve().parents[2]


def test_any_log_is_measured_once(tmp_path: Path) -> None:
    company = simulate(3, date(2026, 7, 1), closed=60, open_=14, representatives=3)
    deals, events, changes = map(str, write_event_log(company, tmp_path / "log"))
    command = ["--log", deals, events, "--changes", changes, "--from", "2026-03-01", "--to", "2026-03-29"]
    command += ["--every", "4w", "--horizons", "14,30", "--results", str(tmp_path / "kept"), "--draws", "50"]
    command += ["--models", "stage percentage,stage x horizon,lead scoring,logistic"]
    first = CliRunner().invoke(main, command, catch_exceptions=False)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").rglob("*.npz")}
    second = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(kept) == 5
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    assert second.stdout == first.stdout
    for model in ("**landmark**", "stage percentage", "stage x horizon", "lead scoring", "logistic"):
        assert f"| 30 | {model} |" in first.stdout


@pytest.mark.parametrize("name", ["coverage", "ibis_cost", "import_scale", "rescoring", "scale"])
def test_every_benchmark_starts_as_its_page_says(name: str) -> None:
    """From a shell that knows nothing of the settings of tests."""
    known = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    told = subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "Usage" in told.stdout


def test_without_days_a_log_of_ones_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").touch()
    path = str(tmp_path / "deals.csv")
    result = CliRunner().invoke(main, ["--log", path, path])
    assert result.exit_code == 2
    assert "--log needs --from and --to" in result.output


def test_the_page_has_a_place_for_every_part(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    for part in ("targets", "losses", "calibration", "learning", "costs"):
        write_between(page, part, f"new {part} \\1")
        assert f"<!-- {part} -->\n\nnew {part} \\1\n\n<!-- /{part} -->" in page.read_text()
    with pytest.raises(ValueError, match="no place for prices"):
        write_between(page, "prices", "")


def table(ratio: Ratio, wins: int = 100, calibration: float = 0.01, name: str = "simulated 30000") -> Table:
    lines = (Line("landmark", {"Brier": 0.1}, {}), Line("peer", {"Brier": 0.1 / ratio.value}, {"Brier": ratio}))
    perfect = Perfect(0.005, 0.03, 85.0, 115.0)
    return Table(name, 30, 500, 100, wins, lines, 0.8, calibration, 100.0, perfect, (85.0, 115.0))


@pytest.mark.parametrize(
    ("measured", "met"),
    [
        (table(Ratio(0.9, 0.85, 0.95)), [True, True, True, True, True]),
        (table(Ratio(1.0, 0.95, 1.05)), [True, False, True, True, True]),
        (table(Ratio(1.1, 1.05, 1.15)), [False, False, True, True, True]),
        (table(Ratio(0.9, 0.85, 0.95), calibration=0.025), [True, True, True, False, True]),
        (table(Ratio(0.9, 0.85, 0.95), calibration=0.04), [True, True, False, False, True]),
        (table(Ratio(0.9, 0.85, 0.95), wins=108), [True, True, True, True, True]),
        (table(Ratio(0.9, 0.85, 0.95), wins=130), [True, True, True, True, False]),
        (table(Ratio(0.9, 0.85, 0.95), name="bpic2012"), [True, True, None, None, True]),
    ],
)
def test_targets(measured: Table, met: list[bool | None]) -> None:
    assert [verdict.met for verdict in judge([measured])] == met


def test_wins_near_what_was_expected_are_told_from_wins_only_inside_the_range() -> None:
    ratio = Ratio(0.9, 0.85, 0.95)
    verdict = judge([table(ratio, wins=wins) for wins in (100, 108, 114)])[-1]
    assert verdict.detail == "2 of 3 within 10 %, 1 more inside the stated interval"
