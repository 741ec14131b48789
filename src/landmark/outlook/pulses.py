"""What the alert rules are told about a deal: from its facts on a page, from columns for a whole organisation.

Answers: the pulses of ``engines.alerts``. Does not answer: which alerts follow (the engine), in which words (a screen).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from landmark.deals.models import StageMove, Stakeholder
from landmark.engines.alerts import EXPIRY_DAYS, RECENT_DAYS, Alert, Pulse, find_alerts
from landmark.engines.checks import adversaries, last_fresh_day
from landmark.engines.facts import DealFacts, EvidenceFact
from landmark.forecast.closing import WinDays
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.vocabulary import Vocabulary, read_values
from landmark.orgs.models import Organisation
from landmark.outlook.pushes import TARGET
from landmark.outlook.stages import StageStay
from landmark.playbook.schema import Playbook

_STAGE = "stage:"


def alerts_of(
    facts: DealFacts, moves: Sequence[StageMove], playbook: Playbook, on: date, limit: int | None, win: WinDays | None
) -> tuple[Alert, ...]:
    """The alerts of one open deal on a day. limit: the stage's 75th percentile; win: of its own curve."""
    stage = playbook.stage(facts.stage)
    if stage.kind != "open":
        return ()
    happened = [fact.occurred_on for fact in facts.evidence if fact.occurred_on <= on]
    stepped = [move.occurred_at.date() for move in moves if move.from_stage]
    first: dict[str, date] = {}
    for fact in sorted(facts.evidence, key=lambda fact: fact.occurred_on):
        first.setdefault(fact.key, fact.occurred_on)
    begun = facts.opened_on
    events = [*happened, *stepped]
    pulse = Pulse(
        on=on,
        age_days=(on - begun).days,
        idle_days=(on - max(events, default=begun)).days,
        progress_days=(on - max([*first.values(), *stepped], default=begun)).days,
        progress_limit=limit,
        events=len(events),
        recent=sum(day > on - timedelta(days=RECENT_DAYS) for day in events),
        target_on=facts.target_on,
        win_from=_ahead(on, win.p10) if win else None,
        win_until=_ahead(on, win.p90) if win else None,
        adversaries=tuple(one.name for one in adversaries(facts, playbook) if not one.plan.strip()),
        expiring=tuple(_running_out(facts.evidence, playbook)),
    )
    return find_alerts(pulse)


def _ahead(on: date, days: int) -> date:
    return on + timedelta(days=days)


def _running_out(evidence: Iterable[EvidenceFact], playbook: Playbook) -> Iterable[tuple[str, date]]:
    """The last day of each kind of evidence: the piece that lasts longest counts."""
    last: dict[str, date] = {}
    for fact in evidence:
        end = last_fresh_day(fact, playbook)
        if end is not None and playbook.has_evidence(fact.key):
            last[fact.key] = max(last.get(fact.key, end), end)
    return last.items()


# A whole organisation


def alerts_of_all(
    org: Organisation,
    on: date,
    history: History,
    vocabulary: Vocabulary,
    stays: Sequence[StageStay],
    playbook: Playbook,
) -> Callable[[Ints, Ints], list[str]]:
    """Gives the kinds that stand for open deals (n), with commas, from the days between which their wins lie (n, 2)."""
    limits = {f"{_STAGE}{stay.stage}": round(stay.p75_days) for stay in stays}
    first_stage = f"{_STAGE}{playbook.open_stages[0].key}"
    columns = _Columns(history, vocabulary)
    against = _adversaries_without_plan(org, playbook)
    expiring = _running_out_soon(history, playbook, on)

    def tell(deals: Ints, win_ranges: Ints) -> list[str]:
        told = []
        for deal, (early, late) in zip(deals.tolist(), win_ranges.tolist(), strict=True):
            stage = columns.stage.get(deal, first_stage)
            pulse = Pulse(
                on=on,
                age_days=columns.days_since(history.opened[deal]),
                idle_days=columns.days_since(columns.newest[deal]),
                progress_days=columns.days_since(columns.progress[deal]),
                progress_limit=limits.get(stage),
                events=int(columns.events[deal]),
                recent=int(columns.recent[deal]),
                target_on=columns.target_of(deal),
                win_from=_ahead(on, early) if early else None,
                win_until=_ahead(on, late) if late else None,
                adversaries=against.get(str(history.deal_ids[deal]), ()),
                expiring=expiring.get(deal, ()),
            )
            is_waiting = stage not in limits and stage != first_stage
            told.append("" if is_waiting else ",".join(alert.kind for alert in find_alerts(pulse)))
        return told

    return tell


