"""One filled document of each kind, in either language."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from landmark.documents.action_plan import ActionPlan, PlanAction, PlanPhase, write_action_plan
from landmark.documents.deal_snapshot import DealSnapshot, Player, Proof, write_deal_snapshot
from landmark.documents.hand_over import Contact, HandOver, write_hand_over
from landmark.documents.meetings import (
    Agenda,
    AgendaItem,
    Guest,
    Minutes,
    write_agenda,
    write_minutes,
)
from landmark.documents.paper import Frame, Paper
from landmark.documents.recap import CommercialSummary, PriceLine, Recap, write_recap
from landmark.documents.steps import Step
from landmark.documents.summaries import (
    ExecutiveSummary,
    OfferPart,
    OnePage,
    Risk,
    write_executive_summary,
    write_one_page,
)

DAY = date(2026, 4, 30)


def make_frame(lang: str = "en", **changes: object) -> Frame:
    fields = {
        "lang": lang, "deal": "Exception desk", "seller": "Alder Works", "buyer": "Birch Freight", "as_of": DAY,
        "version": 3, "is_draft": False, "by": "Alice Moretti", **changes,
    }  # fmt: skip
    return Frame(**fields)  # type: ignore[arg-type]


STEPS = (
    Step("Open the firewall for the two pilot depots", "Ida Brandt", date(2026, 5, 6)),
    Step("Send the signed order form", "Bruno Keller", date(2026, 5, 8)),
    Step("Hold the kick-off", "Alice Moretti", date(2026, 5, 12)),
)
RISKS = (
    Risk("Legal asks for a second round on liability", "Accepted wordings are agreed before the draft goes out"),
    Risk("The ERP team has no day before June", "A file import bridges the first four weeks"),
    Risk("Two depots change shifts in May", "The pilot starts with the other three"),
)
GUESTS = (
    Guest("Bruno Keller", "Head of operations", "Birch Freight"),
    Guest("Ida Brandt", "IT manager", "Birch Freight"),
    Guest("Alice Moretti", "Account executive", "Alder Works"),
)


def snapshot(lang: str) -> Paper:
    return write_deal_snapshot(
        DealSnapshot(
            frame=make_frame(lang), stage="Solution", owner="Alice Moretti", amount=Decimal(84000), currency="EUR",
            target_on=date(2026, 6, 30), pushes=1, chance="62 %", next_step=STEPS[0],
            why_now="The contract with the present provider ends on 31 July; then each exception costs 14 € more.",
            context=("1,200 exceptions a month are settled by hand in five depots.",),
            decision_path=("Operations recommends, finance checks, the managing director signs.",),
            players=(Player("Bruno Keller", "Head of operations", "Champion", "supporter", date(2026, 3, 3)),
                     Player("Ida Brandt", "IT manager", "Technical buyer", "adversary")),
            proofs=(Proof("Discovery held", "stated by the buyer", "Bruno Keller", date(2026, 3, 3)),),
            missing=("The economic buyer has been met", "Criteria are signed off"), next_stage="Commercial",
            risks=("An adversary without a plan",),
        )
    )  # fmt: skip


def plan(lang: str) -> Paper:
    return write_action_plan(
        ActionPlan(
            frame=make_frame(lang), goal="Settle exceptions within four hours instead of two days, in all five depots.",
            criteria=("Median time to settle: from 46 h to 4 h, measured in June over four weeks",),
            controls=("Every Tuesday 10:00, fifteen minutes: Bruno Keller and Alice Moretti",),
            decision_on=date(2026, 5, 21), go_live_on=date(2026, 7, 1),
            phases=(
                PlanPhase("Confirm", (
                    PlanAction(text="Confirm scope and figures", starts_on=date(2026, 4, 20), due_on=date(2026, 4, 24),
                               deliverable="Signed criteria", our_owner="Alice Moretti", their_owner="Bruno Keller",
                               is_done=True),
                    PlanAction(text="Send three months of exceptions", starts_on=date(2026, 4, 22),
                               due_on=date(2026, 4, 28), their_owner="Ida Brandt", needs="A safe place to upload"),
                )),
                PlanPhase("Prove", (
                    PlanAction(text="Pilot in two depots", starts_on=date(2026, 5, 4), due_on=date(2026, 5, 18),
                               deliverable="Report against the criteria", our_owner="Alice Moretti",
                               their_owner="Ida Brandt"),
                    PlanAction(text="Decide", starts_on=None, due_on=date(2026, 5, 21), their_owner="Bruno Keller",
                               decides="Go or no go"),
                )),
            ),
        )
    )  # fmt: skip


def agenda(lang: str) -> Paper:
    return write_agenda(
        Agenda(
            frame=make_frame(lang), subject="Review and decision: exception desk", place="Dock 4, meeting room 2",
            goal="We decide together whether the exception desk starts on 1 July.", zone="Europe/Rome",
            starts_at=datetime(2026, 5, 21, 8, tzinfo=UTC), guests=GUESTS,
            items=(AgendaItem("Welcome and purpose", 5, "Alice Moretti"),
                   AgendaItem("What we did and found", 10, "Bruno Keller", "Pilot figures beside the agreed criteria"),
                   AgendaItem("The offer", 10, "Alice Moretti"), AgendaItem("Questions", 15),
                   AgendaItem("Decision and next steps", 10, "Bruno Keller")),
            before=("Pilot report read", "Open points of legal listed"),
        )
    )  # fmt: skip


def minutes(lang: str) -> Paper:
    return write_minutes(
        Minutes(
            frame=make_frame(lang), subject="Review and decision: exception desk", held_on=date(2026, 5, 21),
            outcome="Yes, but",
            decision="Birch Freight chooses the exception desk, if the ERP interface is shown before 5 June.",
            place="Dock 4", present=GUESTS, absent=(Guest("Carla Reyes"),),
            text="Price\n- Compared with one night shift; the saving covers it in seven months.",
            reasons=("The pilot settled 91 % of exceptions within four hours.",), conditions=STEPS[:1], steps=STEPS[1:],
            next_meeting="5 June, 10:00",
        )
    )  # fmt: skip


def executive_summary(lang: str) -> Paper:
    return write_executive_summary(
        ExecutiveSummary(
            frame=make_frame(lang), decision="Approve € 84,000 by 29 May so that the desk starts on 1 July.",
            purpose="An exception desk for five depots from 1 July",
            recommendation="Start with three depots in July, add two in September.",
            context=("1,200 exceptions a month take 46 hours each at the median.",),
            outcomes=("Median time from 46 h to 4 h by 30 September", "14 € less for each exception",
                      "Two night shifts fewer a week"),
            assumptions=("Ida Brandt's team gives 5 days before 15 June",), risks=RISKS, requests=STEPS,
            reader="Finance", first=("outcomes", "risks"),
        )
    )  # fmt: skip


def one_page(lang: str) -> Paper:
    return write_one_page(
        OnePage(
            frame=make_frame(lang), decision="Start on 1 July with three depots, for € 84,000 in the first year.",
            parts={
                "goals": OfferPart(("Settle exceptions within four hours", "Fewer night shifts in five depots")),
                "opportunity": OfferPart(("€ 201,600 saved a year", "It pays back in 5 months"), "Two days to settle",
                                         "46 h → 4 h"),
                "concept": OfferPart(("Each exception goes to the one person who can settle it.",),
                                     "Nobody knows who decides", "One owner for each case"),
                "contract": OfferPart(("Access to the ERP test system is given first.",)),
            },
            terms=(("Duration", "36 months"), ("Price", "€ 7,000 a month"), ("Service level", "99.5 %, 06:00–22:00"),
                   ("Notice", "3 months")),
            requests=STEPS[:2],
        )
    )  # fmt: skip


def recap(lang: str) -> Paper:
    commercial = CommercialSummary(
        currency="EUR", total=Decimal("84000.50"),
        prices=(PriceLine("Exception desk, five depots, 12 months", Decimal("72000"), "Quarterly in advance"),
                PriceLine("Set-up", Decimal("12000.50"), "Half on signature, half on go-live")),
        included=("Training for twelve dispatchers",), excluded=("Changes to the ERP",),
        assumptions=("Up to 1,500 exceptions a month",), terms=(("Duration", "36 months"), ("Notice", "3 months")),
    )  # fmt: skip
    return write_recap(
        Recap(frame=make_frame(lang), decision="Birch Freight buys the exception desk for five depots from 1 July.",
              commercial=commercial, plan=STEPS, commitments=(Step("Sign the order form", "Bruno Keller", DAY),),
              risks=RISKS, confirm_by="Bruno Keller, Carla Reyes")
    )  # fmt: skip


def hand_over(lang: str) -> Paper:
    return write_hand_over(
        HandOver(
            frame=make_frame(lang), state="Offered on 22 May; Nadia Fabbri accepts or returns it by 26 May.",
            facts=(("Signed", "21 May 2026"), ("Service starts", "1 July 2026")),
            sections=(("Final scope", ("Exception desk, five depots", "Not: changes to the ERP")),
                      ("Success criteria", ("46 h → 4 h by 30 September",)), ("Training", ("Twelve dispatchers",))),
            people=(Contact("Bruno Keller", "Head of operations", "Champion", "By phone"),), risks=RISKS, steps=STEPS,
        )
    )  # fmt: skip


SAMPLES: dict[str, Callable[[str], Paper]] = {
    "deal_snapshot": snapshot, "action_plan": plan, "agenda": agenda, "minutes": minutes,
    "executive_summary": executive_summary, "one_page": one_page, "recap": recap, "hand_over": hand_over,
}  # fmt: skip
