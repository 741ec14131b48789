"""Deals of the funnel page that need a look, and the questions of the weekly review.

Answers: which rows are shown, in which words, with what to do next. Does not answer: which deals are flagged
(``outlook.upkeep``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.models import FlagNote
from landmark.outlook.upkeep import Flagged, Upkeep
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_day, format_days
from landmark.workspace.access import MemberRequest
from landmark.workspace.templatetags.workspace import link_to

SHOWN = 6


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One deal that needs a look, and why. ``kinds``: what can be explained about it."""

    id: UUID
    name: str
    account: str
    owner: str
    stage: str
    amount: Decimal | None
    currency: str
    why: tuple[str, ...]
    next_step: str
    kind: str
    can_explain: bool


@dataclass(frozen=True, slots=True)
class FlagList:
    key: str
    title: str
    words: str
    rows: tuple[FlagRow, ...]
    count: int
    more_url: str


@dataclass(frozen=True, slots=True)
class WeekFact:
    """One question of the weekly review: how many deals fall short, and where to see them."""

    label: str
    count: int
    url: str
    words: str


@dataclass(frozen=True)
class FlagTeller:
    """Turns flagged deals into rows; holds what is the same for all of them."""

    request: MemberRequest
    playbook: Playbook
    lang: str

    def table(self, **query: str) -> str:
        return link_to(self.request, "workspace:table", query=query)

    def list_flags(self, upkeep: Upkeep) -> tuple[FlagList, ...]:
        days = self.playbook.benchmarks.upkeep.stalled_days
        lists = (
            ("ageing", _("Older than three in four"), _("Restage them on evidence, or say why they stay."),
             upkeep.ageing, self.table(flag="ageing")),
            ("stalled", _("Stalled"),
             _("No move and no new evidence for more than %(days)d days.") % {"days": days}, upkeep.stalled, ""),
            ("date", _("Target dates to look at"),
             _("Something happened that changes what is known about the date."), upkeep.reviews, ""),
        )  # fmt: skip
        return tuple(
            FlagList(key, title, words, tuple(self._flag(one, key) for one in _worst(found, key)), len(found), url)
            for key, title, words, found, url in lists
        )

    def _flag(self, one: Flagged, kind: str) -> FlagRow:
        if kind == FlagNote.Kind.AGEING:
            limit = format_days(one.limit_days or 0)
            return self.tell_flag(one, kind, (_("day %(age)d, usual up to %(limit)s") % {
                "age": one.age_days, "limit": limit},))  # fmt: skip
        if kind == FlagNote.Kind.STALLED:
            gone = (self.request.as_of.on - one.last_progress_on).days
            return self.tell_flag(one, kind, (_("nothing new for %(days)s") % {"days": format_days(gone)},))
        names = tuple(self.playbook.text(f"date_review.{key}.label", self.lang) for key in one.reviews)
        target = (
            _("target date %(day)s") % {"day": format_day(one.deal.target_on, year_of=self.request.as_of.on)}
            if one.deal.target_on else _("no target date")
        )  # fmt: skip
        step = self.playbook.text(f"date_review.{one.reviews[-1]}.next_step", self.lang)
        return self.tell_flag(one, kind, (", ".join(names), target), step)

    def tell_flag(self, one: Flagged, kind: str, why: tuple[str, ...], next_step: str = "") -> FlagRow:
        member, deal = self.request.member, one.deal
        stage = self.playbook.label("stage", deal.stage, self.lang)
        may = has_right(member, Right.EDIT_ALL) or (has_right(member, Right.EDIT_OWN) and deal.owner_id == member.id)
        return FlagRow(
            id=deal.id, name=deal.name, account=deal.account, owner=deal.owner, stage=stage,
            amount=deal.amount, currency=deal.currency or self.request.org.currency, why=why, next_step=next_step,
            kind=kind, can_explain=may and self.request.as_of.is_latest,
        )  # fmt: skip

    def tell_week(self, upkeep: Upkeep) -> tuple[WeekFact, ...]:
        return (
            WeekFact(_("Without a whole next step"), len(upkeep.without_step), self.table(flag="step_gap"),
                     _("Every deal has words, an owner and a day for what comes next.")),
            WeekFact(_("Next step overdue"), upkeep.late_steps, self.table(flag="late"),
                     _("Do it, or agree a new day.")),
            WeekFact(_("Stage changes left incomplete"), len(upkeep.incomplete_moves), "#incomplete",
                     _("Moved in the past week without a note, or without a next step.")),
            WeekFact(_("Older than three in four"), len(upkeep.old), self.table(flag="ageing"),
                     _("For their stage.")),
        )  # fmt: skip


def _worst(found: Iterable[Flagged], kind: str) -> list[Flagged]:
    """The longest first, the largest first among dates; only as many as one reads."""
    if kind == FlagNote.Kind.AGEING:
        return sorted(found, key=lambda one: one.age_days - (one.limit_days or 0), reverse=True)[:SHOWN]
    if kind == FlagNote.Kind.STALLED:
        return sorted(found, key=lambda one: one.last_progress_on)[:SHOWN]
    return sorted(found, key=lambda one: -(one.deal.amount or Decimal(0)))[:SHOWN]
