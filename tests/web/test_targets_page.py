"""Targets page: the method's stack recomputed from a form, its warnings, publishing that locks, progress."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from landmark.cadence.models import TargetPlan
from landmark.cadence.rates import read_rates
from landmark.cadence.setting_actions import set_quota
from landmark.cadence.target_plans import read_aimed
from landmark.deals.models import Deal
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.outlook.periods import next_period, period_containing
from landmark.ui.formats import format_percent
from tests.factories import make_member, make_pipeline
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

QUERIES = 27
FORM: dict[str, Any] = {
    "amount": "1200000", "deal_size": "60000", "low_0": "80", "low_1": "70", "low_2": "35", "overall": "20",
    "role_outbound": "60", "role_inbound": "40", "leading": ["coverage", "last_step"], "coverage": "3",
    "last_step": "35", "define_qualified": "Fits, and names a date", "define_booked": "Signed, start and terms set",
    "define_stage_entry": "The door is passed", "yes_controllable": "yes", "reason_controllable": "We work on both",
    "yes_diagnostic": "yes", "reason_diagnostic": "Each points to a step", "yes_consistent": "yes",
    "reason_consistent": "Checked last week",
}  # fmt: skip


@pytest.fixture
def ops(world: World) -> Member:
    return make_member(world.org, Role.SALES_OPERATIONS, "Olga Brandt")


def send(client: Client, world: World, act: str, **changes: Any) -> Any:
    return client.post(world.url("forecast/targets/"), {**FORM, "act": act, **changes})


@pytest.mark.rule("1.2", "The form works out 20 58 82 103 and tells of the contradiction")
def test_1_2_the_form_works_out_20_58_82_103_and_tells_of_the_contradiction(world: World) -> None:
    response = world.client(world.alice).post(
        world.url("forecast/targets/"), {**FORM, "act": "work"}, headers={"HX-Request": "true"}
    )
    part = response.content.decode()
    assert [row.figure for row in response.context["worked"].rows] == ["103", "82", "58", "20"]
    assert [row.exact for row in response.context["worked"].rows] == ["102.04", "81.63", "57.14", "20"]
    assert "20.0 %, is not what the steps give: multiplied, 19.6 %" in part
    assert [(row.label, row.part) for row in response.context["worked"].roles] == [
        ("Outbound", "62"),
        ("Inbound", "41"),
    ]
    assert "<html" not in part
    assert TargetPlan.objects.count() == 0


def test_ranges_show_low_and_high(world: World) -> None:
    page = send(world.client(world.alice), world, "work", low_2="30", high_2="40").context["page"]
    assert page.worked.rows[0].figure == "90–120"
    assert any("ranges" in sentence for sentence in page.worked.warnings)


def test_a_whole_plan_is_published_and_locked(world: World, ops: Member) -> None:
    client = world.client(ops)
    team = str(world.alice.team_id)
    assert send(client, world, "publish", **{f"team_{team}": "1"}).status_code == 302
    plan = TargetPlan.objects.get()
    assert (plan.status, plan.published_by, plan.number) == ("published", ops, 1)
    page = read(world.client(world.alice), world.url("forecast/targets/"))
    for words in ("published on", "by Olga Brandt", "Where we stand", "€1.2M", "at least 3.0×", "North"):
        assert words in page
    assert send(client, world, "publish", amount="1300000").status_code == 302
    assert [(one.number, one.status) for one in TargetPlan.objects.order_by("number")] == [
        (1, "replaced"), (2, "published"),
    ]  # fmt: skip


def test_a_target_stands_beside_the_quotas_and_says_what_each_is(world: World, ops: Member) -> None:
    send(world.client(ops), world, "publish", **{f"team_{world.alice.team_id}": "1"})
    url, period = world.url("forecast/targets/"), period_containing(world.org, latest(world.org).on)
    assert "No team has a quota for this period." in read(world.client(world.bob), url)
    set_quota(by=world.bob, scope="team", scope_id=world.bob.team_id, period=period, amount=Decimal(930_000))
    page = read(world.client(world.bob), url)
    assert "Team quotas add up to €930K." in page
    assert f'href="{world.url("forecast/calls/quotas/")}?period={period.key}"' in page
    assert "Team quotas" not in read(world.client(world.alice), url)


def test_the_overview_measures_by_the_published_target_where_there_is_no_quota(world: World, ops: Member) -> None:
    """Both pages say the same of it: coverage, the model's number, the chance to reach it."""
    period = period_containing(world.org, latest(world.org).on)
    Deal.objects.filter(pk=world.deal.pk).update(target_on=period.ends_on, amount=Decimal(1_000_000))
    make_forecast(world.org, 0.6)
    send(world.client(ops), world, "publish", amount="800000")
    client = world.client(world.alice)
    overview = client.get(world.url(f"forecast/?period={period.key}"))
    quota = overview.context["page"].four.quota
    assert (quota.is_target, quota.amount, quota.missing, quota.aimed) == (True, 800_000, 800_000, 1_000_000)
    page = client.get(world.url("forecast/targets/")).context["page"]
    bookings, coverage = page.progress.measures[:2]
    assert coverage.now == "1.2×"
    assert f"{quota.coverage:.2f}" == "1.25"
    assert 0.5 < quota.chance < 0.7
    assert bookings.tone == "good", "less is won than time has gone, yet it is more likely to be reached than not"
    assert f"{format_percent(quota.chance)} likely to be reached" in bookings.words
    set_quota(by=make_member(world.org, Role.ADMINISTRATOR, "Ada Novak"), scope="org", scope_id=world.org.id,
              period=period, amount=Decimal(500_000))  # fmt: skip
    quota = client.get(world.url(f"forecast/?period={period.key}")).context["page"].four.quota
    assert (quota.is_target, quota.amount) == (False, 500_000)


