"""Does another scorer, given the same files, get the same numbers from its peers, and the same scores from the same p?

Answers: the largest difference of each peer that both have, and of each score that both give, on a small simulated
company. The other scorer is a Python file with ``read(deals, events)``; ``peers(deals, events, as_of_days, horizons)``,
giving peer, as_of, horizon_days and p by row; ``predictions(file, deals, as_of_days, horizons)``, the same with p_won,
p_lost and p_open, for which ``truth(rows, deals)`` adds won and lost; ``losses``, ``auc`` and ``ece`` of (won, p); and
``main()``, a command that prints a line of scores for each horizon. Does not answer: which is right when they differ.
"""

import importlib.util
import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pandas as pd
from benchmarks.accuracy.compare import BRIER, LOG_LOSS, THREE, Table, compare
from benchmarks.accuracy.features import Lookout
from benchmarks.accuracy.logs import Log, as_of_days, simulated
from benchmarks.accuracy.peers import IN_SCORER, OURS, Round, run
from benchmarks.accuracy.results import Made

TOLERANCE = 1e-6
AUC, CALIBRATION, ROWS, WINS, EXPECTED = "AUC", "calibration error", "rows", "wins", "expected wins"
PRINTED = {BRIER: "Brier", LOG_LOSS: "log loss", AUC: "AUC", CALIBRATION: "ECE", THREE: "3-class"}
"""Our names of the scores, and those of the other scorer's lines."""
_CERTAIN = 0.03


@dataclass(frozen=True)
class Difference:
    """``allowed``: where only printed digits can be compared, half of the last one; ``TOLERANCE`` elsewhere."""

    name: str
    value: float
    allowed: float = TOLERANCE

    @property
    def agrees(self) -> bool:
        return self.value <= self.allowed


def small_log(deals: int = 400, horizons: tuple[int, ...] = (14, 30, 100)) -> Log:
    """Two as-of days of one company; a hundred days after the later one the files have ended."""
    return Log("check", simulated(7, deals), as_of_days("2026-03-01", "2026-03-29", 28), horizons)


def differences(scorer: Path, log: Log) -> Iterator[Difference]:
    """The largest difference of a probability, for each peer that both have."""
    days, other = _moments(log), _load(scorer)
    with TemporaryDirectory() as folder:
        log.write(Path(folder))
        theirs = other.peers(*other.read(f"{folder}/deals.csv", f"{folder}/events.csv"), days, list(log.horizons))
    look = Lookout(log)
    for name in IN_SCORER:
        ours = np.concatenate([run(name, Round(log, look, day, look.on(day)))[0].ravel("F") for day in log.days])
        of_peer = theirs[theirs.peer == name]
        same_order = [
            of_peer[(of_peer.as_of == day) & (of_peer.horizon_days == h)].p for day in days for h in log.horizons
        ]
        yield Difference(name, float(np.abs(np.concatenate(same_order) - ours).max()))


def score_differences(scorer: Path, log: Log) -> Iterator[Difference]:
    """The largest difference at a horizon, for each score: of the other's functions, then of its printed lines.

    The probabilities are made up, some of them certain and wrong: it is the scores that are compared. A horizon that
    ends after the files do is scored by neither.
    """
    made, other = _make_up(log), _load(scorer)
    ours = {table.horizon: _scores_of(table) for table in compare(log.key, [log], {OURS: [made]}, draws=20)}
    with TemporaryDirectory() as folder:
        log.write(Path(folder))
        files = [f"{folder}/{name}.csv" for name in ("deals", "events", "predictions")]
        _write(files[2], log, made)
        theirs, printed = _computed(other, log, files), _printed(other, log, files)
    for name in theirs[log.horizons[0]]:
        yield Difference(name, max(abs(float(ours[h][name] - theirs[h][name])) for h in log.horizons))
    for name in PRINTED:
        digits = len(printed[log.horizons[0]][name].partition(".")[2])
        worst = max(abs(ours[h][name] - float(printed[h][name])) for h in log.horizons)
        yield Difference(f"{name}, as printed", worst, 0.5 * 10.0**-digits + TOLERANCE)


