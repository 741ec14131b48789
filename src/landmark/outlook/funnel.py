"""The funnel of an organisation, measured from its own history as of a day.

Answers: for each stage the share that ends won, for each step of the playbook's benchmarks the measured share beside
its target, its guardrail and why deals dropped off, by source where the data says it; which percentages are in use.
Does not answer: which deals need attention (``upkeep``), what somebody promised (``target_plans``).

The result is kept until the organisation's ledger grows: every change of a deal leaves a row there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.cache import cache

from landmark.engines.funnel import FEW, Share, Stay, Verdict, count_ends, find_quantile, judge_step, measure_share
from landmark.ledger.models import Head
from landmark.ledger.queries import find_day_end, find_moment
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.freezes import find_freeze
from landmark.outlook.given import read_loss_reasons, read_sources
from landmark.outlook.paths import DealPath, Paths, read_paths
from landmark.outlook.rawrows import to_days
from landmark.playbook.loader import load_playbook
from landmark.playbook.priors import falling_steps
from landmark.playbook.schema import FunnelStep, Guardrail, Playbook

KEPT_SECONDS = 3600
MOST_SOURCES = 6
FEWEST_UNDERSTOOD = 0.5
"""Below this share of reasons in the playbook's words, how often one of them was given is not told."""
FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class StageShare:
    """The share of deals that stood in ``stage`` or beyond and end won."""

    stage: str
    share: Share


@dataclass(frozen=True, slots=True)
class GuardrailFigure:
    """``value``: a share, or days. None while there is nothing to measure; ``count``: what it rests on."""

    key: str
    measure: str
    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class StepShare:
    """One step of the benchmarks. ``share`` is None where a state of it is not kept here (``absent`` names it)."""

    step: str
    share: Share | None
    verdict: Verdict
    guardrail: GuardrailFigure | None
    median_days: float | None
    reasons: Mapping[str, int]
    absent: str


@dataclass(frozen=True, slots=True)
class SourceShare:
    """``share``: from opening to won; ``steps``: by the key of each step that can be measured."""

    source: str
    share: Share
    steps: Mapping[str, Share]


@dataclass(frozen=True)
class Funnel:
    """``history_days``: the age of the oldest deal. ``keeps_stages`` False: no step in between can be measured."""

    stages: tuple[StageShare, ...]
    steps: tuple[StepShare, ...]
    sources: tuple[SourceShare, ...]
    overall: Share
    keeps_stages: bool
    history_days: int

    def share_of(self, stage: str) -> Share | None:
        return next((line.share for line in self.stages if line.stage == stage), None)

    def step(self, key: str) -> StepShare | None:
        return next((line for line in self.steps if line.step == key), None)


def read_funnel(org: Organisation, as_of: AsOf) -> Funnel:
    head = Head.objects.filter(org_id=org.id).values_list("seq", flat=True).first()
    key = f"funnel-2:{org.id}:{as_of.on}:{as_of.is_latest}:{head}:{org.playbook.replace('/', '-')}"
    found: Funnel | None = cache.get(key)
    if found is None:
        found = measure_funnel(org, as_of)
        cache.set(key, found, KEPT_SECONDS)
    return found


def measure_funnel(org: Organisation, as_of: AsOf) -> Funnel:
    playbook = load_playbook(org.playbook)
    paths = read_paths(org, as_of, playbook)
    won = len(playbook.open_stages)
    stages = [(stage.key, place) for place, stage in enumerate(playbook.open_stages)] if paths.keeps_stages else []
    _fill_reasons(paths, read_loss_reasons(org, playbook))
    steps = tuple(_measure_step(step, playbook, paths) for step in playbook.benchmarks.funnel)
    oldest = min((deal.opened for deal in paths.deals), default=paths.now)
    return Funnel(
        stages=tuple(StageShare(key, measure_share(paths.stays(place, won))) for key, place in stages),
        steps=steps,
        sources=_measure_sources(org, paths, playbook, steps),
        overall=measure_share(paths.overall(won)),
        keeps_stages=paths.keeps_stages,
        history_days=int(paths.now - oldest),
    )


def _fill_reasons(paths: Paths, given: Mapping[UUID, str]) -> None:
    """A deal lost without a reason on its move has the one its source gave."""
    for deal in paths.deals:
        if deal.end == "lost" and not deal.reason:
            deal.reason = given.get(deal.deal_id, "")


def _measure_step(step: FunnelStep, playbook: Playbook, paths: Paths) -> StepShare:
    places = _places(playbook)
    start, goal = places.get(step.from_state), places.get(step.to_state)
    if start is None or goal is None or not paths.keeps_stages:
        absent = step.from_state if start is None else step.to_state if goal is None else ""
        return StepShare(step.key, None, "unknown", None, None, {}, absent)
    stays = paths.stays(start, goal)
    share = measure_share(stays)
    lost = [d for d in paths.deals if d.end == "lost" and start in d.entered and goal not in d.reached]
    rail = next((rail for rail in playbook.benchmarks.guardrails if rail.key == step.guardrail), None)
    return StepShare(
        step=step.key,
        share=share,
        verdict=judge_step(step, share),
        guardrail=_measure_guardrail(rail, playbook, paths) if rail else None,
        median_days=find_quantile([stay.days for stay in stays if stay.end == "reached"], 0.5),
        reasons=count_ends(deal.reason for deal in lost),
        absent="",
    )


