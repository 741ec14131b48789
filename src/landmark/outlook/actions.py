"""Fitting a forecast and storing it whole.

Answers: how a fit is asked for, run, seen through and published. Does not answer: what it computes (``fitting``), how a
page reads it (``reading``).

Readers see a whole model or none: forecasts are written in small transactions under a model that is not ready yet; one
last transaction makes it ready and retires its predecessor of the same day.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from operator import attrgetter
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.forecast.model import VERSION
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Member, Organisation
from landmark.outlook.fitting import CannotFit, CannotReuse, DealResult, FitResult, compute_fit, compute_rescoring
from landmark.outlook.models import DealForecast, FitRun, FittedModel, StageAge
from landmark.outlook.rawrows import find_raw_id
from landmark.outlook.tasks import fit_forecast

OnProgress = Callable[[str, int], None]
_AS_THEY_ARE = ("won", "lost", "stage_percent", "contributions", "explanation", "alerts")

logger = logging.getLogger(__name__)

ROWS_A_TRANSACTION = 500
KEPT_MODELS = 12
REFIT_AFTER = timedelta(days=7)
"""Nights in between are scored with the model of the last fit."""
SILENT_AFTER = timedelta(minutes=10)
LEFT_FOR = timedelta(hours=1)
LIVE = (FitRun.Status.WAITING, FitRun.Status.RUNNING)


class FitBusy(Exception):
    """Another worker runs this fit; the text says so."""


def start_fit(
    org: Organisation,
    on: date | None = None,
    *,
    by: Member | None = None,
    enqueue: bool = True,
    rescoring: bool = False,
) -> FitRun:
    """Ask for a forecast of a day (the organisation's present by default). One live run a day is enough.

    ``rescoring``: a fit of the last ``REFIT_AFTER`` may speak again; without one, or where it no longer suits the
    history, the run fits all the same.

    A run left by a dead worker is closed and replaced. Asking while one is running lets another follow, because the
    running one may have read the data before the change that led to this call.
    """
    day = on_day(org, on or date.max).on
    with transaction.atomic():
        live = FitRun.objects.select_for_update().filter(org=org, as_of=day, status__in=LIVE).first()
        if live is not None and live.status == FitRun.Status.RUNNING and not _is_silent(live):
            FitRun.objects.filter(pk=live.pk).update(is_asked_again=True)
            return live
        if live is not None and live.status == FitRun.Status.RUNNING:
            _fail(live, _("The worker stopped before this forecast was done. Another run has been started."))
            live = None
        if live is None:
            live = FitRun.objects.create(org=org, as_of=day, member=by, is_rescoring=rescoring)
        else:
            if live.is_rescoring and not rescoring:
                FitRun.objects.filter(pk=live.pk).update(is_rescoring=False)
            if not _is_silent(live):
                return live
        if enqueue:
            fit_forecast.enqueue(str(live.id))
    return live


def _is_silent(run: FitRun) -> bool:
    return (run.beat_at or run.created_at) < timezone.now() - SILENT_AFTER


def run_fit(run_id: UUID | str, on_progress: OnProgress | None = None) -> FitRun:
    """Run one waiting fit to its end: done, or failed with one sentence. A run that is not waiting is left alone."""
    now = timezone.now()
    claimed = FitRun.objects.filter(id=run_id, status=FitRun.Status.WAITING).update(
        status=FitRun.Status.RUNNING, started_at=now, beat_at=now
    )
    run = FitRun.objects.select_related("org").get(id=run_id)
    if not claimed:
        if run.status == FitRun.Status.RUNNING:
            raise FitBusy(_("Another worker is fitting this forecast already; wait until it is done."))
        return run
    try:
        _fit_and_store(run, on_progress or _ignore)
    except CannotFit as error:
        _fail(run, str(error))
    except Exception:
        logger.exception("The forecast of %s for %s failed", run.org.slug, run.as_of)
        _fail(run, _("The forecast could not be computed. The reason is in the server's log; you can start it again."))
    except BaseException:
        _fail(run, _("The forecast was stopped before it was done. Start it again when you like."))
        raise
    run.refresh_from_db()
    if run.is_asked_again:
        start_fit(run.org, run.as_of)
    return run


def _ignore(phase: str, percent: int) -> None:
    """Nobody watches but the page, which reads the run."""


def _fit_and_store(run: FitRun, on_progress: OnProgress) -> None:
    def tick(phase: str, percent: int) -> None:
        FitRun.objects.filter(pk=run.pk).update(phase=phase, percent=percent, beat_at=timezone.now())
        on_progress(phase, percent)

    _prune(run.org)
    read_at = timezone.now()
    result = _compute(run, tick)
    model = _store(run, result, read_at)
    _publish(run, model)
    on_progress(_("Done"), 100)


def _compute(run: FitRun, tick: OnProgress) -> FitResult:
    source = find_recent_fit(run.org, run.as_of) if run.is_rescoring else None
    if source is not None:
        try:
            return compute_rescoring(run.org, run.as_of, source, tick)
        except CannotReuse:
            logger.info("The model of %s no longer suits its history; a new one is fitted", run.org.slug)
    return compute_fit(run.org, run.as_of, tick)


def find_recent_fit(org: Organisation, on: date) -> FittedModel | None:
    """The newest model whose fit is not older than ``REFIT_AFTER``, made with today's playbook and today's code."""
    ready = FittedModel.objects.filter(org=org, is_ready=True, as_of__lte=on, as_of__gt=on - REFIT_AFTER)
    model = ready.filter(playbook=org.playbook, model_version=str(VERSION)).first()
    if model is None or (model.fitted_on or model.as_of) <= on - REFIT_AFTER:
        return None
    return model


def _store(run: FitRun, result: FitResult, read_at: datetime) -> FittedModel:
    model = FittedModel.objects.create(
        org=run.org, as_of=run.as_of, level=result.level, reason=result.reason[:500], playbook=result.playbook,
        model_version=result.model_version, input_hash=result.input_hash, parameters=result.parameters,
        report=result.report, separation=result.separation, read_at=read_at, fitted_on=result.fitted_on,
    )  # fmt: skip
    StageAge.objects.bulk_create(
        StageAge(model=model, stage=s.stage, median_days=s.median_days, p75_days=s.p75_days, count=s.count)
        for s in result.stage_stays
    )
    for batch in _batches(result.deals):
        with transaction.atomic():
            _insert(model, batch)
        FitRun.objects.filter(pk=run.pk).update(beat_at=timezone.now())
    return model


def _insert(model: FittedModel, deals: list[DealResult]) -> None:
    """Past the object layer, which would read and write every JSON text once more and take three times as long."""
    columns = ("model_id", "deal_id", *_AS_THEY_ARE)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(DealForecast._meta.db_table)
    to_raw = find_raw_id()
    values = attrgetter(*_AS_THEY_ARE)
    rows = [(to_raw(model.pk), to_raw(UUID(deal.deal_id)), *values(deal)) for deal in deals]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - names are ours


def _batches(rows: Iterator[DealResult]) -> Iterator[list[DealResult]]:
    while batch := list(islice(rows, ROWS_A_TRANSACTION)):
        yield batch


def _publish(run: FitRun, model: FittedModel) -> None:
    """From one moment to the next: the new model is ready, an older one of the same day no longer."""
    with transaction.atomic():
        FittedModel.objects.filter(org=run.org, as_of=run.as_of, is_ready=True).update(is_ready=False)
        FittedModel.objects.filter(pk=model.pk).update(is_ready=True)
        FitRun.objects.filter(pk=run.pk).update(
            status=FitRun.Status.DONE, phase="", percent=100, error="", model=model, finished_at=timezone.now()
        )


def _fail(run: FitRun, sentence: str) -> None:
    FitRun.objects.filter(pk=run.pk).update(
        status=FitRun.Status.FAILED, phase="", error=sentence[:500], finished_at=timezone.now()
    )


def _prune(org: Organisation) -> None:
    """Keep the newest models; what they said of a day stays readable until newer ones push it out.

    Done before a fit, not after it: a page may still be reading the model that this fit replaces. Half-written ones go
    after an hour, since another fit of the same organisation may still be writing.
    """
    kept = FittedModel.objects.filter(org=org, is_ready=True).order_by("-created_at").values_list("pk", flat=True)
    for old in FittedModel.objects.filter(pk__in=list(kept)[KEPT_MODELS - 1 :]):
        _remove(old)
    for left in FittedModel.objects.filter(org=org, is_ready=False, created_at__lt=timezone.now() - LEFT_FOR):
        _remove(left)


def _remove(model: FittedModel) -> None:
    """Its forecasts first, some at a time, so that no transaction holds the write lock for long."""
    FittedModel.objects.filter(pk=model.pk).update(is_ready=False)  # no reader may find it from here on
    while ids := list(model.forecasts.order_by().values_list("pk", flat=True)[:ROWS_A_TRANSACTION]):
        DealForecast.objects.filter(pk__in=ids).delete()
    model.delete()
