"""The forms of the deal page: what they do, how a refusal helps, who was faster."""

from datetime import timedelta
from typing import Any

import pytest

from landmark.deals.actions.deals import edit_deal
from landmark.deals.models import Deal, Override, Promise, StageMove, Stakeholder
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from tests.factories import make_member
from tests.web.conftest import World
from tests.web.test_board import read


def move_data(world: World, to: str, **more: str) -> dict[str, str]:
    world.deal.refresh_from_db()
    return {
        "to": to, "note": "They asked for the next meeting.", "version": str(world.deal.version),
        "step_text": "Hold discovery", "step_owner": "Alice Moretti",
        "step_due_on": (latest(world.org).on + timedelta(days=5)).isoformat(), **more,
    }  # fmt: skip


def test_the_move_is_refused_on_the_same_page_with_three_ways_on(world: World) -> None:
    client = world.client(world.alice)
    response = client.post(world.deal_url + "move/", move_data(world, "discovery"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Not yet: 3 still missing" in page
    assert "They asked for the next meeting." in page
    assert "do=evidence&amp;key=fit_confirmed&amp;strength=claimed&amp;back=move-discovery" in page
    assert 'name="promise-fit_and_access-fit-text"' in page
    assert 'name="override-fit_and_access-reason"' in page
    world.deal.refresh_from_db()
    assert world.deal.stage == "qualification"
    assert StageMove.objects.filter(deal=world.deal).count() == 1


def test_htmx_gets_the_form_alone(world: World) -> None:
    headers = {"HX-Request": "true", "HX-Target": "act"}
    client = world.client(world.alice)
    refused = client.post(world.deal_url + "move/", move_data(world, "discovery"), headers=headers)
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    opened = client.get(world.deal_url + "?do=move", headers=headers)
    assert "<html" not in opened.content.decode()
    door = client.get(world.deal_url + "?do=move&to=won", headers={"HX-Request": "true", "HX-Target": "door"})
    assert "Decision" in door.content.decode()
    assert "<form" not in door.content.decode()


def test_supplying_the_evidence_leads_back_to_the_move_and_it_passes(world: World) -> None:
    client = world.client(world.alice)
    data = {"key": "fit_confirmed", "strength": "buyer", "author": "Bruno Keller", "title": "Profile checked",
            "occurred_on": latest(world.org).on.isoformat(), "back": "move-discovery"}  # fmt: skip
    response = client.post(world.deal_url + "evidence/", data)
    assert response.headers["Location"] == world.deal_url + "?do=move&to=discovery"
    client.post(world.deal_url + "evidence/", {**data, "key": "qualification_call"})
    client.post(world.deal_url + "people/", {"name": "Bruno Keller", "roles": ["champion"], "stance": "supporter"})
    response = client.post(world.deal_url + "move/", move_data(world, "discovery", back="board"))
    assert response.headers["Location"] == world.url("board/")
    world.deal.refresh_from_db()
    assert world.deal.stage == "discovery"
    assert "Exception desk stands at Discovery now." in read(client, world.url("board/"))


def test_a_gate_opens_on_dated_promises(world: World) -> None:
    due = (latest(world.org).on + timedelta(days=20)).isoformat()
    promises: dict[str, str] = {}
    for check in ("reason_to_talk", "fit", "internal_owner"):
        promises |= {
            f"promise-fit_and_access-{check}-text": "Bruno sends it",
            f"promise-fit_and_access-{check}-due": due,
        }
    client = world.client(world.alice)
    assert client.post(world.deal_url + "move/", move_data(world, "discovery", **promises)).status_code == 302
    assert Promise.objects.filter(deal=world.deal).count() == 3
    assert "on a promise" in read(client, world.deal_url)


def test_a_gate_opened_by_hand_is_counted_and_the_manager_told(world: World) -> None:
    until = (latest(world.org).on + timedelta(days=20)).isoformat()
    override = {"override-fit_and_access-reason": "The sponsor insists", "override-fit_and_access-until": until}
    client = world.client(world.alice)
    assert client.post(world.deal_url + "move/", move_data(world, "discovery", **override)).status_code == 302
    assert Override.objects.get(deal=world.deal).reason == "The sponsor insists"
    assert "1 gate opened by hand" in read(client, world.deal_url)
    bob = world.client(world.bob)
    assert "1 unread notice" in read(bob, world.url("board/"))
    assert "The sponsor insists" in read(bob, world.url("notices/"))
    bob.post(world.url("notices/"))
    assert Notice.objects.filter(member=world.bob, read_at=None).count() == 0


def test_a_promise_without_a_day_is_asked_for_one_and_keeps_what_was_typed(world: World) -> None:
    data = move_data(world, "discovery", **{"promise-fit_and_access-fit-text": "Bruno sends it"})
    response = world.client(world.alice).post(world.deal_url + "move/", data)
    assert response.status_code == 422
    assert "its last day" in response.content.decode()
    assert 'value="Bruno sends it"' in response.content.decode()


@pytest.mark.parametrize(
    ("to", "more", "stage"),
    [
        ("lost", {"loss_reason": "price"}, "lost"),
        ("paused", {"pause_reason": "event", "reopen_when": "A new budget"}, "paused"),
    ],
)
def test_losing_and_pausing_take_a_reason_and_no_gate(world: World, to: str, more: dict[str, str], stage: str) -> None:
    client = world.client(world.alice)
    assert client.post(world.deal_url + "move/", move_data(world, to)).status_code == 422
    assert client.post(world.deal_url + "move/", move_data(world, to, **more)).status_code == 302
    world.deal.refresh_from_db()
    assert world.deal.stage == stage
    assert read(client, world.deal_url)


def test_an_unknown_stage_is_a_choice_error(world: World) -> None:
    assert world.client(world.alice).post(world.deal_url + "move/", move_data(world, "moon")).status_code == 422


def test_evidence_in_the_future_or_without_its_witness_is_sent_back(world: World) -> None:
    client = world.client(world.alice)
    tomorrow = (latest(world.org).on + timedelta(days=2)).isoformat()
    data = {"key": "fit_confirmed", "strength": "buyer", "occurred_on": tomorrow}
    assert "choose today or an earlier day" in client.post(world.deal_url + "evidence/", data).content.decode()
    data["occurred_on"] = latest(world.org).on.isoformat()
    assert "Name the person" in client.post(world.deal_url + "evidence/", data).content.decode()
    assert Evidence.objects.for_deal(world.org.id, world.deal.id).count() == 0


def test_a_contributor_adds_evidence_and_moves_nothing(world: World) -> None:
    client = world.client(make_member(world.org, Role.CONTRIBUTOR, "Cara Duval"))
    data = {"key": "fit_confirmed", "strength": "documented", "occurred_on": latest(world.org).on.isoformat()}
    assert client.post(world.deal_url + "evidence/", data).status_code == 302
    assert client.post(world.deal_url + "move/", move_data(world, "lost", loss_reason="price")).status_code == 403
    page = read(client, world.deal_url)
    assert "?do=evidence" in page
    assert "?do=move" not in page
    assert client.get(world.deal_url + "?do=move").status_code == 403


def test_a_person_is_changed_not_doubled(world: World) -> None:
    client = world.client(world.alice)
    data: dict[str, Any] = {"name": "Bruno Keller", "roles": ["champion"], "stance": "neutral"}
    client.post(world.deal_url + "people/", data)
    person = Stakeholder.objects.get(deal=world.deal)
    client.post(world.deal_url + "people/", {**data, "stance": "adversary", "person": str(person.id)})
    assert Stakeholder.objects.get(deal=world.deal).stance == "adversary"
    assert "no plan" in read(client, world.deal_url)


def test_finishing_the_next_step_asks_for_the_following_one(world: World) -> None:
    client = world.client(world.alice)
    response = client.post(world.deal_url + "next-step/", {"done": "1", "back": "step"})
    assert response.headers["Location"].endswith("?do=step")
    assert "Nothing is agreed yet" in read(client, world.deal_url)


def test_a_value_is_changed_in_place(world: World) -> None:
    client = world.client(world.alice)
    response = client.post(world.deal_url + "edit/", {"amount": "90000", "version": str(world.deal.version)})
    assert response.status_code == 302
    assert "€90,000" in read(client, world.deal_url)


def test_whoever_comes_second_reads_who_changed_what_and_may_insist(world: World) -> None:
    version = world.deal.version
    edit_deal(world.deal, by=world.bob, changes={"amount": 70_000})
    client = world.client(world.alice)
    response = client.post(world.deal_url + "edit/", {"amount": "90000", "version": str(version)})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Bob Lindqvist changed amount from €84,000 to €70,000." in page
    assert "You wanted: amount: €90,000." in page
    world.deal.refresh_from_db()
    assert world.deal.amount == 70_000
    again = client.post(world.deal_url + "edit/", {"amount": "90000", "version": str(world.deal.version)})
    assert again.status_code == 302
    world.deal.refresh_from_db()
    assert world.deal.amount == 90_000


def test_nonsense_in_an_edit_changes_nothing_and_says_so(world: World) -> None:
    response = world.client(world.alice).post(world.deal_url + "edit/", {"amount": "-5", "version": "1"})
    assert response.status_code == 422
    world.deal.refresh_from_db()
    assert world.deal.amount == 84_000


def test_a_new_deal_needs_its_name_only(world: World) -> None:
    client = world.client(world.alice)
    assert client.post(world.url("new/"), {"name": ""}).status_code == 422
    response = client.post(world.url("new/"), {"name": "Shift planning"})
    deal = Deal.objects.get(name="Shift planning")
    assert response.headers["Location"] == world.url(f"deals/{deal.id}/")
    assert deal.owner == world.alice
