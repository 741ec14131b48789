"""What the model reads of a log: the order of levels, and which attributes of very many."""

from dataclasses import replace

import numpy as np

from landmark.forecast.history import WON, History
from landmark.forecast.known import as_known
from landmark.forecast.vocabulary import ATTRIBUTES_KEPT, learn
from tests.pure.forecast.made import START, make_history

HISTORY = as_known(make_history(600, 300), START + 280.0).history
RANDOM = np.random.default_rng(4)


def with_columns(**columns: np.ndarray) -> History:
    return replace(HISTORY, attributes={name: column.astype(object) for name, column in columns.items()})


def levels(column: np.ndarray) -> tuple[str, ...]:
    return learn(with_columns(tried=column)).attributes[0].levels


def test_levels_stand_in_the_order_of_their_share_won_only_where_it_differs_by_more_than_chance() -> None:
    names = np.array([f"level {number:02d}" for number in range(20)])
    noise = names[RANDOM.integers(0, 20, HISTORY.deal_ids.size)]
    assert levels(noise) == tuple(names)
    won = HISTORY.outcome == WON
    telling = np.where(won, "a", "z")
    telling = np.where(RANDOM.random(won.size) < 0.5, names[RANDOM.integers(0, 3, won.size)], telling)
    order = levels(telling)
    assert order.index("z") < order.index("a")
    one_sided = replace(with_columns(tried=noise), outcome=np.where(HISTORY.outcome > 0, WON, 0).astype(np.int8))
    assert learn(one_sided).attributes[0].levels == tuple(names)


def test_of_very_many_attributes_the_telling_ones_are_kept() -> None:
    size = HISTORY.deal_ids.size
    noise = {f"n{number:03d}": RANDOM.integers(0, 9, size).astype(str) for number in range(ATTRIBUTES_KEPT + 50)}
    won = (HISTORY.outcome == WON).astype(float)
    signals = {"x number": (won + RANDOM.normal(0, 1.0, size)).round(3).astype(str)}
    signals["y level"] = np.where(won + RANDOM.normal(0, 1.0, size) > 0.5, "gold", "tin")
    kept = [one.name for one in learn(with_columns(**noise, **signals)).attributes]
    assert len(kept) == ATTRIBUTES_KEPT
    assert {"x number", "y level"} <= set(kept)
    assert kept == sorted(kept)
