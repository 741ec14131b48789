"""Probabilities of a year in 730 bytes: one unsigned 16-bit big-endian number a day.

Answers: how a curve is packed and read back. Does not answer: where it comes from (``forecast``).
Rounding is downwards, so that won and lost together never exceed 1; the error is below 1/65535.
"""

import numpy as np
from numpy.typing import NDArray

DAYS = 365
_SCALE = 65_535
_TYPE = np.dtype(">u2")


def pack_curves(probabilities: NDArray[np.float64]) -> list[bytes]:
    """(n, 365) probabilities in 0…1 → n byte strings. A number outside that range is an error, not a curve."""
    if probabilities.ndim != 2 or probabilities.shape[1] != DAYS:
        raise ValueError(f"a curve has {DAYS} days, these have shape {probabilities.shape}")
    if not bool(np.all((probabilities >= -1e-9) & (probabilities <= 1 + 1e-9))):
        raise ValueError("a probability lies outside 0 to 1")
    whole = np.floor(np.clip(probabilities, 0.0, 1.0) * _SCALE + 1e-6).astype(_TYPE)
    return [row.tobytes() for row in whole]


def as_stored(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is read back after packing."""
    stored: NDArray[np.float64] = np.floor(np.clip(probabilities, 0.0, 1.0) * _SCALE + 1e-6) / _SCALE
    return stored


def unpack_curve(packed: bytes) -> NDArray[np.float64]:
    """Bytes → (365) probabilities; index 0 is the end of the first day ahead."""
    return np.frombuffer(bytes(packed), _TYPE).astype(np.float64) / _SCALE


def at_day(packed: bytes, day: int) -> float:
    """The probability ``day`` days ahead: 0 for today and before, the last day's beyond a year."""
    if day < 1:
        return 0.0
    index = 2 * (min(day, DAYS) - 1)
    return int.from_bytes(bytes(packed)[index : index + 2], "big") / _SCALE
