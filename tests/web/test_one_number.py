"""The model's number of a scope is the same on the overview and on the page of calls; what stands beside it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from landmark.cadence.call_actions import About, submit_call
from landmark.cadence.deadlines import open_week
from landmark.cadence.rate_actions import add_rate
from landmark.deals.models import Deal
from landmark.forecast.arrivals import Arrivals
from landmark.forecast.shocks import shock_of
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.outlook.periods import next_period, period_in_view
from tests.apps.outlook.company import add_deal, day
from tests.factories import make_deal, make_member, make_team
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read
from tests.web.test_forecast_page import REPORT

TOO_HIGH = {"shocks": {"60": shock_of(0.2, 0.8).to_json()}}
"""Past totals came out a fifth below what was said, so every number is corrected."""


def fill(world: World) -> Member:
    """Two teams, a won deal, deals of three types, one of nobody, one without a value."""
    carl = make_member(world.org, Role.REPRESENTATIVE, "Carl Brandt", make_team(world.org, "South"))
    for number, kind in enumerate(("New Business", "Existing Business", "renewal", "Partner")):
        deal = make_deal((world.alice, carl)[number % 2], f"Deal {number}", amount=Decimal("10000.33") * (number + 1))
        Deal.objects.filter(pk=deal.pk).update(deal_type=kind)
    make_deal(carl, "No value", amount=None)
    today = (timezone.now() - day(0)) / timedelta(days=1)
    add_deal(world.org, moves=[(today - 2, "qualification"), (today - 0.01, "won")], amount=Decimal("7000.10"),
             owner=carl)  # fmt: skip
    return carl


def pages(world: World, by: Member, query: str = "") -> tuple[Any, Any]:
    client = world.client(by)
    overview = client.get(world.url("forecast/") + query).context["page"]
    return overview, client.get(world.url("forecast/calls/") + query).context["page"]


def test_company_teams_and_people_have_one_number_on_both_pages(world: World) -> None:
    fill(world)
    make_forecast(world.org, 0.5, TOO_HIGH)
    overview, calls = pages(world, world.bob)
    lines = {(line.kind, line.name): line.model for line in calls.lines}
    total = overview.view.expected
    plain = overview.view.money.total.expected_total
    assert overview.four.numbers[0].amount == total == lines["org", world.org.name]
    assert total < plain - 5000
    assert calls.book.sums_of(None).won == Decimal("7000.10")
    for kind, rows in (("team", overview.view.by_team), ("member", overview.view.by_owner)):
        assert [(row.label, row.model) for row in rows if row.model] != []
        assert all(lines[kind, row.label] == row.model for row in rows)
        assert sum(amount for (of, _name), amount in lines.items() if of == kind) == total
    assert sum(line.sums.model for line in calls.types) == total
    assert [line.kind for line in calls.types] == ["new", "expansion", "renewal", ""]


def test_an_earlier_day_gives_the_same_number_on_both_pages_as_it_did_then(world: World) -> None:
    fill(world)
    model = make_forecast(world.org, 0.5, TOO_HIGH)
    yesterday = timezone.now().date() - timedelta(days=1)
    type(model).objects.filter(pk=model.pk).update(as_of=yesterday, read_at=timezone.now() - timedelta(days=1))
    overview, calls = pages(world, world.bob, f"?as_of={yesterday.isoformat()}")
    assert overview.view.range is not None
    assert overview.view.expected == calls.book.sums_of(None).model


def test_several_currencies_count_at_their_rates_in_the_companys_number(world: World) -> None:
    make_deal(world.alice, "Across the water", amount=10_000, currency="USD")
    make_forecast(world.org, 0.5, TOO_HIGH)
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    add_rate(by=ada, currency="USD", day=timezone.now().date(), rate=Decimal("0.9"))
    overview, calls = pages(world, world.bob)
    number = overview.four.numbers[0]
    assert number.amount == calls.book.sums_of(None).model
    assert number.amount == overview.view.expected == overview.view.range.expected
    assert number.amount > overview.view.summary.main.range.expected + 3000
    assert "all currencies at their rates" in number.note


def arriving(*codes: str) -> dict[str, Any]:
    """A deal a day is opened, and half of them are won soon after, for 1,000 each; the same number in each currency."""
    made = Arrivals(
        rate=1.0, openings=180, stray=0.0, won_by_age=np.full(366, 0.5), wins_by_age=np.full(366, 90.0),
        amounts={code: np.array([1000.0]) for code in codes}, shares={code: 1 / len(codes) for code in codes},
    )  # fmt: skip
    return {"arrivals": made.to_json()}


def test_deals_to_come_in_another_currency_are_in_the_companys_number(world: World) -> None:
    """Every other one brings dollars, worth half a euro each: half as much again as those in euros bring."""
    make_forecast(world.org, 0.5, arriving("EUR", "USD"))
    period = next_period(period_in_view(world.org, latest(world.org).on))
    query, day = f"?period={period.key}", timezone.now().date()
    without, _calls = pages(world, world.bob, query)
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    add_rate(by=ada, currency="USD", day=day, rate=Decimal("0.5"))
    overview, calls = pages(world, world.bob, query)
    before, after = without.view.range, overview.view.range
    assert before.unopened > 20_000
    assert after.unopened == pytest.approx(before.unopened * Decimal("1.5"), abs=Decimal("0.02"))
    assert after.expected - before.expected == pytest.approx(before.unopened / 2, abs=Decimal("0.02"))
    assert min(after.p10 - before.p10, after.p50 - before.p50, after.p90 - before.p90) > before.unopened / 4
    reach = before.expected + before.unopened / 4
    assert overview.view.money.draws.chance_to_reach(reach) > without.view.money.draws.chance_to_reach(reach) + 0.3
    assert calls.book.sums_of(None).model == overview.four.numbers[0].amount == after.expected
    assert sum(row.model for row in overview.view.by_owner) == after.expected
    assert [rate.currency for rate in calls.book.rates_used] == ["USD"]
    assert pages(world, world.bob, query)[0].view.range == after, "seeded"


def test_the_overview_draws_all_currencies_together_once_every_rate_is_known(world: World) -> None:
    """€84,000 and $10,000 open, $1,000 won; without a rate dollars are told apart, with one they are in every sum."""
    make_deal(world.alice, "Across the water", amount=10_000, currency="USD")
    make_forecast(world.org, 0.5)
    today = (timezone.now() - day(0)) / timedelta(days=1)
    add_deal(world.org, moves=[(today - 0.02, "qualification"), (today - 0.01, "won")], amount=1000, currency="USD",
             owner=world.alice)  # fmt: skip
    client = world.client(world.bob)
    response = client.get(world.url("forecast/"))
    view, words = response.context["page"].view, " ".join(response.content.decode().split())
    assert (view.money.total.amount, view.money.total.won, view.together) == (84_000, 0, None)
    assert "USD is counted apart" in words
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    add_rate(by=ada, currency="USD", day=timezone.now().date() - timedelta(days=2), rate=Decimal("0.9"))
    response = client.get(world.url("forecast/"))
    page, words = response.context["page"], " ".join(response.content.decode().split())
    view = page.view
    assert (view.money.total.amount, view.money.total.won) == (93_000, 900)
    assert view.distributions[0].label != ""
    assert view.range.p90 == pytest.approx(84_000 + 9_000 + 900)
    assert sum(figure.amount for figure in view.figures if figure.is_part) == pytest.approx(view.expected, abs=1)
    assert sum(line.sums.expected for line in view.by_team) == view.money.total.expected
    assert page.four.numbers[0].amount == view.expected == sum(row.model for row in view.by_owner)
    assert "In EUR, deals in USD included: won ones at the rate of the day they were won" in words
    assert "1 USD = 0.9 EUR" in words
    assert page.week.only == "EUR"
    assert "counted apart" not in words


def test_one_missing_rate_keeps_every_other_currency_apart(world: World) -> None:
    for code in ("USD", "CHF"):
        make_deal(world.alice, f"In {code}", amount=10_000, currency=code)
    make_forecast(world.org, 0.5)
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    add_rate(by=ada, currency="USD", day=timezone.now().date(), rate=Decimal("0.9"))
    response = world.client(world.bob).get(world.url("forecast/"))
    view = response.context["page"].view
    assert (view.together, view.money.total.amount) == (None, 84_000)
    assert [part.currency for part in view.apart] == ["CHF", "USD"]
    assert "currencies without a rate left out" in response.context["page"].four.numbers[0].note
    assert "Deals in EUR alone." in response.content.decode()
    assert "CHF is counted apart" in response.content.decode()


def test_neither_page_explains_a_difference_any_more(world: World) -> None:
    make_forecast(world.org, 0.5, TOO_HIGH)
    for page in ("forecast/", "forecast/calls/"):
        assert "plain sums" not in read(world.client(world.bob), world.url(page))


def test_a_range_says_how_often_it_held_once_that_is_known(world: World) -> None:
    model = make_forecast(world.org)
    client = world.client(world.bob)
    assert "Tested on" not in read(client, world.url("forecast/"))
    type(model).objects.filter(pk=model.pk).update(report=REPORT)
    for page in ("forecast/", "forecast/calls/"):
        assert "Tested on 2 past windows, the company&#x27;s range held 50 % of the time." in read(
            client, world.url(page)
        )


def test_a_period_that_nobody_was_asked_about_says_so(world: World) -> None:
    make_forecast(world.org)
    client = world.client(world.bob)
    page = client.get(world.url("forecast/")).context["page"]
    assert page.four.numbers[1].note == "0 of 1 person"
    later = next_period(page.view.period)
    four = client.get(world.url("forecast/") + f"?period={later.key}").context["page"].four
    assert {number.note for number in four.numbers[1:]} == {"not asked this week"}


def test_only_who_has_something_to_hold_stands_among_the_quotas(world: World) -> None:
    lines = world.client(world.bob).get(world.url("forecast/calls/quotas/")).context["page"].lines
    assert [line.name for line in lines] == ["North", "Alice Moretti", "Organisation"]
    make_deal(world.bob, "The lead's own")
    lines = world.client(world.bob).get(world.url("forecast/calls/quotas/")).context["page"].lines
    assert [line.name for line in lines] == ["North", "Alice Moretti", "Bob Lindqvist", "Organisation"]


def test_long_lists_of_submissions_are_folded(world: World) -> None:
    week = open_week(world.org, timezone.now())
    for number in range(8):
        submit_call(by=world.alice, about=About.own(world.alice), amount=Decimal(1000 + number), if_version=number,
                    deadline_at=week.deadline.at)  # fmt: skip
    response = world.client(world.alice).get(world.url("forecast/calls/"))
    page = response.context["page"]
    assert ([one.amount for one in page.said_now][0], len(page.said_now), len(page.said_before)) == (1007, 6, 2)
    assert "2 earlier ones" in response.content.decode()
