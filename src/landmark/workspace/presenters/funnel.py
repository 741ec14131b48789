"""The funnel page: what each stage and step really yields, what needs a look, what a changed definition would do.

Answers: the rows, words and drawings of the page. Does not answer: how a share is measured (``engines.funnel``,
``outlook.funnel``), which deals are flagged (``outlook.upkeep``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.engines.funnel import FEW, Share
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.freezes import LONGEST_DAYS, DriftState, read_drift
from landmark.outlook.funnel import (
    Funnel,
    SourceShare,
    StagePercent,
    StepShare,
    find_falling,
    read_funnel,
    read_percents,
)
from landmark.outlook.reading import OrgForecast, read_forecast
from landmark.outlook.separation import Separation, read_separation
from landmark.outlook.upkeep import Upkeep, read_upkeep
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import FunnelStep, Playbook
from landmark.ui.formats import (
    format_count,
    format_days,
    format_number,
    format_percent,
)
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.funnel_chart import Drawing, draw_stages
from landmark.workspace.presenters.funnel_flags import SHOWN, FlagList, FlagRow, FlagTeller, WeekFact
from landmark.workspace.presenters.parts import name_part
from landmark.workspace.presenters.what_if import WhatIf, read_what_if
from landmark.workspace.templatetags.workspace import link_to

MUCH_UNDECIDED = 0.02
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: how many stood in it or beyond, what became of them, and what it is weighted with."""

    key: str
    label: str
    entered: str
    won: str
    lost: str
    open: str
    rate: str
    interval: str
    is_thin: bool
    percent: str
    origin: str
    median_days: str
    p75_days: str
    now: str
    ageing: int
    ageing_url: str
    evidence: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the benchmarks in words. ``tone``: good, warn, bad, or empty where nothing can be said."""

    label: str
    measured: str
    interval: str
    count: str
    target: str
    baseline: str
    verdict: str
    tone: str
    cause: str
    actions: tuple[str, ...]
    guardrail: str
    median_days: str
    reasons: str
    absent: str


@dataclass(frozen=True, slots=True)
class FreezeView:
    """``findings``: what the last monthly check found, a sentence each."""

    until_on: date
    who: str
    since: date
    reason: str
    next_on: date
    is_due: bool
    checked_on: date | None
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeparatorRow:
    label: str
    share_with: float
    share_without: float
    odds: float
    low: float
    high: float
    deals_with: int
    deals_without: int
    is_clear: bool


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A share with its interval and how many deals ended there; ``is_thin``: too few to go by."""

    rate: str
    interval: str
    ended: str
    is_thin: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    """``steps``: one cell for each step that can be measured, in the order of the heading."""

    source: str
    steps: tuple[SourceCell, ...]
    won: SourceCell


