"""Odd days, zones and hidden fields: one sentence back, no page that breaks, and a second click undoes nothing."""

import json
from typing import Any

import pytest

from landmark.closing import packet_actions
from landmark.closing.handover_actions import save_blocker
from landmark.closing.models import LaneAsk, OnboardingStep, SignatureFrame
from landmark.closing.recap_actions import add_undertaking
from landmark.deals.models import Stakeholder
from landmark.orgs.as_of import latest
from landmark.plans.models import Plan
from landmark.plans.plan_actions import start_plan
from tests.factories import find_workday, meet, prove
from tests.web.conftest import World
from tests.web.test_decision_page import plan as invitation

OUT_OF_TIME = ("0001-01-01", "9999-12-31")


@pytest.fixture
def shared(world: World) -> Plan:
    day = find_workday(world.org, 60)
    return start_plan(world.deal, by=world.alice, template="mutual", anchor="go_live", anchor_on=day)


def post(world: World, path: str, **fields: Any) -> int:
    return int(world.client(world.alice).post(f"{world.deal_url}{path}", fields).status_code)


@pytest.mark.parametrize("day", OUT_OF_TIME)
def test_a_plan_takes_no_day_that_cannot_be_counted_from(world: World, shared: Plan, day: str) -> None:
    row = shared.actions.exclude(key="").first()
    assert row is not None
    typed = {"action": row.id, "text": "Hello", "accountable": "ours", "our_owner": world.alice.id, "days": 3}
    assert post(world, "plan/action/", **typed, version=row.version, due_on=day) == 422
    assert post(world, "plan/save/", anchor_on=day, starts_on=day, version=shared.version) == 422
    assert post(world, "plan/save/", anchor_on=shared.anchor_on, starts_on=day, version=shared.version) == 422
    assert world.client(world.alice).get(f"{world.deal_url}plan/").status_code == 200


@pytest.mark.parametrize("day", OUT_OF_TIME)
def test_an_onboarding_takes_no_day_that_cannot_be_counted_from(world: World, day: str) -> None:
    prove(world.deal, world.alice, "decision_in_writing")
    assert post(world, "close/do/onboarding/", kickoff_on=day) == 422
    assert post(world, "close/do/frame/", purchase_order="unknown", kickoff_on=day) == 422
    assert not OnboardingStep.objects.exists()
    assert not SignatureFrame.objects.exists()


@pytest.mark.parametrize("odd", [{"zone": "America"}, {"zone": "a" * 300}, {"day": "9999-12-31"}], ids=str)
def test_an_invitation_names_a_zone_and_a_day_that_there_are(world: World, odd: dict[str, str]) -> None:
    meet(world.deal, world.alice, "Ines Rau", ("economic_buyer",))
    late = {"zone": "America/New_York", "time": "23:30"}
    assert post(world, "decision/plan/", **invitation(world, **(late | odd))) == 422


@pytest.mark.parametrize("base", [{"after": 5}, {"after": None, "text": 3}, [1]], ids=str)
def test_a_merge_from_an_unreadable_start_still_asks(world: World, shared: Plan, base: object) -> None:
    row = shared.actions.exclude(key="").first()
    assert row is not None
    typed = {"action": row.id, "text": "Hello", "accountable": "ours", "our_owner": world.alice.id, "days": 3}
    odd = {"base": json.dumps(base), "take_after": "theirs", "take_text": "theirs"}
    assert post(world, "plan/action/", **typed, version=0, **odd) == 409


@pytest.mark.parametrize("path", ["qualification/decide/"])
def test_a_decision_without_its_gate_is_refused(world: World, path: str) -> None:
    day = latest(world.org).on.isoformat()
    assert post(world, path, gate="", way="go", sentence="Go on", owner="Kim", due_on=day) == 422


def test_a_second_click_does_not_undo_the_first(world: World) -> None:
    meet(world.deal, world.alice, "Ines Rau", ("economic_buyer",))
    ines = Stakeholder.objects.get(deal=world.deal, person__name="Ines Rau")
    blocker = save_blocker(world.deal, by=world.alice, kind="price_unapproved", text="Discount")
    today = latest(world.org).on
    owed = add_undertaking(world.deal, by=world.alice, stakeholder=ines, text="Sign", due_on=today)
    for path, row in (("blocker_clear", blocker), ("undertaking_done", owed)):
        seen = {"row": row.id, "version": row.version}
        assert [post(world, f"close/do/{path}/", **seen) for _click in range(2)] == [302, 409]
    blocker.refresh_from_db()
    owed.refresh_from_db()
    assert (blocker.cleared_on, owed.done_on) == (today, today)


def test_an_answer_does_not_write_over_a_colleagues(world: World) -> None:
    ask = packet_actions.ask_question(world.deal, by=world.alice, key="legal", text="Which law?", owner="Ines Rau")
    seen = {"row": ask.id, "version": ask.version}
    assert post(world, "close/do/answer/", **seen, answer="Milan") == 302
    assert post(world, "close/do/answer/", **seen, answer="Berlin") == 409
    assert LaneAsk.objects.get().answer == "Milan"
