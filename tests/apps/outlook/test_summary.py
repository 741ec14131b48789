"""The sums of a period: by hand, to the cent, as known on the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from landmark.deals.models import Deal
from landmark.forecast.arrivals import find_arrivals
from landmark.orgs.models import Member, Organisation, Team
from landmark.outlook.curves import DAYS
from landmark.outlook.histories import read_history
from landmark.outlook.models import FittedModel
from landmark.outlook.periods import next_period, period_containing, previous_period
from landmark.outlook.summary import CurrencySummary, summarise
from tests.apps.outlook.company import add_deal, make_company, on, store_forecast

pytestmark = pytest.mark.django_db

NOW = on(400)  # 2026-02-05: Q1 ends 54 days later, on 2026-03-31
TARGET = on(440)


@pytest.fixture
def org() -> Organisation:
    return make_company()


@pytest.fixture
def owner(org: Organisation) -> Member:
    return Member.objects.create(org=org, name="Alice Moretti", team=Team.objects.create(org=org, name="North"))


def line_to(p_at_quarter_end: float) -> float:
    """A straight line's height after a year that passes P at the quarter's end, 54 days ahead."""
    return p_at_quarter_end * DAYS / 54


def assert_groups_add_up(held: CurrencySummary) -> None:
    for groups in (held.by_stage, held.by_team, held.by_owner, held.by_type):
        for name in ("won", "won_count", "open_count", "amount", "weighted", "expected"):
            assert sum(getattr(group.sums, name) for group in groups) == getattr(held.total, name)


def test_a_period_by_hand(org: Organisation, owner: Member) -> None:
    """Won 40,000; open 50,000 at P .10 and 120,000 at P .05; both weighted at the stage percentage .25."""
    add_deal(org, moves=[(350, "qualification"), (370.5, "won")], amount=40_000, owner=owner)
    add_deal(org, moves=[(300, "qualification"), (320.5, "won")], amount=77_000, owner=owner)
    add_deal(org, moves=[(300, "qualification"), (380.5, "lost")], amount=99_000, owner=owner)
    first = add_deal(org, moves=[(360, "qualification")], amount=50_000, owner=owner, target_on=TARGET)
    second = add_deal(org, moves=[(360, "qualification"), (390, "discovery")], amount=120_000, target_on=TARGET)
    store_forecast(org, NOW, {first: (line_to(0.10), 0.0), second: (line_to(0.05), 0.0)})
    summary = summarise(org, NOW, period_containing(org, NOW))
    total = summary.main.total
    assert (total.won, total.won_count) == (Decimal("40000.00"), 1)
    assert (total.open_count, total.amount) == (2, Decimal("170000.00"))
    assert total.weighted == Decimal("42500.00")
    assert abs(total.expected - 11_000) < 3
    assert total.weighted_total == Decimal("82500.00")
    assert_groups_add_up(summary.main)
    assert {group.key: group.sums.open_count for group in summary.main.by_stage} == {
        "won": 0,
        "qualification": 1,
        "discovery": 1,
    }
    assert {group.label: group.sums.won for group in summary.main.by_team} == {"North": 40_000, "": 0}
    assert summary.without_amount == summary.without_forecast == ()
    assert summary.others == ()


def test_the_next_period_counts_only_what_falls_into_it(org: Organisation) -> None:
    deal = add_deal(org, moves=[(360, "qualification")], amount=36_500, target_on=TARGET)
    store_forecast(org, NOW, {deal: (1.0, 0.0)})
    here = period_containing(org, NOW)
    ahead = summarise(org, NOW, next_period(here)).main.total
    assert abs(ahead.expected - 100 * 91) < 3
    assert ahead.weighted == 0
    assert ahead.won == 0
    behind = summarise(org, NOW, previous_period(here)).main.total
    assert (behind.expected, behind.weighted) == (0, 0)


def test_without_a_forecast_only_facts_are_summed(org: Organisation) -> None:
    deal = add_deal(org, moves=[(360, "qualification")], amount=36_500, target_on=TARGET)
    summary = summarise(org, NOW, period_containing(org, NOW))
    assert summary.forecast is None
    assert (summary.main.total.amount, summary.main.total.expected) == (Decimal("36500.00"), 0)
    assert summary.main.range is None
    assert [named.id for named in summary.without_forecast] == [deal.id]


def test_currencies_are_never_added_up(org: Organisation) -> None:
    held = [
        add_deal(org, moves=[(360, "qualification")], amount=amount, currency=currency)
        for amount, currency in ((100, "EUR"), (200, "USD"), (400, "USD"), (5000, "CHF"), (50, ""))
    ]
    store_forecast(org, NOW, dict.fromkeys(held, (0.5, 0.1)))
    summary = summarise(org, NOW, period_containing(org, NOW))
    assert (summary.main.currency, summary.main.total.amount, summary.main.total.open_count) == ("EUR", 150, 2)
    assert [(one.currency, one.total.amount) for one in summary.others] == [("CHF", 5000), ("USD", 600)]
    for one in (summary.main, *summary.others):
        assert_groups_add_up(one)


def test_paused_deals_are_kept_apart(org: Organisation) -> None:
    running = add_deal(org, moves=[(360, "qualification")], amount=100, target_on=TARGET)
    paused = add_deal(org, moves=[(350, "qualification"), (380, "paused")], amount=700, target_on=TARGET)
    store_forecast(org, NOW, dict.fromkeys((running, paused), (1.0, 0.0)))
    main = summarise(org, NOW, period_containing(org, NOW)).main
    assert (main.total.amount, main.total.open_count) == (100, 1)
    assert (main.paused.amount, main.paused.open_count) == (700, 1)
    assert main.paused.expected > 0
    assert_groups_add_up(main)


def test_deals_without_amount_or_date_are_counted_and_named(org: Organisation) -> None:
    bare = add_deal(org, moves=[(360, "qualification")], name="No amount yet", target_on=TARGET)
    undated = add_deal(org, moves=[(361, "qualification")], amount=1000)
    fresh = add_deal(org, moves=[(362, "qualification")], amount=10, name="Came later")
    store_forecast(org, NOW, {bare: (0.5, 0.1), undated: (0.5, 0.1)})
    summary = summarise(org, NOW, period_containing(org, NOW))
    assert [named.name for named in summary.without_amount] == ["No amount yet"]
    assert [named.id for named in summary.without_forecast] == [fresh.id]
    assert summary.main.total.open_count == 3
    assert (summary.main.undated.open_count, summary.main.undated.weighted) == (1, Decimal("250.00"))
    assert summary.main.total.weighted == 0


def test_an_earlier_day_is_summed_as_it_was_known_then(org: Organisation) -> None:
    """On day 380 one deal was smaller, one was still open, one not yet opened, one not yet paused."""
    grown = add_deal(
        org, moves=[(300, "qualification")], amount=900, target_on=TARGET, changes=[(390, "amount", "300.00", "900.00")]
    )
    won_later = add_deal(org, moves=[(310, "qualification"), (385.5, "won")], amount=50, target_on=TARGET)
    paused_later = add_deal(org, moves=[(311, "qualification"), (395, "paused")], amount=7, target_on=TARGET)
    add_deal(org, moves=[(390, "qualification")], amount=10_000)
    won_before = add_deal(
        org, moves=[(300, "qualification"), (370.5, "won")], amount=80, changes=[(390, "amount", "60.00", "80.00")]
    )
    store_forecast(org, on(380), dict.fromkeys((grown, won_later, paused_later), (1.0, 0.0)))
    period = period_containing(org, on(380))
    then = summarise(org, on(380), period).main
    assert (then.total.won, then.total.open_count, then.total.amount) == (60, 3, 357)
    assert then.paused.open_count == 0
    now = summarise(org, NOW, period).main
    assert (now.total.won, now.total.open_count, now.total.amount) == (130, 2, 10_900)
    assert now.paused.open_count == 1
    assert Deal.objects.get(pk=won_before.pk).amount == 80


def test_two_organisations_are_summed_apart(org: Organisation) -> None:
    other = make_company("birch")
    add_deal(other, moves=[(360, "qualification")], amount=5, target_on=TARGET)
    add_deal(org, moves=[(360, "qualification")], amount=100, target_on=TARGET)
    assert summarise(org, NOW, period_containing(org, NOW)).main.total.amount == 100
    assert summarise(other, NOW, period_containing(other, NOW)).main.total.amount == 5


def test_the_range_lies_around_the_expectation_and_is_repeatable(org: Organisation) -> None:
    add_deal(org, moves=[(350, "qualification"), (370.5, "won")], amount=1_000)
    deals = [add_deal(org, moves=[(360, "qualification")], amount=100, target_on=TARGET) for _number in range(40)]
    store_forecast(org, NOW, dict.fromkeys(deals, (line_to(0.10), 0.0)))
    period = period_containing(org, NOW)
    main = summarise(org, NOW, period).main
    assert main.range is not None
    assert abs(main.total.expected_total - 1400) < 2
    assert (main.range.p10, main.range.p50, main.range.p90) == (1100, 1400, 1700), "40 × .10, moved together a little"
    assert summarise(org, NOW, period).main.range == main.range


def test_ranges_of_people_and_teams_come_from_the_same_outcomes(org: Organisation) -> None:
    """Twenty deals of two people: each has a range and a chance of a quota, and their means add up to the whole."""
    ann, ben = (Member.objects.create(org=org, name=name, role="representative") for name in ("Ann", "Ben"))
    deals = [
        add_deal(org, moves=[(360, "qualification")], amount=100, target_on=TARGET, owner=(ann, ben)[number % 2])
        for number in range(20)
    ]
    store_forecast(org, NOW, dict.fromkeys(deals, (line_to(0.14), 0.0)))
    arrivals = find_arrivals(read_history(org, NOW), float((NOW - date(1970, 1, 1)).days))
    report = {"arrivals": replace(arrivals, rate=1.0, won_by_age=np.linspace(0, 0.5, 366)).to_json()}
    report["arrivals"]["amounts"], report["arrivals"]["shares"] = {"EUR": [50.0]}, {"EUR": 1.0}
    FittedModel.objects.update(report=report)
    main = summarise(org, NOW, period_containing(org, NOW)).main
    assert main.draws is not None
    assert main.range is not None
    parts = [main.draws.range(owners=[str(one.id)]) for one in (ann, ben)]
    assert abs(sum(part.expected for part in parts) - main.range.expected) < 1
    assert main.range.unopened > 0
    assert abs(main.range.expected - main.range.unopened - main.total.expected_total) < 20
    chances = [main.draws.chance_to_reach(Decimal(quota), owners=[str(ann.id)]) for quota in (0, 100, 300, 5_000)]
    assert chances == sorted(chances, reverse=True)
    assert (chances[0], chances[-1]) == (1.0, 0.0)
    assert main.draws.chance_to_reach(Decimal(600), teams=[""]) == main.draws.chance_to_reach(Decimal(600))
