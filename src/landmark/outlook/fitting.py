"""One fit, from the organisation's rows to everything a forecast stores.

Answers: the model, each open deal's curves and reasons, stage stays and the back-test. Does not answer: how it is
stored (``actions``). Writes nothing.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.baselines import stage_percentages
from landmark.forecast.files import count_milestones, unknown_share
from landmark.forecast.history import OPEN, History, Season
from landmark.forecast.model import BENCHMARKS, VERSION, Fitted, fit
from landmark.forecast.priors import Priors
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Organisation
from landmark.outlook.backtesting import back_test, is_enough_for_full, tell_unknowns
from landmark.outlook.explaining import explain_deals
from landmark.outlook.freezes import find_freeze
from landmark.outlook.histories import read_history
from landmark.outlook.models import FittedModel
from landmark.outlook.pulses import alerts_of_all
from landmark.outlook.separation import plain_separation
from landmark.outlook.stages import StageStay, read_stage_stays
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook

OnProgress = Callable[[str, int], None]

SEED = 20260101
BEAT_SECONDS = 2.0
MOST_CLOSED = 15_000
"""A night compares open deals with about so many closed ones; a fit reads all of them."""
MOST_UNKNOWN = 0.1
"""A larger share of events than this of kinds a stored model never met, and it is fitted again."""


class CannotReuse(Exception):
    """The stored model does not fit this history any more; a new one has to be fitted."""


class CannotFit(Exception):
    """There is nothing to forecast yet; the sentence says what to do first."""


@dataclass(frozen=True, slots=True)
class DealResult:
    """One open deal: packed curves and what moves them; ``contributions`` and ``explanation`` are JSON."""

    deal_id: str
    won: bytes
    lost: bytes
    stage_percent: float | None
    contributions: str
    explanation: str
    alerts: str


@dataclass(frozen=True)
class FitResult:
    level: str
    reason: str
    playbook: str
    model_version: str
    input_hash: str
    parameters: dict[str, Any]
    report: dict[str, Any]
    separation: dict[str, Any]
    stage_stays: tuple[StageStay, ...]
    deals: Iterator[DealResult] = field(repr=False)
    fitted_on: date | None = None


def compute_fit(org: Organisation, on: date, tick: OnProgress) -> FitResult:
    """Everything a forecast of the organisation as of the day consists of.

    The model of the day and its test on past days run side by side, one thread each: threads inside a fit that wait for
    one another cost more than they win (measured on two busy cores: ten times slower).
    """
    history, playbook = _read(org, on, tick)
    priors = Priors.from_playbook(playbook)
    tick(_("Fitting the model, and testing it on past days"), 10)
    with ThreadPoolExecutor(1) as beside:
        tested = beside.submit(back_test, history, on, priors, SEED)
        with threadpool_limits(limits=1):
            fitted = fit(history, history.complete_to, priors, SEED)
            stays = read_stage_stays(org, on_day(org, on), playbook)
            result = _look_ahead(org, on, fitted, history, stays, playbook, tick)
            result = replace(result, deals=iter(list(result.deals)))
            found = plain_separation(history, fitted)
            unknowns = tell_unknowns(history, on, fitted.left_out)
        _wait(tested, tick)
    tick(_("Storing the forecast"), 90)
    return replace(result, report={**tested.result(), "unknowns": unknowns}, separation=found)


def compute_rescoring(org: Organisation, on: date, source: FittedModel, tick: OnProgress) -> FitResult:
    """The forecast of the day by a model that was fitted before: nothing is fitted and nothing tested anew.

    Which milestones separate won from lost, and how long stages last, stays as the fit found it. Raises CannotReuse
    when the history has come to know kinds of milestones the model never met, or the organisation has another country
    or fiscal year by now.
    """
    history, playbook = _read(org, on, tick, MOST_CLOSED)
    fitted = Fitted.from_json(source.parameters)
    if not _share_calendar(fitted.vocabulary.season, history.season):
        raise CannotReuse
    if unknown_share(fitted, count_milestones(history)) > MOST_UNKNOWN:
        raise CannotReuse
    stays = [StageStay(*row) for row in source.stage_ages.order_by("pk").values_list(*StageStay.__slots__)]
    result = _look_ahead(org, on, fitted, history, stays, playbook, tick, processes=os.cpu_count() or 1)
    found = source.separation or plain_separation(history, fitted)
    return replace(result, report=source.report, separation=found, fitted_on=source.fitted_on or source.as_of)


def _share_calendar(one: Season, other: Season) -> bool:
    """Whether the same days are days off and the same quarters end."""
    return (one.country, one.fiscal_month) == (other.country, other.fiscal_month)


def _read(org: Organisation, on: date, tick: OnProgress, most_closed: int | None = None) -> tuple[History, Playbook]:
    tick(_("Reading the history"), 2)
    history = read_history(org, on, most_closed=most_closed)
    if history.deal_ids.size == 0:
        raise CannotFit(_("There are no deals yet. Import a file or open a deal, then start the forecast again."))
    if not is_enough_for_full(history):
        history = read_history(org, on, with_undated_stages=True, most_closed=most_closed)
    return history, load_playbook(org.playbook)


def _look_ahead(
    org: Organisation,
    on: date,
    fitted: Fitted,
    history: History,
    stays: list[StageStay],
    playbook: Playbook,
    tick: OnProgress,
    processes: int = 1,
) -> FitResult:
    """What the model says of every open deal, and why, told while it is stored; its test on past days is not in it."""
    tick(_("Looking ahead a year for every open deal"), 40)
    return FitResult(
        level=fitted.level,
        reason=fitted.reason,
        playbook=org.playbook,
        model_version=str(VERSION),
        input_hash=hash_history(history, org.playbook),
        parameters=fitted.to_json(),
        report={},
        separation={},
        stage_stays=tuple(stays),
        deals=_deal_results(org, on, fitted, history, stays, playbook, tick, processes),
    )


def _wait(tested: "Future[dict[str, Any]]", tick: OnProgress) -> None:
    """Until the test is done, saying now and then that the job is alive."""
    percent = 50
    while not wait([tested], timeout=BEAT_SECONDS).done:
        tick(_("Testing the forecast on past days"), percent)
        percent = min(percent + 3, 85)


def _stage_percents(fitted: Fitted, history: History, playbook: Playbook, held: dict[str, float]) -> list[float | None]:
    """The classic stage percentage of each open deal: the one held for its stage (``freezes``), else of the own past,
    or the playbook's while there is too little."""
    stages = _find_stages(history, playbook)
    deals = np.flatnonzero(history.outcome == OPEN)
    stands = [stages.get(int(deal), "") for deal in deals]
    if fitted.level != BENCHMARKS:
        own = [float(p) for p in stage_percentages(history, history.complete_to, fitted.vocabulary)]
        return [held.get(stage, rate) for stage, rate in zip(stands, own, strict=True)]
    table = {stage.key: float(stage.win_prior) for stage in playbook.open_stages if stage.win_prior is not None}
    return [held.get(stage, table.get(stage)) for stage in stands]


