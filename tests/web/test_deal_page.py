"""The deal page: what it says, what its forms do, how a refusal helps, who was faster."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from landmark.buying.sample_discovery import fill_sample as fill_discovery
from landmark.buying.sample_people import fill_sample as fill_people
from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput, OverrideInput
from landmark.deals.models import Deal, DealAttribute, Override, Promise, StageMove, Stakeholder
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from landmark.outlook.curves import pack_curves
from landmark.outlook.models import DealForecast, FittedModel
from landmark.plans.sample import fill_sample as fill_plan
from landmark.playbook.schema import Strength
from landmark.ui.formats import format_day
from tests.factories import make_member, make_pipeline, open_discovery_gate, prove
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

QUERIES = 24
"""Of a deal that has just begun: a part of the room nothing was entered in asks nothing."""
QUERIES_OF_ALL = 36
"""Of a deal with people, discovery and a plan: one for each of their tables."""


def move_data(world: World, to: str, **more: str) -> dict[str, str]:
    world.deal.refresh_from_db()
    return {
        "to": to, "note": "They asked for the next meeting.", "version": str(world.deal.version),
        "step_text": "Hold discovery", "step_owner": "Alice Moretti",
        "step_due_on": (latest(world.org).on + timedelta(days=5)).isoformat(), **more,
    }  # fmt: skip


def test_the_page_says_where_the_deal_stands_and_what_is_missing(world: World) -> None:
    page = read(world.client(world.alice), world.deal_url)
    for words in ("Exception desk", "Birch Freight", "€84,000", "Book the discovery meeting", "in 7 days",
                  "Fit and access", "They fit.", "Nothing says yet that this account fits our profile.",
                  "3 items short of Discovery", "playbook landmark/2026.1"):  # fmt: skip
        assert words in page
    assert f'href="{world.deal_url}?do=evidence&amp;key=fit_confirmed' in page


def test_a_gate_that_is_met_shows_its_proof_and_strength(world: World) -> None:
    open_discovery_gate(world.deal, world.alice)
    page = read(world.client(world.alice), world.deal_url)
    assert "ready for Discovery" in page
    assert "stated by the buyer" in page
    assert "fit_confirmed · Bruno Keller" in page


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


def test_the_timeline_marks_strength_expiry_and_what_was_imported(world: World) -> None:
    prove(world.deal, world.alice, "qualification_call")
    long_ago = latest(world.org).on - timedelta(days=500)
    add_evidence(world.deal, by=world.alice, key="fit_confirmed", strength=Strength.CLAIMED, occurred_on=long_ago)
    page = read(world.client(world.alice), world.deal_url)
    assert "asks to be refreshed since" in page
    assert ">Refresh<" in page
    assert "claimed by us" in page


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


def test_an_imported_deal_shows_its_gate_debt_and_blocks_nothing(world: World) -> None:
    deal = make_pipeline(world.org, [world.alice], 3)[2]
    page = read(world.client(world.alice), world.url(f"deals/{deal.id}/"))
    assert "unverified · 11 to prove" in page
    assert "Nothing is blocked; work them off one by one" in page


def test_a_later_stage_shows_the_days_spent_and_a_closed_deal_its_end(world: World) -> None:
    step = NextStepInput("Go on", "Alice Moretti", latest(world.org).on + timedelta(days=3))
    override = OverrideInput("fit_and_access", "For the test", latest(world.org).on + timedelta(days=3))
    move_deal(world.deal, by=world.alice, to_stage="discovery", note="On", next_step=step, overrides=[override])
    client = world.client(world.alice)
    assert "Still owed: 3 items" in read(client, world.deal_url)
    move_deal(world.deal, by=world.alice, to_stage="lost", note="Gone", reason="rival")
    page = read(client, world.deal_url)
    assert "They chose someone else" in page
    assert "Next step" not in page.split("</header>", 2)[2].split("<dialog", 1)[0]


def test_an_earlier_day_is_read_only(world: World) -> None:
    day = latest(world.org).on - timedelta(days=2)
    page = read(world.client(world.alice), f"{world.deal_url}?as_of={day}")
    assert "?do=" not in page
    assert world.client(world.alice).get(f"{world.deal_url}?as_of={day}&do=move").status_code == 403


def test_queries_are_fixed(world: World, django_assert_num_queries: Any) -> None:
    make_forecast(world.org)
    client = world.client(world.alice)
    client.get(world.deal_url)
    with django_assert_num_queries(QUERIES):
        client.get(world.deal_url)
    prove(world.deal, world.alice, "qualification_call", "fit_confirmed", "criteria_known", "discovery_held")
    open_discovery_gate(world.deal, world.alice)
    with django_assert_num_queries(QUERIES):
        client.get(world.deal_url)


def test_queries_of_a_deal_with_much_around_it(world: World, django_assert_num_queries: Any) -> None:
    make_forecast(world.org)
    for fill in (fill_people, fill_discovery, fill_plan):
        fill(world.deal, "yes_but", by=world.alice)
    client = world.client(world.alice)
    client.get(world.deal_url)
    with django_assert_num_queries(QUERIES_OF_ALL):
        page = read(client, world.deal_url)
    for part in ("People", "Discovery", "Plan", "Qualification", "Documents"):
        assert f'">{part}</a><span class="state">' in page


def test_the_parts_of_the_room_follow_the_path(world: World) -> None:
    page = read(world.client(world.alice), world.deal_url)
    order = [page.index(f'id="{name}-title"') for name in ("next", "path", "room", "evidence")]
    assert order == sorted(order)
    assert 'href="' + world.deal_url + 'discovery/call/"' in page


def test_a_reader_sees_the_next_thing_of_each_part_and_no_button(world: World) -> None:
    page = read(world.client(make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran")), world.deal_url)
    assert "Prepare the call: 5 questions are open" in page
    assert "After a call" not in page.split('id="next-title"')[1].split("</section>")[0]


def test_older_evidence_waits_behind_a_press(world: World) -> None:
    keys = ("qualification_call", "fit_confirmed", "criteria_known", "discovery_held", "budget_confirmed",
            "short_listed", "terms_grasped", "nda_in_hand")  # fmt: skip
    prove(world.deal, world.alice, *keys)
    page = read(world.client(world.alice), world.deal_url)
    assert "2 earlier pieces" in page
    assert page.count('<li class="buyer">') + page.count('<li class="documented">') >= 8


def test_a_new_deal_needs_its_name_only(world: World) -> None:
    client = world.client(world.alice)
    assert client.post(world.url("new/"), {"name": ""}).status_code == 422
    response = client.post(world.url("new/"), {"name": "Shift planning"})
    deal = Deal.objects.get(name="Shift planning")
    assert response.headers["Location"] == world.url(f"deals/{deal.id}/")
    assert deal.owner == world.alice


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
    assert "Of 40 similar deals, 14 were won within 38 days." in page
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


def test_alerts_stand_on_the_page(world: World) -> None:
    explain_forecast(world)
    client = world.client(world.alice)
    client.post(world.deal_url + "people/", {"name": "Bruno Keller", "roles": ["champion"], "stance": "adversary"})
    Deal.objects.filter(pk=world.deal.pk).update(target_on=latest(world.org).on - timedelta(days=3))
    page = read(client, world.deal_url)
    assert "It went by 3 days ago." in page
    assert "Bruno Keller stands against it" in page


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
    ]  # fmt: skip
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
