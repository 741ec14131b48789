"""What a deal's probability is made of, in bars: a name, the fact behind it, its points.

Answers: the largest parts, how they are called, and what the model knew of each on its day ("not on record", "29 Jun",
"Healthcare"), so that a minus beside a milestone is read as a gap and not as a fault of the milestone. Does not answer:
how the parts are found (``forecast.explain``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.deals.models import Deal, StageMove
from landmark.engines.facts import DealFacts
from landmark.engines.rounding import round_together
from landmark.ledger.models import Evidence
from landmark.ledger.queries import find_day_end
from landmark.outlook.reading import Contributions
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_count, format_day, format_days, format_money, make_readable
from landmark.workspace.presenters.deal_types import name_deal_type

PARTS_SHOWN = 6
OVERLAP, REST = "together", "other"
STAGE = "stage:"
Fact = Callable[[str], str]
"""A part's key → the fact behind it in a few words, "" where there is none to tell."""


@dataclass(frozen=True, slots=True)
class Part:
    """One bar: ``width`` is its share of the longest. ``fact``: what was known of it."""

    label: str
    points: str
    width: float
    is_for: bool
    fact: str = ""

    @property
    def left(self) -> float:
        """Where a bar that pulls down begins: it ends in the middle."""
        return round(50 - self.width, 1)


def tell_parts(found: Contributions | None, playbook: Playbook, lang: str, fact: Fact) -> tuple[tuple[Part, ...], str]:
    """The largest effects first, the rest in one bar at the end, and what is said of the overlap.

    Rounded together, so that the points lead from the base that is shown to the probability that is shown.
    """
    if found is None:
        return (), ""
    effects = {part.key: part.effect for part in found.parts}
    overlap, rest = effects.pop(OVERLAP, 0.0), effects.pop(REST, 0.0)
    ranked = sorted(effects.items(), key=lambda item: -abs(item[1]))
    shown = ranked[:PARTS_SHOWN]
    shown.append((REST, rest + sum(effect for _key, effect in ranked[PARTS_SHOWN:])))
    total = round(100 * found.p_won) - round(100 * found.base)
    *points, together = round_together([*(100 * effect for _key, effect in shown), 100 * overlap], total)
    visible = [(key, effect, worth) for (key, effect), worth in zip(shown, points, strict=True) if worth]
    longest = max((abs(effect) for _key, effect, _worth in visible), default=0.0) or 1.0
    parts = tuple(
        Part(
            label=name_part(key, playbook, lang),
            points=f"{'+' if worth > 0 else '−'}{abs(worth)}",
            width=round(50 * abs(effect) / longest, 1),
            is_for=worth > 0,
            fact=fact(key),
        )
        for key, effect, worth in visible
    )
    return parts, _say_overlap(together)


def _say_overlap(points: int) -> str:
    """Facts that tell the same story count once: how far the whole lies from the sum of the parts."""
    if points < 0:
        return ngettext(
            "They tell much the same story, so together they count %(points)d point less than their sum.",
            "They tell much the same story, so together they count %(points)d points less than their sum.",
            -points,
        ) % {"points": -points}
    if points > 0:
        return ngettext(
            "They strengthen one another: together they count %(points)d point more than their sum.",
            "They strengthen one another: together they count %(points)d points more than their sum.",
            points,
        ) % {"points": points}
    return ""


def name_part(key: str, playbook: Playbook, lang: str) -> str:
    """What moves the probability, in words; a name only the source knows is made readable."""
    kind, _colon, name = key.partition(":")
    if kind == "milestone" and name.startswith(STAGE):
        return _("Came to %(stage)s") % {"stage": playbook.label("stage", name.removeprefix(STAGE), lang)}
    if kind in ("milestone", "attribute"):
        label = playbook.label(kind, name, lang)
        return label if label != name else make_readable(name)
    words = {
        "age": _("Age of the deal"),
        "idle": _("Days since anything happened"),
        "pace": _("Pace against its own past"),
        "path": _("Where it stands, and how it came there"),
        "stage_age": _("Time in this stage"),
        "cohort": _("When it was opened"),
        "target": _("Target date"),
        "moved_dates": _("Target date pushed"),
        "calendar": _("Days left and time of the year"),
        REST: _("Everything else"),
    }
    return words.get(key, make_readable(key))


