"""The told deals' way to the signature: papers, prices, mark-ups, recap, signatures, hand-over.

Answers: what the last mile of a sample deal holds. Does not answer: which deals are told (``sample_stories``). Ordinary
actions only, with days counted from the sample's last day; names come from the deal's own people.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from landmark.closing import handover_actions, markup_actions, onboarding_actions, packet_actions, recap_actions
from landmark.closing.models import OnboardingStep, SigningStep
from landmark.closing.packet import read_go_facts, read_lanes
from landmark.closing.recap import find_owners
from landmark.closing.recap_actions import LineInput
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import Deal, Stakeholder
from landmark.engines.last_mile import judge_go
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member

PAPERS: Mapping[str, str] = {
    "prices": "Payment is Net 30 after each invoice. The total excludes travel.",
    "order_form": "Invoices are paid Net 30. The contract has an initial term of 36 months.",
    "scope": "Phase 1 covers two sites. Acceptance within 10 days of delivery.",
    "data_terms": "A breach is reported within 72 hours.",
}
RISKS = (
    ("Mark-ups on liability stall the contract", "Three acceptable wordings agreed with legal beforehand"),
    ("Supplier registration takes longer than planned", "Forms handed in 10 days before the signature"),
    ("Access to the second site comes late", "A call within 48 hours if the access list is not here by day 5"),
)


def fill_close(deal: Deal, story: str, *, by: Member) -> None:
    """All of it for a yes, up to open mark-ups for a yes with conditions, the prices alone for a no."""
    _write_prices(deal, by, is_open=story == "no")
    if story == "no":
        return
    people = _name_people(deal, by)
    _write_words(deal, by, people)
    _send_papers(deal, by, is_contested=story == "yes_but")
    _mark_up(deal, by, is_settled=story == "yes")
    _confirm(deal, by, is_whole=story == "yes")
    if story == "yes":
        _sign(deal, by, people)
        _hand_over(deal, by)
    else:
        on = latest(deal.org).on
        handover_actions.save_blocker(
            deal, by=by, kind="purchasing_procedure", text="Supplier registration waits for the insurance paper",
            owner=_seller(deal, by).name, due_on=on + timedelta(days=3), via="cli",
        )  # fmt: skip


def _write_prices(deal: Deal, by: Member, *, is_open: bool) -> None:
    """Two thirds licence, the rest set-up, so that the total is the deal's value to the cent."""
    value = deal.amount or Decimal(60_000)
    licence = (value * 2 / 3).quantize(Decimal("1.00"))
    lines = [
        LineInput("price", "Licence and support, 36 months", licence),
        LineInput("one_time", "Set-up of two sites", value - licence),
        LineInput("option", "Training on site, per day", Decimal(1200)),
    ]
    if not is_open:
        half = (value / 2).quantize(Decimal("1.00"))
        lines += [LineInput("payment", "On signature", half), LineInput("payment", "On acceptance", value - half)]
    recap_actions.save_summary(
        deal, by=by, lines=lines, via="cli", term_months=36, renewal="12 months at a time, 90 days before the end",
        payment_terms="Payment is Net 30.", deliverables="Two sites connected\nWeekly report for the desk",
        exclusions="Changes to the customer's own systems",
        assumptions="Access to both sites within 10 days of kick-off",
        service_levels="Answer within 4 hours on working days", change_control="Each change as a priced change order",
    )  # fmt: skip


def _name_people(deal: Deal, by: Member) -> list[Stakeholder]:
    """Somebody in each role that owes a confirmation; those already known stay."""
    names = {"economic_buyer": "Erika Sommer", "procurement": "Paolo Neri"}
    for role, row in find_owners(deal).items():
        if row is None:
            save_stakeholder(
                deal, by=by, name=names.get(role, "Paolo Neri"), roles=[role], stance="supporter",
                met_on=latest(deal.org).on, personal_benefit="A contract without surprises", via="cli",
            )  # fmt: skip
    return [row for row in find_owners(deal).values() if row is not None]


def _write_words(deal: Deal, by: Member, people: list[Stakeholder]) -> None:
    on = latest(deal.org).on
    due = on + timedelta(days=10)
    day = f"{due.day} {due:%B}"
    for text, mitigation in RISKS:
        recap_actions.save_risk(deal, by=by, text=text, mitigation=mitigation, owner=_seller(deal, by).name, via="cli")
    for number, person in enumerate(people):
        recap_actions.add_undertaking(
            deal, by=by, stakeholder=person, text=("Releases the budget", "Sends the purchase order")[number % 2],
            due_on=on + timedelta(days=4 + number), via="cli",
        )  # fmt: skip
    who = people[0].person.name if people else by.name
    recap_actions.save_brief(
        deal, by=by, via="cli",
        sections={
            "decision": [f"Approve phase 1 at two sites by {day}."],
            "purpose": ["Cut the time to clear an exception from 3 days to 1 day."],
            "context": ["Each site handles 120 exceptions a week", "Clearing one takes 3 days and 4 people"],
            "recommendation": ["Phase 1: two sites in 8 weeks, without changes to their own systems"],
            "outcomes": ["Exceptions cleared in 1 day instead of 3", "46 hours of manual work saved a week",
                         "Late deliveries down by 15 % within 90 days"],
            "assumptions": ["Access to both sites within 10 days of kick-off"],
            "risks": [f"{risk}: {remedy}" for risk, remedy in RISKS],
            "request": [f"{who} releases the budget by {day}"],
        },
    )  # fmt: skip


