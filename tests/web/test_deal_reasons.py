"""The forecast on the deal page: the curve, what a number is made of, why it changed, what deserves a look."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.models import Deal, DealAttribute, Stakeholder
from landmark.engines.alerts import Alert
from landmark.ledger.models import FieldChange
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from landmark.outlook.curves import pack_curves
from landmark.outlook.models import DealForecast, FittedModel
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from landmark.ui.formats import format_day
from landmark.workspace.presenters.deal_alerts import Reach, tell_alerts
from landmark.workspace.presenters.path import Door
from tests.factories import make_member, prove
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read
from tests.web.test_deal_page import QUERIES


def test_score_chances_and_curve_come_from_the_stored_forecast(world: World) -> None:
    make_forecast(world.org, 0.3)
    rising = np.linspace(0.001, 0.73, 365)
    DealForecast.objects.filter(deal=world.deal).update(
        won=pack_curves(rising[None])[0],
        contributions={"by": "2030-01-01", "base": 0.2, "p_won": 0.3,
                       "parts": [["milestone:fit_confirmed", 0.14], ["idle", -0.04], ["other", 0.001]]},
    )  # fmt: skip
    response = world.client(world.alice).get(world.deal_url)
    page = response.content.decode()
    in_90_days, at_target = round(100 * rising[89]), round(100 * rising[59])
    chances = response.context["page"].chances
    assert [chance.words for chance in chances.chances][1:] == [f"{at_target} %", f"{at_target} %", f"{in_90_days} %"]
    assert [(part.label, part.points) for part in chances.parts] == [
        ("Fit confirmed", "+14"), ("Days since anything happened", "−4"),
    ]  # fmt: skip
    assert '<path class="a-won"' in page
    assert "style=" not in page


def test_pushing_the_date_lifts_no_score_and_is_counted(world: World) -> None:
    make_forecast(world.org, 0.3)
    client = world.client(world.alice)
    before = client.get(world.deal_url).context["page"].chances.score
    later = latest(world.org).on + timedelta(days=200)
    client.post(world.deal_url + "edit/", {"target_on": later.isoformat(), "version": str(world.deal.version)})
    page = client.get(world.deal_url)
    assert page.context["page"].chances.score == before
    assert "pushed 1 time" in page.content.decode()


def explain_forecast(world: World) -> None:
    """A stored forecast with everything that explains it, against one of a week before."""
    make_forecast(world.org, 0.3)
    rising = np.linspace(0.001, 0.73, 365)
    on = latest(world.org).on
    change = {
        "against": ["last", "day", "week"], "since": (on - timedelta(days=7)).isoformat(), "from": 0.24, "to": 0.3,
        "causes": [["time", "", -0.011], ["evidence", "fit_confirmed", 0.041], ["edit", "target_on", -0.02],
                   ["refit", "", 0.05]],
    }  # fmt: skip
    DealForecast.objects.filter(deal=world.deal).update(
        won=pack_curves(rising[None])[0],
        contributions={"by": (on + timedelta(days=38)).isoformat(), "base": 0.2, "p_won": 0.3,
                       "parts": [["milestone:fit_confirmed", 0.14], ["idle", -0.04]]},
        explanation={"similar": [40, 14, 0.26, 0.45], "changes": [change],
                     "steps": [["discovery_held", 0.41, 38, 17, 0.33, 0.55], ["criteria_known", 0.36, 6, 3, 0.1, 0.8]]},
    )  # fmt: skip


def test_the_page_says_why_the_number_is_what_it_is(world: World) -> None:
    explain_forecast(world)
    prove(world.deal, world.alice, "fit_confirmed")
    page = read(world.client(world.alice), world.deal_url)
    assert "Won within 38 days: 14 of 40 similar deals." in page
    assert "likely between 26 % and 45 %" in page
    assert "+6 points since" in page
    assert "from 24 % to 30 %" in page
    assert "Model renewed" in page
    assert "Target date moved" in page
    assert "38 deals had it at this point, 17 were won" in page
    assert "+3 to +25" in page
    assert "too few to say" in page
    assert "an association, not a cause" in page
    assert "If it is won, most likely around" in page


def test_the_shown_causes_add_up_to_the_shown_change(world: World) -> None:
    explain_forecast(world)
    (change,) = world.client(world.alice).get(world.deal_url).context["page"].changes
    shown = [int(row.points.replace("−", "-")) for row in change.rows]
    assert sum(shown) == int(change.points) == 6
    assert [row.label for row in change.rows][:2] == ["Model renewed", "Fit confirmed"]


def test_the_shown_parts_lead_from_the_shown_base_to_the_shown_probability(world: World) -> None:
    """12.4 % and 3.6 % are shown as 12 and 4: what stands between them adds up to −8."""
    explain_forecast(world)
    parts = [[f"milestone:step {number}", -0.0145] for number in range(8)] + [["pace", 0.026], ["together", 0.002]]
    stored = {"by": (latest(world.org).on + timedelta(days=38)).isoformat(), "base": 0.124, "p_won": 0.036}
    DealForecast.objects.filter(deal=world.deal).update(contributions={**stored, "parts": parts})
    page = world.client(world.alice).get(world.deal_url).context["page"]
    shown = [int(part.points.replace("−", "-")) for part in page.chances.parts]
    assert (page.chances.base, sum(shown)) == ("12 %", -8)
    assert all(part.is_for == (worth > 0) for part, worth in zip(page.chances.parts, shown, strict=True))


def test_ranges_of_the_next_milestones_fill_their_scale(world: World) -> None:
    explain_forecast(world)
    steps = world.client(world.alice).get(world.deal_url).context["page"].steps
    first, thin = steps.rows
    assert (steps.scale, steps.now_at) == ("75 %", 40.0)
    assert (first.bar_left, first.dot, first.seen) == (44.0, 54.7, pytest.approx(59.6, abs=0.1))
    assert thin.seen is None


def take_suggested(world: World, client: Client) -> tuple[date, dict[str, str]]:
    """The suggested date and what pressing its button sends."""
    response = client.get(world.deal_url)
    page = response.context["page"]
    assert f'action="{world.deal_url}edit/"' in response.content.decode().split('class="row take"')[1]
    return page.win_date.middle, {"target_on": page.win_date.middle.isoformat(), "version": str(page.deal.version)}


def test_the_suggested_date_is_taken_with_one_press(world: World) -> None:
    explain_forecast(world)
    client, before = world.client(world.alice), world.deal.target_on
    day, data = take_suggested(world, client)
    assert client.post(world.deal_url + "edit/", data).headers["Location"] == world.deal_url
    world.deal.refresh_from_db()
    assert (world.deal.target_on, world.deal.first_target_on) == (day, before)
    row = FieldChange.objects.for_object(world.org.id, "deal", world.deal.id).with_text().get(field="target_on")
    assert (row.new_value, row.author) == (day.isoformat(), world.alice.name)
    page = client.get(world.deal_url)
    assert not page.context["page"].can_take_date, "it is the target date now"
    assert 'class="row take"' not in page.content.decode()


def test_whoever_takes_the_date_second_is_told_and_whoever_may_not_sees_no_button(world: World) -> None:
    explain_forecast(world)
    client = world.client(world.alice)
    _day, data = take_suggested(world, client)
    edit_deal(world.deal, by=world.bob, changes={"target_on": latest(world.org).on + timedelta(days=9)})
    response = client.post(world.deal_url + "edit/", data)
    assert response.status_code == 409
    assert "Bob Lindqvist changed target date" in response.content.decode()
    for member in (
        make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran"),
        make_member(world.org, Role.CONTRIBUTOR, "Cara Duval"),
    ):
        reader = world.client(member)
        assert 'class="row take"' not in read(reader, world.deal_url)
        assert reader.post(world.deal_url + "edit/", data).status_code == 403
    assert 'class="row take"' not in read(client, f"{world.deal_url}?as_of={latest(world.org).on - timedelta(days=1)}")


def test_alerts_stand_on_the_page(world: World) -> None:
    explain_forecast(world)
    client = world.client(world.alice)
    client.post(world.deal_url + "people/", {"name": "Bruno Keller", "roles": ["champion"], "stance": "adversary"})
    Deal.objects.filter(pk=world.deal.pk).update(target_on=latest(world.org).on - timedelta(days=3))
    page = read(client, world.deal_url)
    assert "It went by 3 days ago." in page
    assert "Bruno Keller stands against it" in page


def acts_of(client: Client, url: str) -> dict[str, list[tuple[str, str]]]:
    page = client.get(url).context["page"]
    return {alert.kind: [(act.label, act.url) for act in alert.acts] for alert in page.alerts}


def test_each_alert_leads_to_where_it_is_taken_care_of(world: World) -> None:
    explain_forecast(world)
    on = latest(world.org).on
    client = world.client(world.alice)
    client.post(world.deal_url + "people/", {"name": "Bruno Keller", "roles": ["champion"], "stance": "adversary"})
    bruno = Stakeholder.objects.get(deal=world.deal)
    soon = on - timedelta(days=load_playbook(world.deal.playbook).evidence_item("fit_confirmed").expiry_days or 0)
    add_evidence(
        world.deal, by=world.alice, key="fit_confirmed", strength=Strength.DOCUMENTED, occurred_on=soon + timedelta(3)
    )
    long_ago = timezone.now() - timedelta(days=400)
    Deal.objects.filter(pk=world.deal.pk).update(target_on=on - timedelta(days=3), opened_at=long_ago)
    assert acts_of(client, world.deal_url) == {
        "target": [],
        "adversary": [("Write the plan", f"{world.deal_url}?do=person&person={bruno.id}")],
        "progress": [("See what Discovery asks for", "#path-title")],
        "idle": [("Put it on record", f"{world.deal_url}?do=evidence")],
        "expiry": [("Refresh", f"{world.deal_url}?do=evidence&key=fit_confirmed")],
    }
    page = read(client, world.deal_url)
    alerts = page.split('id="alerts-title"')[1].split("</section>")[0]
    assert f'action="{world.deal_url}edit/"' in alerts, "the suggested date is one press away"
    assert 'id="path-title"' in page
    for _label, url in [act for acts in acts_of(client, world.deal_url).values() for act in acts]:
        assert client.get(url if url.startswith("/") else world.deal_url).status_code == 200
    reader = world.client(make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran"))
    assert [label for acts in acts_of(reader, world.deal_url).values() for label, _url in acts] == [
        "See what Discovery asks for"
    ]
    assert "edit/" not in read(reader, world.deal_url).split('id="alerts-title"')[1].split("</section>")[0]


def test_without_a_forecast_an_old_date_leads_to_its_field(world: World) -> None:
    Deal.objects.filter(pk=world.deal.pk).update(target_on=latest(world.org).on - timedelta(days=3))
    client = world.client(world.alice)
    ((label, url),) = acts_of(client, world.deal_url)["target"]
    assert (label, url) == ("Change the target date", f"{world.deal_url}?edit=target#edit-target")
    assert '<details class="edit" open>' in read(client, url)
    assert '<details class="edit" open>' not in read(client, world.deal_url)


def test_a_fallen_pace_and_an_open_door_lead_to_the_step_and_to_the_move() -> None:
    playbook = load_playbook("landmark/2026.1")
    door = Door("discovery", "Discovery", "forward", (), is_allowed=True)

    def link(**query: str) -> str:
        return "?" + urlencode(query)

    reach = Reach(link, door, (), can_edit=True, can_add_evidence=True, can_take_date=False)
    found = (Alert("progress", days=40, limit=12), Alert("momentum", days=1, limit=6))
    told = tell_alerts(found, playbook, "en", reach)
    assert [(act.label, act.url) for alert in told for act in alert.acts] == [
        ("Move to Discovery", "?do=move&to=discovery"), ("Agree the next step", "?do=step"),
    ]  # fmt: skip
    assert not [
        act for alert in tell_alerts(found, playbook, "en", replace(reach, can_edit=False)) for act in alert.acts
    ]


def test_the_reasons_cost_one_query_more_and_edits_another(world: World, django_assert_num_queries: Any) -> None:
    explain_forecast(world)
    client = world.client(world.alice)
    client.get(world.deal_url)
    with django_assert_num_queries(QUERIES + 2):
        client.get(world.deal_url)


def test_each_part_says_what_was_known_of_it(world: World) -> None:
    """A minus beside a milestone is a gap, not a fault of the milestone."""
    on = latest(world.org).on
    prove(world.deal, world.alice, "fit_confirmed")
    explain_forecast(world)
    DealAttribute.objects.create(deal=world.deal, key="revenue", value="217000000")
    keys = (
        "milestone:fit_confirmed", "milestone:sponsor_committed", "milestone:stage:qualification",
        "milestone:stage:solution", "attribute:revenue", "attribute:industry", "moved_dates", "calendar",
        "cohort",
    )  # fmt: skip
    stored = {"by": (on + timedelta(days=38)).isoformat(), "base": 0.12, "p_won": 0.3}
    facts = {}
    for key in keys:
        DealForecast.objects.filter(deal=world.deal).update(contributions={**stored, "parts": [[key, 0.18]]})
        (part,) = world.client(world.alice).get(world.deal_url).context["page"].chances.parts
        facts[key] = part.fact
    today = format_day(on, year_of=on)
    assert list(facts.values()) == [
        today, "not on record", today, "not yet", "217,000,000", "not filled in", "0 times", "38 days left",
        format_day(timezone.localtime(world.deal.opened_at).date(), year_of=on),
    ]  # fmt: skip
    assert part.label == "When it was opened"
    page = read(world.client(world.alice), world.deal_url)
    assert f"from 12 % for a typical open deal to 30 % by {format_day(on + timedelta(days=38), year_of=on)}" in page


def test_what_the_model_did_not_know_yet_is_told_as_recorded_since(world: World) -> None:
    explain_forecast(world)
    FittedModel.objects.filter(org=world.org).update(as_of=latest(world.org).on - timedelta(days=1))
    prove(world.deal, world.alice, "fit_confirmed")
    first = world.client(world.alice).get(world.deal_url).context["page"].chances.parts[0]
    assert (first.label, first.fact) == ("Fit confirmed", "recorded since")


def test_a_moved_date_among_the_causes_says_from_when_to_when_and_who_moved_it(world: World) -> None:
    on = latest(world.org).on
    dates = [world.deal.target_on, on + timedelta(days=50), on + timedelta(days=70)]
    for day in dates[1:]:
        edit_deal(world.deal, by=world.alice, changes={"target_on": day})
    first, _between, last = (format_day(day, year_of=on) for day in dates)
    explain_forecast(world)
    (change,) = world.client(world.alice).get(world.deal_url).context["page"].changes
    row = next(row for row in change.rows if row.label == "Target date moved")
    assert row.note == f"{first} → {last} · {world.alice.name}, {format_day(on, year_of=on)}"


def test_a_forecast_made_again_on_the_same_day_adds_no_empty_line(world: World) -> None:
    explain_forecast(world)
    row = DealForecast.objects.get(deal=world.deal)
    again = {"against": ["last"], "since": latest(world.org).on.isoformat(), "from": 0.3, "to": 0.3, "causes": []}
    told = {**row.explanation, "changes": [*row.explanation["changes"], again]}
    DealForecast.objects.filter(pk=row.pk).update(explanation=told)
    (change,) = world.client(world.alice).get(world.deal_url).context["page"].changes
    assert change.points == "+6"


def test_milestones_that_hardly_any_deal_had_are_named_and_given_no_number(world: World) -> None:
    explain_forecast(world)
    row = DealForecast.objects.get(deal=world.deal)
    told = {**row.explanation, "unseen": ["contract_signed", "decision_in_writing"]}
    DealForecast.objects.filter(pk=row.pk).update(explanation=told)
    client = world.client(world.alice)
    said = (
        "Too few past deals had Contract signed, Decision in writing on record: what they go with cannot be told yet."
    )
    assert said in read(client, world.deal_url)
    assert len(client.get(world.deal_url).context["page"].steps.rows) == 2
    DealForecast.objects.filter(pk=row.pk).update(explanation={**told, "steps": []})
    page = read(client, world.deal_url)
    assert said in page
    assert "Deals that had one of these milestones" not in page


def test_evidence_that_ends_today_asks_for_today() -> None:
    reach = Reach(
        lambda **query: "?" + urlencode(query), None, (), can_edit=False, can_add_evidence=False, can_take_date=False
    )
    found = (Alert("expiry", days=0, names=("fit_confirmed",)), Alert("expiry", days=2, names=("fit_confirmed",)))
    today, soon = (alert.words for alert in tell_alerts(found, load_playbook("landmark/2026.1"), "en", reach))
    assert "ask again today" in today
    assert "within 2 days" in soon
