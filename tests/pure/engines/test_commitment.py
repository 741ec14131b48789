"""Getting the commitment: what has to be there before, when it counts, and what an early no saves."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from landmark.engines.commitment import (
    MeetingFacts,
    Seat,
    check_meeting,
    find_absent,
    find_unagreed,
    month_of,
    propose_saving,
    usual_months,
)
from landmark.engines.relationships import PersonFact
from landmark.playbook.loader import load_playbook

PLAYBOOK = load_playbook()
TODAY = date(2026, 3, 16)
CFO = PersonFact(
    key="1", name="Ilse van der Meer", roles=frozenset({"economic_buyer"}), met_on=TODAY, benefit="Cash earlier",
    cares_about="When money moves", cost_of_waiting="11,000 a month",
)  # fmt: skip
READY = MeetingFacts(
    people=(CFO,), has_fit=True, has_value=True, evaluation_cost=Decimal(4000), standing_cost=Decimal(11000), steps=5,
    decide_by=TODAY + timedelta(days=56),
)  # fmt: skip


def owed(facts: MeetingFacts) -> list[str]:
    return [item.kind for item in check_meeting(facts, PLAYBOOK, TODAY) if not item.is_met]


@pytest.mark.rule("C", "Before the cycle: players met, issues, benefit, fit, value, draft steps and time frame")
@pytest.mark.parametrize(
    ("change", "kind"),
    [({"has_fit": False}, "fit"), ({"has_value": False}, "value"), ({"steps": 0}, "steps"),
     ({"decide_by": None}, "time"),
     ({"evaluation_cost": None}, "evaluation"), ({"standing_cost": None}, "standing")],
)  # fmt: skip
def test_what_is_missing_before_the_meeting_is_named(change: dict[str, object], kind: str) -> None:
    assert owed(READY) == []
    assert owed(replace(READY, **change)) == [kind]


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"met_on": None}, "met"), ({"cares_about": ""}, "issues"), ({"benefit": ""}, "benefit"),
     ({"cost_of_waiting": ""}, "cost")],
)  # fmt: skip
def test_a_key_player_not_ready_is_named(change: dict[str, object], kind: str) -> None:
    items = {
        item.kind: item for item in check_meeting(replace(READY, people=(replace(CFO, **change),)), PLAYBOOK, TODAY)
    }
    assert items[kind].names == ("Ilse van der Meer",)


@pytest.mark.rule("C", "The VP of Manufacturing: an adversary not handled undoes a 100,000 deal in the meeting")
def test_the_known_adversary_is_on_the_check_list() -> None:
    people = (
        CFO,
        replace(CFO, key="2", name="VP Engineering", roles=frozenset({"technical_buyer"}), stance="supporter"),
        replace(CFO, key="3", name="VP Manufacturing", roles=frozenset({"influencer"}), stance="adversary"),
    )
    items = {item.kind: item for item in check_meeting(replace(READY, people=people), PLAYBOOK, TODAY)}
    assert items["adversary"].names == ("VP Manufacturing",)
    handled = (*people[:2], replace(people[2], plan="Meet him before, with the roll-out of a peer"))
    assert owed(replace(READY, people=handled)) == []


@pytest.mark.rule("C", "The budget holder attends")
def test_without_the_budget_holder_it_does_not_count() -> None:
    seat = Seat("Ilse van der Meer", frozenset({"economic_buyer"}), came=True, agrees=True)
    assert find_absent([seat], PLAYBOOK) == ()
    assert find_absent([replace(seat, came=False)], PLAYBOOK) == ("economic_buyer",)
    assert find_absent([replace(seat, roles=frozenset({"champion"}))], PLAYBOOK) == ("economic_buyer",)
    assert owed(replace(READY, people=(replace(CFO, roles=frozenset({"champion"})),))) == ["needed"]


@pytest.mark.rule("C", "They agree on the steps and the time frame")
def test_whoever_came_and_did_not_agree_is_named() -> None:
    seats = [Seat("B", frozenset(), came=True, agrees=False), Seat("A", frozenset(), came=False, agrees=False)]
    assert find_unagreed(seats) == ("B",)


@pytest.mark.rule("C", "A refusal keeps the month in the deal: month 1, not month 6")
@pytest.mark.parametrize(("days", "month"), [(0, 1), (29, 1), (30, 2), (150, 6), (-3, 1)])
def test_the_month_in_the_deal(days: int, month: int) -> None:
    assert month_of(TODAY, TODAY + timedelta(days=days)) == month


@pytest.mark.rule("C", "A refusal keeps the cost it saved")
def test_the_months_not_worked_are_what_stopping_saves() -> None:
    assert propose_saving(Decimal("2500"), 1, 6) == Decimal("12500.00")
    assert propose_saving(Decimal("2500"), 6, 6) == Decimal("0.00")
    assert propose_saving(Decimal("2500"), 9, 6) == Decimal("0.00")
    assert usual_months(PLAYBOOK) == 4  # 14 + 21 + 21 + 21 + 14 = 91 days
