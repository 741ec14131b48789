"""The reasons that are stored with each deal's forecast.

Answers: parts of the probability, similar deals, what the next milestones go with, why the number changed, and which
alerts stand, for every open deal, as plain data. Does not answer: how a page reads them (``reasons``). Writes nothing.

A fit and the nightly rescoring call ``explain_deals``. Work goes in chunks, so memory does not grow with the deals.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from landmark.forecast.explain import explain
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.model import Fitted
from landmark.forecast.replay import Cause, Chance, replay
from landmark.forecast.similar import Similar, Step, find_past, find_similar, find_steps
from landmark.forecast.snapshots import Snapshots
from landmark.orgs.models import Organisation
from landmark.outlook.curves import DAYS, as_stored, at_day
from landmark.outlook.models import FittedModel
from landmark.outlook.periods import period_in_view
from landmark.outlook.pulses import alerts_of_all
from landmark.outlook.pushes import add_unmoved
from landmark.outlook.stages import StageStay
from landmark.playbook.checks import AnyEvidenceCheck, EvidenceCheck
from landmark.playbook.schema import Playbook

if TYPE_CHECKING:
    from landmark.outlook.fitting import Outlooks

CHUNK = 4_000
PARTS_KEPT = 10
FEWEST_PLAYBOOK_NAMES = 3
LAST, DAY, WEEK = "last", "day", "week"
WEEK_DAYS = 7


@dataclass(frozen=True)
class Reasons:
    """What ``contributions``, ``explanation`` and ``alerts`` of a ``DealForecast`` hold."""

    contributions: dict[str, Any]
    explanation: dict[str, Any]
    alerts: str


@dataclass(frozen=True)
class _Earlier:
    """A stored forecast to compare with. fitted: None when this version can no longer read it."""

    names: tuple[str, ...]
    as_of: date
    fitted: Fitted | None
    won: dict[str, bytes]


def explain_deals(
    org: Organisation,
    on: date,
    fitted: Fitted,
    history: History,
    outlooks: "Outlooks",
    stays: Sequence[StageStay],
    playbook: Playbook,
    threads: int = 1,
) -> list[Reasons]:
    """One for each open deal, in the order of ``outlooks``; base + parts = the stored P(won by the period's end)."""
    if outlooks.deal.size == 0:
        return []
    by = period_in_view(org, on).ends_on
    horizon = (by - on).days
    p, raw = outlooks.won[:, horizon - 1], outlooks.raw[:, horizon - 1]
    parts = _parts(fitted, history, horizon, p, raw, by)
    similar, steps = _compare(fitted, history, horizon, outlooks.deal, p, raw, playbook, threads)
    changes = _changes(org, on, by, fitted, history, outlooks.deal, p, threads)
    alerts = alerts_of_all(org, on, history, fitted.vocabulary, outlooks.deal, outlooks.won, stays, playbook)
    return [
        Reasons(
            parts[row],
            {"similar": similar[row], "steps": steps[row], "changes": changes.get(int(deal), [])},
            alerts[row],
        )
        for row, deal in enumerate(outlooks.deal)
    ]


# What it is made of


def _parts(fitted: Fitted, history: History, horizon: int, p: Floats, raw: Floats, by: date) -> list[dict[str, Any]]:
    """Where a target date was moved, the lowest answer counts; what that costs is a part of its own."""
    made_of = explain(fitted, history, history.complete_to, horizon, raw)
    held = []
    for row in range(p.size):
        cut = float(p[row] - raw[row])
        kept = keep_largest([*made_of.ranked(row), ("moved_dates", cut)] if cut else made_of.ranked(row))
        held.append({"by": by.isoformat(), "base": made_of.base, "p_won": float(p[row]), "parts": kept})
    return held


def keep_largest(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The largest parts by size; what is left goes into one ``other``, so that the sum stays."""
    ranked = sorted((part for part in parts if abs(part[1]) >= 5e-4), key=lambda part: -abs(part[1]))[:PARTS_KEPT]
    left = sum(effect for _key, effect in parts) - sum(effect for _key, effect in ranked)
    return [*ranked, ("other", left)] if abs(left) > 1e-12 else ranked


# Deals like it, and what the next milestones go with


def _compare(
    fitted: Fitted,
    history: History,
    horizon: int,
    deals: Ints,
    p: Floats,
    raw: Floats,
    playbook: Playbook,
    threads: int,
) -> tuple[list[list[float]], list[list[list[Any]]]]:
    as_of = history.complete_to
    past = find_past(fitted, history, as_of, horizon)
    snapshots = Snapshots(history, fitted.vocabulary)
    path = _Path(fitted, history, playbook)

    def compare(part: slice) -> tuple[list[list[float]], list[list[list[Any]]]]:
        deal = deals[part]
        today = np.full(deal.size, int(as_of), np.int32)
        newest = snapshots.newest(deal, today)
        like = find_similar(past, deal, p[part], as_of - history.opened[deal], newest)
        wanted = path.next_of(deal, snapshots.reached(deal, today))
        found = find_steps(fitted, history, as_of, horizon, past, deal, wanted)
        steps = [_plain_steps(one, cut) for one, cut in zip(found, p[part] - raw[part], strict=True)]
        return _plain_similar(like), steps

    with ThreadPoolExecutor(threads) as pool:
        pieces = list(pool.map(compare, _cut(deals.size)))
    return [one for piece in pieces for one in piece[0]], [one for piece in pieces for one in piece[1]]


def _cut(count: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))


def _plain_similar(like: Similar) -> list[list[float]]:
    columns = (like.count.tolist(), like.won.tolist(), like.low.round(4).tolist(), like.high.round(4).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


def _plain_steps(steps: Sequence[Step], cut: float) -> list[list[Any]]:
    """``cut``: what moved target dates cost the deal; it stays when a milestone comes."""
    return [
        [
            one.milestone, round(max(one.p + cut, 0.0), 4), one.count, one.won, round(max(one.low + cut, 0.0), 4),
            round(max(one.high + cut, 0.0), 4),
        ]
        for one in steps
    ]  # fmt: skip


class _Path:
    """Which milestones come next on a deal's way: what the doors ahead ask for, else what those behind still miss."""

    def __init__(self, fitted: Fitted, history: History, playbook: Playbook) -> None:
        self._names = fitted.vocabulary.milestones
        ranks = _rank_by_door(playbook)
        known = [name for name in self._names if name in ranks]
        if len(known) < FEWEST_PLAYBOOK_NAMES:
            known = [name for name in self._names if not name.startswith("stage:")]
            ranks = {name: (0, place) for place, name in enumerate(_usual_order(history, known))}
        self._candidates = sorted(known, key=lambda name: ranks[name])
        self._door = {name: ranks[name][0] for name in known}
        self._column = {name: place for place, name in enumerate(self._names)}
        stages = {f"stage:{stage.key}": place for place, stage in enumerate(playbook.open_stages)}
        self._stands = _stage_places(history, stages)

    def next_of(self, deal: Ints, reached: np.ndarray) -> list[list[str]]:
        """Names for each deal, the next ones first. reached (n, milestones of the vocabulary)."""
        found = []
        for row, one in enumerate(deal):
            stands = self._stands[one]
            missing = [name for name in self._candidates if not reached[row, self._column[name]]]
            found.append([name for name in missing if self._door[name] > stands] or missing)
        return found


def _rank_by_door(playbook: Playbook) -> dict[str, tuple[int, int]]:
    """Evidence key → (place of the first door that asks for it, place in the playbook)."""
    door: dict[str, int] = {}
    for place, stage in enumerate([*playbook.open_stages, *(s for s in playbook.stages if s.kind == "won")]):
        for gate in playbook.gates_at(stage.key):
            for check in gate.checks:
                for key in _asked_for(check):
                    door.setdefault(key, place)
    items = (*playbook.milestones, *playbook.evidence)
    places = {stage.key: place for place, stage in enumerate(playbook.open_stages)}
    return {
        item.key: (door.get(item.key, places.get(item.from_stage or "", 0) + 1), place)
        for place, item in enumerate(items)
    }


def _asked_for(check: Any) -> Iterable[str]:
    if isinstance(check, EvidenceCheck):
        return (check.evidence,)
    return check.any_of if isinstance(check, AnyEvidenceCheck) else ()


def _usual_order(history: History, names: Sequence[str]) -> list[str]:
    """Milestones of a log without a playbook, by the median day on which deals reach them."""
    days = history.event_at - history.opened[history.event_deal]
    middle = {name: float(np.median(days[history.event_code == code])) for code, name in enumerate(history.milestones)
              if name in names}  # fmt: skip
    return sorted(names, key=lambda name: (middle.get(name, np.inf), name))


def _stage_places(history: History, stages: dict[str, int]) -> np.ndarray:
    """The place on the path where each deal stands, by its last move; 0 where none is known."""
    by_code = np.array([stages.get(name, -1) for name in history.milestones] or [-1])
    places = np.zeros(history.deal_ids.size, np.int64)
    moves = np.flatnonzero(by_code[history.event_code] >= 0) if history.event_code.size else np.zeros(0, np.intp)
    moves = moves[np.argsort(history.event_at[moves], kind="stable")]
    places[history.event_deal[moves]] = by_code[history.event_code[moves]]
    return places


# Why it changed


def chance_of(fitted: Fitted) -> Chance:
    """P(won) as stored: the lowest answer over every stage of the moving of a target date; NaN where not open."""

    def chance(history: History, as_of: float, horizon: int) -> Floats:
        several, source = add_unmoved(history)
        found = fitted.predict(several, as_of, [horizon])
        lowest = np.full(history.deal_ids.size, np.nan)
        itself = found.deal < history.deal_ids.size
        lowest[found.deal[itself]] = found.p_won[itself, 0]
        np.minimum.at(lowest, source[found.deal[~itself]], found.p_won[~itself, 0])
        return as_stored(lowest)

    return chance


def _changes(
    org: Organisation, on: date, by: date, fitted: Fitted, history: History, deals: Ints, p: Floats, threads: int
) -> dict[int, list[dict[str, Any]]]:
    """Deal → one entry for each forecast it is compared with: the last, the last of an earlier day, a week ago's."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    now, after = history.complete_to, as_stored(p)
    size = history.deal_ids.size
    for one in _read_earlier(org, on, by):
        then = now - (on - one.as_of).days
        before = _read_before(one, history, deals, by)
        chance = chance_of(one.fitted or fitted)

        def tell(
            part: slice, one: _Earlier = one, then: float = then, before: Floats = before, chance: Chance = chance
        ) -> dict[int, list[Cause]]:
            here = deals[part]
            was, is_now = _on(here, before[part], size), _on(here, after[part], size)
            return replay(chance, history, then, now + (by - on).days, was, is_now, is_same=one.fitted is not None)

        was_now = {int(deal): (float(b), float(a)) for deal, b, a in zip(deals, before, after, strict=True)}
        with ThreadPoolExecutor(threads) as pool:
            for causes in pool.map(tell, _cut(deals.size)):
                for deal, told in causes.items():
                    found[deal].append(_plain_change(one, *was_now[deal], told))
    return found


def _read_before(one: _Earlier, history: History, deals: Ints, by: date) -> Floats:
    """(n) what an earlier forecast said of each deal; NaN where it said nothing."""
    days = (by - one.as_of).days
    packed = [one.won.get(str(history.deal_ids[deal])) for deal in deals]
    return np.array([np.nan if curve is None else at_day(curve, days) for curve in packed], np.float64)


def _on(deals: Ints, values: Floats, size: int) -> Floats:
    """Values of some deals, at their places among all; NaN elsewhere."""
    spread = np.full(size, np.nan)
    spread[deals] = values
    return spread


def _plain_change(one: _Earlier, before: float, after: float, causes: Iterable[Cause]) -> dict[str, Any]:
    told = [[cause.kind, cause.key, cause.effect] for cause in causes if cause.effect]
    return {"against": list(one.names), "since": one.as_of.isoformat(), "from": before, "to": after, "causes": told}


def _read_earlier(org: Organisation, on: date, by: date) -> Iterable[_Earlier]:
    """The forecasts to compare with, each once, whatever the number of its roles."""
    ready = FittedModel.objects.filter(org=org, is_ready=True, as_of__lte=on).order_by("-as_of", "-created_at")
    ready = ready.defer("parameters", "report", "separation")
    chosen: dict[Any, tuple[FittedModel, list[str]]] = {}
    for name, until in ((LAST, on), (DAY, on - timedelta(days=1)), (WEEK, on - timedelta(days=WEEK_DAYS))):
        model = ready.filter(as_of__lte=until).first()
        if model is not None and 0 < (by - model.as_of).days <= DAYS:
            chosen.setdefault(model.pk, (model, []))[1].append(name)
    for model, names in chosen.values():
        rows = model.forecasts.order_by().values_list("deal_id", "won").iterator(2_000)
        won = {str(deal_id): bytes(packed) for deal_id, packed in rows}
        yield _Earlier(tuple(names), model.as_of, _read_fitted(model.pk), won)


def _read_fitted(pk: UUID) -> Fitted | None:
    try:
        return Fitted.from_json(FittedModel.objects.values_list("parameters", flat=True).get(pk=pk))
    except (ValueError, KeyError, TypeError):
        return None  # written by another version of the model
