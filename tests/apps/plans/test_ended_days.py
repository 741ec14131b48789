"""Migration 0002 of plans joins the days on which an action was done or dropped into one; rows before and after it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = [("plans", "0001_initial")], [("plans", "0002_one_end_of_an_action")]
DONE, DROPPED = date(2026, 3, 2), date(2026, 4, 7)


def migrate(target: list[tuple[str, str]]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def before() -> Iterator[Apps]:
    """The tables as they stood before; put back to the newest afterwards, whatever happened."""
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "plans"]
    yield migrate(BEFORE)
    migrate(newest)


def add_actions(apps: Apps, rows: dict[str, dict[str, Any]]) -> dict[str, UUID]:
    """One plan with these actions, each named by what was noted of it."""
    now, deal = datetime(2026, 1, 5, tzinfo=UTC), factories.make_deal(factories.make_member(factories.make_org()))
    plan = apps.get_model("plans", "Plan").objects.create(
        deal_id=deal.id,
        template="mutual",
        anchor="go_live",
        anchor_on=DONE,
        starts_on=DONE,
        created_at=now,
        edited_at=now,
    )
    made = apps.get_model("plans", "PlanAction").objects
    return {
        text: made.create(plan=plan, position=place, phase="confirm", text=text, edited_at=now, **values).pk
        for place, (text, values) in enumerate(rows.items(), 1)
    }


ROWS: dict[str, dict[str, Any]] = {
    "open": {},
    "done": {"done_on": DONE, "done_by": "Alice Moretti"},
    "dropped": {"dropped_on": DROPPED, "drop_reason": "Not needed"},
    "dropped, no reason kept": {"dropped_on": DROPPED},
    "done, a reason left over": {"done_on": DONE, "drop_reason": "Taken back"},
    "open, a reason left over": {"drop_reason": "Taken back"},
}


def read(apps: Apps, ids: dict[str, UUID], *names: str) -> dict[str, tuple[Any, ...]]:
    rows = apps.get_model("plans", "PlanAction").objects
    return {text: rows.values_list(*names).get(pk=pk) for text, pk in ids.items()}


def test_each_action_keeps_its_day_and_whether_it_was_done_or_dropped(before: Apps) -> None:
    ids = add_actions(before, ROWS)
    after = migrate(AFTER)
    assert read(after, ids, "ended_on", "drop_reason") == {
        "open": (None, ""),
        "done": (DONE, ""),
        "dropped": (DROPPED, "Not needed"),
        "dropped, no reason kept": (DROPPED, "–"),
        "done, a reason left over": (DONE, ""),
        "open, a reason left over": (None, ""),
    }
    again = migrate(BEFORE)
    assert read(again, ids, "done_on", "dropped_on") == {
        "open": (None, None),
        "done": (DONE, None),
        "dropped": (None, DROPPED),
        "dropped, no reason kept": (None, DROPPED),
        "done, a reason left over": (DONE, None),
        "open, a reason left over": (None, None),
    }