def _places(playbook: Playbook) -> dict[str, int]:
    """Funnel state → place on the path, for the states that are kept here."""
    found = {
        state.key: playbook.position(state.stage) for state in playbook.benchmarks.states if state.stage is not None
    }
    return {key: place for key, place in found.items() if place is not None}


def _measure_guardrail(rail: Guardrail, playbook: Playbook, paths: Paths) -> GuardrailFigure | None:
    places = _places(playbook)
    start, goal = places.get(rail.from_state), places.get(rail.to_state)
    if start is None or goal is None:
        return None
    stays = paths.stays(start, goal)
    if rail.measure == "days_to":
        days = [stay.days for stay in stays if stay.end == "reached"]
        return GuardrailFigure(rail.key, rail.measure, find_quantile(days, 0.5), len(days))
    if rail.measure == "lost_before":
        ended = [stay for stay in stays if stay.end != "open"]
        lost = measure_share([_turn(stay) for stay in stays]).rate
        return GuardrailFigure(rail.key, rail.measure, lost, len(ended))
    gone = [d for d in paths.deals if start in d.entered and (goal in d.reached or d.end == "lost")]
    reasons = [d.reason for d in gone if d.end == "lost" and goal not in d.reached]
    told = sum(reason in rail.reasons for reason in reasons)
    given, words = [reason for reason in reasons if reason], {reason.key for reason in playbook.loss_reasons}
    understood = sum(reason in words for reason in given)
    # where nobody gives reasons, or in words of their own, none would look like never
    is_known = not reasons or (bool(given) and understood >= FEWEST_UNDERSTOOD * len(given))
    return GuardrailFigure(rail.key, rail.measure, told / len(gone) if gone and is_known else None, len(gone))


def _turn(stay: Stay) -> Stay:
    """The same stay with reached and lost changing places: the share that is lost first."""
    turned = {"reached": "lost", "lost": "reached", "open": "open"}
    return Stay(stay.days, turned[stay.end], stay.seen_from)  # type: ignore[arg-type]


def _measure_sources(
    org: Organisation, paths: Paths, playbook: Playbook, steps: Sequence[StepShare]
) -> tuple[SourceShare, ...]:
    """For each source a deal came from, where an attribute says so, the most frequent ones: each step, and to won."""
    source_of = read_sources(org)
    grouped: dict[str, list[DealPath]] = {}
    for deal in paths.deals:
        if source := source_of.get(deal.deal_id):
            grouped.setdefault(source, []).append(deal)
    frequent = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_SOURCES]
    places, won = _places(playbook), len(playbook.open_stages)
    ways = [
        (step.key, places[step.from_state], places[step.to_state])
        for step, measured in zip(playbook.benchmarks.funnel, steps, strict=True)
        if measured.share is not None
    ]
    found = []
    for source, deals in frequent:
        own = replace(paths, deals=deals)
        shares = {key: measure_share(own.stays(start, goal)) for key, start, goal in ways}
        found.append(SourceShare(source, measure_share(own.overall(won)), shares))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class StagePercent:
    """The percentage a stage is weighted with. ``origin``: frozen, measured, or playbook while history is thin."""

    stage: str
    value: Decimal
    origin: str


def read_percents(org: Organisation, as_of: AsOf, funnel: Funnel) -> tuple[StagePercent, ...]:
    """What each stage is weighted with on that day: the frozen figure, else the measured, else the playbook's."""
    freeze = find_freeze(org, as_of)
    frozen = freeze.percents if freeze else {}
    playbook = load_playbook(org.playbook)
    return tuple(
        _percent(stage.key, frozen, funnel.share_of(stage.key), stage.win_prior) for stage in playbook.open_stages
    )


def _percent(stage: str, frozen: Mapping[str, str], share: Share | None, prior: Decimal | None) -> StagePercent:
    if stage in frozen:
        return StagePercent(stage, Decimal(frozen[stage]), "frozen")
    if share is not None and share.rate is not None and share.ended >= FEW:
        return StagePercent(stage, Decimal(repr(share.rate)).quantize(FOUR_PLACES), "measured")
    return StagePercent(stage, prior or Decimal(0), "playbook")


def find_falling(percents: Sequence[StagePercent]) -> tuple[tuple[str, str], ...]:
    """Neighbouring stages whose later one has the lower percentage: a deal would lose value by moving forward."""
    return falling_steps({percent.stage: percent.value for percent in percents})


def count_entered(org: Organisation, as_of: AsOf, starts_on: date, ends_on: date) -> dict[str, int]:
    """Funnel state → how many deals came to it between two days (both included)."""
    playbook = load_playbook(org.playbook)
    paths = read_paths(org, as_of, playbook)
    first, last = to_days(find_moment(starts_on)), to_days(find_day_end(ends_on))
    won = len(playbook.open_stages)
    counts = {}
    for state, place in _places(playbook).items():
        days = (d.reached.get(place) if place == won else d.entered.get(place) for d in paths.deals)
        counts[state] = sum(day is not None and first <= day <= last for day in days)
    return counts


def measure_recent(org: Organisation, as_of: AsOf, days: int) -> dict[str, Share]:
    """Percentages to won from what was seen in the last ``days`` alone: what frozen ones are checked against."""
    playbook = load_playbook(org.playbook)
    paths = read_paths(org, as_of, playbook)
    won = len(playbook.open_stages)
    stages: Iterable[tuple[int, str]] = enumerate(s.key for s in playbook.open_stages) if paths.keeps_stages else ()
    return {key: measure_share(paths.stays(place, won, recent_days=days)) for place, key in stages}
