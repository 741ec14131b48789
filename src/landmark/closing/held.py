"""Words that other parts of the room already hold, as first drafts here: nothing is asked twice.

Answers: outcomes from the agreed criteria, assumptions, dependencies, plan lines, people. Does not answer: whether a
draft is good (``engines.brief``); a person looks at every one before it is used. What a buyer will read is drafted from
fields of the shareable view alone; the drafts for the team may say more.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.buying.models import Assumption, Criterion, ImpactConfirmation, Requirement
from landmark.closing.models import Risk, Undertaking
from landmark.closing.packet import read_summary, read_total
from landmark.closing.papers.plan import MUTUAL
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.snapshots import deal_facts
from landmark.engines.audience import SHARED, see
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import AsOf, latest
from landmark.plans.models import PlanAction
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_day, format_money


def _seen(rows: Iterable[Model]) -> list[Any]:
    """As the buyer may read them."""
    return [see(row, SHARED) for row in rows]


def held_outcomes(deal: Deal) -> list[str]:
    """One line a success criterion: measure, today's value, target, window."""
    rows = Criterion.objects.filter(deal=deal, ended_at__isnull=True).order_by("number")
    return [_tell_criterion(row) for row in _seen(rows)]


def _tell_criterion(row: Any) -> str:
    name = row.metric or row.text
    change = f"{row.baseline} → {row.target}" if row.baseline and row.target else row.target or row.baseline
    parts = [f"{name}: {change}" if change else name, row.window]
    return ", ".join(part for part in parts if part)


def held_assumptions(deal: Deal) -> list[str]:
    return [row.text for row in _seen(Assumption.objects.filter(deal=deal, ended_at__isnull=True))]


def held_scope(deal: Deal) -> list[str]:
    summary = see(read_summary(deal, latest(deal.org)), SHARED)
    if summary is not None and summary.deliverables:
        left_out = [_("Not included: %(text)s") % {"text": line} for line in summary.exclusions.splitlines() if line]
        return [*summary.deliverables.splitlines(), *left_out]
    return [row.text for row in _seen(Requirement.objects.filter(deal=deal, ended_at__isnull=True))]


def held_dependencies(deal: Deal) -> list[str]:
    rows = Requirement.objects.filter(deal=deal, ended_at__isnull=True).exclude(dependency="")
    return [
        f"{row.dependency} – {row.dependency_owner}" if row.dependency_owner else row.dependency for row in _seen(rows)
    ]


def held_plan(deal: Deal) -> list[str]:
    """Open steps of the plan that both sides share: what, who, by when. Our own lists and next steps stay ours."""
    rows = PlanAction.objects.filter(plan__deal=deal, plan__template=MUTUAL, ended_on__isnull=True)
    rows = rows.select_related("our_owner", "their_owner").order_by("due_on", "position")[:12]
    return [tell_step(seen.text, _owner(row), seen.due_on) for row, seen in zip(rows, _seen(rows), strict=True)]


def _owner(action: PlanAction) -> str:
    found = see(action.our_owner if action.accountable == "ours" else action.their_owner, SHARED)
    return str(found.name) if found is not None else ""


def held_next_step(deal: Deal) -> list[str]:
    """What we do next, for the team."""
    step = deal.next_steps.filter(done_at__isnull=True).first()
    return [tell_step(step.text, step.owner, step.due_on)] if step else []


def tell_step(text: str, owner: str, due_on: object) -> str:
    return ", ".join(part for part in (text, owner, format_day(due_on) if due_on else "") if part)  # type: ignore[arg-type]


def held_people(deal: Deal) -> list[str]:
    playbook = load_playbook(deal.playbook)
    rows = Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name")
    return [
        " – ".join(part for part in (row.person.name, _roles(playbook, row.roles), row.person.email) if part)
        for row in rows
    ]


def _roles(playbook: Playbook, keys: list[str]) -> str:
    return ", ".join(playbook.label("role", key, _lang()) for key in keys)


