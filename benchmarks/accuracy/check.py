"""Does another scorer, given the same files, get the same numbers from its peers?

Answers: the largest difference of each peer that both have, on a small simulated company. The other scorer is a Python
file with ``read(deals, events)`` and ``peers(deals, events, as_of_days, horizons)``, the latter giving peer, as_of,
horizon_days and p by row. Does not answer: which of the two is right when they differ.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np
import pandas as pd
from benchmarks.accuracy.features import Lookout
from benchmarks.accuracy.logs import Log, as_of_days, simulated
from benchmarks.accuracy.peers import IN_SCORER, Round, run

TOLERANCE = 1e-6


def differences(scorer: Path) -> Iterator[tuple[str, float]]:
    """(peer, largest difference of a probability) on 400 deals, two as-of days, three horizons."""
    log = Log("check", simulated(7, 400), as_of_days("2026-03-01", "2026-03-29", 28), (14, 30, 90))
    days = [pd.Timestamp(day, unit="D", tz="UTC") for day in log.days]
    other = _load(scorer)
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
        yield name, float(np.abs(np.concatenate(same_order) - ours).max())


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("other_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
