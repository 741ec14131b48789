"""Board and table: what a card says, what a filter leaves, sums over all, a fixed number of queries."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal, NextStep
from landmark.orgs.as_of import latest
from landmark.orgs.models import Organisation
from landmark.orgs.roles import Role
from landmark.outlook.curves import pack_curves
from landmark.outlook.models import DealForecast, FittedModel, StageAge
from landmark.outlook.periods import next_period, period_containing
from tests.factories import make_deal, make_member, make_org, make_pipeline, make_team, open_discovery_gate
from tests.web.conftest import World

QUERIES_BOARD, QUERIES_TABLE = 16, 13


def make_forecast(org: Organisation, p_won: float = 0.62, report: dict[str, Any] | None = None) -> FittedModel:
    """A stored forecast in which every open deal is won with ``p_won`` from tomorrow on, and lost with 0.1."""
    model = FittedModel.objects.create(
        org=org, as_of=latest(org).on, level="full", reason="Made for a test.", playbook=org.playbook,
        model_version="1", input_hash="0", parameters={}, report=report or {}, read_at=timezone.now(), is_ready=True,
    )  # fmt: skip
    won, lost = pack_curves(np.full((1, 365), p_won))[0], pack_curves(np.full((1, 365), 0.1))[0]
    DealForecast.objects.bulk_create(
        DealForecast(model=model, deal=deal, won=won, lost=lost, stage_percent=0.4)
        for deal in Deal.objects.of(org).open()
    )
    StageAge.objects.create(model=model, stage="qualification", median_days=8, p75_days=12, count=90)
    return model


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_card_says_value_next_step_score_gate_and_age(world: World) -> None:
    make_forecast(world.org)
    page = read(world.client(world.alice), world.url("board/"))
    for words in ("Birch Freight", "Exception desk", "€84K", "Book the discovery meeting", "Score 62", "day 0"):
        assert words in page
    assert "3 items missing" in page


@pytest.mark.parametrize("view", ["board/", "table/"])
def test_a_score_tells_its_band_and_what_became_of_deals_like_it(world: World, view: str) -> None:
    by = latest(world.org).on + timedelta(days=40)
    stored = {"by": by.isoformat(), "base": 0.1, "p_won": 0.62, "parts": []}
    make_forecast(world.org).forecasts.update(contributions=stored, explanation={"similar": [40, 14, 0.26, 0.45]})
    page = read(world.client(world.alice), world.url(view))
    assert "likely between 26 % and 45 %. Won within 40 days: 14 of 40 similar deals." in page


def test_a_deal_that_meets_its_gate_is_ready_in_words(world: World) -> None:
    open_discovery_gate(world.deal, world.alice)
    assert "ready for Discovery" in read(world.client(world.alice), world.url("board/"))


def test_an_imported_deal_is_unverified_and_says_how_much_is_to_prove(world: World) -> None:
    make_pipeline(world.org, [world.alice], 5)
    page = read(world.client(world.alice), world.url("board/"))
    assert "unverified · 3 to prove" in page


def test_no_next_step_and_a_late_one_are_warned_about(world: World) -> None:
    yesterday = latest(world.org).on - timedelta(days=1)
    NextStep.objects.filter(deal=world.deal).update(due_on=yesterday)
    other = make_deal(world.alice, "No plan")
    other.next_steps.all().delete()
    page = read(world.client(world.alice), world.url("board/"))
    assert "1 day late" in page
    assert "No next step" in page
    assert "2 have no next step or a late one" in page


def test_age_is_measured_against_the_stage_s_own_three_quarters(world: World) -> None:
    make_forecast(world.org)
    make_pipeline(world.org, [world.alice], 31)
    page = read(world.client(world.alice), world.url("table/?stage=qualification"))
    assert "three deals in four leave it within 12 days" in page


def test_the_score_counts_to_the_end_of_the_period_in_view(world: World) -> None:
    model = make_forecast(world.org)
    curve = np.concatenate([np.full(41, 0.2), np.full(324, 0.7)])
    DealForecast.objects.filter(model=model).update(won=pack_curves(curve[None])[0])
    client = world.client(world.alice)
    this, following = read(client, world.url("board/")), read(client, world.url(f"board/?period={_next_key(world)}"))
    days_left = _days_left(world)
    assert f"Score {20 if days_left <= 41 else 70}:" in this
    assert "Score 70:" in following


def _days_left(world: World) -> int:
    on = latest(world.org).on
    return (period_containing(world.org, on).ends_on - on).days


def _next_key(world: World) -> str:
    return next_period(period_containing(world.org, latest(world.org).on)).key


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=birch", "Exception desk", "Route planning"),
        ("q=ROUTE cedar", "Route planning", "Exception desk"),
        ("owner={bob}", "Route planning", "Exception desk"),
        ("team=South", "Route planning", "Exception desk"),
        ("flag=no_step", "Route planning", "Exception desk"),
    ],
)
def test_filters_stand_in_the_address(world: World, query: str, shown: str, hidden: str) -> None:
    bob = make_member(world.org, Role.REPRESENTATIVE, "Bea South", make_team(world.org, "South"))
    other = make_deal(bob, "Route planning", account_name="Cedar Clinics")
    other.next_steps.all().delete()
    client = world.client(world.alice)
    for view in ("board/", "table/"):
        page = read(client, world.url(f"{view}?{query.format(bob=bob.id)}"))
        body = page[page.index("2 deals shown" if "2 deals shown" in page else "1 deal shown") :]
        assert shown in body
        assert hidden not in body


def test_a_filter_that_matches_nothing_offers_to_clear_it(world: World) -> None:
    assert "No deal matches this filter" in read(world.client(world.alice), world.url("board/?q=zzz"))


def test_sums_take_in_every_deal_though_only_some_cards_are_shown(world: World) -> None:
    make_pipeline(world.org, [world.alice], 250)
    make_forecast(world.org, 0.5)
    response = world.client(world.alice).get(world.url("board/"))
    columns = response.context["columns"]
    assert sum(column.totals.count for column in columns) == 251
    amounts = Deal.objects.of(world.org).values_list("amount", flat=True)
    assert sum(column.totals.amount for column in columns) == sum(amounts)
    assert abs(sum(column.totals.expected for column in columns) - sum(amounts) / 2) < Decimal(200)
    assert all(len(column.cards) == 20 and column.hidden >= 30 for column in columns[:5])
    more = world.client(world.alice).get(world.url("board/?more=solution")).context["columns"][2]
    assert len(more.cards) == 50
    assert more.hidden == 0


def test_deals_in_another_currency_stay_out_of_the_sums(world: World) -> None:
    make_deal(world.alice, "Across the water", amount=1000, currency="USD")
    response = world.client(world.alice).get(world.url("board/"))
    assert response.context["pipeline"].totals.amount == Decimal(84_000)
    assert "1 deal in another currency is not in the sums" in response.content.decode()


def test_paused_deals_stand_apart(world: World) -> None:
    day = latest(world.org).on + timedelta(days=30)
    move_deal(world.deal, by=world.alice, to_stage="paused", note="Budget frozen", reason="date", reopen_on=day)
    columns = world.client(world.alice).get(world.url("board/")).context["columns"]
    assert columns[-1].is_paused
    assert columns[-1].totals.count == 1


@pytest.mark.parametrize(("view", "pinned"), [("board/", QUERIES_BOARD), ("table/", QUERIES_TABLE)])
def test_queries_do_not_grow_with_the_pipeline(
    world: World, django_assert_num_queries: Any, view: str, pinned: int
) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 60)
    make_forecast(world.org)
    client = world.client(world.alice)
    client.get(world.url(view))
    with django_assert_num_queries(pinned):
        client.get(world.url(view))
    FittedModel.objects.all().delete()
    make_pipeline(world.org, [world.alice, world.bob], 240)
    make_forecast(world.org)
    with django_assert_num_queries(pinned):
        client.get(world.url(view))


@pytest.mark.parametrize(
    ("sort", "first"),
    [("amount", "Big"), ("-amount", "Small"), ("name", "Small"), ("-name", "Big"), ("score; DROP", "Big")],
)
def test_the_table_sorts_both_ways_and_shrugs_at_nonsense(db: None, sort: str, first: str) -> None:
    org = make_org()
    alice = make_member(org)
    make_deal(alice, "Big", account_name="Zeta", amount=900)
    make_deal(alice, "Small", account_name="Alpha", amount=100)
    make_forecast(org)
    client = Client()
    assert alice.user is not None
    client.force_login(alice.user)
    response = client.get(f"/alder/table/?sort={sort}")
    assert response.context["rows"][0].name == first


def test_the_file_holds_every_matching_row_and_no_formula(world: World) -> None:
    make_deal(world.alice, "=HYPERLINK(1)", account_name="@evil")
    response = world.client(world.alice).get(world.url("table.csv"))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["Deal"] for row in rows} == {"Exception desk", "'=HYPERLINK(1)"}
    assert {row["Account"] for row in rows} == {"Birch Freight", "'@evil"}
    assert response["Content-Disposition"].endswith('.csv"')


def alert(deal: Deal, kinds: str) -> None:
    DealForecast.objects.filter(deal=deal).update(alerts=kinds)


def test_alerts_are_counted_on_cards_and_rows_with_their_words(world: World) -> None:
    make_deal(world.alice, "Quiet enough")
    make_forecast(world.org)
    alert(world.deal, "target,idle")
    client = world.client(world.alice)
    for view in ("board/", "table/"):
        page = read(client, world.url(view))
        assert page.count('class="alert-count"') == 1
        assert "2 alerts on Exception desk:" in page
        assert "The target date has passed or is unlikely: agree a new one." in page
        assert "Nothing on record for over three weeks: ask whether it still lives." in page
        assert f'href="{world.deal_url}#alerts-title"' in page
    text = b"".join(client.get(world.url("table.csv")).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["Deal"]: row["Alerts"] for row in csv.DictReader(io.StringIO(text))}
    assert rows["Quiet enough"] == ""
    assert rows["Exception desk"].startswith("The target date")


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("any", {"Exception desk", "Route planning"}),
        ("idle", {"Exception desk", "Route planning"}),
        ("expiry", {"Route planning"}),
        ("target&flag=no_step", {"Exception desk"}),
        ("nonsense", {"Exception desk", "Route planning", "All is well"}),
    ],
)
def test_deals_are_asked_for_by_alert(world: World, asked: str, names: set[str]) -> None:
    other = make_deal(world.alice, "Route planning")
    make_deal(world.alice, "All is well")
    world.deal.next_steps.all().delete()
    make_forecast(world.org)
    alert(world.deal, "target,idle")
    alert(other, "idle,expiry")
    for view in ("board/", "table/"):
        response = world.client(world.alice).get(world.url(f"{view}?alert={asked}"))
        pipeline = response.context["pipeline"]
        assert {row.name for row in pipeline.rows} == names
        offered = {value: count for value, _label, count in pipeline.alerts}
        whole = "flag" not in asked
        assert offered == (
            {"any": 2, "target": 1, "idle": 2, "expiry": 1} if whole else {"any": 1, "target": 1, "idle": 1}
        )
    assert 'value="idle" selected' in read(world.client(world.alice), world.url("board/?alert=idle"))


def test_no_forecast_offers_no_filter_by_alert(world: World) -> None:
    assert 'name="alert"' not in read(world.client(world.alice), world.url("board/"))


def test_the_table_puts_most_alerts_first(world: World) -> None:
    other = make_deal(world.alice, "Route planning")
    make_forecast(world.org)
    alert(other, "idle,expiry")
    rows = world.client(world.alice).get(world.url("table/?sort=alerts")).context["rows"]
    assert rows[0].name == "Route planning"


def test_an_empty_board_offers_the_import_to_those_who_may(db: None) -> None:
    org = make_org()
    for role, offered in ((Role.MANAGER, True), (Role.REPRESENTATIVE, False)):
        member = make_member(org, role, f"Some {role}")
        client = Client()
        assert member.user is not None
        client.force_login(member.user)
        page = read(client, "/alder/board/")
        assert "Bring your pipeline" in page
        assert ('href="/alder/import/"' in page) is offered


def test_an_earlier_day_is_announced_kept_in_links_and_shows_what_was_known(world: World) -> None:
    day = latest(world.org).on - timedelta(days=3)
    page = read(world.client(world.alice), world.url(f"board/?as_of={day}"))
    assert "You are looking at" in page
    assert f'href="{world.url(f"forecast/?as_of={day}")}"' in page
    assert "No deal was open on this day" in page
    assert "?do=move" not in page
    assert f'href="{world.url("new/")}"' not in page


def test_data_that_ends_earlier_than_today_is_announced(world: World) -> None:
    Organisation.objects.filter(pk=world.org.pk).update(data_until=latest(world.org).on - timedelta(days=40))
    assert "Your data ends on" in read(world.client(world.alice), world.url("board/"))


def test_a_changed_filter_brings_the_pipeline_alone(world: World) -> None:
    headers = {"HX-Request": "true", "HX-Target": "pipeline"}
    response = world.client(world.alice).get(world.url("board/"), headers=headers)
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_only_those_who_may_are_offered_to_move_a_card(world: World) -> None:
    reader = make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran")
    other = make_member(world.org, Role.REPRESENTATIVE, "Cara Duval")
    for member, offered in ((world.alice, True), (world.bob, True), (reader, False), (other, False)):
        assert ("data-move-url" in read(world.client(member), world.url("board/"))) is offered
