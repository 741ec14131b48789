"""What a changed definition would do, asked on the funnel page and written nowhere.

Answers: the question as typed into the address, which open deals it touches, and how far the weighted value moves.
Does not answer: how the effect is computed (``engines.what_if``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.engines.what_if import (
    AgeChange,
    Change,
    Definitions,
    Effect,
    NeedChange,
    PercentChange,
    simulate,
    sum_effects,
)
from landmark.outlook.funnel import StagePercent
from landmark.outlook.upkeep import Upkeep, list_for_what_if
from landmark.playbook.schema import Playbook
from landmark.playbook.strength import Strength
from landmark.ui.formats import format_money
from landmark.ui.numbers import read_share
from landmark.workspace.access import MemberRequest

SHOWN = 10
KINDS = ("percent", "days", "evidence")
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class EffectRow:
    id: UUID
    name: str
    account: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class WhatIf:
    """``sentence`` is the answer in one line; ``problem`` says what to type instead. Both empty: nothing was asked."""

    stages: tuple[Option, ...]
    kinds: tuple[Option, ...]
    evidence: tuple[Option, ...]
    strengths: tuple[Option, ...]
    value: str
    sentence: str = ""
    problem: str = ""
    sums: tuple[tuple[str, str, str], ...] = ()
    rows: tuple[EffectRow, ...] = ()
    count: int = 0
    hidden: int = field(default=0)


def read_what_if(
    request: MemberRequest, playbook: Playbook, lang: str, upkeep: Upkeep, percents: Sequence[StagePercent]
) -> WhatIf:
    query = request.GET
    asked = _offer(query, playbook, lang)
    if not query.get("what"):
        return WhatIf(*asked, value="")
    change, problem = _read_change(query, playbook)
    value = query.get("value", "")[:20]
    if change is None:
        return WhatIf(*asked, value=value, problem=problem)
    path = [stage.key for stage in playbook.open_stages]
    limits = {one.deal.stage: one.limit_days for one in upkeep.deals}
    today = Definitions(path, {one.stage: one.value for one in percents}, limits)
    effects = simulate(list_for_what_if(upkeep, request.org, request.as_of.on), today, change)
    return _tell(effects, asked, value, upkeep, playbook, lang)


Asked = tuple[tuple[Option, ...], tuple[Option, ...], tuple[Option, ...], tuple[Option, ...]]


def _offer(query: QueryDict, playbook: Playbook, lang: str) -> Asked:
    kinds = {
        "percent": _("the stage percentage were (%)"),
        "days": _("a deal counted as old after (days)"),
        "evidence": _("leaving the stage asked for"),
    }
    stages = {stage.key: playbook.label("stage", stage.key, lang) for stage in playbook.open_stages}
    proofs = {
        item.key: playbook.label("milestone", item.key, lang) for item in (*playbook.milestones, *playbook.evidence)
    }
    strengths = {one.key: playbook.label("strength", one.key, lang) for one in Strength}
    return (
        _options(stages, query.get("stage", "")), _options(kinds, query.get("what", "")),
        _options(proofs, query.get("proof", "")), _options(strengths, query.get("strength", "documented")),
    )  # fmt: skip


def _options(labels: dict[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(key, label, key == chosen) for key, label in labels.items())


def _read_change(query: QueryDict, playbook: Playbook) -> tuple[Change | None, str]:
    stage, what = query.get("stage", ""), query.get("what", "")
    if what not in KINDS or stage not in {item.key for item in playbook.open_stages}:
        return None, _("Choose a stage and what should be different.")
    if what == "evidence":
        return _read_need(query, playbook, stage)
    try:
        value = read_share(query.get("value", ""))
    except ValueError:
        return None, _("Write a number, for example 40.")
    if what == "percent":
        if not 0 <= value <= 100:  # noqa: PLR2004
            return None, _("A percentage lies between 0 and 100.")
        return PercentChange(stage, value / 100), ""
    if not 0 < value <= MOST_DAYS or value != int(value):
        return None, _("Write whole days, for example 30.")
    return AgeChange(stage, int(value)), ""


def _read_need(query: QueryDict, playbook: Playbook, stage: str) -> tuple[Change | None, str]:
    key, strength = query.get("proof", ""), query.get("strength", "")
    if not playbook.has_evidence(key) or strength not in {one.key for one in Strength}:
        return None, _("Choose which proof should be asked for, and how strong.")
    return NeedChange(stage, key, next(int(one) for one in Strength if one.key == strength)), ""


def _tell(effects: Sequence[Effect], asked: Asked, value: str, upkeep: Upkeep, playbook: Playbook, lang: str) -> WhatIf:
    deals = {str(one.deal.id): one.deal for one in upkeep.deals}
    ranked = sorted(effects, key=lambda e: (-abs(e.difference), -e.before, e.deal_id))
    rows = tuple(
        EffectRow(
            id=deals[e.deal_id].id, name=deals[e.deal_id].name, account=deals[e.deal_id].account,
            what=_what(e, playbook, lang), before=format_money(e.before, e.currency),
            after=format_money(e.after, e.currency),
        )
        for e in ranked[:SHOWN]
    )  # fmt: skip
    sums = tuple(
        (format_money(before, code), format_money(after, code), format_money(after - before, code))
        for code, (before, after) in sorted(sum_effects(effects).items())
    )
    count = len(effects)
    if not count:
        sentence = _("No open deal would be touched.")
    else:
        told = ngettext("%(count)d open deal would be touched.", "%(count)d open deals would be touched.", count)
        sentence = told % {"count": count}
    return WhatIf(*asked, value, sentence, "", sums, rows, count, max(count - SHOWN, 0))


def _what(effect: Effect, playbook: Playbook, lang: str) -> str:
    stage = playbook.label("stage", effect.to_stage, lang)
    words = {
        "reweighed": _("weighted anew"),
        "flagged": _("would count as old"),
        "released": _("would no longer count as old"),
        "held": _("held in %(stage)s until it is proved") % {"stage": stage},
        "sent_back": _("to be proved again from %(stage)s") % {"stage": stage},
    }
    return words[effect.kind]
