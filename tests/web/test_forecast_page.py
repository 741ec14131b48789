"""Forecast and report card: numbers in words, quarters and months, renewal, grades."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client

from landmark.cadence.calls import GradedCall
from landmark.cadence.setting_actions import set_quota
from landmark.forecast.shocks import size_shock
from landmark.orgs.as_of import latest
from landmark.orgs.models import Organisation
from landmark.orgs.roles import Role
from landmark.outlook.curves import pack_curves
from landmark.outlook.models import FitRun, FittedModel
from landmark.outlook.periods import month_containing, next_period, period_in_view
from landmark.outlook.report_card import Gap
from landmark.workspace.extracts import read_parts
from landmark.workspace.presenters import report_card
from landmark.workspace.presenters.gaps import tell_gaps
from tests.factories import make_deal, make_member, make_org, make_pipeline, make_team, sign_in
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

QUERIES = 25
CARD_QUERIES = 14

REPORT: dict[str, Any] = {
    "horizons": [30, 60, 90], "first": "2026-06-05", "last": "2026-10-23", "every_days": 14, "refits": 2,
    "cards": [
        {"horizon": h, "model": model, "rows": 400, "brier": brier, "log_loss": 0.4, "auc": 0.8,
         "calibration_error": 0.03, "expected": 120.5, "actual": 118.0, "three_class": None}
        for h in (30, 60, 90) for model, brier in (("landmark", 0.11), ("stage percentage", 0.22))
    ],
    "reliability": [
        {"horizon": h, "model": "landmark", "bins": [
            {"rows": 40, "predicted": 0.1, "observed": 0.08}, {"rows": 40, "predicted": 0.6, "observed": 0.64}]}
        for h in (30, 60, 90)
    ],
    "levels": {"full": 2}, "currency": "EUR", "shocks": {"60": size_shock([]).to_json()},
    "unknowns": [
        {"code": "left_out", "count": 1, "day": None, "names": ["account:size"]},
        {"code": "known_since", "count": 12, "day": "2026-03-01", "names": []},
    ],
    "periods": [
        {"as_of": "2026-06-05", "horizon": 60, "open": 200, "actual": 38,
         "expected": {"landmark": 40.0}, "p10": 33, "p90": 47, "three_class": 0.5,
         "brier": {"landmark": 0.1112, "stage percentage": 0.2221},
         "log_loss": {"landmark": 0.4, "stage percentage": None},
         "money": {"expected": 900.0, "unopened": 100.0, "p10": 500.0, "p50": 880.0, "p90": 1300.0, "actual": 1250.0,
                   "actual_unopened": 250.0}},
        {"as_of": "2026-06-19", "horizon": 60, "open": 210, "actual": 60,
         "expected": {"landmark": 42.0}, "p10": 35, "p90": 49, "three_class": 0.6,
         "brier": {"landmark": 0.1314, "stage percentage": 0.2}, "log_loss": {"landmark": 0.5, "stage percentage": 0.7},
         "money": {"expected": 900.0, "unopened": 100.0, "p10": 500.0, "p50": 880.0, "p90": 1300.0, "actual": 1450.0,
                   "actual_unopened": 0.0}},
    ],
}  # fmt: skip


def test_the_overview_says_what_is_expected_and_the_range(world: World) -> None:
    make_deal(world.alice, "Second", amount=16_000)
    make_forecast(world.org, 0.5)
    client = world.client(world.alice)
    response = client.get(world.url("forecast/"))
    page = response.content.decode()
    view = response.context["page"].view
    assert view.money.total.expected == pytest.approx(50_000, abs=5)
    assert len(view.distributions[0].dots) == 20
    for words in (
        "This quarter", "Next quarter", "€50K", "Weighted by stage", "P10", "P90", "Qualification", "By team",
        "By type", "North", "Alice Moretti", "Full model on your own history", "Made for",
    ):  # fmt: skip
        assert words in page
    assert "style=" not in page
    later = next(choice for choice in response.context["page"].choices if not choice.is_on)
    assert client.get(world.url("forecast/") + later.url).context["page"].view.period.label == later.label


def test_the_overview_says_what_changed_since_last_week_and_who_did_it(world: World) -> None:
    ends_on = period_in_view(world.org, latest(world.org).on).ends_on
    make_deal(world.alice, "Aimed here", amount=16_000, target_on=ends_on)
    client = world.client(world.alice)
    week = client.get(world.url("forecast/")).context["page"].week
    assert [(row.name, row.label, row.cause.author) for row in week.rows] == [("Aimed here", "New", "Alice Moretti")]
    assert (week.change, week.url) == ("+€16K", world.url("forecast/changes/?currency=EUR"))
    everything = client.get(week.url + "&period=all").context["page"]
    assert [row.name for row in everything.opened.rows] == ["Exception desk", "Aimed here"]


def test_four_numbers_stand_apart_and_an_empty_one_says_so(world: World) -> None:
    make_forecast(world.org, 0.5)
    response = world.client(world.alice).get(world.url("forecast/"))
    four = response.context["page"].four
    assert [number.key for number in four.numbers] == ["model", "representative", "manager", "commit"]
    assert [number.amount is None for number in four.numbers] == [False, True, True, True]
    page = response.content.decode()
    assert "neither a quota nor a published target" in page
    assert f'href="{world.url("forecast/targets/")}">Work out a target' in page


def test_three_months_add_up_to_their_quarter_and_have_no_quota(world: World) -> None:
    curve = np.linspace(0.0, 0.73, 365)
    make_forecast(world.org).forecasts.update(won=pack_curves(curve[None])[0])
    client = world.client(world.alice)
    quarter = next_period(period_in_view(world.org, latest(world.org).on))
    set_quota(by=make_member(world.org, Role.ADMINISTRATOR, "Ada Novak"), scope="org", scope_id=world.org.id,
              period=quarter, amount=Decimal(90_000))  # fmt: skip
    whole = client.get(world.url(f"forecast/?period={quarter.key}")).context["page"]
    months, day = [], quarter.starts_on
    while day in quarter:
        month = month_containing(day, quarter.start_month)
        response = client.get(world.url(f"forecast/?period={month.key}"))
        page = response.context["page"]
        assert page.view.period.label == month.label
        assert page.four.quota is None
        assert "Quotas are set by quarter, so a month has none." in response.content.decode()
        assert any(choice.is_on and choice.label == month.label for choice in page.choices)
        months.append(page.view.money.total.expected)
        day = next_period(month).starts_on
    assert whole.four.quota.amount == 90_000
    assert len(months) == 3
    assert min(months) > 0
    assert abs(sum(months) - whole.view.money.total.expected) <= Decimal("0.03")


def test_without_a_forecast_the_page_says_how_to_get_one(world: World) -> None:
    page = read(world.client(world.alice), world.url("forecast/"))
    assert "No forecast has been made yet" in page
    assert "Renew the forecast" in page
    reader = make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran")
    assert "Renew the forecast" not in read(world.client(reader), world.url("forecast/"))


def test_renewing_shows_progress_until_it_is_done(world: World) -> None:
    client = world.client(world.alice)
    headers = {"HX-Request": "true"}
    answer = client.post(world.url("forecast/renew/"), headers=headers)
    assert "progress" in answer.content.decode()
    run = FitRun.objects.get(org=world.org)
    FitRun.objects.update(status="running", phase="Fitting the model", percent=40)
    assert "Fitting the model" in client.get(world.url("forecast/progress/"), headers=headers).content.decode()
    FitRun.objects.update(status="failed", error="There are no deals yet.")
    assert client.get(world.url("forecast/progress/"), headers=headers)["HX-Refresh"] == "true"
    assert "There are no deals yet." in read(client, world.url("forecast/"))
    assert run.member == world.alice


def test_renewing_works_without_scripts(world: World) -> None:
    assert world.client(world.alice).post(world.url("forecast/renew/")).status_code == 302


def test_other_currencies_and_paused_deals_are_named_apart(world: World) -> None:
    make_deal(world.alice, "Across the water", amount=1000, currency="USD")
    make_deal(world.alice, "No value", amount=None)
    make_forecast(world.org)
    page = read(world.client(world.alice), world.url("forecast/"))
    assert "USD is counted apart" in page
    assert "1 deal has no value yet" in page


def test_queries_do_not_grow(world: World, django_assert_max_num_queries: Any) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 120)
    make_forecast(world.org)
    client = world.client(world.alice)
    client.get(world.url("forecast/"))
    with django_assert_max_num_queries(QUERIES):
        client.get(world.url("forecast/"))


def test_the_card_compares_with_what_people_use_today(world: World) -> None:
    model = make_forecast(world.org)
    FittedModel.objects.filter(pk=model.pk).update(report=REPORT)
    client = world.client(world.alice)
    page = read(client, world.url("report-card/"))
    assert "At 60 days Landmark was 50 % closer to what happened than stage percentages" in page
    assert "the range held 50 % of the time" in page
    assert "0.1100" in page
    assert "Scores at 90 days" in read(client, world.url("report-card/?horizon=90"))
    assert "Scores at 60 days" in read(client, world.url("report-card/?horizon=moon"))


def test_the_card_shows_money_scores_over_time_and_what_is_not_known(world: World) -> None:
    model = make_forecast(world.org)
    FittedModel.objects.filter(pk=model.pk).update(report=REPORT)
    client = world.client(world.alice)
    response = client.get(world.url("report-card/"))
    page, card = response.content.decode(), response.context["card"]
    for words in ("Bookings, forecast and real", "From one past day to the next", "0.1314",
                  "What the model cannot know", "Size: written on or after closing",
                  "History known only since 1 Mar 2026", "A turn like none before", "12 deals were open before",
                  "No quarter with weekly calls is over yet", "Expected wins within 60 days",
                  "Full model on your own history", "outside the range"):  # fmt: skip
        assert words in page, words
    assert [row.has_held for row in card.money_rows] == [True, False]
    assert card.money_share == "50 %"
    assert [line.series for line in card.brier_lines[0].lines] == ["1", "2"]
    assert len(card.loss_lines[0].lines[1].dots) == 1, "an undefined score leaves a gap"
    assert {part.name for part in read_parts(page)} == {"reliability", "scores-over-time", "scores", "bookings", "past"}
    assert "style=" not in page


def test_before_the_first_closing_the_gap_says_none_and_what_to_do() -> None:
    told = {gap.code: gap for gap in tell_gaps([Gap("few_closed", 0, None, ())])}["few_closed"]
    assert told.title == "No deal has closed yet"
    assert told.words.endswith("Bring in deals that ended before, or mark one as won or lost when it ends.")
    assert tell_gaps([Gap("few_closed", 1, None, ())])[0].title == "Only 1 deal has closed"


@pytest.mark.parametrize(
    ("unknowns", "line"),
    [
        (
            [{"code": "checked", "count": 9}],
            "Nothing was left out: 9 attributes were checked and none gives the outcome",
        ),
        ([{"code": "checked", "count": 1}], "Nothing was left out: 1 attribute was checked and does not give the out"),
        ([{"code": "checked", "count": 0}], "give the outcome away is looked at once 20 deals have closed."),
        ([{"code": "left_out", "count": 1, "names": ["size"]}, {"code": "checked", "count": 9}], ""),
        ([], ""),
    ],
)
def test_the_card_says_in_one_line_that_nothing_gave_the_outcome_away(
    world: World, unknowns: list[dict[str, Any]], line: str
) -> None:
    blank = {"day": None, "names": []}
    make_forecast(world.org, report={**REPORT, "unknowns": [blank | one for one in unknowns]})
    page = read(world.client(world.alice), world.url("report-card/"))
    assert line in page
    assert ("outcome away" in page.replace("Left out because they give the outcome away", "")) is bool(line)


def test_calls_are_graded_beside_the_model(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def graded(kind: str, amount: str, scope: str = "org") -> GradedCall:
        return GradedCall(
            datetime(2026, 8, 3, tzinfo=UTC), date(2026, 7, 1), date(2026, 9, 30), kind, scope, world.org.id, "Alder",
            "EUR", Decimal(amount), Decimal("0"), Decimal("1000"), is_final=True,
        )  # fmt: skip

    found = [graded("model", "1100"), graded("commit", "1500"), graded("commit", "900"), graded("commit", "1", "team")]
    monkeypatch.setattr(report_card, "read_graded_calls", lambda _org, _as_of: found)
    model = make_forecast(world.org)
    FittedModel.objects.filter(pk=model.pk).update(report=REPORT)
    response = world.client(world.alice).get(world.url("report-card/"))
    rows = [(row.name, row.count, row.error, row.lean) for row in response.context["card"].calls]
    assert rows == [("Landmark", 1, "10 %", "10 % too high"), ("Commit", 2, "30 %", "20 % too high")]
    assert "Week by week" in response.content.decode()


def test_the_card_asks_few_questions(world: World, django_assert_max_num_queries: Any) -> None:
    model = make_forecast(world.org)
    FittedModel.objects.filter(pk=model.pk).update(report=REPORT)
    client = world.client(world.alice)
    client.get(world.url("report-card/"))
    with django_assert_max_num_queries(CARD_QUERIES):
        client.get(world.url("report-card/"))


def test_without_a_past_the_card_says_so(world: World) -> None:
    client = world.client(world.alice)
    assert "nothing to grade" in read(client, world.url("report-card/"))
    make_forecast(world.org)
    assert "too little past" in read(client, world.url("report-card/"))


def test_somebody_of_two_organisations_can_change_between_them(db: None) -> None:
    first, second = make_org(), make_org("Second Works", "second")
    alice = make_member(first, team=make_team(first))
    second.members.create(user=alice.user, name="Alice Moretti", role=Role.MANAGER)
    page = read(sign_in(Client(), alice), "/alder/board/")
    assert 'href="/second/board/"' in page
    assert Organisation.objects.count() == 2
