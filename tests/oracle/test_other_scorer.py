"""The benchmark's scores and peers are those of the scorer that lies beside the real data.

Skipped, saying so, where it does not lie there.
"""

from pathlib import Path

import pytest
from benchmarks.accuracy import check
from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.check import TOLERANCE, Difference, differences, score_differences, small_log
from benchmarks.accuracy.peers import IN_SCORER
from click.testing import CliRunner

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def scorer(data_dir: Path) -> Path:
    path = data_dir.parent / "score.py"
    if not path.is_file():
        pytest.skip("There is no score.py beside the folder of real data to compare with.")
    return path


def test_both_give_the_same_probabilities_the_same_scores(scorer: Path) -> None:
    found = {one.name: one for one in score_differences(scorer, small_log())}
    computed = {"Brier", "log loss", "AUC", "calibration error", "rows", "wins", "expected wins"}
    printed = {f"{name}, as printed" for name in ("Brier", "log loss", "three-class", "AUC", "calibration error")}
    assert set(found) == computed | printed
    assert {name: one.value for name, one in found.items() if not one.agrees} == {}
    assert {found[name].allowed for name in computed} == {TOLERANCE}
    assert max(found[name].allowed for name in printed) < 1e-4


def test_both_fit_the_same_peers(scorer: Path) -> None:
    found = list(differences(scorer, small_log(deals=120, horizons=(14,))))
    assert [one.name for one in found] == list(IN_SCORER)
    assert max(one.value for one in found) < TOLERANCE


@pytest.mark.parametrize(("value", "status", "words"), [(1e-7, 0, "1.00e-07\n"), (2e-6, 1, "2.00e-06, too large\n")])
def test_a_difference_is_named_and_sets_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, value: float, status: int, words: str
) -> None:
    monkeypatch.setattr("benchmarks.accuracy.__main__.small_log", lambda: None)
    monkeypatch.setattr("benchmarks.accuracy.__main__.differences", lambda scorer, log: [Difference("a peer", value)])
    monkeypatch.setattr("benchmarks.accuracy.__main__.score_differences", lambda scorer, log: [])
    result = CliRunner().invoke(main, ["--check-against", check.__file__], catch_exceptions=False)
    assert result.exit_code == status
    assert f"a peer: largest difference {words}" in result.output
