"""Shared plans for the told deals of the sample company.

Answers: what the plans of the three stories look like. Does not answer: any real plan. Everything goes through the
ordinary actions, with days relative to the sample's as-of day; what is there already is left as it is.
"""

from datetime import date, timedelta
from io import BytesIO

from landmark.deals.models import Deal
from landmark.orgs.as_of import current_day, latest
from landmark.orgs.models import Member
from landmark.plans.action_actions import drop_action, finish_action
from landmark.plans.confirm_actions import confirm_plan
from landmark.plans.inputs import ConfirmationInput
from landmark.plans.models import Plan
from landmark.plans.plan_actions import edit_plan, start_plan
from landmark.plans.reading import PARTS, read_plan
from landmark.plans.scheduling import workdays_of

OUTCOME = "Exceptions are settled on the day they come up, by half the people it takes now."
REQUIREMENTS = (
    "Access to the booking desk's data; two people of the desk who try it out; purchasing reads our contract."
)
COUNTRY = "DE"
AHEAD_DAYS = {"yes": 60, "yes_but": 75, "no": 50}
DONE = {"yes": 9, "yes_but": 4, "no": 2}
"""How many steps of the plan each story has behind it, in their order."""


def fill_sample(deal: Deal, story: str, *, by: Member) -> None:
    """The mutual plan of a story; for the signed one also the close week behind it."""
    if not deal.org.is_sample or Plan.objects.filter(deal=deal, template="mutual").exists():
        return
    today = current_day(deal.org)
    made = start_plan(
        deal, by=by, template="mutual", anchor="go_live", anchor_on=_working_day(deal, today, AHEAD_DAYS[story]),
        buyer_country=COUNTRY,
    )  # fmt: skip
    words = {"outcome": made.outcome or OUTCOME, "requirements": made.requirements or REQUIREMENTS}
    edit_plan(made, by=by, changes={**words, "check_in_weekday": 1})
    for action in made.actions.order_by("position")[: DONE[story]]:
        finish_action(action, by=by)
    if story == "no":
        drop_action(made.actions.get(key="approach"), by=by, reason="They stopped before the workshop")
        return
    _confirm(made, today, by)
    if story == "yes":
        week = start_plan(
            deal, by=by, template="close_week", anchor="signature", anchor_on=_working_day(deal, today, 1),
            buyer_country=COUNTRY,
        )  # fmt: skip
        for action in week.actions.order_by("position"):
            finish_action(action, by=by)


def _working_day(deal: Deal, today: date, ahead: int) -> date:
    return workdays_of(deal.org, COUNTRY).on_or_after(today + timedelta(days=ahead))


def _confirm(made: Plan, today: date, by: Member) -> None:
    """The buyer's word by mail, where the people of the deal leave no hole in it."""
    found = Plan.objects.select_related("deal__org").get(pk=made.pk)
    state = read_plan(found, latest(found.deal.org))
    row = found.deal.stakeholders.select_related("person").order_by("person__name").first()
    if row is None or state.gaps:
        return
    mail = (
        f"From: {row.person.name} <buyer@example.com>\r\nSubject: Re: our plan\r\n\r\n"
        "Confirmed: outcomes, requirements, owners and dates.\r\n"
    )
    word = ConfirmationInput(row.person, today, PARTS, restated=True, attachment=BytesIO(mail.encode()))
    confirm_plan(found, by=by, values=word, edition=found.edition)
