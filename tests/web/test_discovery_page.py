"""The Discovery page and the screen after a call."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from landmark.buying.discovery_actions import FigureInput, add_impact, save_research, save_summary
from landmark.buying.models import CallNote, Fact, Hypothesis, ImpactLine, Requirement, ResearchSheet
from landmark.buying.requirement_actions import save_criterion, save_requirement
from landmark.deals.models import NextStep, Stakeholder
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from tests.factories import make_member, meet
from tests.web.conftest import World

NOTE = """Discovery call with Bruno Keller and Marco Bassi (IT lead). They lose 46 hours a week on exceptions.
Bruno confirmed the timeline: go-live on 1 March.
Next step: Marco sends the volumes by Thursday."""


def save(world: World, what: str, **data: object):
    return world.client(world.alice).post(f"{world.deal_url}discovery/save/{what}/", data)


def page_text(world: World, query: str = "") -> str:
    response = world.client(world.alice).get(f"{world.deal_url}discovery/{query}")
    assert response.status_code == 200
    return response.content.decode()


def hidden_fields(html: str) -> dict[str, str]:
    """What a browser would send of the proposals, switched on as proposed."""
    form = html[html.index('class="proposals"') : html.index("send-bar")]
    data: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            data[name[1]] = unescape(value[1]) if value else "on" if "checkbox" in tag else ""
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


@pytest.mark.rule("4.1", "The page leads through research, hypotheses and the check before the call")
def test_an_empty_page_says_what_to_do_first(world: World) -> None:
    text = page_text(world)
    assert "Prepare the call: 5 questions are open" in text
    assert "Which problems do you expect?" in text
    assert "How many hours go into this in a normal week?" in text


@pytest.mark.rule("4.1", "The question plan: our own question stands at its step of the talk until it is answered")
def test_our_question_and_the_figures_stand_at_their_step(world: World) -> None:
    save(world, "research", version="0", q_where="Is the port hit as well?")
    save(world, "impact", kind="time", amount="46", unit="hours", period="week")
    text = page_text(world)
    heard = text[text.index('id="heard"') : text.index('id="requirements"')]
    assert "Is the port hit as well?" in heard
    assert '<a href="#impact">46 hours a week</a>' in heard
    assert "How many hours go into this in a normal week?" not in heard


def test_each_form_opens_alone_for_the_sheet_and_in_the_page_without_scripts(world: World) -> None:
    meet(world.deal, world.alice)
    for do in ("research", "hypothesis", "fact", "impact", "summary", "requirement", "criterion", "agreement",
               "assumption", "reader", "sign_off", "confirm", "pre_call"):  # fmt: skip
        assert 'id="act-title"' in page_text(world, f"?do={do}"), do
        alone = world.client(world.alice).get(
            f"{world.deal_url}discovery/?do={do}", headers={"HX-Request": "true", "HX-Target": "act"}
        )
        assert "<html" not in alone.content.decode(), do


def test_a_reader_sees_the_page_and_opens_no_form(world: World) -> None:
    client = world.client(make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran"))
    assert "discovery_save" not in client.get(f"{world.deal_url}discovery/").content.decode()
    assert client.get(f"{world.deal_url}discovery/?do=fact").status_code == 403
    assert client.get(f"{world.deal_url}discovery/call/").status_code == 403


def test_a_fact_is_added_and_taken_out(world: World) -> None:
    today = latest(world.org).on.isoformat()
    response = save(world, "fact", step="now", text="Quotes take nine days", said_by="Bruno", learned_on=today)
    assert response.status_code == 302
    assert response["Location"].endswith("#heard")
    assert "Quotes take nine days" in page_text(world)
    save(world, "end_fact", id=str(Fact.objects.get().id))
    assert "Quotes take nine days" not in page_text(world)


def test_a_refused_form_keeps_what_was_typed(world: World) -> None:
    response = save(world, "impact", kind="cost", amount="120", unit="count", period="week", basis="Counted last week")
    assert response.status_code == 422
    text = response.content.decode()
    assert "Say what is counted" in text
    assert "Counted last week" in text


def test_two_people_editing_the_sheet_see_both_versions_and_lose_nothing(world: World) -> None:
    """Bob saves first; Alice's words stay in her form beside his, and sending once more puts hers on top."""
    save_research(world.deal, by=world.alice, values={"context": "A carrier"})
    save_research(world.deal, by=world.bob, values={"context": "A carrier with three sites"}, if_version=1)
    response = save(world, "research", context="A freight company", version="1")
    text = response.content.decode()
    assert response.status_code == 409
    assert "A carrier with three sites" in text
    assert "A freight company" in text
    assert "Save mine over theirs" in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    again = save(world, "research", context="A freight company", version=version[1])
    assert again.status_code == 302
    assert ResearchSheet.objects.get().context == "A freight company"


