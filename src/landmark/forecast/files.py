"""A fitted model as one file of JSON: named by its content, loaded without the data it was fitted on, never a pickle.

Answers: how a model leaves this machine and comes back, and whether it fits a history. Does not answer: what it says.
The file holds ``format``, ``version``, ``sha256`` of the model as written here, ``unknown_share`` and the model.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from landmark.forecast.history import History
from landmark.forecast.model import VERSION, Fitted

FORMAT = "landmark model"
FILE_VERSION = 1
UNKNOWN_ALLOWED = 0.05
"""So much larger may the share of events with unknown milestones be than it was where the model was fitted."""
LARGEST = 200_000_000
_SHOWN = 5
_TRIED, _SLACK = (1, 2, 7, 30, 90, 180, 365), 1e-9
_LAST_DAY = 100_000


class ModelRefused(Exception):
    """The file is no model that can be used here; the sentence says why and what to do."""


@dataclass(frozen=True)
class Stored:
    """A model and the share of events whose milestone it did not know where it was fitted."""

    fitted: Fitted
    unknown_share: float
    name: str


def save(fitted: Fitted, counts: Mapping[str, int], place: Path) -> Path:
    """Write into ``place``: a folder gets a file named by content, any other path is taken as it is.

    ``counts``: how many events of each milestone the model was fitted on. The same model gives the same bytes. The
    file appears whole or not at all.
    """
    model = _canonical(fitted.to_json())
    digest = hashlib.sha256(model).hexdigest()
    head = {"format": FORMAT, "version": FILE_VERSION, "model_version": VERSION, "sha256": digest}
    head["unknown_share"] = round(unknown_share(fitted, counts), 6)
    text = _canonical(head)[:-1] + b',"model":' + model + b"}\n"
    path = place / f"landmark-model-{digest[:16]}.json.gz" if place.is_dir() else place
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(gzip.compress(text, 6, mtime=0) if path.suffix == ".gz" else text)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def load(path: Path) -> Stored:
    """Raises ModelRefused with one sentence for anything that is not a whole, unchanged model of this version."""
    data = _read(path)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ModelRefused(f"{path.name} is no Landmark model; give a file that --save-model wrote.")
    found, read = (f"{data.get('version')}.{data.get('model_version')}", f"{FILE_VERSION}.{VERSION}")
    if found != read:
        raise ModelRefused(f"{path.name} is a model of version {found}, and this Landmark reads {read}; fit it again.")
    if hashlib.sha256(_canonical(data.get("model"))).hexdigest() != data.get("sha256"):
        raise ModelRefused(f"{path.name} was changed after it was written; fetch it again or fit a new model.")
    try:
        fitted = Fitted.from_json(data["model"])
        _try_out(fitted)
        return Stored(fitted, float(data["unknown_share"]), str(data["sha256"])[:16])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise ModelRefused(f"{path.name} lacks a part of its model; fetch it again or fit a new one.") from None


def _try_out(fitted: Fitted) -> None:
    """One deal without and one with every milestone: a model made by hand whose parts do not fit each other shows here,
    not in somebody's forecast. Raises an error of its own kind, or ValueError for what are no probabilities."""
    day, known = fitted.as_of, len(fitted.vocabulary.milestones)
    if abs(day) > _LAST_DAY:
        raise ValueError("no day")
    history = History(
        deal_ids=np.array(["bare", "full"], object),
        opened=np.full(2, day - 30.5),
        closed=np.full(2, np.nan),
        outcome=np.zeros(2, np.int8),
        known_from=np.full(2, np.nan),
        event_deal=np.ones(known, np.int32),
        event_at=np.full(known, day - 2.5),
        event_known=np.full(known, day - 2.5),
        event_code=np.arange(known, dtype=np.int32),
        milestones=fitted.vocabulary.milestones,
    )
    with np.errstate(all="ignore"):
        made = fitted.predict(history, day, _TRIED)
    curves = np.stack([made.p_won, made.p_lost, made.p_open])
    is_fine = np.isfinite(curves).all() and (curves >= -_SLACK).all() and np.allclose(curves.sum(axis=0), 1.0)
    if not (is_fine and (np.diff(curves[:2], axis=2) >= -_SLACK).all()):
        raise ValueError("no probabilities")


def check_vocabulary(stored: Stored, counts: Mapping[str, int]) -> None:
    """Raises ModelRefused when too many of the events (``counts`` by milestone) are of kinds the model never met."""
    share = unknown_share(stored.fitted, counts)
    if share <= stored.unknown_share + UNKNOWN_ALLOWED:
        return
    known = set(stored.fitted.vocabulary.milestones)
    strange = [name for name in sorted(counts) if name not in known]
    raise ModelRefused(
        f"This model was fitted on other milestones: {share:.0%} of the events here are of kinds it does not know "
        f"({_named(strange)}); it knows {_named(sorted(known))}. Fit a new model on this log."
    )


def unknown_share(fitted: Fitted, counts: Mapping[str, int]) -> float:
    """Share of the events whose milestone is not in the model's vocabulary; 0 without events."""
    known = set(fitted.vocabulary.milestones)
    strange = sum(count for name, count in counts.items() if name not in known)
    return strange / max(sum(counts.values()), 1)


def count_milestones(history: History) -> dict[str, int]:
    """How many events of each milestone a history holds."""
    counts = np.bincount(history.event_code, minlength=len(history.milestones))
    return {name: int(count) for name, count in zip(history.milestones, counts, strict=False)}


def _named(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _read(path: Path) -> Any:
    try:
        raw = path.read_bytes()
        text = _unpacked(raw) if raw[:2] == b"\x1f\x8b" else raw
        return json.loads(text, parse_constant=_refuse)
    except OSError as error:
        raise ModelRefused(f"{path.name} cannot be opened: {error.strerror}.") from None
    except (ValueError, zlib.error, RecursionError):
        raise ModelRefused(f"{path.name} is damaged or cut short; fetch it again or fit a new model.") from None


def _refuse(word: str) -> float:
    """NaN and Infinity are no JSON, and no part of a model."""
    raise ValueError(word)


def _unpacked(raw: bytes) -> bytes:
    """The whole of it, and never more than a model can be."""
    reader = zlib.decompressobj(wbits=31)
    text = reader.decompress(raw, LARGEST)
    if not reader.eof:
        raise ValueError
    return text
