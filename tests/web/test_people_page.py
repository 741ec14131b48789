"""The tab People: a walk from the first name to a commitment, conflicts, the past, other people's rights."""

from datetime import timedelta
from typing import Any

import pytest

from landmark.buying.commitment_actions import Answer, MeetingPlan, answer_meeting, plan_meeting
from landmark.buying.models import CommitmentMeeting, StakeholderState
from landmark.deals.models import Stakeholder
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
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
    bad = send(world, "meeting", step_text_1="", step_owner_1="Alice 🚀", step_on_1="", needed=[cfo], version="0")
    assert bad.status_code == 422
    assert "Say what this step is, or clear the line." in bad.content.decode()
    assert "Alice 🚀" in bad.content.decode()
    end = (day + timedelta(days=56)).isoformat()
    lines = (("Workshop", "Alice", end), ("", "", ""), ("Decision", "", ""))
    steps = {f"step_{name}_{n}": value for n, line in enumerate(lines, start=1)
             for name, value in zip(("text", "owner", "on"), line, strict=True)}  # fmt: skip
    plan = {"planned_on": day.isoformat(), "needed": [cfo], **steps}
    assert send(world, "meeting", **plan, decide_by=end, version="0").status_code == 302
    meeting = CommitmentMeeting.objects.get()
    assert [step["text"] for step in meeting.steps] == ["Workshop", "Decision"]
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


@pytest.mark.rule("C", "A meeting after the day of the decision, and a step outside of both, are said")
def test_days_of_the_meeting_that_do_not_fit_are_said(world: World) -> None:
    day = latest(world.org).on
    meet(world.deal, world.alice)
    steps = [{"text": "Workshop", "owner": "Alice", "on": (day + timedelta(days=50)).isoformat()}]
    plan = MeetingPlan(planned_on=day, steps=steps, decide_by=day + timedelta(days=40))
    meeting = plan_meeting(world.deal, by=world.alice, plan=plan)
    assert "“Workshop” is dated after the day by which they decide." in read_map(world)
    answer = Answer("adjourned", day, next_on=day + timedelta(days=45))
    answer_meeting(meeting, by=world.alice, answer=answer)
    assert "The meeting is planned after the day by which they decide" in read_map(world)


def read_map(world: World) -> str:
    text: str = world.client(world.alice).get(f"{world.deal_url}map/").content.decode()
    return text


def test_a_new_meeting_is_proposed_in_a_week_with_its_steps_after_it(world: World) -> None:
    form = world.client(world.alice).get(f"{world.deal_url}map/?do=meeting").context["form"]
    first = form.initial
    planned, end = first["planned_on"].isoformat(), first["decide_by"]
    days = [value for name, value in first.items() if name.startswith("step_on_")]
    assert all(planned <= day <= end for day in days)
    assert first["planned_on"] > latest(world.org).on


def test_nobody_is_written_down_twice(world: World) -> None:
    send(world, "person", name="Ilse Braun", email="ilse@birch.example", stance="neutral", version="0")
    again = send(world, "person", name="ilse  BRAUN", stance="neutral", version="0", cares_about="Cash")
    assert again.status_code == 422
    assert "is among the people of this deal already" in again.content.decode()
    assert ">\nCash</textarea>" in again.content.decode()
    other = send(world, "person", name="Ilse Braun", email="other@birch.example", stance="neutral", version="0")
    assert other.status_code == 302
    assert Stakeholder.objects.count() == 2


def test_whoever_may_is_led_to_all_that_is_held_about_a_person(world: World) -> None:
    send(world, "person", name="Ilse", stance="neutral", version="0")
    person = Stakeholder.objects.get().person_id
    link = world.url(f"persons/{person}/data/")
    assert link not in read_map(world)
    world.alice.role = Role.ADMINISTRATOR
    world.alice.save()
    assert link in read_map(world)
    form = world.client(world.alice).get(f"{world.deal_url}map/?do=person&person={Stakeholder.objects.get().id}")
    assert form.content.decode().count(link) == 2


@pytest.mark.rule("10.3", "What is owed to each person stands on the page: minimum, repeated question, block, stage")
def test_the_page_says_what_is_owed_to_each_person(world: World) -> None:
    day = latest(world.org).on
    known: dict[str, Any] = {"name": "Ilse", "roles": ["economic_buyer"], "met_on": day, "stance": "neutral"}
    send(world, "person", **known, version="0", influence="3", question="How long does onboarding take?")
    row = Stakeholder.objects.get()
    known |= {"person": row.id, "blocks": "A start in the season", "question": "How long would the onboarding take?"}
    send(world, "person", **known, version="1", influence="5")
    page = read_map(world)
    for words in ("Ilse blocks “A start in the season”. Name who can lift it and what would convince them.",
                  "Ilse asked the same again", "Ilse has not had from us:", "minimum 0 of 3",
                  "Nobody is named who can lift it.", "The map from stage to stage", "influence from 3 to 5",
                  "Set our next step with Ilse."):  # fmt: skip
        assert words in page, words


def test_somebody_added_by_mistake_is_taken_off_again(world: World) -> None:
    client = world.client(world.alice)
    client.post(world.deal_url + "map/person/", {"name": "Wrong Person", "stance": "neutral", "version": "0"})
    stake = Stakeholder.objects.get(person__name="Wrong Person")
    assert 'name="remove"' in client.get(world.deal_url + "map/", {"do": "person", "person": stake.pk}).content.decode()
    page = client.post(world.deal_url + "map/person/", {"person": stake.pk, "remove": "1"}, follow=True)
    assert "Wrong Person is off this deal" in page.content.decode()
    assert not Stakeholder.objects.filter(pk=stake.pk).exists()
