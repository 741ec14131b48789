"""What each form of the tab People starts with.

Answers: the values that are known already, so that nothing is typed twice. Does not answer: what is accepted.
"""

from datetime import timedelta
from typing import Any

from landmark.buying.commitment import draft_steps, on_weekday
from landmark.buying.people import Person
from landmark.buying.process import StepRow
from landmark.engines.relationships import is_key_player
from landmark.workspace.people_forms import start_steps
from landmark.workspace.presenters.people import PeoplePage

IN_A_WEEK = timedelta(days=7)
"""When a meeting is proposed for: long enough to bring busy people together."""


def start_person(page: PeoplePage, row: Person | None) -> dict[str, Any]:
    if row is None:
        role = page.request.GET.get("role", "")
        owner = page.request.member.name
        return {"stance": "neutral", "roles": [role] if role else [], "step_owner": owner, "version": 0}
    fact = row.fact
    known = {
        "name": row.name, "title": row.title, "email": row.email, "roles": sorted(fact.roles), "stance": fact.stance,
        "met_on": fact.met_on, "personal_benefit": fact.benefit, "plan": fact.plan, "influence": fact.influence or "",
        "interest": fact.interest or "", "decision_part": fact.decision_part, "cares_about": fact.cares_about,
        "needs": fact.needs, "cost_of_waiting": fact.cost_of_waiting, "step_text": fact.step_text,
        "step_owner": fact.step_owner or page.request.member.name, "step_on": fact.step_on,
        "minimum": sorted(fact.minimum), "blocks": fact.blocks, "unblocker": str(row.unblocker_id or ""),
        "unblock_evidence": fact.unblock_evidence, "version": row.version,
    }  # fmt: skip
    scales = [scale.key for scale in page.part.scales]
    depth = {f"depth_{key}": str(fact.depth.get(key, 0)) for key in scales}
    return known | depth | {f"seen_{key}": row.seen.get(key, "") for key in scales}


def start_review(page: PeoplePage, row: StepRow | None) -> dict[str, Any]:
    if row is None:
        return {"position": max((r.step.position for r in page.process.rows), default=0) + 1}
    step = row.step
    return {
        "title": step.title, "role": step.role, "reviewer": str(row.reviewer_id or ""), "artefact": step.artefact,
        "lead_days": step.lead_days, "last_days": step.last_days, "position": step.position, "done_on": step.done_on,
        "step": row.id,
    }  # fmt: skip


def start_answers(page: PeoplePage) -> dict[str, Any]:
    process = page.process
    return {**process.answers, "last_purchase": process.last_purchase, "version": process.version}


def start_confirm(page: PeoplePage) -> dict[str, Any]:
    return {"recap": page.process_view.recap, "confirmed_on": page.as_of.on}


def start_meeting(page: PeoplePage) -> dict[str, Any]:
    """The meeting still open, else a new one: its key players, and the steps the playbook starts from."""
    meeting = None if page.commitment.is_answered else page.commitment.meeting
    if meeting is not None:
        return start_steps(meeting.steps) | {
            "planned_on": meeting.planned_on, "decide_by": meeting.decide_by, "version": meeting.version,
            "evaluation_cost": meeting.evaluation_cost, "standing_cost": meeting.standing_cost,
            "needed": [str(seat.stakeholder_id) for seat in page.commitment.seats],
        }  # fmt: skip
    before = page.commitment.meeting
    planned_on = on_weekday(page.as_of.on + IN_A_WEEK)
    steps = draft_steps(page.playbook, planned_on, page.request.member.name, page.lang)
    return start_steps(steps) | {
        "planned_on": planned_on, "decide_by": steps[-1]["on"] if steps else None, "version": 0,
        "evaluation_cost": before.evaluation_cost if before else None,
        "standing_cost": before.standing_cost if before else None,
        "needed": [str(row.id) for row in page.crowd.rows if is_key_player(row.fact, page.playbook)],
    }  # fmt: skip


def start_answer(page: PeoplePage) -> dict[str, Any]:
    """Everybody asked came and agreed, until told otherwise."""
    meeting = page.commitment.meeting
    assert meeting is not None  # noqa: S101  (the view has looked)
    asked = [str(seat.stakeholder_id) for seat in page.commitment.seats]
    return {
        "outcome": "given", "held_on": page.as_of.on, "came": asked, "agrees": asked, "sets_target": True,
        "meeting": meeting.id, "version": meeting.version,
    }  # fmt: skip