def test_an_unlikely_target_is_warned_about_whatever_the_pace(world: World, ops: Member) -> None:
    make_forecast(world.org, 0.01)
    send(world.client(ops), world, "publish", amount="800000")
    bookings = world.client(world.alice).get(world.url("forecast/targets/")).context["page"].progress.measures[0]
    assert bookings.tone == "warn"


def test_coverage_of_an_earlier_day_counts_what_was_aimed_then(world: World) -> None:
    """The database's sum of the present is the sum deal by deal; paused deals and other currencies stand apart."""
    ends_on = latest(world.org).on + timedelta(days=60)
    make_pipeline(world.org, [world.alice], 12)
    Deal.objects.filter(name="Deal 3").update(currency="USD")
    rates = read_rates(world.org, latest(world.org))
    now = read_aimed(world.org, latest(world.org), ends_on, rates)
    one_by_one = replace(latest(world.org), is_latest=False)
    assert read_aimed(world.org, one_by_one, ends_on, rates) == now
    assert now.unconverted == 1
    assert now.amount > 0


def test_what_is_missing_is_said_and_nothing_is_lost(world: World, ops: Member) -> None:
    response = send(world.client(ops), world, "publish", define_booked="", yes_diagnostic="no", leading=["coverage"])
    page = response.content.decode()
    assert response.status_code == 422
    for words in ("Say what counts as booked", "Choose two figures to steer by", "A miss would not tell you",
                  "Checked last week"):  # fmt: skip
        assert words in page
    assert TargetPlan.objects.get().status == "draft"


def test_a_draft_is_kept_shown_and_dropped(world: World, ops: Member) -> None:
    client = world.client(ops)
    send(client, world, "save")
    page = client.get(world.url("forecast/targets/")).context["page"]
    assert page.form["amount"].value() == "1200000"
    assert page.form["overall"].value() == "20"
    send(client, world, "drop")
    assert TargetPlan.objects.count() == 0


@pytest.mark.parametrize("act", ["save", "publish", "drop"])
def test_only_sales_operations_and_administrators_set_targets(world: World, act: str) -> None:
    assert send(world.client(world.bob), world, act).status_code == 403
    assert TargetPlan.objects.count() == 0


@pytest.mark.parametrize(
    "change", [{"amount": "0"}, {"low_1": ""}, {"low_2": "nan"}, {"low_0": "120"}, {"high_2": "10"}, {"amount": "x\0"}]
)
def test_nonsense_is_marked_and_saves_nothing(world: World, ops: Member, change: dict[str, str]) -> None:
    refused = send(world.client(ops), world, "save", **change)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    assert send(world.client(ops), world, "work", **change).status_code == 200
    assert TargetPlan.objects.count() == 0


def test_figures_are_typed_and_shown_in_the_readers_way(world: World, ops: Member) -> None:
    client = world.client(ops)
    client.cookies["django_language"] = "it"
    typed = {"amount": "1.200.000", "deal_size": "60.000,00", "low_0": "80,5"}
    assert send(client, world, "save", **typed).status_code == 302
    form = client.get(world.url("forecast/targets/")).context["page"].form
    assert [form[name].value() for name in typed] == ["1200000", "60000", "80,5"]


def test_the_next_quarter_has_a_plan_of_its_own(world: World, ops: Member) -> None:
    ahead = next_period(period_containing(world.org, latest(world.org).on))
    send(world.client(ops), world, "publish", period=ahead.key)
    assert TargetPlan.objects.get().starts_on == ahead.starts_on
    client = world.client(world.alice)
    assert "No targets are published" in read(client, world.url("forecast/targets/"))
    assert "version 1" in read(client, world.url(f"forecast/targets/?period={ahead.key}"))


def test_an_earlier_day_shows_what_counted_then(world: World, ops: Member) -> None:
    send(world.client(ops), world, "publish")
    day = latest(world.org).on - timedelta(days=1)
    page = read(world.client(world.alice), world.url(f"forecast/targets/?as_of={day}"))
    assert "Where we stand" not in page
    assert 'name="act"' not in page


def test_progress_reads_the_pipeline_aimed_at_the_period(world: World, ops: Member) -> None:
    period = period_containing(world.org, latest(world.org).on)
    Deal.objects.filter(pk=world.deal.pk).update(target_on=period.ends_on, amount=Decimal(3_600_000))
    send(world.client(ops), world, "publish")
    page = world.client(world.alice).get(world.url("forecast/targets/")).context["page"]
    coverage = next(row for row in page.progress.measures if row.label.startswith("Coverage"))
    assert (coverage.now, coverage.tone) == ("3.0×", "good")
    Deal.objects.filter(pk=world.deal.pk).update(target_on=period.ends_on + timedelta(days=1))
    page = world.client(world.alice).get(world.url("forecast/targets/")).context["page"]
    assert next(row for row in page.progress.measures if row.label.startswith("Coverage")).now == "0.0×"


def test_queries_do_not_grow(world: World, ops: Member, django_assert_max_num_queries: Any) -> None:
    send(world.client(ops), world, "publish")
    make_pipeline(world.org, [world.alice, world.bob], 60)
    client = world.client(world.alice)
    with django_assert_max_num_queries(QUERIES):
        client.get(world.url("forecast/targets/"))
