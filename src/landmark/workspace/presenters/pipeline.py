"""Open deals of an organisation → the rows of board and table.

Answers: what one card says (value, next step, score, gate in words, age) and what a column adds up to.
Does not answer: which of them are asked for (``filters``), how they look (templates).

Queries: a fixed number, whatever the number of deals. Gate words come from the stored states; only the few rows that
are shown and whose state is missing or out of date are judged anew, all at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.deals.models import Deal, GateState
from landmark.deals.snapshots import DealAsKnown, deals_as_known, facts_of
from landmark.engines.gates import gate_debt, next_door
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Member, Organisation
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period
from landmark.outlook.reading import DealOutlook, OrgForecast, find_usual_days
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_chance, format_days, format_distance, format_weekday
from landmark.workspace.presenters.alerts import tell_in_short
from landmark.workspace.presenters.reasons import tell_similar

ZERO = Decimal(0)
GateTone = Literal["ready", "missing", "unverified", "unknown"]


@dataclass(frozen=True, slots=True)
class StepView:
    """``state``: ok, late, none, undated."""

    text: str = ""
    owner: str = ""
    due_on: date | None = None
    state: Literal["ok", "late", "none", "undated"] = "none"
    words: str = ""


@dataclass(frozen=True, slots=True)
class AgeView:
    days: int
    usual_days: int | None
    is_over: bool
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class GateView:
    tone: GateTone
    words: str


UNKNOWN_GATE = GateView("unknown", "")


@dataclass(frozen=True, slots=True)
class DealRow:
    """One open deal as board and table show it. ``score`` is 100 × P(won by the end of the period in view)."""

    id: UUID
    name: str
    account: str
    owner_id: UUID | None
    owner: str
    team: str
    stage: str
    stage_label: str
    amount: Decimal | None
    currency: str
    target_on: date | None
    pushes: int
    opened_on: date
    is_verified: bool
    p_won: float | None
    score: int | None
    score_line: str
    outlook: DealOutlook | None
    step: StepView
    age: AgeView
    gate: GateView
    can_edit: bool
    alerts: tuple[str, ...] = ()
    """Kinds of ``engines.alerts`` that stood when the forecast was made."""

    @property
    def alert_words(self) -> tuple[str, ...]:
        return tell_in_short(self.alerts)

    @property
    def score_words(self) -> str:
        """The sentence behind the score, with its band and what became of deals like it; told for shown rows alone."""
        found = self.outlook
        if found is None or found.similar is None or not found.similar.count or found.similar_by is None:
            return self.score_line
        if found.similar_by <= found.asked_on:
            return self.score_line
        words, similar = tell_similar(found.similar, found.similar_by, found.as_of, found.asked_on)
        return f"{self.score_line}. {words}. {similar}"

    @property
    def expected(self) -> Decimal:
        return (self.amount or ZERO) * Decimal(str(self.p_won or 0))


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of rows in one currency; ``others`` counts the rows in another, which no sum takes in."""

    count: int
    amount: Decimal
    expected: Decimal
    currency: str
    others: int


def read_rows(member: Member, as_of: AsOf, period: Period, forecast: OrgForecast | None) -> list[DealRow]:
    """Every open deal of the organisation as known on the day."""
    org = member.org
    known = deals_as_known(org, as_of)
    outlooks = forecast.all_deals(with_similar=True) if forecast else {}
    states = _stored_states(org) if as_of.is_latest else {}
    teller = _Teller(member, as_of, period, forecast)
    return [teller.tell(deal, outlooks.get(deal.id), states.get(deal.id)) for deal in known]


def _stored_states(org: Organisation) -> dict[UUID, GateState]:
    return {state.deal_id: state for state in GateState.objects.filter(deal__org=org).defer("missing")}


