"""What every part of the targets page needs to know: the period, the playbook's words, the measured conversions.

Answers: the setting of a request, and how a range of deals is written. Does not answer: what a plan says
(``targets``), how far the team has come (``target_progress``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import get_language

from landmark.cadence.target_plans import (
    Rate,
    list_steps,
    name_shares,
    suggest_rates,
)
from landmark.outlook.funnel import Funnel, read_funnel
from landmark.outlook.periods import Period, period_containing, read_quarter
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_count, format_money
from landmark.workspace.access import MemberRequest
from landmark.workspace.target_forms import TargetsForm


@dataclass(frozen=True)
class Setting:
    """What every part of the page needs to know about the organisation."""

    request: MemberRequest
    period: Period
    playbook: Playbook
    lang: str
    states: Mapping[str, str]
    names: Mapping[str, str]
    funnel: Funnel
    measured: tuple[Rate, ...]

    @property
    def currency(self) -> str:
        return self.request.org.currency

    def money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency, short=True)

    def make_form(self, data: QueryDict | None = None, initial: Mapping[str, object] | None = None) -> TargetsForm:
        roles = {role.key: self.names[role.key] for role in self.playbook.benchmarks.targets.roles}
        teams = {key: name for key, name in self.names.items() if key not in roles}
        return TargetsForm(
            data, initial=dict(initial or {}), steps=list_steps(self.playbook), states=self.states, roles=roles,
            teams=teams, measured=self.measured,
        )  # fmt: skip


def read_setting(request: MemberRequest) -> Setting:
    playbook, lang = load_playbook(request.org.playbook), get_language() or "en"
    funnel = read_funnel(request.org, request.as_of)
    wanted = request.POST.get("period") or request.GET.get("period")
    here = period_containing(request.org, request.as_of.on)
    return Setting(
        request=request,
        period=read_quarter(request.org, wanted, request.as_of.on) if wanted else here,
        playbook=playbook,
        lang=lang,
        states={s.key: playbook.text(f"funnel_state.{s.key}.label", lang) for s in playbook.benchmarks.states},
        names=name_shares(request.org, playbook, lang),
        funnel=funnel,
        measured=suggest_rates(funnel, playbook),
    )


def show_range(low: int, high: int) -> str:
    return format_count(low) if low == high else f"{format_count(low)}–{format_count(high)}"
