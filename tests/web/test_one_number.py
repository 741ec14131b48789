"""The model's number of a scope is the same on the overview and on the page of calls."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from landmark.cadence.rate_actions import add_rate
from landmark.deals.models import Deal
from landmark.forecast.shocks import shock_of
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from tests.apps.outlook.company import add_deal, day
from tests.factories import make_deal, make_member, make_team
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

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
    assert number.amount > overview.view.expected
    assert "all currencies at their rates" in number.note


def test_neither_page_explains_a_difference_any_more(world: World) -> None:
    make_forecast(world.org, 0.5, TOO_HIGH)
    for page in ("forecast/", "forecast/calls/"):
        assert "plain sums" not in read(world.client(world.bob), world.url(page))
