"""A fit is asked for once, survives a dead worker, and is published whole or not at all."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from landmark.cadence.schedule import start_due_fits
from landmark.deals.models import Deal
from landmark.orgs.models import Organisation
from landmark.outlook import actions
from landmark.outlook.actions import FitBusy, run_fit, start_fit
from landmark.outlook.curves import DAYS, pack_curves
from landmark.outlook.fitting import CannotFit, DealResult, FitResult
from landmark.outlook.models import DealForecast, FitRun, FittedModel
from landmark.outlook.reading import read_forecast
from landmark.outlook.stages import StageStay
from tests.apps.outlook.company import add_deal, make_company, on

pytestmark = pytest.mark.django_db
Tick = Callable[[str, int], None]


def pack(level: float) -> bytes:
    return pack_curves(np.linspace(0, level, DAYS)[None, :])[0]


def result_for(org: Organisation, level: float, deals: Iterator[DealResult] | None = None) -> FitResult:
    ids = Deal.objects.of(org).open().order_by("opened_at").values_list("id", flat=True)
    rows = (DealResult(str(deal_id), pack(level), pack(level / 4), 0.35, "{}", "{}", "") for deal_id in ids)
    return FitResult(
        level="full", reason="Enough closed deals.", playbook="landmark/2026.1", model_version="test",
        input_hash="0" * 64, parameters={}, report={}, separation={},
        stage_stays=(StageStay("discovery", 20.0, 35.0, 12),),
        deals=deals or rows,
    )  # fmt: skip


@pytest.fixture
def org() -> Organisation:
    org = make_company()
    for number in range(3):
        add_deal(org, moves=[(number, "qualification")])
    return org


@pytest.fixture
def fake_fit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let ``compute_fit`` give what the test says: a level of probability, an error, or a function."""

    def install(outcome: Any) -> None:
        def compute(org: Organisation, _on: date, tick: Tick) -> FitResult:
            tick("Looking back", 50)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome(org) if callable(outcome) else result_for(org, outcome)

        monkeypatch.setattr(actions, "compute_fit", compute)

    return install


def p_won(org: Organisation, day: date) -> list[float]:
    forecast = read_forecast(org, day)
    assert forecast is not None
    return [round(outlook.p_won_by(day + timedelta(days=365)), 3) for outlook in forecast.all_deals().values()]