@pytest.mark.rule("4.1", "No more than three hypotheses")
def test_a_fourth_hypothesis_is_refused_with_what_to_do(world: World) -> None:
    for number in range(3):
        assert save(world, "hypothesis", text=f"Problem {number}", state="open").status_code == 302
    response = save(world, "hypothesis", text="Problem 4", state="open")
    assert response.status_code == 422
    assert "Set one aside" in response.content.decode()
    assert Hypothesis.objects.count() == 3


@pytest.mark.rule("4.2", "The buyer confirms one sentence: issue, driver, impact per month")
def test_the_sentence_on_the_page_is_the_one_that_is_confirmed(world: World) -> None:
    add_impact(world.deal, by=world.alice, figure=FigureInput("time", Decimal(46), "hours", "week"))
    save_summary(world.deal, by=world.alice, issue="Exceptions take too long", driver="three file formats")
    sentence = "Exceptions take too long, driven by three file formats, costs 199 hours a month."
    assert sentence in page_text(world)
    today = latest(world.org).on.isoformat()
    wrong = save(world, "confirm", sentence="Another one", confirmed_by="Bruno Keller", confirmed_on=today)
    assert wrong.status_code == 409
    assert sentence in wrong.content.decode()
    assert save(world, "confirm", sentence=sentence, confirmed_by="Bruno Keller", confirmed_on=today).status_code == 302
    assert Evidence.objects.get(key="impact_confirmed").strength == 3
    assert "Bruno Keller, " in page_text(world)


@pytest.mark.rule("4.4", "Sign-off is refused while anything is missing, and says what")
def test_the_sign_off_lists_what_is_missing_and_is_refused(world: World) -> None:
    save_requirement(world.deal, by=world.alice, values={"text": "Route invoices", "dependency": "Rules of finance"})
    text = page_text(world)
    assert "R1 depends on something: name who sees to it." in text
    response = save(world, "sign_off", signed_by="Bruno Keller", signed_on=latest(world.org).on.isoformat())
    assert response.status_code == 422
    assert "Not everything is there yet" in response.content.decode()


def test_a_change_marks_what_is_linked_and_one_press_says_that_it_holds(world: World) -> None:
    need = save_requirement(world.deal, by=world.alice, values={"text": "Route invoices"})
    save_criterion(world.deal, by=world.alice, values={"text": "Faster"}, requirements=[need.id])
    save_requirement(world.deal, by=world.alice, values={"text": "Route all invoices"}, requirement=need)
    text = page_text(world)
    assert "look again" in text
    assert "R1 changed" in text
    row = need.criteria.get()
    save(world, "holds_criterion", id=str(row.id))
    assert "look again" not in page_text(world)


def test_a_row_of_another_deal_is_not_touched(world: World) -> None:
    need = save_requirement(world.deal, by=world.alice, values={"text": "Route invoices"})
    response = world.client(world.charlie).post(
        f"/other/deals/{world.deal.id}/discovery/save/drop_requirement/", {"id": str(need.id)}
    )
    assert response.status_code == 404
    assert Requirement.objects.get().ended_at is None


