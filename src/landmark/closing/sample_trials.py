"""Trial closes of the sample's told deals.

Answers: what was asked and answered in each story. Does not answer: which deals they are (``sample_stories``).
"""

from datetime import timedelta
from typing import Literal

from landmark.closing.models.trials import TrialClose
from landmark.closing.trial_actions import TrialInput, record_trial
from landmark.deals.models import Deal, Stakeholder
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member

Story = Literal["yes", "yes_but", "no"]

ANSWERS = {
    "a": "Yes, fewer than twenty wrong bookings a month",
    "b": "That is all we expected",
    "c": "We give access to the test system in the first week",
    "d": "Our head of operations, day to day",
    "e": "Finance first, then the board, then legal",
    "f": "With doing nothing for another year",
}
YES: dict[Story, str] = {"yes": "abcdef", "yes_but": "acd", "no": "a"}


def fill_sample(deal: Deal, story: Story, *, by: Member) -> None:
    """Fill the log of a told deal once, while it is still open."""
    if deal.is_closed or TrialClose.objects.filter(deal=deal).exists():
        return
    row = Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name").first()
    person, today = row.person.name if row else "Their project lead", latest(deal.org).on
    for place, kind in enumerate(YES[story]):
        asked_on = today - timedelta(days=12 - place)
        record_trial(deal, by=by, trial=TrialInput(kind, person, ANSWERS[kind], True, asked_on), via="cli")
    if story == "yes_but":
        gap = TrialInput(
            "b", person, "The reports for the board are missing", False, today - timedelta(days=6),
            clarified="Two monthly reports", impact="wording", fix="Add both reports to the scope", owner=by.name,
            due_on=today + timedelta(days=3),
        )  # fmt: skip
        record_trial(deal, by=by, trial=gap, via="cli")
