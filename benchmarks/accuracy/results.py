"""Predictions on disk, so that a long measurement may be run in pieces: one file for each log and model.

Answers: what has been predicted already, and at which cost. Does not answer: whether the code has changed since:
``--again`` measures anew.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.accuracy.features import Lookout
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.peers import Round, run


@dataclass(frozen=True)
class Made:
    """Predictions of one model on one log: rows of all as-of days, one after the other. ``p_lost`` may be empty."""

    deal_id: np.ndarray
    day: np.ndarray
    p_won: np.ndarray
    p_lost: np.ndarray
    cpu_seconds: float
    notes: tuple[str, ...]

    @property
    def gives_three(self) -> bool:
        return self.p_lost.size > 0


def _path(folder: Path, log: Log, model: str) -> Path:
    return folder / log.key.replace(" ", "_") / f"{model.replace(' ', '_')}.npz"


def load(folder: Path, log: Log, model: str) -> Made | None:
    """None when it was not measured, or for other days or horizons."""
    path = _path(folder, log, model)
    if not path.exists():
        return None
    with np.load(path) as arrays:
        about = json.loads(str(arrays["about"]))
        if about["days"] != list(log.days) or about["horizons"] != list(log.horizons):
            return None
        columns = {name: arrays[name] for name in ("deal_id", "day", "p_won", "p_lost")}
        return Made(**columns, cpu_seconds=about["cpu_seconds"], notes=tuple(about["notes"]))


def load_whole(folder: Path, logs: Sequence[Log], models: Sequence[str]) -> dict[str, list[Made]]:
    """Of each model that has been measured on all of the logs."""
    made = {model: [one for log in logs if (one := load(folder, log, model))] for model in models}
    return {model: ones for model, ones in made.items() if len(ones) == len(logs)}


def keep(folder: Path, log: Log, model: str, made: Made) -> None:
    path = _path(folder, log, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "days": list(log.days),
        "horizons": list(log.horizons),
        "cpu_seconds": made.cpu_seconds,
        "notes": made.notes,
    }
    columns = {name: getattr(made, name) for name in ("deal_id", "day", "p_won", "p_lost")}
    np.savez_compressed(path, about=json.dumps(about), **columns)


def measure(folder: Path, log: Log, models: Sequence[str], again: Sequence[str], tell: Callable[[str], None]) -> None:
    """Predict with every model that is not yet on disk, or is wanted again."""
    wanted = [model for model in models if model in again or load(folder, log, model) is None]
    if not wanted:
        return
    began = time.process_time()
    look = Lookout(log)
    rounds = [Round(log, look, day, look.on(day)) for day in log.days]
    if any(one.now.won.size == 0 for one in rounds):
        raise SystemExit(f"{log.key} has an as-of day without an open deal; name other days with --from and --to.")
    if not (look.past.as_of <= min(log.days) - max(log.horizons)).any():
        raise SystemExit(
            f"{log.key} has no past day {max(log.horizons)} days before the first as-of day, so peers have nothing to "
            "learn from; name a later --from or shorter --horizons."
        )
    tell(f"{log.key}: rows for the peers laid out, {time.process_time() - began:.0f} CPU seconds")
    for model in wanted:
        made = _predict(model, rounds)
        keep(folder, log, model, made)
        tell(f"{log.key}: {model}, {made.cpu_seconds:.1f} CPU seconds")


def _predict(model: str, rounds: list[Round]) -> Made:
    began = time.process_time()
    pairs = [run(model, one) for one in rounds]
    spent = time.process_time() - began
    lost = [p for _, p in pairs if p is not None]
    return Made(
        np.concatenate([one.now.deal_id for one in rounds]).astype(str),
        np.concatenate([one.now.as_of for one in rounds]),
        np.concatenate([p for p, _ in pairs]),
        np.concatenate(lost) if lost else np.zeros((0, 0)),
        spent,
        tuple(one.notes.get("level", "") for one in rounds),
    )
