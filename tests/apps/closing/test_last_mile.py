"""The way to the signature through its own actions: papers, lanes, mark-ups, go, signing, recap."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from landmark.closing import markup_actions, packet_actions, recap_actions
from landmark.closing.exits import read_deal_exits
from landmark.closing.models import LaneAsk, Packet, Paper, SigningStep
from landmark.closing.packet import read_after_close, read_go_facts, read_lanes, read_packet, read_summary, read_total
from landmark.closing.recap import read_recap
from landmark.closing.recap_actions import LineInput
from landmark.closing.reviews import read_review
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, StaleVersion
from landmark.deals.snapshots import deal_facts
from landmark.engines.last_mile import judge_go
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from landmark.plans.plan_actions import start_plan
from tests.factories import find_workday, make_member, meet

pytestmark = pytest.mark.django_db


@pytest.fixture
def legal(alice: Member) -> Member:
    return make_member(alice.org, Role.CONTRIBUTOR, "Lena Fischer")


def finish_papers(deal: Deal, by: Member) -> Packet:
    packet = packet_actions.start_packet(deal, by=by)
    for paper in packet.papers.exclude(state="not_needed"):
        packet_actions.save_paper(deal, by=by, paper=paper, state="ready", label="1.0", owner=by.name)
    return packet


def evidence(deal: Deal) -> set[str]:
    return {row.key for row in deal_facts(deal, latest(deal.org)).evidence}


def price(deal: Deal, by: Member, **values: str) -> None:
    recap_actions.save_summary(
        deal, by=by,
        lines=[LineInput("price", "Licence", Decimal("80000")), LineInput("one_time", "Set-up", Decimal(4000)),
                            LineInput("option", "Training", Decimal(5000))], **values,
    )  # fmt: skip


@pytest.mark.rule("9.5", "One packet, one version: a new one takes the place of the last and asks the lanes again")
def test_a_packet_goes_out_as_one_version_and_asks_every_lane(deal: Deal, alice: Member, legal: Member) -> None:
    finish_papers(deal, legal)
    with pytest.raises(Refused):
        packet_actions.start_packet(deal, by=alice)
    packet_actions.send_packet(deal, by=alice, sent_to="Purchasing")
    assert [lane.approval.packet_number for lane in read_lanes(deal, latest(deal.org)) if lane.approval] == [1, 1, 1, 1]
    assert "contract_in_markup" in evidence(deal)
    packet_actions.start_packet(deal, by=alice, note="Clause 9")
    packet_actions.send_packet(deal, by=alice, sent_to="Purchasing")
    asks = LaneAsk.objects.filter(deal=deal, kind="approval", answered_on__isnull=True)
    assert {ask.packet_number for ask in asks} == {2}


def test_a_packet_with_a_missing_paper_stays_and_says_which(deal: Deal, alice: Member) -> None:
    packet = packet_actions.start_packet(deal, by=alice)
    with pytest.raises(Refused, match="Order form"):
        packet_actions.send_packet(deal, by=alice, sent_to="Purchasing")
    paper = packet.papers.get(key="scope")
    packet_actions.save_paper(deal, by=alice, paper=paper, state="ready", if_version=paper.version)
    with pytest.raises(StaleVersion):
        packet_actions.save_paper(deal, by=alice, paper=paper, state="draft", if_version=paper.version)
    assert Paper.objects.get(pk=paper.pk).state == "ready"


@pytest.mark.rule("9.4", "A lane answers within two business days")
def test_a_lane_owes_its_answer_in_two_business_days(deal: Deal, alice: Member) -> None:
    friday = date(2026, 11, 13)
    ask = packet_actions.ask_question(deal, by=alice, key="legal", text="Which court?", owner="", asked_on=friday)
    assert ask.due_on == date(2026, 11, 17)
    with pytest.raises(Refused):
        packet_actions.answer_ask(deal, by=alice, ask=ask, outcome="answered")
    packet_actions.answer_ask(deal, by=alice, ask=ask, outcome="answered", answer="Milan")
    packet_actions.reopen_ask(deal, by=alice, ask=ask)
    assert LaneAsk.objects.get(pk=ask.pk).answered_on is None


@pytest.mark.rule("8.4", "Papers that contradict each other are found")
def test_papers_that_disagree_are_found(deal: Deal, alice: Member) -> None:
    packet = packet_actions.start_packet(deal, by=alice)
    for key, wording in (("prices", "Payment is Net 30."), ("order_form", "Invoices are paid Net 45.")):
        packet_actions.save_paper(deal, by=alice, paper=packet.papers.get(key=key), wording=wording)
    (conflict,) = read_packet(deal, latest(deal.org)).conflicts
    assert conflict.rule == "payment"
    assert {saying.value for saying in conflict.sayings} == {"720 hours", "1080 hours"}


@pytest.mark.rule("12.3", "Every mark-up has a state, an open one a decider")
def test_a_mark_up_has_a_state_and_an_open_one_a_decider(deal: Deal, alice: Member, legal: Member) -> None:
    row = markup_actions.add_markup(deal, by=legal, clause="9.2 Liability", requested="Unlimited liability")
    assert (row.pass_key, row.state) == ("obligation", "open")
    with pytest.raises(Refused, match="who decides"):
        markup_actions.answer_markup(deal, by=legal, markup=row, state="countered", position="Cap of fees paid")
    with pytest.raises(Refused, match="reason"):
        markup_actions.answer_markup(deal, by=legal, markup=row, state="countered", position="Cap", decider="Lena")
    row = markup_actions.answer_markup(
        deal, by=legal, markup=row, state="countered", position="Cap", decider="Lena", rationale="Our insurer's limit"
    )
    row = markup_actions.answer_markup(deal, by=legal, markup=row, state="accepted", if_version=row.version)
    assert (row.rounds, row.decided_on is not None) == (2, True)
    markup_actions.reopen_markup(deal, by=legal, markup=row)
    row.refresh_from_db()
    assert (row.state, row.decider) == ("open", "Lena")


@pytest.mark.rule(
    "9.4", "The log holds clause, change, position, rationale, decision and impact on scope, time or price"
)
def test_a_mark_up_that_touches_the_price_says_how(deal: Deal, alice: Member, legal: Member) -> None:
    row = markup_actions.add_markup(
        deal, by=legal, clause="11 Ending", requested="Either side ends it with 30 days' notice",
        their_reason="House rule", current="12 months' notice",
    )  # fmt: skip
    answer = {"position": "90 days, first year firm", "rationale": "We staff for a year", "decider": "Lena"}
    with pytest.raises(Refused, match="what it means"):
        markup_actions.answer_markup(deal, by=legal, markup=row, state="accepted", impact_on="price", **answer)
    row = markup_actions.answer_markup(
        deal, by=legal, markup=row, state="accepted", impact_on="price", impact="Fee of 10 % on ending", **answer
    )
    kept = (row.clause, row.requested, row.position, row.rationale, row.get_state_display(), row.impact)
    assert kept == ("11 Ending", "Either side ends it with 30 days' notice", "90 days, first year firm",
                    "We staff for a year", "accepted", "Fee of 10 % on ending")  # fmt: skip


@pytest.mark.rule("9.4", "One mark-up log serves the packet, go or no-go, the exit list and the weekly review")
def test_one_mark_up_is_seen_everywhere(deal: Deal, alice: Member, legal: Member) -> None:
    def seen() -> tuple[bool, bool, bool]:
        as_of = latest(deal.org)
        done = {item.key: item.is_done for stage in read_deal_exits(deal, as_of) for item in stage.items}
        at_go = any(item.values.get("clause") == "7 Data" for item in judge_go(read_go_facts(deal)))
        review = [found.flags for found in read_review(deal.org, as_of)]
        return not done["open_points_have_decider"], at_go, any("no_decider" in flags for flags in review)

    assert seen() == (False, False, False)
    row = markup_actions.add_markup(deal, by=legal, clause="7 Data", requested="Copies in their country")
    assert seen() == (True, True, True)
    row = markup_actions.answer_markup(deal, by=legal, markup=row, state="needs_reasons", decider="Lena Fischer")
    assert seen() == (False, True, False)
    markup_actions.answer_markup(deal, by=legal, markup=row, state="withdrawn")
    assert seen() == (False, False, False)


@pytest.mark.rule("9.4", "Afterwards: the clauses argued over most, papers asked for late, what made it slip")
def test_what_a_closed_deal_teaches(deal: Deal, alice: Member, legal: Member) -> None:
    for clause, states in (("3 Term", ("needs_reasons", "accepted")), ("9 Liability", ("needs_reasons", "open",
                           "accepted")), ("1 Names", ())):  # fmt: skip
        row = markup_actions.add_markup(deal, by=legal, clause=clause, requested="Other words")
        for state in states:
            row = markup_actions.answer_markup(deal, by=legal, markup=row, state=state, decider="Lena")
    packet = finish_papers(deal, legal)
    packet_actions.save_paper(
        deal, by=legal, paper=packet.papers.get(key="tax_form"), state="ready", label="1", is_late_ask=True
    )
    packet_actions.save_frame(deal, by=alice, slip_cause="Their tax office wanted another form")
    taught = read_after_close(deal, read_packet(deal, latest(deal.org)).papers)
    assert [(row.clause, row.rounds) for row in taught.contested] == [("9 Liability", 3), ("3 Term", 2)]
    assert [paper.key for paper in taught.late_papers] == ["tax_form"]
    assert taught.slip_cause == "Their tax office wanted another form"


def test_a_representative_of_another_deal_changes_nothing(deal: Deal) -> None:
    other = make_member(deal.org, Role.REPRESENTATIVE, "Otto Berg")
    with pytest.raises(PermissionDenied):
        markup_actions.add_markup(deal, by=other, clause="1", requested="x")


@pytest.mark.rule("9.4", "Go is refused while something stands in the way, and no-go keeps what it was")
def test_go_waits_until_nothing_stands_in_the_way(deal: Deal, alice: Member, legal: Member) -> None:
    with pytest.raises(Refused):
        packet_actions.hold_go_no_go(deal, by=alice, is_go=True, present="Operations, delivery, finance")
    kept = packet_actions.hold_go_no_go(deal, by=alice, is_go=False, present="Operations, delivery, finance")
    assert {item["what"] for item in kept.hindrances} >= {"no_packet", "purchase_order_unknown", "signing_unknown"}
    finish_papers(deal, legal)
    packet_actions.send_packet(deal, by=alice, sent_to="Purchasing")
    for lane in read_lanes(deal, latest(deal.org)):
        packet_actions.save_lane(deal, by=legal, key=lane.key, owner=legal, reviewer=None, answer_days=2)
        packet_actions.answer_ask(deal, by=legal, ask=lane.approval, outcome="approved")
    on = latest(deal.org).on
    packet_actions.save_frame(
        deal, by=alice, purchase_order="not_needed", billing_starts_on=on, effective_on=on,
        service_on=on + timedelta(days=30), method="e-signature",
    )  # fmt: skip
    for position, side, name in ((1, "buyer", "Bruno Keller"), (2, "seller", "Alice Moretti")):
        packet_actions.add_signature(deal, by=alice, position=position, side=side, name=name)
    assert judge_go(read_go_facts(deal)) == ()
    assert packet_actions.hold_go_no_go(deal, by=alice, is_go=True, present="All").number == 2


@pytest.mark.rule("9.4", "Signatures follow their order, and the last one proves the contract")
def test_signatures_follow_their_order_and_the_last_one_is_evidence(deal: Deal, alice: Member) -> None:
    first = packet_actions.add_signature(deal, by=alice, position=1, side="buyer", name="Bruno Keller")
    second = packet_actions.add_signature(deal, by=alice, position=2, side="seller", name="Alice Moretti")
    assert "contracting_known" in evidence(deal)
    with pytest.raises(Refused, match="Bruno Keller"):
        packet_actions.sign(deal, by=alice, step=second)
    packet_actions.sign(deal, by=alice, step=first)
    assert "contract_signed" not in evidence(deal)
    packet_actions.sign(deal, by=alice, step=second)
    (row,) = [e for e in deal_facts(deal, latest(deal.org)).evidence if e.key == "contract_signed"]
    assert (row.strength.key, row.author) == ("signed", "Bruno Keller, Alice Moretti")
    with pytest.raises(Refused):
        packet_actions.remove_signature(deal, by=alice, step=first)


def test_what_a_colleague_took_out_a_moment_ago_is_refused_in_a_sentence(deal: Deal, alice: Member) -> None:
    step = packet_actions.add_signature(deal, by=alice, position=1, side="buyer", name="Bruno Keller")
    seen = SigningStep.objects.get(pk=step.pk)
    packet_actions.remove_signature(deal, by=alice, step=step)
    with pytest.raises(Refused, match="took this out meanwhile"):
        packet_actions.remove_signature(deal, by=alice, step=seen)


@pytest.mark.rule("9.4", "Each lane has somebody on both sides: theirs proposed by role, ours told of it")
def test_a_lane_has_somebody_on_both_sides(deal: Deal, alice: Member) -> None:
    meet(deal, alice, "Erika Sommer", ("economic_buyer",))
    dana = make_member(deal.org, Role.CONTRIBUTOR, "Dana Weiss")
    packet_actions.save_lane(deal, by=alice, key="legal", owner=dana, reviewer=None, answer_days=2)
    assert Notice.objects.get(member=dana).text.startswith("Alice Moretti asks you to run the lane")
    names = {
        view.key: view.lane.reviewer.person.name for view in read_lanes(deal, latest(deal.org)) if view.lane.reviewer
    }
    assert names == {"finance": "Erika Sommer"}


@pytest.mark.rule("8.5", "One commercial summary, exact to the cent")
def test_the_commercial_summary_is_one_and_its_payments_add_up(deal: Deal, alice: Member) -> None:
    price(deal, alice)
    lines = [LineInput("price", "Licence", Decimal("84000")), LineInput("payment", "On signature", Decimal("83999.99"))]
    with pytest.raises(Refused, match="83999.99"):
        recap_actions.save_summary(deal, by=alice, lines=lines)
    with pytest.raises(Refused, match="v1"):
        recap_actions.save_summary(deal, by=alice, lines=lines[:1], if_number=0)
    recap_actions.save_summary(deal, by=alice, lines=lines[:1], if_number=1)
    summary = read_summary(deal, latest(deal.org))
    assert summary is not None
    assert (summary.number, read_total(summary)) == (2, Decimal("84000.00"))
    exits = {item.key: item.is_done for stage in read_deal_exits(deal, latest(deal.org)) for item in stage.items}
    assert exits["price_from_summary"]


def share_plan(deal: Deal, by: Member) -> None:
    """A plan of both sides that ends on a working day four months ahead."""
    start_plan(deal, by=by, template="mutual", anchor="go_live", anchor_on=find_workday(deal.org, 120))


@pytest.mark.rule("8.5", "“Confirmed” is owed by the economic owner and the procurement contact")
def test_a_recap_is_confirmed_by_the_two_who_owe_it(deal: Deal, alice: Member) -> None:
    with pytest.raises(Refused, match="not complete"):
        recap_actions.send_recap(deal, by=alice, decision="Phase 1, start 15 May")
    meet(deal, alice, "Erika Sommer", ("economic_buyer",))
    meet(deal, alice, "Paolo Neri", ("procurement",))
    price(deal, alice)
    for number in range(3):
        recap_actions.save_risk(deal, by=alice, text=f"Risk {number}", mitigation="A call within 48 hours")
    person = deal.stakeholders.first()
    assert person is not None
    recap_actions.add_undertaking(deal, by=alice, stakeholder=person, text="Signs", due_on=latest(deal.org).on)
    share_plan(deal, alice)
    recap = recap_actions.write_recap(deal, by=alice, decision="Phase 1")
    assert recap_actions.write_recap(deal, by=alice, decision="Phase 1, start 15 May").pk == recap.pk
    with pytest.raises(Refused, match="Send the recap first"):
        recap_actions.answer_recap(deal, by=alice, role="economic_buyer", words="Confirmed.")
    recap = recap_actions.mark_recap_sent(deal, by=alice)
    assert (recap.decision, recap.sent_on) == ("Phase 1, start 15 May", latest(deal.org).on)
    assert sorted(recap.sent_to) == ["Erika Sommer", "Paolo Neri"]
    with pytest.raises(Refused, match="waits to be sent"):
        recap_actions.mark_recap_sent(deal, by=alice)
    summary = read_summary(deal, latest(deal.org))
    assert summary is not None
    assert recap.summary_number == summary.number == 1  # the one commercial summary, not a copy of it
    recap_actions.answer_recap(deal, by=alice, role="economic_buyer", words="Confirmed.")
    recap_actions.answer_recap(deal, by=alice, role="procurement", words="Looks fine, will read it")
    view = read_recap(deal, latest(deal.org))
    assert view is not None
    assert view.owed == ("procurement",)
    assert "terms_grasped" not in evidence(deal)
    recap_actions.answer_recap(deal, by=alice, role="procurement", words="confirmed")
    assert "terms_grasped" in evidence(deal)


@pytest.mark.rule("9.3", "The summary begins with the decision")
def test_an_executive_summary_begins_with_the_decision(deal: Deal, alice: Member) -> None:
    with pytest.raises(Refused, match="decision"):
        recap_actions.save_brief(deal, by=alice, sections={"purpose": ["x"]})
    made = recap_actions.save_brief(deal, by=alice, sections={"decision": ["Approve 84,000 by 18 May", " "]})
    assert made.sections["decision"] == ["Approve 84,000 by 18 May"]
    with pytest.raises(Refused, match="v1"):
        recap_actions.save_brief(deal, by=alice, sections={"decision": ["Other"]}, if_number=0)
