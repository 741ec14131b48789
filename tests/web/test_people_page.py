"""The tab People: a walk from the first name to a commitment, conflicts, the past, other people's rights."""

from datetime import timedelta
from typing import Any

import pytest

from landmark.buying.models import CommitmentMeeting, StakeholderState
from landmark.deals.models import Stakeholder
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from tests.factories import meet
from tests.web.conftest import World


def send(world: World, part: str, **data: Any) -> Any:
    return world.client(world.alice).post(f"{world.deal_url}map/{part}/", data)


def test_a_person_with_only_a_name_is_enough_and_names_are_shown_as_they_are(world: World) -> None:
    assert send(world, "person", name="שרה כהן 🚀 <b>", stance="neutral", version="0").status_code == 302
    page = world.client(world.alice).get(f"{world.deal_url}map/").content.decode()
    assert "שרה כהן 🚀 &lt;b&gt;" in page
    assert "Not on the map yet:" in page


@pytest.mark.rule("C", "A known adversary without a plan is the first thing to do on the page")
def test_the_adversary_without_a_plan_is_said_first(world: World) -> None:
    meet(world.deal, world.alice)
    send(world, "person", name="Alan Tate", stance="adversary", influence="5", interest="2", version="0")
    page = world.client(world.alice).get(f"{world.deal_url}map/").content.decode()
    assert page.index("Alan Tate stands against this and there is no plan yet") < page.index("Nobody is marked")
    assert page.count('<svg class="chart') == 2
    png = world.client(world.alice).get(f"{world.deal_url}map/charts/people-map.png")
    assert png.content.startswith(b"\x89PNG")


def test_whoever_was_slower_keeps_their_words_and_sees_the_others(world: World) -> None:
    send(world, "person", name="Ilse", stance="neutral", version="0")
    row = Stakeholder.objects.get()
    send(world, "person", person=row.id, name="Ilse", stance="neutral", version="1", cares_about="Cash")
    late = send(world, "person", person=row.id, name="Ilse", stance="supporter", version="1", cares_about="Audits")
    assert late.status_code == 409
    text = late.content.decode()
    assert "What they care about: Cash" in text
    assert ">\nAudits</textarea>" in text
    again = send(world, "person", person=row.id, name="Ilse", stance="supporter", version="2", cares_about="Audits")
    assert again.status_code == 302
    send(world, "undo", person=row.id)
    assert StakeholderState.objects.order_by("-version")[0].cares_about == "Cash"


def test_from_the_meeting_to_a_commitment_that_opens_the_gate(world: World) -> None:
    day = latest(world.org).on
    send(world, "person", name="Ilse", stance="neutral", roles=["economic_buyer"], version="0")
    cfo = Stakeholder.objects.get().id
    bad = send(world, "meeting", steps="Workshop | Alice | next week", needed=[cfo], version="0")
    assert bad.status_code == 422
    assert "Line 1: write the day as year-month-day" in bad.content.decode()
    end = (day + timedelta(days=56)).isoformat()
    plan = {"planned_on": day.isoformat(), "steps": f"Workshop | Alice | {end}\n\nDecision", "needed": [cfo]}
    assert send(world, "meeting", **plan, decide_by=end, version="0").status_code == 302
    meeting = CommitmentMeeting.objects.get()
    told = {"meeting": meeting.id, "version": meeting.version, "outcome": "given", "held_on": day.isoformat()}
    alone = send(world, "answer", **told)
    assert alone.status_code == 422
    assert "economic buyer" in alone.content.decode()
    assert send(world, "answer", **told, came=[cfo], agrees=[cfo]).status_code == 302
    assert Evidence.objects.filter(key="commitment_to_proceed").exists()
    assert "Take the answer back" in world.client(world.alice).get(f"{world.deal_url}map/").content.decode()


def test_the_recap_holds_no_word_about_stance_or_weight(world: World) -> None:
    send(world, "person", name="Alan Tate", stance="adversary", influence="5", interest="5", decision_part="both",
         plan="Go round him", version="0")  # fmt: skip
    send(world, "review", title="Security review", role="technical_buyer", lead_days="5")
    form = world.client(world.alice).get(f"{world.deal_url}map/?do=confirm").content.decode()
    recap = form.split('name="recap"')[1].split("</textarea>")[0]
    assert "Security review" in recap
    assert not {word for word in ("dversary", "nfluence", "round him") if word in recap}


def test_the_past_is_read_only(world: World) -> None:
    meet(world.deal, world.alice)
    past = (latest(world.org).on - timedelta(days=3)).isoformat()
    page = world.client(world.alice).get(f"{world.deal_url}map/?as_of={past}")
    assert page.status_code == 200
    assert "Add a person" not in page.content.decode()
    assert world.client(world.alice).get(f"{world.deal_url}map/?as_of={past}&do=person").status_code == 403


def test_a_manager_may_and_a_stranger_finds_nothing(world: World) -> None:
    data = {"name": "Ilse", "stance": "neutral", "version": "0"}
    assert world.client(world.charlie).post(f"{world.deal_url}map/person/", data).status_code == 404
    assert world.client(world.bob).post(f"{world.deal_url}map/person/", data).status_code == 302