@dataclass(frozen=True)
class FactTeller:
    """What the model knew of each part on its day ``on``; ``by`` is the day it speaks of.

    ``is_latest``: the page shows the present. Attributes carry no earlier values here, so they are told only then.
    """

    deal: Deal
    facts: DealFacts
    evidence: Sequence[Evidence]
    moves: Sequence[StageMove]
    on: date
    by: date
    is_latest: bool

    def tell(self, key: str) -> str:
        kind, _colon, name = key.partition(":")
        if kind == "milestone":
            return self._tell_stage(name) if name.startswith(STAGE) else self._tell_milestone(name)
        if kind == "attribute":
            return self._tell_attribute(name) if self.is_latest else ""
        return self._tell_clock(key)

    def _tell_milestone(self, name: str) -> str:
        known_by = find_day_end(self.on)
        rows = [row for row in self.evidence if row.key == name]
        known = [row for row in rows if row.known_at <= known_by]
        if not known:
            return _("recorded since") if rows else _("not on record")
        day = format_day(max(row.occurred_at for row in known), year_of=self.on)
        if _is_over(known, self.on):
            return _("%(day)s, to be refreshed") % {"day": day}
        return day if len(known) == 1 else self._tell_times(len(known), day)

    def _tell_times(self, count: int, day: str) -> str:
        return ngettext("%(count)d time, last %(day)s", "%(count)d times, last %(day)s", count) % {
            "count": count, "day": day,
        }  # fmt: skip

    def _tell_stage(self, name: str) -> str:
        known_by, stage = find_day_end(self.on), name.removeprefix(STAGE)
        found = [move for move in self.moves if move.to_stage == stage and move.known_at <= known_by]
        return format_day(found[-1].occurred_at, year_of=self.on) if found else _("not yet")

    def _tell_attribute(self, name: str) -> str:
        built_in: Mapping[str, Callable[[], str]] = {
            "amount": lambda: format_money(self.facts.amount, self.facts.currency),
            "currency": lambda: self.facts.currency,
            "type": lambda: name_deal_type(self.deal.deal_type),
            "target_on": lambda: format_day(self.facts.target_on, year_of=self.on),
        }
        if name in built_in:
            return built_in[name]() or _("not filled in")
        account = self.deal.account.attributes if self.deal.account else {}
        value = account.get(name.removeprefix("account:")) if ":" in name else self.facts.attributes.get(name)
        return _show_value(value)

    def _tell_clock(self, key: str) -> str:
        clocks: Mapping[str, Callable[[], str]] = {
            "age": lambda: format_days((self.on - self.facts.opened_on).days),
            "cohort": lambda: format_day(self.facts.opened_on, year_of=self.on),
            "stage_age": lambda: format_days((self.on - self.facts.stage_entered_on).days),
            "target": lambda: format_day(self.facts.target_on, year_of=self.on),
            "moved_dates": self._tell_pushes,
            "calendar": lambda: _("%(days)s left") % {"days": format_days((self.by - self.on).days)},
        }
        return clocks[key]() if key in clocks else ""

    def _tell_pushes(self) -> str:
        n = self.facts.target_pushes
        return ngettext("%(n)d time", "%(n)d times", n) % {"n": n}


def _is_over(rows: Iterable[Evidence], on: date) -> bool:
    """Nothing of it is fresh any more."""
    ends = [row.expires_on for row in rows]
    return all(end is not None and end < on for end in ends)


def _show_value(value: object) -> str:
    """As the source has it; a large whole number gets its thousands apart, a year does not."""
    text = "" if value is None else str(value).strip()
    if not text:
        return _("not filled in")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format_count(int(number)) if number == int(number) and abs(number) >= 10_000 else text
