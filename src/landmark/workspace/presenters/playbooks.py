"""The page of playbooks: which are in use, for which deals, how much they ask, and what another one would mean.

Answers: what the page shows. Does not answer: how two playbooks are compared (``playbook.diff``) or who may choose
(``deals.actions.playbooks``).
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.deals.playbooks import DealEffect, effects_on
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.asked import count_asked
from landmark.playbook.choice import Suits
from landmark.playbook.diff import Difference, compare
from landmark.playbook.loader import available, load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_money
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal_types import name_deal_type

SHOWN_DEALS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One stage and how many fields it asks for."""

    stage: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """One playbook that ships with Landmark, as this organisation uses it."""

    ref: str
    label: str
    summary: str
    rules: tuple[str, ...]
    asked: tuple[Asked, ...]
    budget: int
    decision: str
    open_deals: int
    is_usual: bool
    is_used: bool
    is_choosable: bool


class PlaybooksPage:
    def __init__(self, request: MemberRequest, errors: tuple[str, ...] = ()) -> None:
        self.request, self.org, self.errors = request, request.org, errors
        self.lang = get_language() or "en"
        self.refs = available()

    @property
    def may_choose(self) -> bool:
        return has_right(self.request.member, Right.SET_PLAYBOOKS)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        rows = Deal.objects.of(self.org).open().values_list("playbook").annotate(Count("id"))
        counts: dict[str, int] = dict(rows)
        return tuple(self._line(load_playbook(ref), counts.get(ref, 0)) for ref in self.refs)

    def _line(self, book: Playbook, open_deals: int) -> Line:
        alone = book.decision_held == "alone"
        return Line(
            ref=book.ref,
            label=book.text("playbook.label", self.lang),
            summary=book.text("playbook.summary", self.lang),
            rules=tuple(self._rule(rule) for rule in book.suits),
            asked=tuple(
                Asked(book.label("stage", key, self.lang), len(names)) for key, names in count_asked(book).items()
            ),
            budget=book.budget.fields_per_stage,
            decision=_("a meeting of its own") if alone else _("part of the value presentation"),
            open_deals=open_deals,
            is_usual=book.ref == self.org.playbook,
            is_used=book.ref in self.org.more_playbooks,
            is_choosable=bool(book.suits) and book.ref != self.org.playbook,
        )

    def _rule(self, rule: Suits) -> str:
        """A line in the organisation's currency where it names that, else in the first it names."""
        currency = self.org.currency if self.org.currency in rule.amount_below else next(iter(rule.amount_below))
        limit = format_money(rule.amount_below[currency], currency)
        kinds = ", ".join(name_deal_type(kind) for kind in rule.deal_types) or _("any type")
        return _("%(kinds)s: below %(limit)s") % {"kinds": kinds, "limit": limit}

    # Two of them compared

    @property
    def old_ref(self) -> str:
        return self._asked_ref("old", self.org.playbook)

    @property
    def new_ref(self) -> str:
        return self._asked_ref("new", next((ref for ref in self.refs if ref != self.old_ref), self.old_ref))

    def _asked_ref(self, name: str, usual: str) -> str:
        asked = self.request.GET.get(name, "")
        return asked if asked in self.refs else usual

    @property
    def is_comparing(self) -> bool:
        return "new" in self.request.GET

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        return compare(load_playbook(self.old_ref), load_playbook(self.new_ref)).method

    @cached_property
    def _told(self) -> list[DealEffect]:
        return list(effects_on(self.org, load_playbook(self.old_ref), load_playbook(self.new_ref), self.lang))

    @property
    def followed(self) -> int:
        return len(self._told)

    @cached_property
    def felt(self) -> list[DealEffect]:
        """Those that could follow it come first: their gates are what one looks for."""
        return sorted((deal for deal in self._told if deal.effect.is_felt), key=lambda deal: not deal.effect.is_placed)

    @property
    def shown(self) -> list[tuple[str, DealEffect]]:
        book = load_playbook(self.old_ref)
        return [(book.label("stage", deal.stage, self.lang), deal) for deal in self.felt[:SHOWN_DEALS]]

    @property
    def more(self) -> int:
        return max(0, len(self.felt) - SHOWN_DEALS)
