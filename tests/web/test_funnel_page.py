"""Funnel page: stages with open deals censored, steps beside their benchmark, flags explained, what-if, freeze."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from landmark.deals.models import Deal, DealAttribute
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from landmark.outlook.models import FittedModel, FlagNote, StageFreeze
from tests.apps.outlook.company import add_deal, day
from tests.factories import make_deal, make_member, make_pipeline
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

QUERIES = 25


def test_the_page_says_what_it_can_and_cannot_measure(world: World) -> None:
    page = read(world.client(world.alice), world.url("forecast/funnel/"))
    for words in ("From each stage to won", "Leads are not kept here yet", "playbook", "No deal has ended yet",
                  "Bring in the last 60 to 90 days", "What if a definition changed?"):  # fmt: skip
        assert words in page
    assert "style=" not in page


def test_queries_do_not_grow(world: World, django_assert_max_num_queries: Any) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 60)
    make_forecast(world.org)
    client = world.client(world.alice)
    with django_assert_max_num_queries(QUERIES):
        client.get(world.url("forecast/funnel/"))


def test_every_count_of_the_week_is_the_count_of_its_table(world: World) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 40)
    client = world.client(world.alice)
    page = client.get(world.url("forecast/funnel/")).context["page"]
    for fact in page.week:
        if fact.url.startswith("/"):
            rows = client.get(fact.url).context["pipeline"].rows
            assert len(rows) == fact.count, fact.label
    assert page.week[0].count == 10


def test_what_if_shows_the_effect_and_writes_nothing(world: World) -> None:
    make_deal(world.alice, "Second", amount=16_000)
    before = list(Deal.objects.values())
    client = world.client(world.alice)
    page = client.get(world.url("forecast/funnel/?what=percent&stage=qualification&value=28")).context["page"]
    assert page.what_if.sentence == "2 open deals would be touched."
    assert page.what_if.sums == (("€18,000", "€28,000", "€10,000"),)
    part = client.get(
        world.url("forecast/funnel/?what=evidence&stage=qualification&proof=fit_confirmed&strength=buyer"),
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "held in Qualification" in part
    assert "<html" not in part
    assert list(Deal.objects.values()) == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=percent&stage=qualification&value=many", "Write a number"),
        ("what=percent&stage=qualification&value=NaN", "Write a number"),
        ("what=percent&stage=qualification&value=101", "between 0 and 100"),
        ("what=days&stage=qualification&value=1.5", "whole days"),
        ("what=days&stage=nowhere&value=1", "Choose a stage"),
        ("what=evidence&stage=qualification&proof=nothing&strength=buyer", "Choose which proof"),
        ("what=days&stage=qualification&value=1", "No open deal would be touched"),
    ],
)
def test_what_if_answers_nonsense_kindly(world: World, query: str, said: str) -> None:
    assert said in read(world.client(world.alice), world.url(f"forecast/funnel/?{query}"))


def test_sales_operations_hold_percentages_and_let_them_go(world: World) -> None:
    ops = make_member(world.org, Role.SALES_OPERATIONS, "Olga Brandt")
    client, today = world.client(ops), latest(world.org).on
    url = world.url("forecast/funnel/freeze/")
    until = (today + timedelta(days=90)).isoformat()
    client.post(url, {"act": "freeze", "until_on": until, "reason": "New definitions"})
    page = read(client, world.url("forecast/funnel/"))
    assert "by Olga Brandt" in page
    assert "held" in page
    client.post(url, {"act": "lift"})
    assert StageFreeze.objects.get().ended_by == ops
    assert "Hold them" in read(client, world.url("forecast/funnel/"))
    client.post(url, {"act": "freeze", "until_on": "soon"})
    client.post(url, {"act": "freeze", "until_on": (today - timedelta(days=1)).isoformat()})
    assert StageFreeze.objects.count() == 1
    assert world.client(world.bob).post(url, {"act": "lift"}).status_code == 403


def test_a_stalled_deal_is_explained_and_rests(world: World) -> None:
    long_ago = latest(world.org).on - timedelta(days=45)
    Deal.objects.filter(pk=world.deal.pk).update(
        stage_entered_at=world.deal.stage_entered_at - timedelta(days=45),
        opened_at=world.deal.opened_at - timedelta(days=45),
    )
    client = world.client(world.alice)
    url = world.url("forecast/funnel/")
    page = client.get(url).context["page"]
    assert [(one.key, one.count) for one in page.flags] == [("ageing", 1), ("stalled", 1), ("date", 0)]
    assert long_ago is not None
    explain = f"{world.deal_url}explain/"
    client.post(explain, {"kind": "stalled", "note": "They are closed for the summer."})
    page = client.get(url).context["page"]
    assert [(one.key, one.count) for one in page.flags] == [("ageing", 1), ("stalled", 0), ("date", 0)]
    assert "closed for the summer" in read(client, url)
    client.post(explain, {"kind": "stalled", "note": " "})
    client.post(explain, {"kind": "weather", "note": "Rain"})
    assert FlagNote.objects.count() == 1
    reader = make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran")
    assert world.client(reader).post(explain, {"kind": "stalled", "note": "No"}).status_code == 403


def test_the_share_to_won_and_the_plain_one_stand_side_by_side(world: World) -> None:
    today = (timezone.now() - day(0)) / timedelta(days=1)
    for days, end in ((40, "won"), (30, "lost"), (20, "lost")):
        add_deal(world.org, moves=[(today - days, "qualification"), (today - 5, end)])
    assert "Of the 3 that have ended, plainly 33 % were won." in read(
        world.client(world.alice), world.url("forecast/funnel/")
    )


def test_steps_by_source_and_loss_reasons_of_an_export_stand_on_the_page(world: World) -> None:
    today = (timezone.now() - day(0)) / timedelta(days=1)
    way = [(today - 40, "qualification"), (today - 30, "discovery")]
    for number in range(24):
        end = [(today - 20, "commercial"), (today - 5, "won")] if number < 6 else [(today - 5, "lost")]
        deal = add_deal(world.org, moves=[*way, *end])
        DealAttribute.objects.create(deal=deal, key="LeadSource", value="Web" if number < 23 else "Fair")
        if number >= 6:
            DealAttribute.objects.create(deal=deal, key="Loss_Reason__c", value="Competitor" if number < 20 else "Tide")
    response = world.client(world.alice).get(world.url("forecast/funnel/"))
    page = response.content.decode()
    web, fair = response.context["page"].sources
    assert (web.source, web.won.rate, web.won.ended) == ("Web", "26 %", "23 ended")
    assert len(web.steps) == len(response.context["page"].source_steps) == 3
    assert fair.won.is_thin
    sources = page.split('data-chart="sources"')[1]
    assert "too few to say · 1 ended" in sources
    assert "Opening to won" in sources
    assert "Lost here: They chose someone else 14, Tide 4" in page
    table = b"".join(world.client(world.alice).get(world.url("forecast/funnel/charts/sources.csv")))
    assert b"Web" in table


def test_what_won_deals_have_and_lost_ones_lack(world: World) -> None:
    model = make_forecast(world.org)
    row = {
        "milestone": "sponsor_committed", "share_with": 0.6, "share_without": 0.3, "odds": 3.5, "low": 2.0, "high": 6.1,
        "deals_with": 80, "deals_without": 120,
    }  # fmt: skip
    FittedModel.objects.filter(pk=model.pk).update(separation={"deals": 200, "rows": [row]})
    page = read(world.client(world.alice), world.url("forecast/funnel/"))
    for words in ("Executive sponsor", "2.0–6.1", "80 · 120", "on 200 ended deals"):
        assert words in page
    FittedModel.objects.filter(pk=model.pk).update(separation={"deals": 12, "rows": []})
    assert "No milestone has 15 ended deals" in read(world.client(world.alice), world.url("forecast/funnel/"))
