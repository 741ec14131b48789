"""What a page reads: the latest whole forecast on or before its day, in one query."""

from datetime import date, timedelta

import numpy as np
import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from landmark.deals.models import Deal
from landmark.ledger.append import append_evidence
from landmark.ledger.inputs import NewEvidence
from landmark.orgs.models import Organisation
from landmark.outlook.models import DealForecast, FittedModel
from landmark.outlook.reading import DealOutlook, read_forecast
from tests.apps.outlook.company import IMPORTER, add_deal, day, make_company, on, store_forecast

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    return make_company()


@pytest.fixture
def deal(org: Organisation) -> Deal:
    return add_deal(org, moves=[(10, "qualification")])


def outlook_of(org: Organisation, deal: Deal, asked: date) -> DealOutlook:
    forecast = read_forecast(org, asked)
    assert forecast is not None
    outlook = forecast.deal(deal.id)
    assert outlook is not None
    return outlook


def test_no_forecast_is_none(org: Organisation) -> None:
    assert read_forecast(org, on(400)) is None


def test_the_latest_on_or_before_the_day(org: Organisation, deal: Deal) -> None:
    for number in (100, 200, 300):
        store_forecast(org, on(number), {deal: (number / 1000, 0.0)})
    found = {number: read_forecast(org, on(number)) for number in (99, 100, 250, 300)}
    assert found[99] is None
    assert [(f.as_of, f.is_exact) for f in found.values() if f] == [
        (on(100), True),
        (on(200), False),
        (on(300), True),
    ]


def test_a_model_that_is_not_ready_is_not_there(org: Organisation, deal: Deal) -> None:
    model = store_forecast(org, on(100), {deal: (0.5, 0.1)})
    FittedModel.objects.filter(pk=model.pk).update(is_ready=False)
    assert read_forecast(org, on(100)) is None


def test_probabilities_by_day(org: Organisation, deal: Deal) -> None:
    """A straight line to 0.73 won and 0.146 lost in 365 days: 0.002 and 0.0004 a day."""
    store_forecast(org, on(100), {deal: (0.73, 0.146)})
    outlook = outlook_of(org, deal, on(100))
    assert outlook.p_won_by(on(100)) == outlook.p_lost_by(on(99)) == 0.0
    assert outlook.p_won_by(on(190)) == pytest.approx(0.18, abs=2e-5)
    assert outlook.p_lost_by(on(190)) == pytest.approx(0.036, abs=2e-5)
    assert outlook.p_open_at(on(190)) == pytest.approx(1 - 0.18 - 0.036, abs=4e-5)
    assert outlook.score(on(190)) == 18
    assert outlook.p_won_by(on(100) + timedelta(days=2000)) == pytest.approx(0.73, abs=2e-5)


def test_a_curve_day_by_day(org: Organisation, deal: Deal) -> None:
    store_forecast(org, on(100), {deal: (0.73, 0.146)})
    curve = outlook_of(org, deal, on(100)).curve(30)
    assert [point.day for point in curve] == [on(100 + ahead) for ahead in range(31)]
    assert (curve[0].won, curve[0].open, curve[0].lost) == (0.0, 1.0, 0.0)
    assert all(point.won + point.open + point.lost == pytest.approx(1.0) for point in curve)
    assert curve[30].won == pytest.approx(0.06, abs=2e-5)


def test_an_older_forecast_is_conditioned_on_the_deal_being_open_still(org: Organisation, deal: Deal) -> None:
    """By day 100 ahead: won .2, lost .04, so .76 open; the next 90 days win .18 more: .18 / .76."""
    store_forecast(org, on(100), {deal: (0.73, 0.146)})
    outlook = outlook_of(org, deal, on(200))
    assert outlook.p_won_by(on(200)) == 0.0
    assert outlook.p_won_by(on(290)) == pytest.approx(0.18 / 0.76, abs=1e-4)
    curve = outlook.curve()
    assert curve[0].day == on(200)
    assert curve[-1].day == on(465)
    assert (np.diff([point.won for point in curve]) >= 0).all()


def test_many_deals_in_one_query(org: Organisation, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    deals = [add_deal(org, moves=[(number, "qualification")]) for number in range(20)]
    store_forecast(org, on(100), dict.fromkeys(deals, (0.5, 0.1)))
    forecast = read_forecast(org, on(100))
    assert forecast is not None
    with django_assert_num_queries(1):
        assert len(forecast.for_deals([deal.id for deal in deals])) == 20
    with django_assert_num_queries(1):
        assert len(forecast.all_deals()) == 20
    with django_assert_num_queries(1):
        assert forecast.stage_age("discovery") is None
        assert forecast.stage_age("solution") is None


def test_what_was_recorded_after_the_fit_makes_the_curve_stale(org: Organisation, deal: Deal) -> None:
    quiet = add_deal(org, moves=[(10, "qualification")])
    store_forecast(org, on(400), {deal: (0.5, 0.1), quiet: (0.5, 0.1)})
    rows = [NewEvidence(deal_id=deal.id, key="nda_in_hand", occurred_at=day(399))]
    append_evidence(org.id, rows, by=IMPORTER, source="web")
    assert outlook_of(org, deal, on(400)).is_stale
    assert not outlook_of(org, quiet, on(400)).is_stale


def test_what_is_known_later_does_not_make_an_earlier_day_stale(org: Organisation, deal: Deal) -> None:
    store_forecast(org, on(300), {deal: (0.5, 0.1)})
    rows = [NewEvidence(deal_id=deal.id, key="nda_in_hand", occurred_at=day(399))]
    append_evidence(org.id, rows, by=IMPORTER, source="web")
    assert not outlook_of(org, deal, on(300)).is_stale
    assert outlook_of(org, deal, on(400)).is_stale


def test_contributions_come_back_as_they_were_stored(org: Organisation, deal: Deal) -> None:
    store_forecast(org, on(100), {deal: (0.5, 0.1)})
    parts = [["milestone:nda_in_hand", 0.15], ["idle", -0.05]]
    stored = {"by": "2025-06-30", "base": 0.2, "p_won": 0.3, "parts": parts}
    DealForecast.objects.update(contributions=stored)
    read = outlook_of(org, deal, on(100)).contributions
    assert read is not None
    assert read.by == date(2025, 6, 30)
    assert read.base + sum(part.effect for part in read.parts) == pytest.approx(read.p_won)
    assert [part.key for part in read.parts] == ["milestone:nda_in_hand", "idle"]


def test_another_organisations_forecast_is_not_found(org: Organisation, deal: Deal) -> None:
    other = make_company("birch")
    store_forecast(other, on(100), {})
    store_forecast(org, on(50), {deal: (0.5, 0.1)})
    forecast = read_forecast(other, on(100))
    assert forecast is not None
    assert forecast.for_deals([deal.id]) == {}
