"""What comes next on a deal's way: only what past deals can tell something about carries a number."""

from types import SimpleNamespace

import numpy as np
import pytest

from landmark.forecast.similar import FEWEST_SIMILAR, Past, count_holders
from landmark.outlook.ways import Ahead, Way
from landmark.playbook.loader import DEFAULT_REF, load_playbook

NAMES = ("qualification_call", "discovery_held", "criteria_known", "contract_signed", "task:email")


@pytest.fixture(scope="module")
def fitted() -> SimpleNamespace:
    return SimpleNamespace(vocabulary=SimpleNamespace(milestones=NAMES))


def next_of(fitted: SimpleNamespace, holders: list[int], stands: int, reached: list[bool]) -> Ahead:
    way = Way(fitted, None, load_playbook(DEFAULT_REF), np.array(holders))  # type: ignore[arg-type]
    (ahead,) = way.next_of(np.array([stands], np.int32), np.array([reached]))
    return ahead


def test_the_doors_ahead_come_first_and_then_what_lies_behind(fitted: SimpleNamespace) -> None:
    many = [FEWEST_SIMILAR] * 5
    ahead = next_of(fitted, many, 2, [False, True, False, False, False])
    assert ahead.names == ["contract_signed", "criteria_known", "qualification_call"]
    assert ahead.unseen == []


def test_what_another_milestone_stands_in_for_is_not_missed() -> None:
    """The first door asks for interest of either side or a call."""
    names = ("inbound_interest", "outbound_interest", "discovery_held", "criteria_known")
    fitted = SimpleNamespace(vocabulary=SimpleNamespace(milestones=names))
    assert "outbound_interest" in next_of(fitted, [50] * 4, 1, [False] * 4).names
    assert "outbound_interest" not in next_of(fitted, [50] * 4, 1, [True, False, False, False]).names


def test_what_hardly_any_past_deal_had_is_named_apart(fitted: SimpleNamespace) -> None:
    ahead = next_of(fitted, [50, 50, 50, FEWEST_SIMILAR - 1, 50], 2, [False, True, False, False, False])
    assert "contract_signed" not in ahead.names
    assert ahead.unseen == ["contract_signed"]


def test_without_a_past_the_models_numbers_stand_alone(fitted: SimpleNamespace) -> None:
    ahead = next_of(fitted, [0] * 5, 0, [True, False, False, False, False])
    assert "contract_signed" in ahead.names
    assert ahead.unseen == []


def test_a_deal_is_counted_once_for_a_milestone() -> None:
    reached = np.array([[True, False], [True, True], [False, False], [True, False]])
    past = Past(np.array([4, 4, 1, 7], np.int32), np.zeros((4, 2)), np.zeros(4, np.int64), reached, np.zeros(4, bool))
    assert count_holders(past).tolist() == [2, 1]
    empty = Past(
        np.zeros(0, np.int32), np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros((0, 3), bool), np.zeros(0, bool)
    )
    assert count_holders(empty).tolist() == [0, 0, 0]
