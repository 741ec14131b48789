"""Discovery on a told deal of the sample company.

Answers: what research, a note, impact, requirements and criteria look like when somebody has worked on them. Does not
answer: which deals tell a story (``closing.sample_stories``). All of it goes through the ordinary actions.
"""

from datetime import timedelta
from decimal import Decimal

from landmark.buying import discovery_actions as discovery
from landmark.buying import requirement_actions as requirements
from landmark.buying import terms_actions as terms
from landmark.buying.call_actions import Confirmed, FactInput, apply_note, save_note
from landmark.buying.discovery import method_of, read_impact
from landmark.buying.discovery_actions import FigureInput
from landmark.buying.models import ResearchSheet
from landmark.deals.models import Deal, Stakeholder
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member

NOTE = """Went through the exception desk. They lose 46 hours a week on exceptions because carriers send three formats.
About 120 late deliveries per week in the main warehouse. Penalties cost them €12,000 a month.
Target: an exception closed within 2 hours, down from 9, by the summer."""
ISSUE, DRIVER = "Delivery exceptions are worked off by hand", "three carrier formats that nothing reads"
FIGURES = (
    FigureInput("time", Decimal(46), "hours", "week", basis="Counted over four weeks"),
    FigureInput("cost", Decimal(12_000), "money", "month", basis="Penalties booked last quarter"),
    FigureInput(
        "risk", Decimal(120), "count", "week", counted="late deliveries", basis="Carrier report", is_proxy=True
    ),
)
HYPOTHESES = (
    {
        "text": "Each site works exceptions off in its own way", "signal": "Three job ads, three different tools",
        "confirms": "They can name what differs between sites", "rejects": "One screen and one rule everywhere",
        "state": "confirmed", "outcome": "Every site has its own sheet",
    },
    {
        "text": "Nobody sees an exception before the customer does", "signal": "Reviews that speak of silence",
        "confirms": "Most exceptions start with a customer's call", "rejects": "Alerts come from the system",
    },
)  # fmt: skip
RESEARCH = {
    "context": "Carrier with several sites; sells directly and through partners.",
    "buying_unit": "Operations feels it every day; finance pays the penalties.",
    "systems": "One order system, three carrier portals, spreadsheets in between.",
    "constraints": "A freeze before the peak season; security review for anything in the cloud.",
    "success_path": "One inbox for exceptions at one site, measured, then the others.",
}
NEEDS = (
    (
        "Read all three carrier formats",
        "Exception intake",
        "must",
        "Test files of a week",
        "All files of one week read",
    ),
    ("One list of open exceptions", "Exception handling", "must", "", "Two sites work from the list for a week"),
    ("Tell the customer before they call", "Customer notice", "should", "Texts approved", "Log of notices for a week"),
)
MEASURES = (
    ("Exceptions are closed sooner", "hours to close", "9 hours", "2 hours", "90 days of going live", "desk's log"),
    ("Fewer late deliveries", "late deliveries a week", "120", "60", "6 months", "carrier report"),
)


def fill_sample(deal: Deal, story: str, *, by: Member) -> None:
    """The lost deal stops at a figure nobody confirmed; the open one still waits for its sign-off."""
    if ResearchSheet.objects.filter(deal=deal).exists():
        return
    buyer = Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name").first()
    name = buyer.person.name if buyer else "Giulia Rossi"
    _prepare(deal, by)
    _talk(deal, by, name)
    if story == "no":
        return
    _confirm(deal, by, name)
    _agree(deal, by, name)
    if story == "yes":
        terms.record_reader(deal, by=by, read_by=by.name)
        terms.sign_off(deal, by=by, signed_by=name, signed_on=latest(deal.org).on)


def _prepare(deal: Deal, by: Member) -> None:
    discovery.save_research(deal, by=by, values=RESEARCH)
    for values in HYPOTHESES:
        discovery.save_hypothesis(deal, by=by, values=values)
    part, _playbook = method_of(deal)
    discovery.record_pre_call(deal, by=by, known=part.pre_call)


def _talk(deal: Deal, by: Member, name: str) -> None:
    held_on = latest(deal.org).on - timedelta(days=3)
    note = save_note(deal, by=by, text=NOTE, held_on=held_on)
    facts = [
        FactInput("now", "Every exception is typed from an e-mail into a sheet", name),
        FactInput("why", "Carriers send three formats and nothing reads them", name),
        FactInput("where", "Worst at the main warehouse, hardly at the port", name),
        FactInput("who", "Operations is hit; finance pays the penalties", name),
        FactInput("success", "An exception closed within 2 hours, down from 9", name),
    ]
    apply_note(deal, by=by, note=note, confirmed=Confirmed(facts=facts, impact=FIGURES))


def _confirm(deal: Deal, by: Member, name: str) -> None:
    discovery.save_summary(deal, by=by, issue=ISSUE, driver=DRIVER)
    day = latest(deal.org)
    sentence = read_impact(deal, day, "en").sentence
    discovery.confirm_impact(deal, by=by, confirmed_by=name, confirmed_on=day.on, sentence=sentence)


def _agree(deal: Deal, by: Member, name: str) -> None:
    needs = [
        requirements.save_requirement(
            deal, by=by,
            values={
                "text": text, "affected": affected, "priority": priority, "owner": name, "dependency": dependency,
                "dependency_owner": name if dependency else "", "acceptance": acceptance,
            },
        )
        for text, affected, priority, dependency, acceptance in NEEDS
    ]  # fmt: skip
    for text, metric, baseline, target, window, method in MEASURES:
        requirements.save_criterion(
            deal, by=by, requirements=[row.id for row in needs],
            values={"text": text, "metric": metric, "baseline": baseline, "target": target, "window": window,
                    "method": method},
        )  # fmt: skip
    _part, playbook = method_of(deal)
    terms.save_agreement(
        deal, by=by, workflows=[affected for _text, affected, *_rest in NEEDS],
        change_rule=playbook.text("discovery.change_rule"), has_no_assumptions=False,
    )  # fmt: skip
    terms.add_assumption(deal, by=by, text="The carriers keep their present formats this year", owner=name)
