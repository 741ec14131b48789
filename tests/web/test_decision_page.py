"""The tab Decision: the whole way on the page, and what it says when something is refused."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse

from landmark.closing.models import Decision, DecisionMeeting, OfferPart, RoadMapStep
from landmark.closing.recap_actions import LineInput, save_summary
from landmark.deals.models import Person
from landmark.orgs.as_of import latest
from tests.factories import meet, prove
from tests.web.conftest import World

Post = Callable[..., HttpResponse]
ENTRY = ("questions_answered", "value_confirmed", "asked_outright", "terms_grasped")


@pytest.fixture
def post(world: World) -> Post:
    meet(world.deal, world.alice, "Ines Rau", ("economic_buyer",))
    client = world.client(world.alice)

    def send(act: str, **fields: object) -> HttpResponse:
        return client.post(f"{world.deal_url}decision/{act}/", fields)

    return send


def person() -> str:
    return str(Person.objects.get(name="Ines Rau").id)


def plan(world: World, **other: object) -> dict[str, object]:
    day = latest(world.org).on + timedelta(days=5)
    return {
        "subject": "Decision on Exception desk", "day": day.isoformat(), "time": "14:30", "minutes": "60",
        "zone": "Europe/Rome", "place": "Room 4", "language": "en", "rows": "2", "agenda-0-key": "review",
        "agenda-0-text": "What we did", "agenda-0-minutes": "20", "agenda-1-key": "decision",
        "agenda-1-text": "Your decision", "agenda-1-minutes": "10", "people": [person()], **other,
    }  # fmt: skip


def test_the_whole_way_without_scripts(world: World, post: Post) -> None:
    client = world.client(world.alice)
    assert post("plan", **plan(world)).status_code == 302
    assert post("invite").status_code == 302
    for key in ENTRY:
        assert post("entry", key=key, person=person(), title="By phone").status_code == 302
    assert post("ready").status_code == 302
    for kind in ("complete_offer", "one_page_summary"):
        assert post("paper", kind=kind, do="made").status_code == 302
    guests = [str(row.id) for row in DecisionMeeting.objects.get().invitees.all()]
    assert post("start", there=guests, aim="1").status_code == 302
    assert post("review", answer="yes", person=person()).status_code == 302
    for key in ("goals", "opportunity", "concept", "contract"):
        assert post("present", key=key).status_code == 302
    decided = post(
        "decide", outcome="yes", person=person(), reason_yes="goal_match", words="Same goals",
        **{"step-1-text": "Open the firewall", "step-1-owner": f"m:{world.alice.id}",
           "step-1-due": (latest(world.org).on + timedelta(days=3)).isoformat()},
    )  # fmt: skip
    assert decided.status_code == 302
    assert post("written", person=person()).status_code == 302
    assert post("signed", person=person(), agreed=["scope", "price", "timeline", "terms"]).status_code == 302
    assert post("minutes", do="by_hand", text="Decision: yes").status_code == 302
    page = client.get(f"{world.deal_url}decision/").content.decode()
    assert "Move the deal to won" in page
    assert "Open the firewall" in page
    file = client.get(f"{world.deal_url}decision/invitation.ics")
    assert file["Content-Type"].startswith("text/calendar; method=REQUEST")
    refused = post("win")
    assert refused.status_code == 422  # earlier doors of the way are still shut, and the page says which
    assert "Not saved" in refused.content.decode()


@pytest.mark.rule("D", "The offer is drafted from what is on record: nothing is asked twice")
def test_the_offer_is_drafted_from_what_is_on_record(world: World, post: Post) -> None:
    lines = [LineInput("price", "Licence", Decimal(84_000))]
    save_summary(
        world.deal, by=world.alice, lines=lines, term_months=36, payment_terms="Net 30.", deliverables="Two sites"
    )
    page = post("drafts")
    assert page.status_code == 302
    parts = dict(world.deal.offer_parts.values_list("key", "text"))
    assert parts == {"concept": "Two sites", "contract": "36 months; €84,000; Net 30"}
    OfferPart.objects.filter(key="concept").update(text="Ours")
    post("drafts")
    assert OfferPart.objects.get(key="concept").text == "Ours"


@pytest.mark.rule("D", "Before the meeting the offer is written and makes the one-page summary")
def test_the_offer_is_written_before_the_meeting(world: World, post: Post) -> None:
    client = world.client(world.alice)
    summary = f"{world.deal_url}documents/one_page/en.pdf"
    assert client.get(summary).status_code == 404
    text = client.get(f"{world.deal_url}decision/").content.decode()
    assert "What the offer says, in this order" in text
    order = ["Goals and challenges", "Business opportunity", "What we propose", "Contract frame"]
    assert [text.index(f"<b>{words}</b>") for words in order] == sorted(
        text.index(f"<b>{words}</b>") for words in order
    )
    assert ">Presented<" not in text  # that is for the meeting, once the review says ready
    assert post("part", key="concept", text="One desk settles every exception").status_code == 302
    assert client.get(summary).status_code == 200


@pytest.mark.rule("D", "Each part of the offer is tied to a challenge and a promised value; a loose one is said")
def test_a_part_of_the_offer_that_answers_nothing_is_said(world: World, post: Post) -> None:
    def page() -> str:
        return world.client(world.alice).get(f"{world.deal_url}decision/").content.decode()

    assert "Not tied yet" not in page()
    post("part", key="concept", text="One desk settles every exception", challenge="Exceptions wait for days")
    assert page().count("Not tied yet") == 1
    tied = {"challenge": "Exceptions wait for days", "value": "Settled on the day"}
    post("part", key="concept", text="One desk settles every exception", **tied)
    text = page()
    assert "Not tied yet" not in text
    assert "Promises: Settled on the day" in text


@pytest.mark.rule("D", "Preconditions: IT readiness, system access, internal approvals")
def test_the_preconditions_stand_at_the_contract(world: World, post: Post) -> None:
    text = world.client(world.alice).get(f"{world.deal_url}decision/").content.decode()
    assert "Their IT is ready for it · We get into the systems we need · Their approvals inside are through" in text


@pytest.mark.parametrize(
    ("day", "words"), [("2031-12-25", "public holiday"), ("2031-12-27", "weekend"), ("2031-12-23", "")]
)
def test_a_meeting_on_a_day_off_is_possible_and_said(world: World, post: Post, day: str, words: str) -> None:
    world.org.country = "IT"
    world.org.save()
    post("plan", **plan(world, day=day))
    page = world.client(world.alice).get(f"{world.deal_url}decision/").content.decode()
    assert ("Mind the day" in page) == bool(words)
    assert words in page


def test_a_refused_form_keeps_every_word(world: World, post: Post) -> None:
    response = post("plan", **plan(world, subject="Catch-up", place="Via Roma 1 🚚", **{"agenda-0-text": "مراجعة"}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "decision is the aim" in page
    assert 'value="Catch-up"' in page
    assert "Via Roma 1 🚚" in page
    assert "مراجعة" in page


@pytest.mark.rule("D", "No: reasons recorded, deal lost, no further resources, minutes all the same")
def test_after_a_no_the_page_keeps_the_reason_and_asks_for_minutes(world: World, post: Post) -> None:
    hold(world, post)
    post("review", answer="yes", person=person())
    post("decide", outcome="no", person=person(), reason_no="price", words="Not this year")
    page = world.client(world.alice).get(f"{world.deal_url}decision/").content.decode()
    assert "Ines Rau said no on" in page
    assert "Send the minutes, due tomorrow." in page
    assert "What we keep of it" in page
    assert "The contract is signed" not in page
    assert post("minutes", do="by_hand", text="Decision: no").status_code == 302
    assert "Hold the debrief" in world.client(world.alice).get(f"{world.deal_url}decision/").content.decode()


def hold(world: World, post: Post) -> None:
    post("plan", **plan(world))
    prove(world.deal, world.alice, *ENTRY, "actions_done")
    for kind in ("complete_offer", "one_page_summary"):
        post("paper", kind=kind, do="made")
    guests = [str(row.id) for row in DecisionMeeting.objects.get().invitees.all()]
    post("start", there=guests, aim="1")


def test_a_refused_decision_keeps_its_road_map(world: World, post: Post) -> None:
    hold(world, post)
    post("review", answer="yes_but", person=person())
    response = post(
        "decide", outcome="yes_but", person=person(), **{"step-1-text": "Another demonstration", "step-1-owner": ""}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Each step needs one owner." in page
    assert 'value="Another demonstration"' in page
    assert not Decision.objects.exists()
    assert not RoadMapStep.objects.exists()


def test_two_people_planning_see_each_other(world: World, post: Post) -> None:
    post("plan", **plan(world))
    post("plan", **plan(world, version="1", place="Room 5"))
    response = post("plan", **plan(world, version="1", place="Room 6"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Room 5" in page
    assert 'value="Room 6"' in page


def test_a_door_that_is_shut_names_what_is_missing(world: World, post: Post) -> None:
    post("plan", **plan(world))
    guests = [str(row.id) for row in DecisionMeeting.objects.get().invitees.all()]
    response = post("start", there=guests, aim="1")
    assert response.status_code == 422
    assert DecisionMeeting.objects.get().held_on is None


def test_an_earlier_day_is_read_only(world: World, post: Post) -> None:
    post("plan", **plan(world))
    page = world.client(world.alice).get(f"{world.deal_url}decision/?as_of=2020-01-01").content.decode()
    assert "<form" not in page.split('id="main"')[1]
    assert "Room 4" not in page


def test_what_is_no_act_or_no_day_is_a_sentence(world: World, post: Post) -> None:
    assert post("nonsense").status_code == 404
    assert post("plan", **plan(world, day="soon")).status_code == 422
    assert post("plan", **plan(world, zone="../etc")).status_code == 422
    assert post("step_done", id="x").status_code == 422


def test_queries_of_the_page_do_not_grow(world: World, post: Post, django_assert_max_num_queries: object) -> None:
    post("plan", **plan(world))
    client = world.client(world.alice)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        assert client.get(f"{world.deal_url}decision/").status_code == 200
