"""The decision of a told deal of the sample company.

Answers: what the decision part puts down for each story, through the ordinary actions; no mail leaves. Does not answer:
which deals tell the stories (``sample_stories``).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import minutes_actions, offer_actions
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.decisions import read_room
from landmark.closing.meeting_input import MeetingInput
from landmark.closing.road_map_actions import StepInput
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import Deal, Person
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

SAID = "Said on the phone while the meeting was prepared"
OFFER = {
    "goals": ("Settle exceptions on the day they come up\nOne list for both sites", "Hours lost to work done twice",
              "Half the people on exceptions"),
    "opportunity": ("The hours saved pay the price back within the year", "Late deliveries that cost credit notes",
                    "Late deliveries down by 15 % within 90 days"),
    "concept": ("Each exception goes to the one person who can settle it, with everything needed on one screen.",
                "Nobody sees who has a case", "One owner for each case"),
    "contract": ("Access to both sites is given within 10 days of kick-off.", "Changes that nobody priced",
                 "Each change as a priced order"),
}  # fmt: skip

DEBRIEF = {
    "yes": {"went_well": "Their own figure carried it", "do_differently": "Bring finance in a week earlier"},
    "no": {
        "went_well": "They said openly why not",
        "do_differently": "Meet the opponent before the meeting, not in it",
    },
}


def fill_sample(deal: Deal, story: str, *, by: Member) -> None:
    """From the papers to the decision, as the story has it."""
    playbook = load_playbook(deal.playbook)
    person = _decider(deal)
    if not playbook.decision.agenda or person is None:
        return
    for paper in playbook.decision.papers:
        if paper.needed:
            offer_actions.mark_made(deal, by=by, kind=paper.key, via="cli")
    for key, (text, challenge, value) in OFFER.items():
        offer_actions.save_part(deal, by=by, key=key, text=text, challenge=challenge, value=value, via="cli")
    _open_door(deal, by)
    _hold(deal, by)
    review = "yes_but" if story == "yes_but" else "yes"
    meetings.record_review(deal, by=by, answer=review, person=person, via="cli")
    for key in playbook.decision.offer_parts:
        meetings.present_part(deal, by=by, key=key, via="cli")
    _object(deal, by, person, is_settled=story != "no")
    decisions.record_decision(deal, _decide(deal, story, by, person), by=by, via="cli")
    _follow(deal, story, by, person)


def _decider(deal: Deal) -> Person | None:
    rows = list(deal.stakeholders.select_related("person").order_by("person__name"))
    deciders = [row for row in rows if {"economic_buyer", "executive_sponsor"} & set(row.roles)]
    return (deciders or rows)[0].person if rows else None


def _open_door(deal: Deal, by: Member) -> None:
    """What the door of the meeting still misses: words of the buyer, and people to be met."""
    room = read_room(deal, latest(deal.org))
    on, person = latest(deal.org).on, _decider(deal)
    checks = {(gate.key, check.key): check for gate in room.playbook.gates for check in gate.checks}
    for item in (item for gate in room.entry for item in gate.missing):
        key = getattr(checks[item.gate, item.check], "evidence", "")
        if key:
            add_evidence(
                deal, by=by, key=key, strength=Strength.BUYER, occurred_on=on, title=SAID,
                author=person.name if person else "", via="cli",
            )  # fmt: skip
    for row in deal.stakeholders.select_related("person"):
        save_stakeholder(
            deal, by=by, stakeholder=row, name=row.person.name, title=row.person.title, email=row.person.email,
            roles=row.roles, stance=row.stance, met_on=row.met_on or on, plan=row.plan or "Meet before the decision",
            personal_benefit=row.personal_benefit or "Fewer evenings spent on corrections", via="cli",
        )  # fmt: skip


def _hold(deal: Deal, by: Member) -> None:
    playbook, on = load_playbook(deal.playbook), latest(deal.org).on
    people = list(deal.stakeholders.values_list("person_id", flat=True))
    plan = MeetingInput(
        subject=playbook.text("decision.subject", deal=deal.name)[:200],
        starts_at=datetime.combine(on, time(14, 30), ZoneInfo("Europe/Rome")), duration_minutes=60,
        time_zone="Europe/Rome", place="Their office, second floor", people=people[:20],
        agenda=[(p.key, playbook.text(f"decision.agenda.{p.key}"), p.minutes) for p in playbook.decision.agenda],
        members=[(deal.owner or by).id],
    )  # fmt: skip
    meeting, _update = meetings.plan_meeting(deal, plan, by=by, via="cli")
    there = list(meeting.invitees.values_list("id", flat=True))
    meetings.start_meeting(deal, by=by, there=there, is_aim_said=True, via="cli")


def _object(deal: Deal, by: Member, person: Person, *, is_settled: bool) -> None:
    meetings.save_objection(
        deal, by=by, words="It feels expensive for what we have today", person=person,
        question="Which part of the result makes it feel expensive?",
        root_cause="They counted one site, the figure holds for three", cause="value_gap",
        answer="The figure gone through again, site by site" if is_settled else "", via="cli",
    )  # fmt: skip


def _decide(deal: Deal, story: str, by: Member, person: Person) -> DecisionInput:
    on, owner = latest(deal.org).on, deal.owner or by
    if story == "no":
        return DecisionInput(
            "no", person, reason="rival", rival="Their present supplier", watch="rival_disappoints",
            words="Our present supplier matched the scope and knows our systems",
            watch_words="Their first quarter with the new module", look_again_on=on + timedelta(days=180),
        )  # fmt: skip
    if story == "yes_but":
        steps = [
            StepInput(
                "Test the link to their ledger", on + timedelta(days=9), person, None, category="technical_check"
            ),
            StepInput("Trial with five planners", on + timedelta(days=16), None, owner, category="onboarding"),
        ]
        return DecisionInput("yes_but", person, words="Yes, once our people have tried it", steps=steps)
    steps = [
        StepInput("Open the firewall for the test system", on + timedelta(days=5), person, is_condition=False),
        StepInput("Order the scanners", on + timedelta(days=12), None, owner, is_condition=False, costs_money=True),
    ]
    return DecisionInput("yes", person, reason="business_case", words="It pays back within the year", steps=steps)


def _follow(deal: Deal, story: str, by: Member, person: Person) -> None:
    """What comes after: the yes is put in writing; conditions are under way; everybody hears what was decided."""
    owner = deal.owner or by
    if story == "yes":
        decisions.record_written(deal, by=by, person=person, via="cli")
    text = minutes_actions.draft_minutes(read_room(deal, latest(deal.org)))
    if story == "yes_but":
        minutes_actions.save_minutes(deal, by=by, text=text, via="cli")
        return
    minutes_actions.send_minutes(deal, by=by, text=text, by_hand=True, via="cli")
    minutes_actions.hold_debrief(deal, by=by, members={owner.id, by.id}, answers=DEBRIEF[story], via="cli")
