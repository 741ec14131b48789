"""People, their way to a decision and the commitment on a told deal of the sample company.

Answers: what the tab People looks like when somebody has worked on it. Does not answer: which deals tell a story
(``closing.sample_stories``). All of it goes through the ordinary actions; people already on the deal keep their names.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from landmark.buying import commitment_actions, people_actions, process_actions
from landmark.buying.commitment import draft_steps, on_weekday
from landmark.buying.models import CommitmentMeeting, StakeholderState
from landmark.buying.people_actions import Card
from landmark.deals.models import Deal, Stakeholder
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook

ROLES: tuple[tuple[str, str, str, str, Mapping[str, Any]], ...] = (
    ("economic_buyer", "Greta Lindholm", "Finance director", "supporter", {
        "influence": 5, "interest": 4, "decision_part": "decides", "cares_about": "When money moves and what it brings",
        "needs": "One page with the payback", "cost_of_waiting": "Penalties of every month that goes by",
    }),
    ("champion", "Tomas Riedel", "Head of operations", "champion", {
        "influence": 3, "interest": 5, "cares_about": "A desk that is not on fire",
        "needs": "A story to retell to the board", "cost_of_waiting": "46 hours a week of work done by hand",
        "depth": {"fluency": {"points": 2, "seen": "Retold our case in his own words"},
                  "reliability": {"points": 1, "seen": "Got the figures the day we said"}},
    }),
    ("technical_buyer", "Nadia Ferrante", "IT security lead", "neutral", {
        "influence": 4, "interest": 3, "cares_about": "Audits without findings",
        "needs": "An answer to each of the security questions", "cost_of_waiting": "One more audit on the old system",
    }),
    ("procurement", "Pieter Vos", "Purchasing", "neutral", {
        "influence": 3, "interest": 2, "decision_part": "signs", "cares_about": "Terms that hold and a short cycle",
        "needs": "What the contract assumes, in a list",
    }),
    ("influencer", "Ruben Castell", "Head of manufacturing", "adversary", {
        "influence": 4, "interest": 2, "cares_about": "No new system in his peak season",
        "blocks": "Anything that starts before the peak season", "unblock_evidence": "a roll-out plan that spares it",
    }),
)  # fmt: skip
BENEFITS = {
    "economic_buyer": "Penalties leave her budget", "champion": "Evenings at home again",
    "technical_buyer": "Fewer interfaces to look after", "procurement": "A contract without loose ends",
}  # fmt: skip
REVIEWS = (
    ("Security review", "technical_buyer", "The filled-in security questions", 5, 9),
    ("Business case review", "economic_buyer", "One page with the payback", 3, 3),
    ("Vendor onboarding", "procurement", "Company papers and insurance", 5, None),
)


def fill_sample(deal: Deal, story: str, *, by: Member) -> None:
    """On the lost deal nobody has a plan for the opponent; on the open one the recap waits for its yes."""
    if StakeholderState.objects.filter(deal=deal).exists():
        return
    people = {role: _add(deal, role, name, title, stance, state, story, by)
              for role, name, title, stance, state in ROLES}  # fmt: skip
    people_actions.change_state(people["influencer"], by=by, unblocker_id=people["economic_buyer"].id)
    _describe_process(deal, people, story, by)
    _commit(deal, people, story, by)


def _add(
    deal: Deal, role: str, name: str, title: str, stance: str, state: Mapping[str, Any], story: str, by: Member
) -> Stakeholder:
    """Whoever holds the role already, else a new person."""
    today = latest(deal.org).on
    held = [row for row in deal.stakeholders.select_related("person").order_by("person__name") if role in row.roles]
    row = held[0] if held and role != "influencer" else None
    plan = "Greta meets him before, with the roll-out of a peer" if stance == "adversary" and story != "no" else ""
    card = Card(
        name=row.person.name if row else name, title=row.person.title if row else title,
        email=row.person.email if row else "", roles=row.roles if row else [role], stance=stance,
        met_on=(row.met_on if row and row.met_on else today - timedelta(days=6)), plan=plan,
        personal_benefit=(row.personal_benefit if row and row.personal_benefit else BENEFITS.get(role, "")),
    )  # fmt: skip
    steps = {"step_text": "Go through it together", "step_owner": by.name, "step_on": today + timedelta(days=5)}
    given = _minimum(deal, card.roles) if story == "yes" else {}
    saved = people_actions.save_person(
        deal, by=by, card=card, state={**state, **steps, "minimum": given}, stakeholder=row, via="cli"
    )
    return Stakeholder.objects.select_related("person", "deal__org").get(pk=saved.pk)


def _minimum(deal: Deal, roles: Any) -> dict[str, str]:
    day = latest(deal.org).on.isoformat()
    kinds = load_playbook(deal.playbook).relationships.types
    return {need: day for kind in kinds if set(kind.roles) & set(roles) for need in kind.needs}


def _describe_process(deal: Deal, people: Mapping[str, Stakeholder], story: str, by: Member) -> None:
    for title, role, artefact, lead, last in REVIEWS:
        values = {"title": title, "role": role, "reviewer_id": people[role].id, "artefact": artefact,
                  "lead_days": lead, "last_days": last}  # fmt: skip
        process_actions.save_step(deal, by=by, values=values, via="cli")
    answers = {
        "mechanism": "meeting", "yes_when": "Payback within a year, and security has no open question",
        "no_when": "One more system to look after", "not_yet_when": "Anything that touches the peak season",
        "ready_when": "Business case and security answers are both signed off",
        "last_purchase": "The warehouse scanners: security took nine days instead of five",
    }  # fmt: skip
    process_actions.save_answers(deal, by=by, answers=answers, via="cli")
    if story == "yes":
        recap = "Security review, business case, vendor onboarding; then the decision in a meeting."
        process_actions.confirm_process(
            deal, by=by, recap=recap, is_buyers=True, person=people["champion"], confirmed_on=latest(deal.org).on,
            via="cli",
        )  # fmt: skip


def _commit(deal: Deal, people: Mapping[str, Stakeholder], story: str, by: Member) -> None:
    """On the lost deal they adjourned once and no second meeting was held."""
    today = latest(deal.org).on
    steps = draft_steps(load_playbook(deal.playbook), today, by.name, "en")
    asked = [people[role].id for role in ("economic_buyer", "champion", "technical_buyer")]
    plan = commitment_actions.MeetingPlan(
        planned_on=today, steps=steps, decide_by=date.fromisoformat(steps[-1]["on"]), evaluation_cost=Decimal(4000),
        standing_cost=Decimal(12000), needed=asked,
    )  # fmt: skip
    meeting: CommitmentMeeting = commitment_actions.plan_meeting(deal, by=by, plan=plan, via="cli")
    answer = commitment_actions.Answer("given", today, asked, asked, benefit="Exceptions closed the same morning")
    if story == "no":
        words = "The head of manufacturing spoke against a start this year"
        answer = commitment_actions.Answer(
            "adjourned", today, asked, reason_text=words, next_on=on_weekday(today + timedelta(days=14))
        )
    commitment_actions.answer_meeting(meeting, by=by, answer=answer, via="cli")