class _Teller:
    """Turns one deal at a time into words; holds what is the same for all of them."""

    def __init__(self, member: Member, as_of: AsOf, period: Period, forecast: OrgForecast | None) -> None:
        self.member, self.as_of, self.period, self.forecast = member, as_of, period, forecast
        self.playbook = load_playbook(member.org.playbook)
        self.lang = get_language() or "en"
        self.labels = {stage.key: self.playbook.label("stage", stage.key, self.lang) for stage in self.playbook.stages}
        self.edits_all = has_right(member, Right.EDIT_ALL)
        self.edits_own = has_right(member, Right.EDIT_OWN)
        self.period_end = format_weekday(period.ends_on)

    def tell(self, deal: DealAsKnown, outlook: DealOutlook | None, state: GateState | None) -> DealRow:
        p_won = outlook.p_won_by(self.period.ends_on) if outlook else None
        return DealRow(
            id=deal.id, name=deal.name, account=deal.account, owner_id=deal.owner_id, owner=deal.owner, team=deal.team,
            stage=deal.stage, stage_label=self.labels.get(deal.stage, deal.stage), amount=deal.amount,
            currency=deal.currency or self.member.org.currency, target_on=deal.target_on, pushes=deal.pushes,
            opened_on=deal.opened_on, is_verified=deal.is_verified, p_won=p_won,
            score=None if p_won is None else round(100 * p_won), score_line=self._score_line(p_won), outlook=outlook,
            step=tell_step(deal, self.as_of.on), age=self._age(deal), gate=self._gate(deal, state),
            can_edit=self.as_of.is_latest and (self.edits_all or (self.edits_own and deal.owner_id == self.member.id)),
            alerts=outlook.alerts if outlook else (),
        )  # fmt: skip

    def _score_line(self, p_won: float | None) -> str:
        if p_won is None:
            return _("No forecast yet for this deal")
        return _("Score %(score)d: %(chance)s likely to be won by %(day)s") % {
            "score": round(100 * p_won),
            "chance": format_chance(p_won),
            "day": self.period_end,
        }

    def _age(self, deal: DealAsKnown) -> AgeView:
        days = max((self.as_of.on - deal.stage_entered_on).days, 0)
        usual = find_usual_days(self.playbook, self.forecast, deal.stage)
        stage = self.labels.get(deal.stage, deal.stage)
        is_over = usual is not None and days > usual
        return AgeView(
            days=days,
            usual_days=usual,
            is_over=is_over,
            words=_("day %(days)d") % {"days": days},
            title=""
            if usual is None
            else _("Day %(days)d in %(stage)s; three deals in four leave it within %(usual)s")
            % {"days": days, "stage": stage, "usual": format_days(usual)},
        )

    def _gate(self, deal: DealAsKnown, state: GateState | None) -> GateView:
        if state is None or (state.valid_until is not None and state.valid_until < self.as_of.on):
            return UNKNOWN_GATE
        debt = 0 if deal.is_verified else state.debt_count
        return tell_gate(state.status != "held", state.missing_count, debt, self.labels.get(state.next_stage, ""))


def tell_step(deal: DealAsKnown, today: date) -> StepView:
    step = deal.next_step
    if step is None or not step.text:
        return StepView(words=_("No next step"))
    if step.due_on is None:
        return StepView(step.text, step.owner, None, "undated", _("no date"))
    ahead = (step.due_on - today).days
    words = format_distance(ahead) if ahead < 7 else format_weekday(step.due_on, year_of=today)
    return StepView(step.text, step.owner, step.due_on, "late" if ahead < 0 else "ok", words)


def tell_gate(is_ready: bool, missing: int, debt: int, next_label: str) -> GateView:
    if debt:
        return GateView(
            "unverified", ngettext("unverified · %(n)d to prove", "unverified · %(n)d to prove", debt) % {"n": debt}
        )
    if is_ready:
        words = _("ready for %(stage)s") % {"stage": next_label} if next_label else _("ready to move")
        return GateView("ready", words)
    return GateView("missing", ngettext("%(n)d item missing", "%(n)d items missing", missing) % {"n": missing})


def settle_gates(rows: Sequence[DealRow], org: Organisation, as_of: AsOf) -> list[DealRow]:
    """Judge anew the shown rows whose stored state is missing, out of date, or of another day."""
    waiting = {row.id for row in rows if row.gate is UNKNOWN_GATE}
    if not waiting:
        return list(rows)
    deals = {deal.id: deal for deal in Deal.objects.filter(id__in=waiting).select_related("owner", "org")}
    facts = facts_of(deals.values(), as_of)
    lang = get_language() or "en"
    views: dict[UUID, GateView] = {}
    for deal_id, known in facts.items():
        playbook = load_playbook(deals[deal_id].playbook)
        door = next_door(known, playbook, as_of.on, lang)
        debt = () if known.verified else gate_debt(known, playbook, as_of.on, lang)
        if door is not None:
            views[deal_id] = tell_gate(
                door.allowed,
                sum(len(gate.missing) for gate in door.gates),
                sum(len(gate.missing) for gate in debt),
                playbook.label("stage", door.to_stage, lang),
            )
    return [replace(row, gate=views.get(row.id, row.gate)) for row in rows]


def total(rows: Iterable[DealRow], currency: str) -> Totals:
    found = list(rows)
    same = [row for row in found if row.currency == currency]
    return Totals(
        count=len(found),
        amount=sum((row.amount or ZERO for row in same), ZERO),
        expected=sum((row.expected for row in same), ZERO),
        currency=currency,
        others=len(found) - len(same),
    )


def find_currency(rows: Iterable[DealRow], org: Organisation) -> str:
    """The organisation's currency, unless no row is in it: then the most common one."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.currency] = counts.get(row.currency, 0) + 1
    if org.currency in counts or not counts:
        return org.currency
    return max(counts, key=lambda code: counts[code])