def _moments(log: Log) -> list[pd.Timestamp]:
    return [pd.Timestamp(day, unit="D", tz="UTC") for day in log.days]


def _make_up(log: Log) -> Made:
    """Rising with the horizon, all different but for those that are certain."""
    random, look = np.random.default_rng(7), Lookout(log)
    rows = [look.on(day) for day in log.days]
    deal_id = np.concatenate([one.deal_id for one in rows]).astype(str)
    whole = random.dirichlet([1.0, 1.0, 2.0], deal_id.size)
    whole[random.random(deal_id.size) < _CERTAIN] = [1.0, 0.0, 0.0]
    whole[random.random(deal_id.size) < _CERTAIN] = [0.0, 1.0, 0.0]
    share = np.linspace(0.4, 1.0, len(log.horizons))
    day = np.concatenate([one.as_of for one in rows])
    return Made(deal_id, day, whole[:, :1] * share, whole[:, 1:2] * share, 0.0, ())


def _write(path: str, log: Log, made: Made) -> None:
    parts = [
        pd.DataFrame(
            {
                "deal_id": made.deal_id,
                "as_of": pd.to_datetime(made.day, unit="D", utc=True),
                "horizon_days": horizon,
                "p_won": made.p_won[:, place],
                "p_lost": made.p_lost[:, place],
                "p_open": 1.0 - made.p_won[:, place] - made.p_lost[:, place],
            }
        )
        for place, horizon in enumerate(log.horizons)
    ]
    pd.concat(parts).to_csv(path, index=False)


def _scores_of(table: Table) -> dict[str, float]:
    found = dict(table.lines[0].losses) | {AUC: table.auc, CALIBRATION: table.calibration}
    return found | {ROWS: table.rows, WINS: table.wins, EXPECTED: table.expected}


def _computed(other: ModuleType, log: Log, files: list[str]) -> dict[int, dict[str, float]]:
    """By horizon, from the other scorer's own rows, truth and functions."""
    deals, _ = other.read(*files[:2])
    rows = other.truth(other.predictions(files[2], deals, _moments(log), list(log.horizons)), deals)
    end = pd.Timestamp(np.floor(log.history.complete_to), unit="D", tz="UTC")
    rows = rows[rows.as_of + pd.to_timedelta(rows.horizon_days, unit="D") <= end]
    found = {}
    for horizon, group in rows.groupby("horizon_days"):
        won, p = group.won.to_numpy(), group.p_won.to_numpy()
        squares, logs = other.losses(won, p)
        found[horizon] = {
            BRIER: squares.mean(),
            LOG_LOSS: logs.mean(),
            AUC: other.auc(won, p),
            CALIBRATION: other.ece(won, p),
            ROWS: len(group),
            WINS: won.sum(),
            EXPECTED: p.sum(),
        }
    return found


def _printed(other: ModuleType, log: Log, files: list[str]) -> dict[int, dict[str, str]]:
    """By horizon, read off the lines of the other scorer's command."""
    first, *_, last = [f"{day:%Y-%m-%d}" for day in _moments(log)]
    every, end = round(log.days[1] - log.days[0]), pd.Timestamp(np.floor(log.history.complete_to), unit="D")
    options = ["--from", first, "--to", last, "--every", str(every), "--end", f"{end:%Y-%m-%d}"]
    options += ["--horizons", ",".join(map(str, log.horizons)), "--log", *files]
    with redirect_stdout(io.StringIO()) as said, patch.object(sys, "argv", ["scorer", *options]):
        other.main()
    lines = {int(horizon): line for horizon, line in re.findall(r"^landmark +(\d+) d(.*)$", said.getvalue(), re.M)}
    return {
        horizon: {name: _number_after(word, line) for name, word in PRINTED.items()} for horizon, line in lines.items()
    }


def _number_after(word: str, line: str) -> str:
    found = re.search(rf"\b{word} ([0-9.]+)", line)
    if found is None:
        raise SystemExit(f"The other scorer prints no {word}: {line}")
    return found[1]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("other_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
