"""Migrations 0006 and 0007 of closing: steps after a yes become onboarding; nothing that was written is lost."""

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

BEFORE = [("closing", "0005_people_in_papers")]
AFTER = [("closing", "0007_road_map_of_conditions")]
DAY, NOW = date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC)


def migrate(target: list[tuple[str, str]]) -> Apps:
    MigrationExecutor(connection).migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def before() -> Iterator[Apps]:
    """The tables as they stood before; put back to the newest afterwards, whatever happened."""
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "closing"]
    yield migrate(BEFORE)
    migrate(newest)


STEPS: dict[str, dict[str, Any]] = {
    "a condition": {"kind": "condition"},
    "open": {"kind": "operational", "costs_money": True},
    "done early": {"kind": "operational", "money_reason": "They pay", "done_at": NOW, "done_on": DAY},
    "opened again": {"kind": "operational", "money_reason": "They pay"},
    "dropped": {"kind": "operational", "dropped_at": NOW},
}


def add_steps(apps: Apps) -> UUID:
    """One yes with a step of each kind, each named by what became of it."""
    deal = factories.make_deal(factories.make_member(factories.make_org()))
    meeting = apps.get_model("closing", "DecisionMeeting").objects.create(
        deal_id=deal.id, number=1, uid="one@landmark", subject="Decide", starts_at=NOW, time_zone="UTC"
    )
    decision = apps.get_model("closing", "Decision").objects.create(
        deal_id=deal.id, meeting=meeting, outcome="yes", decided_on=DAY
    )
    for text, values in STEPS.items():
        apps.get_model("closing", "RoadMapStep").objects.create(
            deal_id=deal.id, decision=decision, text=text, due_on=DAY, **values
        )
    return deal.id


def test_each_step_is_found_again_in_one_of_the_two_lists(before: Apps) -> None:
    deal_id = add_steps(before)
    after = migrate(AFTER)
    road_map = after.get_model("closing", "RoadMapStep").objects.filter(deal_id=deal_id)
    onboarding = after.get_model("closing", "OnboardingStep").objects.filter(deal_id=deal_id)
    assert dict(road_map.values_list("text", "dropped_at")) == {"a condition": None, "dropped": NOW}
    assert {
        row[0]: row[1:] for row in onboarding.values_list("text", "done_on", "override_reason", "override_until")
    } == {
        "open": (None, "", None),
        "done early": (DAY, "They pay", DAY),
        "opened again": (None, "They pay", DAY),
    }
