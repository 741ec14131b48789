"""Fixed small data for the oracles: deals with whole-day times, two causes, late entries, a common last day."""

import numpy as np

from landmark.forecast.history import LOST, OPEN, WON, History

AS_OF = 200


def make_deals(count: int = 240, seed: int = 8, late: bool = True) -> History:
    """Opened and entered on even days; closed on any day; half of the deals are known only from a later day on."""
    random = np.random.default_rng(seed)
    opened = 2.0 * random.integers(0, 80, count)
    length = np.ceil(random.weibull(1.3, count) * 40.0)
    is_won = random.random(count) < 0.4
    closed = opened + length
    over = closed <= AS_OF
    known_from = opened + 2.0 * random.integers(1, 15, count) if late else np.full(count, np.nan)
    known_from = np.where(np.arange(count) % 2 == 0, known_from, np.nan)
    seen = ~(closed <= known_from) & ~(known_from >= AS_OF)  # who closed before the entry was never seen
    return History(
        deal_ids=np.array([f"D{place}" for place in range(int(seen.sum()))], object),
        opened=opened[seen],
        closed=np.where(over, closed, np.nan)[seen],
        outcome=np.where(over, np.where(is_won, WON, LOST), OPEN).astype(np.int8)[seen],
        known_from=known_from[seen],
        event_deal=np.zeros(0, np.int32),
        event_at=np.zeros(0),
        event_known=np.zeros(0),
        event_code=np.zeros(0, np.int32),
        milestones=(),
        complete_to=float(AS_OF),
    )


def followed(history: History) -> tuple[np.ndarray, np.ndarray]:
    """(age at closing or at the last day, age at entry) of each deal."""
    end = np.where(np.isnan(history.closed), float(AS_OF), history.closed)
    return end - history.opened, np.fmax(history.known_from, history.opened) - history.opened