def held_risks(deal: Deal) -> list[str]:
    rows = Risk.objects.filter(deal=deal, closed_on__isnull=True)
    return [f"{row.text} – {row.mitigation}" if row.mitigation else row.text for row in _seen(rows)]


def held_undertakings(deal: Deal) -> list[str]:
    rows = Undertaking.objects.filter(deal=deal, done_on__isnull=True).select_related("stakeholder__person")
    return [tell_step(f"{_who(row)}: {row.text}" if _who(row) else row.text, "", row.due_on) for row in _seen(rows)]


def _who(row: Any) -> str:
    return str(row.stakeholder.person.name) if row.stakeholder is not None else ""


def held_evidence(deal: Deal, *keys: str) -> list[str]:
    rows = Evidence.objects.filter(deal_id=deal.id, key__in=keys).as_known(latest(deal.org).known_by).with_text()
    return [row.title for row in rows.order_by("occurred_at") if row.title]


def held_impact(deal: Deal) -> list[str]:
    """What standing still costs, in the sentence the buyer confirmed."""
    row = see(ImpactConfirmation.objects.filter(deal=deal, ended_at__isnull=True).last(), SHARED)
    return [row.sentence] if row is not None else []


def draft_brief(deal: Deal, as_of: AsOf) -> dict[str, list[str]]:
    """A first executive summary from what is known; sections nobody knows anything about stay empty."""
    return {
        "decision": _draft_decision(deal, as_of),
        "purpose": [],
        "context": held_impact(deal),
        "recommendation": held_scope(deal)[:3],
        "outcomes": held_outcomes(deal)[:5],
        "assumptions": held_assumptions(deal)[:5],
        "risks": held_risks(deal)[:3],
        "request": held_undertakings(deal)[:3],
    }


def _draft_decision(deal: Deal, as_of: AsOf) -> list[str]:
    summary, facts = read_summary(deal, as_of), deal_facts(deal, as_of)
    amount = read_total(summary) if summary else facts.amount
    if amount is None or facts.target_on is None:
        return []
    words = {"deal": deal.name, "amount": format_money(amount, deal.currency), "day": format_day(facts.target_on)}
    return [_("Approve %(deal)s for %(amount)s by %(day)s.") % words]


def draft_offer(deal: Deal, as_of: AsOf) -> dict[str, str]:
    """What is said at each part of the offer, from what is on record; unknown parts are left out."""
    found = {
        "goals": "; ".join(held_outcomes(deal)[:3]),
        "opportunity": " ".join(held_impact(deal)),
        "concept": "; ".join(held_scope(deal)[:4]),
        "contract": _draft_frame(deal, as_of),
    }
    return {key: text[:1000] for key, text in found.items() if text}


def _draft_frame(deal: Deal, as_of: AsOf) -> str:
    summary = read_summary(deal, as_of)
    if summary is None:
        return ""
    seen, months = see(summary, SHARED), summary.term_months
    term = ngettext("%(n)d month", "%(n)d months", months) % {"n": months} if months else ""
    parts = (term, format_money(read_total(summary), summary.currency), seen.payment_terms, seen.service_levels)
    return "; ".join(part.strip().rstrip(".") for part in parts if part.strip())


def draft_hand_over(deal: Deal, as_of: AsOf) -> dict[str, str]:
    """What delivery is given, from what the room holds."""
    readers: dict[str, Callable[[Deal], list[str]]] = {
        "scope": held_scope,
        "criteria": lambda deal: held_outcomes(deal) or held_evidence(deal, "success_measure"),
        "timeline": lambda deal: held_plan(deal) or held_next_step(deal),
        "dependencies": held_dependencies, "people": held_people, "risks": held_risks,
    }  # fmt: skip
    keys = [section.key for section in load_playbook(deal.playbook).last_mile.hand_over]
    return {key: "\n".join(readers[key](deal)) if key in readers else "" for key in keys}


def _lang() -> str:
    return get_language() or "en"