def _send_papers(deal: Deal, by: Member, *, is_contested: bool) -> None:
    packet = packet_actions.start_packet(deal, by=by, note="First complete version", via="cli")
    for paper in packet.papers.exclude(state="not_needed"):
        wording = PAPERS.get(paper.key, "")
        if is_contested and paper.key == "order_form":
            wording = wording.replace("Net 30", "Net 45")
        packet_actions.save_paper(
            deal,
            by=by,
            paper=paper,
            state="ready",
            label="1.0",
            owner=_seller(deal, by).name,
            wording=wording,
            via="cli",
        )
    packet_actions.send_packet(deal, by=by, sent_to="Purchasing", via="cli")
    helper = _find_delivery(deal, by)
    for lane in read_lanes(deal, latest(deal.org)):
        packet_actions.save_lane(
            deal, by=by, key=lane.key, owner=helper, reviewer=lane.lane.reviewer, answer_days=2, via="cli"
        )
        if lane.approval is not None and not (is_contested and lane.key in ("legal", "finance")):
            packet_actions.answer_ask(deal, by=by, ask=lane.approval, outcome="approved", via="cli")
    packet_actions.ask_question(
        deal, by=by, key="security", text="Where are the backups kept?", owner=helper.name, via="cli"
    )


def _mark_up(deal: Deal, by: Member, *, is_settled: bool) -> None:
    helper = _find_delivery(deal, by)
    row = markup_actions.add_markup(
        deal, by=by, clause="9.2 Liability", requested="Liability without a limit for data incidents",
        current="Liability is limited to the fees of twelve months", their_reason="Group policy", paper="data_terms",
        decider=helper.name, via="cli",
    )  # fmt: skip
    row = markup_actions.answer_markup(
        deal, by=by, markup=row, state="countered", triage="must_have", position="Twice the fees of twelve months",
        rationale="The highest sum our insurance covers", decider=helper.name, impact_on="liability",
        impact="Higher insurance, already priced in", via="cli",
    )  # fmt: skip
    if is_settled:
        markup_actions.answer_markup(deal, by=by, markup=row, state="accepted", via="cli")


def _confirm(deal: Deal, by: Member, *, is_whole: bool) -> None:
    words = "Phase 1 at two sites for the price of the commercial summary; kick-off four weeks after the signature."
    recap_actions.send_recap(deal, by=by, decision=words, via="cli")
    for role in find_owners(deal) if is_whole else ("economic_buyer",):
        recap_actions.answer_recap(deal, by=by, role=role, words="Confirmed", via="cli")


def _sign(deal: Deal, by: Member, people: list[Stakeholder]) -> None:
    on = latest(deal.org).on
    packet_actions.save_frame(
        deal, by=by, via="cli", purchase_order="received", purchase_order_ref="PO 4711", billing_starts_on=on,
        effective_on=on, service_on=on + timedelta(days=28), kickoff_on=on + timedelta(days=28),
        method="Electronic signature", sent_where="Purchasing and our contract desk",
        stored_at="Contract archive, folder of this account",
    )  # fmt: skip
    names = [people[0].person.name if people else "Erika Sommer", _seller(deal, by).name]
    for position, (side, name) in enumerate(zip(("buyer", "seller"), names, strict=True), 1):
        packet_actions.add_signature(deal, by=by, position=position, side=side, name=name, via="cli")
    if not judge_go(read_go_facts(deal)):
        present = "Sales operations, delivery, finance"
        packet_actions.hold_go_no_go(deal, by=by, is_go=True, present=present, via="cli")
    for step in SigningStep.objects.filter(deal=deal):
        packet_actions.sign(deal, by=by, step=step, via="cli")


def _hand_over(deal: Deal, by: Member) -> None:
    """Returned once with a reason, mended, accepted; the first onboarding step is done."""
    row = handover_actions.start_hand_over(deal, by=by, via="cli")
    receiver = _find_delivery(deal, by)
    sections = {key: text or "Nothing beyond the commercial summary." for key, text in row.sections.items()}
    sections["training"] = "Two half days for the desk of each site, before the first checkpoint."
    handover_actions.save_hand_over(deal, by=by, sections=sections, receiver=receiver, via="cli")
    handover_actions.offer_hand_over(deal, by=by, via="cli")
    handover_actions.answer_hand_over(
        deal, by=receiver, is_accepted=False, reasons="Who of their side supplies the baseline figures?", via="cli"
    )
    handover_actions.start_hand_over(deal, by=by, via="cli")
    sections["dependencies"] = f"{sections['dependencies']}\nBaseline figures: the site managers, by kick-off"
    handover_actions.save_hand_over(deal, by=by, sections=sections, receiver=receiver, via="cli")
    handover_actions.offer_hand_over(deal, by=by, via="cli")
    handover_actions.answer_hand_over(deal, by=receiver, is_accepted=True, via="cli")
    first = OnboardingStep.objects.filter(deal=deal, costs_money=False).first()
    if first is not None:
        onboarding_actions.move_onboarding_step(deal, by=receiver, step=first, to="done", via="cli")


def _seller(deal: Deal, by: Member) -> Member:
    return deal.owner or by


def _find_delivery(deal: Deal, by: Member) -> Member:
    """A contributor of the sample, else another manager or whoever tells the story: somebody has to answer."""
    people = deal.org.members.filter(is_active=True)
    return people.filter(role="contributor").first() or people.filter(role="manager").exclude(id=by.id).first() or by
