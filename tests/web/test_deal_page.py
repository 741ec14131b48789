"""The deal page: what it says to whom, on which day, and at what cost."""

from datetime import timedelta
from typing import Any

from landmark.buying.sample_discovery import fill_sample as fill_discovery
from landmark.buying.sample_people import fill_sample as fill_people
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput, OverrideInput
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from landmark.plans.sample import fill_sample as fill_plan
from landmark.playbook.schema import Strength
from tests.factories import make_member, make_pipeline, open_discovery_gate, prove
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

QUERIES = 24
"""Of a deal that has just begun: a part of the room nothing was entered in asks nothing."""
QUERIES_OF_ALL = 36
"""Of a deal with people, discovery and a plan: one for each of their tables."""


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


def test_the_timeline_marks_strength_expiry_and_what_was_imported(world: World) -> None:
    prove(world.deal, world.alice, "qualification_call")
    long_ago = latest(world.org).on - timedelta(days=500)
    add_evidence(world.deal, by=world.alice, key="fit_confirmed", strength=Strength.CLAIMED, occurred_on=long_ago)
    page = read(world.client(world.alice), world.deal_url)
    assert "asks to be refreshed since" in page
    assert ">Refresh<" in page
    assert "claimed by us" in page


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