@pytest.mark.rule("4.2", "One note after a call becomes evidence, people, next step and impact")
def test_a_note_becomes_evidence_people_next_step_and_impact_in_two_presses(world: World) -> None:
    meet(world.deal, world.alice)
    client = world.client(world.alice)
    response = client.post(f"{world.deal_url}discovery/call/", {"text": NOTE, "held_on": latest(world.org).on})
    assert response.status_code == 302
    url = response["Location"]
    html = client.get(url).content.decode()
    assert "Marco Bassi" in html
    done = client.post(url, hidden_fields(html))
    assert done.status_code == 302
    assert Stakeholder.objects.get(person__name="Marco Bassi").roles == ["technical_buyer"]
    line = ImpactLine.objects.get()
    assert (line.amount, line.unit, line.period, line.kind) == (46, "hours", "week", "time")
    step = NextStep.objects.get(done_at=None)
    assert (step.owner, step.text) == ("Marco Bassi", "Marco sends the volumes by Thursday.")
    assert step.due_on is not None
    assert 0 < (step.due_on - latest(world.org).on).days <= 7
    proof = Evidence.objects.get(key="timeline_confirmed")
    assert (proof.strength, proof.author) == (3, "Bruno Keller")


def test_nothing_of_a_note_is_lost_when_a_line_is_refused(world: World) -> None:
    client = world.client(world.alice)
    url = client.post(f"{world.deal_url}discovery/call/", {"text": NOTE, "held_on": latest(world.org).on})["Location"]
    data = hidden_fields(client.get(url).content.decode()) | {"s0-due_on": "", "s0-text": "My own words"}
    response = client.post(url, data)
    assert response.status_code == 422
    assert "My own words" in response.content.decode()
    assert CallNote.objects.get().text.startswith("Discovery call")
    assert not ImpactLine.objects.exists()


def test_an_empty_note_and_a_day_ahead_say_what_to_do(world: World) -> None:
    client = world.client(world.alice)
    ahead = latest(world.org).on + timedelta(days=2)
    response = client.post(f"{world.deal_url}discovery/call/", {"text": "Good talk", "held_on": ahead})
    assert response.status_code == 422
    assert "Good talk" in response.content.decode()


def test_undoing_a_note_takes_its_figures_back(world: World) -> None:
    client = world.client(world.alice)
    url = client.post(f"{world.deal_url}discovery/call/", {"text": NOTE, "held_on": latest(world.org).on})["Location"]
    client.post(url, hidden_fields(client.get(url).content.decode()))
    assert "46 hours a week" in page_text(world)
    client.post(f"{url}undo/")
    assert ImpactLine.objects.get().ended_at is not None
    assert NextStep.objects.get(done_at=None).text == "Book the discovery meeting"


def test_a_past_day_is_read_only_and_shows_the_figures_of_then(world: World) -> None:
    add_impact(world.deal, by=world.alice, figure=FigureInput("time", Decimal(46), "hours", "week"))
    yesterday = latest(world.org).on - timedelta(days=1)
    text = page_text(world, f"?as_of={yesterday.isoformat()}")
    assert "46 hours a week" not in text
    assert "Add a figure" not in text
    assert "keep their latest words only" in text


def test_the_overview_says_where_discovery_stands(world: World) -> None:
    add_impact(world.deal, by=world.alice, figure=FigureInput("time", Decimal(46), "hours", "week"))
    text = world.client(world.alice).get(world.deal_url).content.decode()
    assert "impact in figures, not confirmed yet" in text


def test_the_page_asks_a_fixed_number_of_queries(world: World) -> None:
    client = world.client(world.alice)
    client.get(f"{world.deal_url}discovery/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(f"{world.deal_url}discovery/")
    for number in range(4):
        add_impact(world.deal, by=world.alice, figure=FigureInput("cost", Decimal(number + 1), "money", "month"))
        need = save_requirement(world.deal, by=world.alice, values={"text": f"Need {number}"})
        save_criterion(world.deal, by=world.alice, values={"text": f"Proof {number}"}, requirements=[need.id])
    with CaptureQueriesContext(connection) as many:
        client.get(f"{world.deal_url}discovery/")
    assert len(many) - len(few) <= 1  # the links are asked for only where there is something to link
