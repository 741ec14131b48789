"""A night is scored with the last fit; a week later, or when the history has changed its kind, the model is fitted."""

from datetime import date, timedelta
from typing import Any

import pytest

from landmark.forecast.model import VERSION
from landmark.orgs.models import Organisation
from landmark.outlook import actions, explaining, fitting
from landmark.outlook.actions import REFIT_AFTER, find_recent_fit, run_fit, start_fit
from landmark.outlook.models import DealForecast, FitRun, FittedModel
from tests.apps.outlook.company import add_deal, make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    org = make_company()
    for number in range(4):
        add_deal(org, moves=[(number, "qualification")])
    return org


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days on which a model was fitted, counted where the work is done."""
    days: list[date] = []
    fit = fitting.compute_fit

    def count(org: Organisation, on: date, tick: Any) -> Any:
        days.append(on)
        return fit(org, on, tick)

    monkeypatch.setattr(actions, "compute_fit", count)
    return days


def score(org: Organisation, on: date, *, rescoring: bool = True) -> FitRun:
    run = run_fit(start_fit(org, on, enqueue=False, rescoring=rescoring).pk)
    assert run.status == FitRun.Status.DONE, run.error
    return run


def first_day(org: Organisation) -> date:
    return start_fit(org, enqueue=False).as_of - timedelta(days=2 * REFIT_AFTER.days)


def test_the_last_fit_speaks_again_and_the_same_words(org: Organisation, fits: list[date]) -> None:
    day = first_day(org)
    fitted = score(org, day).model
    again = score(org, day, rescoring=True).model
    assert fits == [day]
    assert fitted is not None
    assert again is not None
    assert (fitted.fitted_on, again.fitted_on, again.parameters) == (None, day, fitted.parameters)
    assert again.report == fitted.report
    curves = [dict(DealForecast.objects.filter(model=one).values_list("deal_id", "won")) for one in (fitted, again)]
    assert curves[0] == curves[1]
    assert FittedModel.objects.filter(org=org, as_of=day, is_ready=True).get() == again


def test_after_a_week_or_when_asked_the_model_is_fitted(org: Organisation, fits: list[date]) -> None:
    day = first_day(org)
    score(org, day)
    score(org, day + timedelta(days=5))
    assert fits == [day]
    assert find_recent_fit(org, day + timedelta(days=6)) is not None
    assert find_recent_fit(org, day + REFIT_AFTER) is None
    score(org, day + timedelta(days=6), rescoring=False)
    assert fits == [day, day + timedelta(days=6)]


def test_asking_for_a_fit_makes_a_waiting_rescoring_one(org: Organisation) -> None:
    day = first_day(org)
    run = start_fit(org, day, enqueue=False, rescoring=True)
    assert start_fit(org, day, enqueue=False) == run
    run.refresh_from_db()
    assert not run.is_rescoring


def test_a_model_of_another_kind_is_not_used(
    org: Organisation, fits: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = first_day(org)
    model = score(org, day).model
    assert model is not None
    monkeypatch.setattr(fitting, "unknown_share", lambda *_: 0.5)
    score(org, day + timedelta(days=1))
    assert len(fits) == 2
    FittedModel.objects.filter(org=org).update(model_version=f"{VERSION} old")
    assert find_recent_fit(org, day + timedelta(days=2)) is None


@pytest.mark.parametrize("change", [{"country": "IT"}, {"fiscal_year_start_month": 2}])
def test_with_other_days_off_or_quarters_the_next_night_fits(
    org: Organisation, fits: list[date], change: dict[str, Any]
) -> None:
    day = first_day(org)
    score(org, day)
    Organisation.objects.filter(pk=org.pk).update(**change)
    score(org, day + timedelta(days=1))
    score(org, day + timedelta(days=2))
    assert fits == [day, day + timedelta(days=1)]


def test_what_the_fit_found_of_the_past_is_not_found_anew(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    day = first_day(org)
    fitted = score(org, day).model
    assert fitted is not None
    for name in ("read_stage_stays", "plain_separation"):
        monkeypatch.setattr(fitting, name, refuse)
    again = score(org, day + timedelta(days=1)).model
    assert again is not None
    assert again.separation == fitted.separation
    fields = ("stage", "median_days", "p75_days", "count")
    assert list(again.stage_ages.values_list(*fields)) == list(fitted.stage_ages.values_list(*fields)) != []


def refuse(*_given: Any) -> Any:
    raise AssertionError


def test_processes_of_their_own_tell_the_same(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    day = first_day(org)
    score(org, day)
    monkeypatch.setattr(explaining, "BATCH", 2)
    told = [read_told(score(org, day + timedelta(days=1)).model)]
    monkeypatch.setattr(explaining, "MANY", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    FittedModel.objects.filter(org=org, as_of=day + timedelta(days=1)).delete()
    told.append(read_told(score(org, day + timedelta(days=1)).model))
    assert told[0] == told[1]
    assert len(told[0]) == 4


def read_told(model: FittedModel | None) -> dict[Any, Any]:
    fields = ("won", "lost", "stage_percent", "contributions", "explanation", "alerts")
    rows = DealForecast.objects.filter(model=model).values_list("deal_id", *fields)
    return {deal: (bytes(won), bytes(lost), *rest) for deal, won, lost, *rest in rows}


def test_a_night_killed_half_way_leaves_the_last_forecast(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    day = first_day(org)
    whole = score(org, day).model
    percents: list[int] = []
    tell = fitting.explain_deals

    def stop_half_way(*given: Any) -> Any:
        batches = tell(*given)
        yield next(batches)
        percents.append(FitRun.objects.get(status="running").percent)
        raise KeyboardInterrupt

    monkeypatch.setattr(fitting, "explain_deals", stop_half_way)
    monkeypatch.setattr(explaining, "BATCH", 2)
    run = start_fit(org, day + timedelta(days=1), enqueue=False, rescoring=True)
    with pytest.raises(KeyboardInterrupt):
        run_fit(run.pk)
    run.refresh_from_db()
    assert run.status == FitRun.Status.FAILED
    assert percents == [65], "half of the deals were told"
    assert FittedModel.objects.get(org=org, is_ready=True) == whole
