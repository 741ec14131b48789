"""Qualification of the sample's told deals: points, purchasing, competition, what keeps the buyer where they are.

Answers: what the three stories hold on the qualification page. Does not answer: which deals they are
(``closing.sample_stories``). Ordinary actions only; days count from the sample's own last day.
"""

from datetime import timedelta
from typing import Literal

from landmark.buying import competition_actions as rivals
from landmark.buying.models import ReturnKind, Score
from landmark.buying.qualification_actions import ItemInput, PointsInput, confirm_points, save_buying
from landmark.buying.returns import AT_REST, Trigger, watch_for_return
from landmark.deals.models import Deal, Stakeholder
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member

Story = Literal["yes", "yes_but", "no"]

POINTS: dict[Story, dict[str, dict[str, tuple[int, str]]]] = {
    "yes": {
        "intent": {
            "evaluation": (3, "They asked for the roll-out plan week by week"),
            "timing": (3, "Must run before their audit closes the year"),
            "commitment": (3, "Two working sessions with finance and operations"),
        },
        "readiness": {
            "urgency": (2, "After the audit date each month costs them a team of four"),
            "authority": (2, "The budget holder repeated our criteria in the last session"),
            "process": (2, "Shared plan with a day for every step"),
            "friction": (2, "Security questions answered, contract with their lawyers"),
        },
    },
    "yes_but": {
        "intent": {
            "evaluation": (3, "Technical papers went to their architect"),
            "timing": (2, "Their steering group meets once a month"),
            "commitment": (2, "Three of them came to the last meeting"),
        },
        "readiness": {
            "urgency": (2, "The old contract runs out at the end of the quarter"),
            "authority": (2, "The budget holder took part"),
            "process": (1, "Next two steps are agreed"),
            "friction": (1, "Data residency is still a worry"),
        },
    },
    "no": {
        "intent": {
            "evaluation": (2, "Pointed questions about the interface"),
            "timing": (1, "Some time this half-year"),
            "commitment": (1, "Answers come late"),
        },
    },
}
CRITERIA = ("Fewer wrong bookings", "Running before the audit", "Cost over three years")
GRADES: dict[Story, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "yes": ((3, 3, 2), (2, 1, 2)),
    "yes_but": ((3, 2, 2), (2, 2, 3)),
    "no": ((2, 2, 1), (2, 3, 3)),
}


def fill_sample(deal: Deal, story: Story, *, by: Member) -> None:
    """Fill the page of a told deal once, while it is still open."""
    if deal.is_closed or Score.objects.filter(deal=deal).exists():
        return
    for rubric, points in POINTS[story].items():
        given = {key: PointsInput(number, seen) for key, (number, seen) in points.items()}
        confirm_points(deal, by=by, rubric=rubric, points=given, via="cli")
    _fill_competition(deal, story, by)
    _fill_buying(deal, story, by)


def _fill_competition(deal: Deal, story: Story, by: Member) -> None:
    said_by = _name_of(deal)
    rivals.save_criteria(deal, by=by, texts=CRITERIA, said_by=said_by if story != "no" else "", via="cli")
    other = rivals.save_alternative(
        deal, by=by, name="Their present supplier", kind="direct" if story == "no" else "status_quo", via="cli",
        note="Runs until the contract ends",
    )  # fmt: skip
    ours, theirs = GRADES[story]
    grades = {("", text): points for text, points in zip(CRITERIA, ours, strict=True)}
    grades |= {(str(other.line), text): points for text, points in zip(CRITERIA, theirs, strict=True)}
    rivals.save_grades(deal, by=by, grades=grades, was={}, via="cli")
    due_on = latest(deal.org).on + timedelta(days=12)
    technical = rivals.BarrierInput(
        "technical", "Two years of bookings have to move", is_main=True, tactics=("migration_steps", "parallel_run"),
        owner=by.name, due_on=due_on,
    )  # fmt: skip
    contract = rivals.BarrierInput(
        "contractual", "Bound to the present supplier for another year", is_main=True, is_structural=story == "no",
        tactics=("renewal_window",), owner=by.name,
    )  # fmt: skip
    for barrier in (technical, contract):
        rivals.save_barrier(deal, by=by, barrier=barrier, via="cli")
    rivals.save_answer(
        deal, by=by, key="contract_limits", text="Notice of three months before the year ends", via="cli"
    )
    if story != "no":
        text = "Half the wrong bookings within one quarter"
        rivals.save_answer(deal, by=by, key="justification", text=text, via="cli")


def _fill_buying(deal: Deal, story: Story, by: Member) -> None:
    state = "done" if story == "yes" else "running" if story == "yes_but" else "known"
    items = [ItemInput("security", state, 12, "Their security team"), ItemInput("onboarding", state, 8)]
    if story != "no":
        items.append(ItemInput("contracting", state, 15, "Their lawyers"))
    save_buying(deal, by=by, purchase_type="new_vendor", items=items, via="cli")


def _name_of(deal: Deal) -> str:
    """The first of the buyer's people, "" while nobody is named."""
    row = Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name").first()
    return row.person.name if row else ""


def watch_sample(deal: Deal, story: Story, *, by: Member) -> None:
    """A lost deal comes back when the rival's contract ends."""
    if deal.stage not in AT_REST:
        return
    trigger = Trigger(ReturnKind.RIVAL_RENEWAL, latest(deal.org).on + timedelta(days=270), "Notice period opens")
    watch_for_return(deal, by=by, reason="Bound to their supplier for another year", trigger=trigger, via="cli")
