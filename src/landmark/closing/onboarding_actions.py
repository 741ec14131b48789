"""Changing the onboarding: what was agreed with the yes and what the playbook prepares, as one list.

Answers: when it is prepared, what a change writes and when it is refused. Does not answer: whether a step may start
(``engines.last_mile``).
"""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing.days import workdays_of
from landmark.closing.handover import read_has_yes, read_is_signed, start_facts
from landmark.closing.models import Decision, OnboardingStep
from landmark.closing.packet import read_frame
from landmark.closing.policies import check_can_deliver
from landmark.closing.working import fresh, save_changes, take, today
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import Change, changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.deals.policies import OVERRIDE_LIMIT_DAYS, Refused, can_edit
from landmark.engines.last_mile import may_start
from landmark.engines.schedule import place
from landmark.orgs.models import Member
from landmark.orgs.notices import find_managers, tell
from landmark.playbook.loader import load_playbook


def prepare_onboarding(deal: Deal, *, by: Member, kickoff_on: date | None = None, via: str = "web") -> int:
    """The playbook's onboarding steps, dated from the kick-off over working days. Prepared as soon as they said yes."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        if not read_has_yes(change.deal):
            raise Refused(_("The buyer has not said yes yet; the onboarding is prepared when they do."))
        agreed, prepared = _count_steps(change.deal)
        if prepared:
            raise Refused(_("The onboarding is prepared already."))
        start = kickoff_on or read_frame(change.deal).kickoff_on or today(change.deal) + timedelta(days=14)
        days = workdays_of(change.deal)
        playbook, lang = load_playbook(change.deal.playbook), get_language() or "en"
        seller = (change.deal.owner or by).name
        items = sorted(playbook.last_mile.onboarding, key=lambda item: item.day)
        made = OnboardingStep.objects.bulk_create(
            OnboardingStep(
                deal=change.deal, position=number, text=playbook.text(f"last_mile.onboarding.{item.key}.label", lang),
                side=item.side, due_on=place(days.on_or_after(start), item.day, days), costs_money=item.costs_money,
                owner="" if item.side == "buyer" else seller, **fresh(by),
            )
            for number, item in enumerate(items, agreed + 1)
        )  # fmt: skip
        change.record("onboarding.prepared")
    return len(made)


def _count_steps(deal: Deal) -> tuple[int, int]:
    """Steps agreed in a decision, and all others."""
    found = list(OnboardingStep.objects.filter(deal=deal).values_list("decision_id", flat=True))
    return sum(one is not None for one in found), sum(one is None for one in found)


def prepare_on_yes(change: Change) -> None:
    """As soon as they have said yes and no condition is open, unless somebody prepared it before."""
    deal = change.deal
    is_asked = bool(load_playbook(deal.playbook).last_mile.onboarding)
    if is_asked and read_has_yes(deal) and not _count_steps(deal)[1]:
        prepare_onboarding(deal, by=change.by, via=change.via)


def drop_onboarding(decision: Decision) -> int:
    """The yes was taken back: what it agreed and prepared goes with it, but nothing somebody has worked on since."""
    deal = decision.deal
    dropped, _all = OnboardingStep.objects.filter(decision=decision, version=1).delete()
    rest = OnboardingStep.objects.filter(deal=deal, decision=None)
    prepared = len(load_playbook(deal.playbook).last_mile.onboarding)
    if not read_has_yes(deal) and rest.count() == prepared and not rest.filter(version__gt=1).exists():
        rest.delete()
        dropped += prepared
    return dropped


def take_next(deal: Deal, decision: Decision) -> None:
    """The earliest open condition, else the earliest open step that was agreed, is what happens next on the deal."""
    conditions = decision.road_map.filter(done_at=None, dropped_at=None).order_by("due_on", "created_at")
    step = conditions.first() or decision.agreed.filter(done_on=None).order_by("due_on", "position").first()
    if step is not None:
        put_next_step(deal, NextStepInput(step.text, step.owner, step.due_on))


def save_onboarding_step(
    deal: Deal, *, by: Member, step: OnboardingStep | None = None, if_version: int | None = None, via: str = "web",
    **values: Any,
) -> OnboardingStep:  # fmt: skip
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        if not values.get("text", "").strip():
            raise Refused(_("Say what the step is."))
        if step is None:
            number = OnboardingStep.objects.filter(deal=change.deal).count() + 1
            row = OnboardingStep(deal=change.deal, position=number, version=0, **fresh(by))
        else:
            row = take(change.deal, step, if_version)
        save_changes(row, values)
        change.record("onboarding.saved", note=values.get("text", ""))
    return row


def move_onboarding_step(deal: Deal, *, by: Member, step: OnboardingStep, to: str, via: str = "web") -> OnboardingStep:
    """Start a step, finish it, or take either back. One that costs money waits for the signature or for leave."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        row = take(change.deal, step)
        day = today(change.deal)
        if to in ("started", "done") and not may_start(start_facts(row, read_is_signed(change.deal)), day):
            raise Refused(
                _("This step costs money and waits for the signature; a manager can let it start with a reason.")
            )
        dates: dict[str, dict[str, Any]] = {
            "started": {"started_on": row.started_on or day, "done_on": None},
            "done": {"started_on": row.started_on or day, "done_on": day},
            "open": {"started_on": None, "done_on": None},
        }
        save_changes(row, dates[to])
        if row.decision is not None and change.deal.next_steps.filter(done_at=None, text=row.text).exists():
            take_next(change.deal, row.decision)
        change.record(f"onboarding.{to}", note=step.text)
    return row


def allow_early_start(
    deal: Deal, *, by: Member, step: OnboardingStep, reason: str, until: date, via: str = "web"
) -> OnboardingStep:
    """Leave to spend before the signature: with a reason and an end, by name, and the managers are told."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        if not can_edit(by, change.deal):
            raise PermissionDenied(_("The deal's owner or a manager decides on spending before the signature."))
        row = take(change.deal, step)
        day = today(change.deal)
        if not row.costs_money:
            raise Refused(_("This step costs nothing and may start."))
        if not reason.strip():
            raise Refused(_("Say why it cannot wait for the signature."))
        if not day <= until <= day + timedelta(days=OVERRIDE_LIMIT_DAYS):
            text = _("The leave ends within %(days)d days: choose its last day.")
            raise Refused(text % {"days": OVERRIDE_LIMIT_DAYS})
        save_changes(row, {"override_reason": reason, "override_until": until, "override_by": by})
        text = _("%(who)s lets “%(step)s” on %(deal)s start before the signature: %(why)s") % {
            "who": by.name, "step": row.text, "deal": deal.name, "why": reason,
        }  # fmt: skip
        tell(find_managers(deal.org, None, besides=by), text, deal_id=deal.id)
        change.record("onboarding.override", note=reason)
    return row
