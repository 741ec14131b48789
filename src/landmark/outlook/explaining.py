"""What the model says of every open deal, and why: read once, told a batch at a time.

Answers: what batches share (the typical deal, deals of the past, earlier forecasts), and the batches themselves. Does
not answer: what is told of a deal (``telling``), how a page reads it (``reasons``). Writes nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from landmark.forecast.copies import copy_deals
from landmark.forecast.explain import Explainer
from landmark.forecast.forest import make_quick
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.model import Fitted
from landmark.forecast.similar import count_holders, find_past
from landmark.forecast.snapshots import Snapshots
from landmark.orgs.models import Organisation
from landmark.outlook.curves import DAYS, at_day
from landmark.outlook.models import FittedModel
from landmark.outlook.periods import period_in_view
from landmark.outlook.telling import Batch, Earlier, Night, Told, tell_each
from landmark.outlook.ways import Way, find_stands
from landmark.playbook.schema import Playbook

BATCH = 4_000
MANY = 8_000
"""From so many open deals on, other processes are worth their start."""
LAST, DAY, WEEK = "last", "day", "week"
WEEK_DAYS = 7


def explain_deals(
    org: Organisation, on: date, fitted: Fitted, history: History, playbook: Playbook, processes: int = 1
) -> Iterator[tuple[Ints, Told]]:
    """Batches of open deals (places in the history, in its order) with what is told of them."""
    known = as_known(history, history.complete_to)
    deals = known.open_deals()
    if deals.size == 0:
        return
    by = period_in_view(org, on).ends_on
    horizon, as_of, fitted = (by - on).days, history.complete_to, make_quick(fitted)
    stands = find_stands(known.history, playbook)
    earlier = list(_read_earlier(org, on, by, fitted))
    past = find_past(fitted, history, as_of, horizon)
    night = Night(
        fitted, by, horizon,
        explainer=Explainer(fitted, Snapshots(known.history, fitted.vocabulary), deals, as_of, horizon),
        past=past,
        way=Way(fitted, history, playbook, count_holders(past)),
        earlier=tuple(one for one, _won in earlier),
    )  # fmt: skip
    parts = [deals[start : start + BATCH] for start in range(0, deals.size, BATCH)]

    def batch(part: Ints) -> Batch:
        ids = known.history.deal_ids[part]
        before = tuple(_read_before(ids, won, (by - one.as_of).days) for one, won in earlier)
        return Batch(copy_deals(known.history, part), part, stands[part], before)

    several = min(processes, len(parts)) if deals.size >= MANY else 1
    for part, told in zip(parts, tell_each(night, map(batch, parts), several), strict=True):
        yield known.position[part], told


def _read_before(deal_ids: Iterable[str], won: dict[str, bytes], days: int) -> Floats:
    """(n) what an earlier forecast said of each deal; NaN where it said nothing."""
    packed = (won.get(deal_id) for deal_id in deal_ids)
    return np.array([np.nan if curve is None else at_day(curve, days) for curve in packed], np.float64)


def _read_earlier(org: Organisation, on: date, by: date, fitted: Fitted) -> Iterable[tuple[Earlier, dict[str, bytes]]]:
    """The forecasts to compare with, each once, whatever the number of its roles."""
    ready = FittedModel.objects.filter(org=org, is_ready=True, as_of__lte=on).order_by("-as_of", "-created_at")
    ready = ready.defer("parameters", "report", "separation")
    chosen: dict[Any, tuple[FittedModel, list[str]]] = {}
    for name, until in ((LAST, on), (DAY, on - timedelta(days=1)), (WEEK, on - timedelta(days=WEEK_DAYS))):
        model = ready.filter(as_of__lte=until).first()
        if model is not None and 0 < (by - model.as_of).days <= DAYS:
            chosen.setdefault(model.pk, (model, []))[1].append(name)
    now = fitted.to_json()
    for model, names in chosen.values():
        before = _read_fitted(model.pk)
        is_current = before is not None and before.to_json() == now
        rows = model.forecasts.order_by().values_list("deal_id", "won").iterator(2_000)
        won = {str(deal_id): bytes(packed) for deal_id, packed in rows}
        yield Earlier(tuple(names), model.as_of, before, is_current), won


def _read_fitted(pk: UUID) -> Fitted | None:
    try:
        return make_quick(Fitted.from_json(FittedModel.objects.values_list("parameters", flat=True).get(pk=pk)))
    except (ValueError, KeyError, TypeError):
        return None  # written by another version of the model
