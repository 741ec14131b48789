"""Copies of deals whose target date moved: each stage of the moving, and nothing else changed."""

import numpy as np
import pytest

from landmark.forecast.history import History
from landmark.orgs.models import Organisation
from landmark.outlook.histories import read_history
from landmark.outlook.pushes import add_unmoved
from tests.apps.outlook.company import add_deal, make_company, on

pytestmark = pytest.mark.django_db


def changes_of(history: History, row: int) -> list[tuple[str, str | None]]:
    chosen = np.flatnonzero(history.change_deal == row)
    chosen = chosen[np.argsort(history.change_at[chosen])]
    return [(history.change_field[n], history.change_value[n]) for n in chosen]


def events_of(history: History, row: int) -> list[tuple[str, float]]:
    chosen = np.flatnonzero(history.event_deal == row)
    return sorted((history.milestones[history.event_code[n]], history.event_at[n]) for n in chosen)


@pytest.fixture
def org() -> Organisation:
    org = make_company()
    pushes = [(20, "target_on", "2025-03-01", "2025-04-01"), (40, "target_on", "2025-04-01", "2025-05-01")]
    add_deal(org, moves=[(1, "qualification")], evidence=[(2, "nda_in_hand")], amount=5)
    add_deal(
        org, moves=[(5, "qualification"), (9, "discovery")], evidence=[(6, "nda_in_hand"), (7, "short_listed")],
        changes=[pushes[0], (30, "amount", "1", "2"), pushes[1]], target_on="2025-05-01", amount=2,
    )  # fmt: skip
    add_deal(org, moves=[(6, "qualification"), (50, "won")], changes=pushes, target_on="2025-05-01")
    once, evidence = pushes[:1], [(9, "terms_grasped")]
    add_deal(org, moves=[(8, "qualification")], evidence=evidence, changes=once, target_on="2025-04-01")
    return org


def test_each_stage_of_the_moving_is_a_copy(org: Organisation) -> None:
    history = read_history(org, on(60))
    copies, source = add_unmoved(history)
    assert source.tolist() == [0, 1, 2, 3, 1, 1, 3]
    for row in range(4):
        assert changes_of(copies, row) == changes_of(history, row)
    assert changes_of(copies, 4) == [("amount", "2")]
    assert changes_of(copies, 5) == [("target_on", "2025-04-01"), ("amount", "2")]
    assert changes_of(copies, 6) == []


def test_everything_else_of_a_copy_is_its_deals(org: Organisation) -> None:
    history = read_history(org, on(60))
    copies, source = add_unmoved(history)
    assert copies.opened.tolist() == history.opened[source].tolist()
    assert copies.outcome[4:].tolist() == [0, 0, 0]
    for row, deal in enumerate(source):
        assert events_of(copies, row) == events_of(history, int(deal))
        for name, column in copies.attributes.items():
            assert column[row] == history.attributes[name][deal]
    assert copies.strength is not None
    assert copies.strength.size == copies.event_at.size


def test_what_was_not_known_yet_makes_no_copy(org: Organisation) -> None:
    _copies, source = add_unmoved(read_history(org, on(25)))
    assert source.tolist() == [0, 1, 2, 3, 1, 2, 3]
    _copies, source = add_unmoved(read_history(org, on(15)))
    assert source.tolist() == [0, 1, 2, 3]
