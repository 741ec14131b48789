"""Stays in a stage: by hand, as known on the day, the playbook's figures while too few are complete."""

from datetime import date

import pytest

from landmark.deals.models import StageMove
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Organisation
from landmark.outlook.stages import StageStay, read_stage_stays
from landmark.playbook.loader import load_playbook
from tests.apps.outlook.company import add_deal, day, make_company, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    return make_company()


def stays(org: Organisation, asked: date) -> dict[str, StageStay]:
    return {row.stage: row for row in read_stage_stays(org, on_day(org, asked), load_playbook(org.playbook))}


def test_completed_stays_by_hand(org: Organisation) -> None:
    """Eleven stays of 10 … 20 days in the first stage: median 15, three in four within 17.5."""
    for days in range(10, 21):
        add_deal(org, moves=[(5, "qualification"), (5 + days, "discovery"), (60, "won")])
    found = stays(org, on(100))
    assert found["qualification"] == StageStay("qualification", 15.0, 17.5, 11)
    assert found["discovery"].median_days == 40.0
    assert found["discovery"].count == 11


def test_too_few_stays_leave_the_playbook_its_word(org: Organisation) -> None:
    for days in range(9):
        add_deal(org, moves=[(5, "qualification"), (15 + days, "discovery"), (60, "won")])
    assert stays(org, on(100))["qualification"] == StageStay("qualification", 14.0, 21.0, 0)


def test_only_what_was_known_by_the_day(org: Organisation) -> None:
    for days in range(20):
        add_deal(org, moves=[(5, "qualification"), (10 + days, "discovery"), (60, "won")])
    assert stays(org, on(21))["qualification"].count == 12
    assert stays(org, on(59))["discovery"].count == 0


def test_a_source_without_stage_history_tells_no_stays(org: Organisation) -> None:
    """Opened, then won: the days between are the whole sale, not the first stage."""
    for number in range(30):
        add_deal(org, moves=[(number, "qualification"), (number + 80, "won")])
    assert stays(org, on(200))["qualification"].count == 0


def test_a_stage_entered_nobody_knows_when_is_no_stay(org: Organisation) -> None:
    for number in range(12):
        deal = add_deal(org, moves=[(number, "qualification"), (number + 10, "discovery"), (number + 30, "solution")])
        StageMove.objects.create(
            deal=deal, from_stage="", to_stage="commercial", direction="reported", via="import",
            occurred_at=day(150), known_at=day(150), recorded_at=day(150),
        )  # fmt: skip
    found = stays(org, on(200))
    assert found["solution"].count == 0
    assert found["discovery"].count == 12