@dataclass(frozen=True)
class FunnelPage:
    funnel: Funnel
    stages: tuple[StageRow, ...]
    drawings: tuple[Drawing, ...]
    steps: tuple[StepRow, ...]
    source_steps: tuple[str, ...]
    sources: tuple[SourceRow, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    flags: tuple[FlagList, ...]
    incomplete: tuple[FlagRow, ...]
    incomplete_count: int
    explained: tuple[FlagRow, ...]
    week: tuple[WeekFact, ...]
    freeze: FreezeView | None
    freeze_until: date
    freeze_last: date
    what_if: WhatIf
    overall: str
    can_set: bool
    separation: Separation | None
    separators: tuple[SeparatorRow, ...]


def read_funnel_page(request: MemberRequest) -> FunnelPage:
    org, as_of = request.org, request.as_of
    playbook, lang = load_playbook(org.playbook), get_language() or "en"
    forecast = read_forecast(org, as_of)
    funnel = read_funnel(org, as_of)
    upkeep = read_upkeep(org, as_of, forecast)
    percents = read_percents(org, as_of, funnel)
    teller = _Teller(request, playbook, lang)
    flags = FlagTeller(request, playbook, lang)
    drift, separation = read_drift(org, as_of), read_separation(org, as_of)
    return FunnelPage(
        funnel=funnel,
        stages=tuple(teller.tell_stage(one, funnel, upkeep, forecast) for one in percents),
        drawings=draw_stages(percents, funnel, playbook, lang),
        steps=tuple(teller.tell_step(s, funnel.step(s.key)) for s in playbook.benchmarks.funnel),
        source_steps=teller.name_source_steps(funnel),
        sources=tuple(teller.tell_source(one) for one in funnel.sources),
        faults=teller.tell_faults(percents),
        notes=teller.tell_notes(funnel),
        flags=flags.list_flags(upkeep),
        explained=tuple(flags.tell_flag(one, "", (one.note,)) for one in upkeep.explained[:SHOWN]),
        incomplete=tuple(flags.tell_flag(one, "", ()) for one in upkeep.incomplete_moves[:SHOWN]),
        incomplete_count=len(upkeep.incomplete_moves),
        week=flags.tell_week(upkeep),
        freeze=teller.tell_freeze(drift) if drift else None,
        freeze_until=as_of.on + timedelta(days=playbook.benchmarks.upkeep.freeze_days),
        freeze_last=as_of.on + timedelta(days=LONGEST_DAYS),
        what_if=read_what_if(request, playbook, lang, upkeep, percents),
        overall=_overall(funnel.overall),
        can_set=has_right(request.member, Right.SET_TARGETS) and as_of.is_latest,
        separation=separation,
        separators=teller.tell_separators(separation),
    )  # fmt: skip


def _interval(share: Share | None) -> str:
    if share is None or share.rate is None:
        return "—"
    return _("%(low)s to %(high)s") % {"low": format_percent(share.low), "high": format_percent(share.high)}


def _ended(share: Share) -> str:
    return format_count(share.ended)


def _source_cell(share: Share) -> SourceCell:
    ended = ngettext("%(n)s ended", "%(n)s ended", share.ended) % {"n": _ended(share)}
    return SourceCell(format_percent(share.rate), _interval(share), ended, share.ended < FEW)


def _overall(share: Share) -> str:
    if share.rate is None:
        return _("No deal has ended yet, so no share can be measured.")
    return _(
        "Of all deals opened, %(rate)s end won (%(low)s to %(high)s), with open ones counted as not yet known. Of the "
        "%(count)s that have ended, plainly %(plain)s were won."
    ) % {
        "rate": format_percent(share.rate), "low": format_percent(share.low), "high": format_percent(share.high),
        "count": _ended(share), "plain": format_percent(share.reached / share.ended),
    }  # fmt: skip


@dataclass(frozen=True)
class _Teller:
    """Turns measured things into words; holds what is the same for all of them."""

    request: MemberRequest
    playbook: Playbook
    lang: str

    def stage(self, key: str) -> str:
        return self.playbook.label("stage", key, self.lang)

    def tell_stage(self, used: StagePercent, funnel: Funnel, upkeep: Upkeep, forecast: OrgForecast | None) -> StageRow:
        share = funnel.share_of(used.stage)
        age = forecast.stage_age(used.stage) if forecast else None
        stage = self.playbook.stage(used.stage)
        here = [one for one in upkeep.deals if one.deal.stage == used.stage]
        ageing = sum(one.is_old for one in here)
        percents = [one.evidence_percent for one in here]
        return StageRow(
            key=used.stage,
            label=self.stage(used.stage),
            entered=format_count(share.entered) if share else "—",
            won=format_count(share.reached) if share else "—",
            lost=format_count(share.lost) if share else "—",
            open=format_count(share.open) if share else "—",
            rate=format_percent(share.rate) if share else "—",
            interval=_interval(share),
            is_thin=share is None or share.is_thin,
            percent=format_percent(float(used.value), 1),
            origin=_origins()[used.origin],
            median_days=format_number(age.median_days if age else stage.typical_days, 0),
            p75_days=format_number(age.p75_days if age else stage.p75_days, 0),
            now=format_count(len(here)),
            ageing=ageing,
            ageing_url=self.table(stage=used.stage, flag="ageing"),
            evidence=format_percent(sum(percents) / len(percents) / 100) if percents else "—",
        )

    def table(self, **query: str) -> str:
        return link_to(self.request, "workspace:table", query=query)

    def tell_faults(self, percents: Sequence[StagePercent]) -> tuple[str, ...]:
        value = {one.stage: one.value for one in percents}
        return tuple(
            _(
                "%(later)s is weighted with %(low)s, below %(earlier)s with %(high)s: a deal loses value by moving "
                "forward. Check that both lead to won, and not only to the next stage."
            )
            % {
                "later": self.stage(later), "low": format_percent(float(value[later]), 1),
                "earlier": self.stage(earlier), "high": format_percent(float(value[earlier]), 1),
            }
            for earlier, later in find_falling(percents)
        )  # fmt: skip

    def tell_notes(self, funnel: Funnel) -> tuple[str, ...]:
        rules = self.playbook.benchmarks.upkeep
        notes = []
        if not funnel.keeps_stages:
            notes.append(
                _("Your source tells when deals opened and closed, not when they changed stage, so stages cannot be "
                  "measured; the playbook's percentages are in use.")
            )  # fmt: skip
        if 0 <= funnel.history_days < rules.backfill_low_days:
            notes.append(
                _("Only %(days)s of history is known. Bring in the last %(low)d to %(high)d days before you rely on "
                  "these percentages.")
                % {"days": format_days(funnel.history_days), "low": rules.backfill_low_days,
                   "high": rules.backfill_high_days}
            )  # fmt: skip
        undecided = [
            one for one in funnel.stages if one.share.rate is not None and one.share.undecided > MUCH_UNDECIDED
        ]
        if undecided:
            names = ", ".join(f"{self.stage(one.stage)} {format_percent(one.share.undecided)}" for one in undecided)
            notes.append(
                _("Still undecided beyond every closing seen so far: %(names)s. It is part of the interval.")
                % {"names": names}
            )
        return tuple(notes)

    # Steps

    def tell_step(self, step: FunnelStep, line: StepShare | None) -> StepRow:
        words = f"funnel.{step.key}"
        share = line.share if line else None
        is_low = line is not None and line.verdict in ("below", "maybe_below")
        verdict, tone = _verdicts()[line.verdict if line else "unknown"]
        target = _("%(low)s to %(high)s") % {
            "low": format_percent(float(step.target_low)), "high": format_percent(float(step.target_high)),
        }  # fmt: skip
        return StepRow(
            label=self.playbook.text(f"{words}.label", self.lang),
            measured=format_percent(share.rate, 1) if share else "—",
            interval=_interval(share),
            count=_ended(share) if share else "—",
            target=target,
            baseline=format_percent(float(step.baseline), 1),
            verdict=verdict,
            tone=tone,
            cause=self.playbook.text(f"{words}.cause", self.lang) if is_low else "",
            actions=tuple(self.playbook.text(f"{words}.action.{key}", self.lang) for key in step.actions)
            if is_low else (),
            guardrail=self._guardrail(step, line),
            median_days=format_days(line.median_days) if line and line.median_days is not None else "—",
            reasons=self._reasons(line),
            absent=self._absent(line),
        )  # fmt: skip

    # Sources

    def name_source_steps(self, funnel: Funnel) -> tuple[str, ...]:
        keys = funnel.sources[0].steps if funnel.sources else ()
        return tuple(self.playbook.text(f"funnel.{key}.label", self.lang) for key in keys)

    def tell_source(self, one: SourceShare) -> SourceRow:
        return SourceRow(
            one.source, tuple(_source_cell(share) for share in one.steps.values()), _source_cell(one.share)
        )

    def _guardrail(self, step: FunnelStep, line: StepShare | None) -> str:
        label = self.playbook.text(f"funnel.{step.key}.guardrail.{step.guardrail}", self.lang)
        figure = line.guardrail if line else None
        if figure is None:
            return label
        if figure.value is None:
            return self._without_reasons(label, line) if figure.count else label
        value = format_days(figure.value) if figure.measure == "days_to" else format_percent(figure.value)
        return f"{label}: {value}"

    def _without_reasons(self, label: str, line: StepShare | None) -> str:
        if line is not None and any(line.reasons):
            return _("%(label)s: most reasons are in words the playbook does not know") % {"label": label}
        return _("%(label)s: no reasons on record") % {"label": label}

    def _reasons(self, line: StepShare | None) -> str:
        if line is None or not line.reasons:
            return ""
        top = list(line.reasons.items())[:MOST_REASONS]
        told = (f"{self._reason(key)} {format_count(count)}" for key, count in top)
        return ", ".join(told)

    def _reason(self, key: str) -> str:
        known = {reason.key for reason in self.playbook.loss_reasons}
        if not key:
            return _("no reason given")
        return self.playbook.label("loss_reason", key, self.lang) if key in known else key

    def _absent(self, line: StepShare | None) -> str:
        if line is None or line.share is not None:
            return ""
        if line.absent:
            return self.playbook.text(f"funnel_state.{line.absent}.absent", self.lang)
        return _("Your source keeps no history of stages, so this step cannot be measured.")

    def tell_separators(self, found: Separation | None) -> tuple[SeparatorRow, ...]:
        return tuple(
            SeparatorRow(
                name_part(f"milestone:{row.milestone}", self.playbook, self.lang), row.share_with,
                row.share_without, row.odds, row.low, row.high, row.deals_with, row.deals_without, row.is_clear,
            )
            for row in (found.rows if found else ())
        )  # fmt: skip

    def tell_freeze(self, state: DriftState) -> FreezeView:
        made = state.freeze
        return FreezeView(
            until_on=made.until_on,
            who=made.made_by.name if made.made_by else _("somebody who has left"),
            since=made.starts_on,
            reason=made.reason,
            next_on=state.next_on,
            is_due=state.next_on <= self.request.as_of.on,
            checked_on=state.last.checked_on if state.last else None,
            findings=tuple(
                _("%(stage)s is held at %(held)s; recent deals give %(low)s to %(high)s (%(count)s ended).")
                % {
                    "stage": self.stage(found["stage"]), "held": format_percent(float(found["frozen"]), 1),
                    "low": format_percent(float(found["low"])), "high": format_percent(float(found["high"])),
                    "count": found["ended"],
                }
                for found in state.findings
            ),
        )  # fmt: skip


def _origins() -> dict[str, str]:
    return {"frozen": _("held"), "measured": _("measured"), "playbook": _("playbook")}


def _verdicts() -> dict[str, tuple[str, str]]:
    return {
        "below": (_("below its range"), "bad"),
        "maybe_below": (_("below its range, perhaps by chance"), "warn"),
        "within": (_("within its range"), "good"),
        "above": (_("above its range"), "good"),
        "unknown": (_("not measured"), ""),
    }