def _find_stages(history: History, playbook: Playbook) -> dict[int, str]:
    """Row of the history → the open stage its last dated move led to."""
    names = {f"stage:{stage.key}": stage.key for stage in playbook.open_stages}
    found: dict[int, str] = {}
    for event in np.lexsort((history.event_code, history.event_at)):
        stage = names.get(history.milestones[history.event_code[event]])
        if stage is not None:
            found[int(history.event_deal[event])] = stage
    return found


def _read_held(org: Organisation, on: date) -> dict[str, float]:
    freeze = find_freeze(org, on_day(org, on))
    return {stage: float(percent) for stage, percent in freeze.percents.items()} if freeze else {}


def _deal_results(
    org: Organisation,
    on: date,
    fitted: Fitted,
    history: History,
    stays: list[StageStay],
    playbook: Playbook,
    tick: OnProgress,
    processes: int,
) -> Iterator[DealResult]:
    """Batch by batch, saying how far it is."""
    alerts_of = alerts_of_all(org, on, history, fitted.vocabulary, stays, playbook)
    percents = _stage_percents(fitted, history, playbook, _read_held(org, on))
    done, count = 0, len(percents)
    for deals, told in explain_deals(org, on, fitted, history, playbook, processes):
        rows = zip(
            history.deal_ids[deals].tolist(), told.won, told.lost, percents[done : done + deals.size],
            told.contributions, told.explanation, alerts_of(deals, told.win_range), strict=True,
        )  # fmt: skip
        yield from (DealResult(*row) for row in rows)
        done += deals.size
        tick(_("Looking ahead a year for every open deal"), 40 + 50 * done // count)


def hash_history(history: History, playbook: str) -> str:
    """SHA-256 over everything the fit was given: the same hash means the same forecast."""
    digest = hashlib.sha256(f"{VERSION} {SEED} {playbook} {history.complete_to} {history.season}".encode())
    digest.update(json.dumps(history.milestones).encode())
    numbers = (
        history.opened, history.closed, history.outcome, history.known_from, history.event_deal, history.event_at,
        history.event_known, history.event_code, history.change_deal, history.change_at, history.strength,
        history.event_expires,
    )  # fmt: skip
    for column in numbers:
        digest.update(b"" if column is None else np.ascontiguousarray(column).tobytes())
    texts = {**history.attributes, "": history.deal_ids, "field": history.change_field, "value": history.change_value}
    for name in sorted(texts):
        digest.update(json.dumps([name, texts[name].tolist()]).encode())
    return digest.hexdigest()