class _Columns:
    """Per deal: how many events, the newest, the newest new kind, the stage it stands at, its target date."""

    def __init__(self, history: History, vocabulary: Vocabulary) -> None:
        size, self._now = history.deal_ids.size, history.complete_to
        deal, at = history.event_deal, history.event_at
        self.events = np.bincount(deal, minlength=size)
        self.recent = np.bincount(deal[at > self._now - RECENT_DAYS], minlength=size)
        self.newest = history.opened.copy()
        np.maximum.at(self.newest, deal, at)
        self.progress = history.opened.copy()
        order = np.lexsort((at, history.event_code, deal))
        is_new = np.ones(order.size, bool)
        same = (deal[order][1:] == deal[order][:-1]) & (history.event_code[order][1:] == history.event_code[order][:-1])
        is_new[1:] = ~same
        np.maximum.at(self.progress, deal[order][is_new], at[order][is_new])
        self.stage = _stages(history)
        self._target = self._read_targets(history, vocabulary)

    def days_since(self, moment: float) -> int:
        return max(int(np.ceil(self._now) - 1 - np.floor(moment)), 0)

    def _read_targets(self, history: History, vocabulary: Vocabulary) -> Floats:
        found = np.full(history.deal_ids.size, np.nan)
        kind = next((one for one in vocabulary.attributes if one.name == TARGET and one.kind == "date"), None)
        if kind is None or TARGET not in history.attributes:
            return found
        found = np.asarray(read_values(kind, history.attributes[TARGET].tolist()), np.float64)
        moved = np.flatnonzero(history.change_field == TARGET)
        moved = moved[np.argsort(history.change_at[moved], kind="stable")]
        found[history.change_deal[moved]] = read_values(kind, history.change_value[moved].tolist())
        return found

    def target_of(self, deal: int) -> date | None:
        days = self._target[deal]
        return None if np.isnan(days) else datetime.fromtimestamp(float(days) * 86_400, UTC).date()


def _running_out_soon(history: History, playbook: Playbook, on: date) -> Mapping[int, tuple[tuple[str, date], ...]]:
    """Deal → kinds of evidence with a last fresh day within the alert's reach; the piece that lasts longest counts."""
    fresh = np.array([_fresh_days(playbook, key) for key in history.milestones] or [np.nan])
    known = np.array([playbook.has_evidence(key) for key in history.milestones] or [False])
    own = history.event_expires
    code = history.event_code
    ends = np.floor(history.event_at) + fresh[code]
    if own is not None and own.size:
        ends = np.where(np.isnan(own), ends, own)
    dated = np.flatnonzero(known[code] & ~np.isnan(ends))
    kinds = max(len(history.milestones), 1)
    pairs, place = np.unique(history.event_deal[dated].astype(np.int64) * kinds + code[dated], return_inverse=True)
    last = np.full(pairs.size, -np.inf)
    np.maximum.at(last, place, ends[dated])
    today = on.toordinal() - date(1970, 1, 1).toordinal()
    found: dict[int, tuple[tuple[str, date], ...]] = defaultdict(tuple)
    for one in np.flatnonzero((last >= today) & (last <= today + EXPIRY_DAYS)):
        end = on + timedelta(days=int(last[one]) - today)
        deal, kind = divmod(int(pairs[one]), kinds)
        found[deal] += ((history.milestones[kind], end),)
    return found


def _fresh_days(playbook: Playbook, key: str) -> float:
    days = playbook.evidence_item(key).expiry_days if playbook.has_evidence(key) else None
    return float(days) if days else np.nan


def _stages(history: History) -> Mapping[int, str]:
    """Deal → the last ``stage:`` event."""
    codes = np.array([name.startswith(_STAGE) for name in history.milestones] or [False])
    if not history.event_code.size:
        return {}
    moves = np.flatnonzero(codes[history.event_code])
    moves = moves[np.argsort(history.event_at[moves], kind="stable")]
    return {int(history.event_deal[one]): history.milestones[history.event_code[one]] for one in moves}


def _adversaries_without_plan(org: Organisation, playbook: Playbook) -> dict[str, tuple[str, ...]]:
    flags = [stance.key for stance in playbook.stances if stance.red_flag]
    rows = Stakeholder.objects.filter(deal__org=org, stance__in=flags, plan="").values_list("deal_id", "person__name")
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for deal_id, name in rows:
        found[str(deal_id)] += (name,)
    return found