def test_a_run_stores_a_whole_forecast(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(0.5)
    seen: list[tuple[str, int]] = []
    run = run_fit(start_fit(org, enqueue=False).id, on_progress=lambda phase, percent: seen.append((phase, percent)))
    assert (run.status, run.error, run.percent, run.as_of) == ("done", "", 100, on(400))
    assert p_won(org, on(400)) == [0.5, 0.5, 0.5]
    assert seen[-1][1] == 100
    assert [percent for _phase, percent in seen] == sorted(percent for _phase, percent in seen)
    forecast = read_forecast(org, on(400))
    assert forecast is not None
    age = forecast.stage_age("discovery")
    assert age is not None
    assert (age.median_days, age.p75_days, age.count) == (20.0, 35.0, 12)


def test_asking_enqueues_one_job(org: Organisation) -> None:
    first, second = start_fit(org), start_fit(org)
    assert first == second
    assert first.status == "waiting"
    (job,) = DBTaskResult.objects.all()
    assert job.task_path == "landmark.outlook.tasks.fit_forecast"
    assert job.args_kwargs["args"] == [str(first.id)]
    assert start_fit(org, on(300)) != first


def test_the_job_runs_the_fit(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    from landmark.outlook.tasks import fit_forecast

    fake_fit(0.5)
    run = start_fit(org)
    fit_forecast.call(str(run.id))
    run.refresh_from_db()
    assert run.status == "done"


def test_readers_see_the_old_forecast_until_the_new_one_is_whole(
    org: Organisation, fake_fit: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_fit(0.2)
    run_fit(start_fit(org, enqueue=False).id)
    monkeypatch.setattr(actions, "ROWS_A_TRANSACTION", 1)
    seen: list[list[float]] = []

    def rows_while_reading(org: Organisation) -> FitResult:
        def rows() -> Iterator[DealResult]:
            for deal_id in Deal.objects.of(org).values_list("id", flat=True):
                yield DealResult(str(deal_id), pack(0.8), pack(0.1), None, "{}", "{}", "")
                seen.append(p_won(org, on(400)))

        return result_for(org, 0.8, rows())

    fake_fit(rows_while_reading)
    run_fit(start_fit(org, enqueue=False).id)
    assert seen == [[0.2, 0.2, 0.2]] * 3
    assert p_won(org, on(400)) == [0.8, 0.8, 0.8]


def test_a_failure_half_way_leaves_the_old_forecast(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(0.2)
    run_fit(start_fit(org, enqueue=False).id)

    def break_while_writing(org: Organisation) -> FitResult:
        def rows() -> Iterator[DealResult]:
            yield DealResult(str(Deal.objects.of(org).first().id), pack(0.9), pack(0.0), None, "{}", "{}", "")  # type: ignore[union-attr]
            raise RuntimeError("disk full")

        return result_for(org, 0.9, rows())

    fake_fit(break_while_writing)
    run = run_fit(start_fit(org, enqueue=False).id)
    assert run.status == "failed"
    assert "server's log" in run.error
    assert "disk full" not in run.error
    assert p_won(org, on(400)) == [0.2, 0.2, 0.2]
    assert FitRun.objects.filter(status__in=["waiting", "running"]).count() == 0


def test_a_reason_the_user_can_act_on_is_told(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(CannotFit("There are no deals yet."))
    run = run_fit(start_fit(org, enqueue=False).id)
    assert (run.status, run.error) == ("failed", "There are no deals yet.")
    assert run.finished_at is not None


def test_interrupting_leaves_no_run_behind(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(KeyboardInterrupt())
    run = start_fit(org, enqueue=False)
    with pytest.raises(KeyboardInterrupt):
        run_fit(run.id)
    run.refresh_from_db()
    assert run.status == "failed"
    assert start_fit(org, enqueue=False) != run


def test_a_run_left_by_a_dead_worker_is_replaced(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    dead = start_fit(org, enqueue=False)
    FitRun.objects.filter(pk=dead.pk).update(status="running", beat_at=timezone.now() - timedelta(minutes=11))
    fresh = start_fit(org, enqueue=False)
    assert fresh != dead
    dead.refresh_from_db()
    assert dead.status == "failed"
    assert "worker stopped" in dead.error
    fake_fit(0.4)
    assert run_fit(fresh.id).status == "done"


def test_a_running_fit_is_not_run_twice_and_another_follows_when_asked(
    org: Organisation, fake_fit: Callable[[Any], None]
) -> None:
    asked: list[FitRun] = []

    def ask_again(org: Organisation) -> FitResult:
        asked.append(start_fit(org))
        with pytest.raises(FitBusy):
            run_fit(asked[0].id)
        return result_for(org, 0.4)

    fake_fit(ask_again)
    run = run_fit(start_fit(org, enqueue=False).id)
    assert asked == [run]
    assert run.status == "done"
    (follower,) = FitRun.objects.filter(status="waiting")
    assert follower.as_of == run.as_of
    assert DBTaskResult.objects.count() == 1


def test_a_waiting_run_that_lost_its_job_gets_another(org: Organisation) -> None:
    lost = start_fit(org, enqueue=False)
    FitRun.objects.filter(pk=lost.pk).update(created_at=timezone.now() - timedelta(minutes=11))
    assert start_fit(org) == lost
    assert DBTaskResult.objects.count() == 1


def test_running_what_is_done_changes_nothing(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(0.4)
    run = run_fit(start_fit(org, enqueue=False).id)
    fake_fit(0.9)
    assert run_fit(run.id).status == "done"
    assert p_won(org, on(400)) == [0.4, 0.4, 0.4]


def test_old_models_go_with_their_forecasts(
    org: Organisation, fake_fit: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "KEPT_MODELS", 2)
    monkeypatch.setattr(actions, "ROWS_A_TRANSACTION", 2)
    for number in range(4):
        fake_fit(0.1 * (number + 1))
        run_fit(start_fit(org, on(300 + number), enqueue=False).id)
    assert sorted(FittedModel.objects.values_list("as_of", flat=True)) == [on(302), on(303)]
    assert DealForecast.objects.count() == 6
    assert p_won(org, on(303)) == [0.4, 0.4, 0.4]


def test_replaced_and_broken_models_go_after_a_while(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    fake_fit(0.1)
    run_fit(start_fit(org, enqueue=False).id)
    run_fit(start_fit(org, enqueue=False).id)
    assert FittedModel.objects.count() == 2
    FittedModel.objects.update(created_at=timezone.now() - timedelta(hours=2))
    run_fit(start_fit(org, enqueue=False).id)
    assert FittedModel.objects.filter(is_ready=True).count() == 1
    assert FittedModel.objects.count() == 2, "what was just replaced may still be read"


def test_organisations_forecast_apart(org: Organisation, fake_fit: Callable[[Any], None]) -> None:
    other = make_company("birch")
    add_deal(other, moves=[(1, "qualification")])
    fake_fit(0.3)
    run_fit(start_fit(org, enqueue=False).id)
    assert read_forecast(other, on(400)) is None
    fake_fit(0.6)
    run_fit(start_fit(other, enqueue=False).id)
    assert p_won(org, on(400)) == [0.3, 0.3, 0.3]
    assert p_won(other, on(400)) == [0.6]


def test_a_live_organisation_is_due_once_a_day(fake_fit: Callable[[Any], None]) -> None:
    now = timezone.now()
    live = make_company("live", data_until=None)
    add_deal(live, moves=[(1, "qualification")])
    make_company("empty", data_until=None)
    add_deal(make_company("past"), moves=[(1, "qualification")])
    assert start_due_fits(now) == 1
    run = FitRun.objects.get()
    assert (run.org, run.as_of) == (live, now.date() - timedelta(days=1))
    assert start_due_fits(now) == 0
    fake_fit(0.3)
    run_fit(run.id)
    assert start_due_fits(now + timedelta(hours=7)) == (0 if (now + timedelta(hours=7)).date() == now.date() else 1)
    assert start_due_fits(now + timedelta(days=1)) <= 1
    assert FitRun.objects.filter(as_of=now.date()).exists()
