"""The last mile's rules with the method's own numbers."""

from dataclasses import replace
from datetime import date

import pytest

from landmark.engines import last_mile as mile_engine
from landmark.engines.brief import MIDDLE, SECTIONS, find_holds, read_brief
from landmark.engines.conflicts import Text, find_conflicts, read_amount
from landmark.engines.last_mile import BlockerFact, GoFacts, MarkUpFact, RecapFacts, SigningFact, StartFacts
from landmark.engines.reviews import ReviewFacts, review_deal
from landmark.engines.workdays import Workdays
from landmark.playbook.loader import load_playbook

MILE = load_playbook().last_mile
ON = date(2026, 11, 20)


@pytest.mark.rule("9.4", "Two business days: a question of Thursday before a holiday weekend is owed on Monday")
@pytest.mark.parametrize(
    ("asked", "due"),
    [(date(2026, 11, 16), date(2026, 11, 18)), (date(2026, 11, 20), date(2026, 11, 24)),
     (date(2026, 12, 7), date(2026, 12, 10))],  # 8 December is a holiday in Italy
)  # fmt: skip
def test_answers_are_due_over_business_days(asked: date, due: date) -> None:
    assert mile_engine.answer_due(asked, MILE.answer_days, Workdays(["IT"])) == due


@pytest.mark.rule("8.4", "Days of a smooth review: pack 1, line 3, triage 5, answers 7, liability and data 10, sign 12")
def test_the_track_of_a_review() -> None:
    assert [item.day for item in MILE.track] == [1, 3, 5, 7, 10, 12]
    assert track(date(2026, 6, 1)) == [(6, 1), (6, 3), (6, 5), (6, 8), (6, 10), (6, 12)]  # 7 June is a Sunday


def test_no_step_of_a_review_falls_on_a_day_off() -> None:
    """4 and 6 January are Monday and the Epiphany; 10 January is a Sunday. The packet itself went out when it did."""
    assert track(date(2027, 1, 2)) == [(1, 2), (1, 4), (1, 7), (1, 8), (1, 11), (1, 13)]


def track(sent_on: date) -> list[tuple[int, int]]:
    days = [mile_engine.track_day(sent_on, item.day, Workdays(["IT"])) for item in MILE.track]
    return [(day.month, day.day) for day in days]


@pytest.mark.rule("9.3", "A line holds a number, a date or a boundary, else it is flagged")
@pytest.mark.parametrize(
    ("text", "holds"),
    [("Reduce onboarding from 14 to 9 days", {"number"}), ("Decide by 18 May", {"date"}),
     ("Approve 48,000 by 2026-05-18", {"number", "date"}), ("Only new customers, without training", {"boundary"}),
     ("Everybody works better together", set()), ("Decisione entro il 18 maggio", {"date", "boundary"}),
     ("Start in Q3", {"date"}), ("The team is strong", set())],
)  # fmt: skip
def test_what_a_line_holds_on_to(text: str, holds: set[str]) -> None:
    assert find_holds(text, MILE.boundaries) == holds


SUMMARY = {
    "decision": ["Approve the pilot for 48,000 by 18 May"],
    "purpose": ["Cut onboarding from 14 to 9 days."],
    "context": ["Onboarding takes 14 days, customers leave before day 30", "20 % of tickets come from hand-offs"],
    "recommendation": ["Phase 1: weeks 1 to 3, workflow and criteria"],
    "outcomes": ["Tickets fall by 20 %", "Cost falls by 12,000 a year", "90 % of steps done by day 7"],
    "assumptions": ["Access is provided within 10 days"],
    "risks": ["Inputs come late: weekly tracker, 1 owner"],
    "request": ["Erika Sommer approves the budget by 18 May"],
}


@pytest.mark.rule("9.3", "Decision first, three to five measured outcomes, and who approves what by when at the end")
def test_a_complete_summary_is_ready_and_a_thin_one_says_what_it_lacks() -> None:
    brief = read_brief(SUMMARY, MILE, ["Erika Sommer"])
    assert brief.is_ready
    assert [section.key for section in brief.sections] == list(SECTIONS)
    thin = read_brief(
        SUMMARY | {"outcomes": ["Happier people", "Calm"], "request": ["Somebody approves"], "context": ["14 days"],
                   "purpose": ["One. Two."], "risks": []},
        MILE, ["Erika Sommer"],
    )  # fmt: skip
    found = {section.key: set(section.problems) for section in thin.sections if section.problems}
    assert found == {
        "outcomes": {"too_few", "unmeasured"}, "request": {"no_date", "nobody"}, "context": {"two_or_three"},
        "purpose": {"one_sentence"}, "risks": {"empty"},
    }  # fmt: skip
    six = read_brief(SUMMARY | {"outcomes": [f"{n} %" for n in range(6)]}, MILE)
    assert six.section("outcomes").problems == ("too_many",)


@pytest.mark.rule("9.3", "Emphasis shifts by role; the facts stay the same")
@pytest.mark.parametrize("audience", [item.key for item in MILE.audiences])
def test_a_reader_gets_the_same_facts_in_another_order(audience: str) -> None:
    plain, shifted = read_brief(SUMMARY, MILE), read_brief(SUMMARY, MILE, audience=audience)
    assert {(s.key, line.text) for s in shifted.sections for line in s.lines} == {
        (s.key, line.text) for s in plain.sections for line in s.lines
    }
    keys = [section.key for section in shifted.sections]
    assert (keys[:2], keys[-1], set(keys[2:-1])) == (["decision", "purpose"], "request", set(MIDDLE))
    assert any(line.is_emphasised for section in shifted.sections for line in section.lines)


def test_finance_reads_cost_first_and_legal_the_assumptions() -> None:
    finance = read_brief(SUMMARY, MILE, audience="finance").section("outcomes")
    assert finance.lines[0].text == "Cost falls by 12,000 a year"
    legal = read_brief(SUMMARY, MILE, audience="legal").sections[2]
    assert legal.key in ("assumptions", "recommendation")


@pytest.mark.rule("8.4", "Net 30 and Net 45, pilot and trial, 72 h and promptly are conflicts; 72 h and 3 days are not")
@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [("Payment Net 30.", "Payment Net 45.", ["payment"]),
     ("We run a pilot.", "During the trial we help.", ["trial_name"]),
     ("Notice of a breach within 72 hours.", "We report a breach promptly.", ["breach_notice"]),
     ("Notice of a breach within 72 hours.", "A breach is reported within 3 days.", []),
     ("Total price € 84,000.", "Total EUR 84.500,00.", ["total"]),
     ("Total price € 84,000.", "Totale 84.000,00 €.", []),
     ("Payment Net 30.", "Invoices are payable in 30 days.", []),
     ("The pilot runs 10 weeks.", "Pilots end in June.", [])],
)  # fmt: skip
def test_papers_that_contradict_each_other(first: str, second: str, rules: list[str]) -> None:
    found = find_conflicts([Text("A", first), Text("B", second)], MILE.conflicts)
    assert [conflict.rule for conflict in found] == rules


@pytest.mark.parametrize(
    ("text", "amount"), [("84,000", "84000.00"), ("84.000,50", "84000.50"), ("84 000", "84000.00"), ("7.5", "7.50")]
)
def test_amounts_as_people_write_them(text: str, amount: str) -> None:
    assert str(read_amount(text)) == amount


@pytest.mark.rule("9.4", "Mark-ups are read for style, duties and commercial terms")
@pytest.mark.parametrize(
    ("text", "kind"),
    [("Replace “shall” by “will”", "style"), ("Unlimited liability", "obligation"),
     ("Payment in 60 days", "commercial"),
     ("Recesso con preavviso di 30 giorni", "obligation"), ("Penalty of 2 % a week", "commercial")],
)  # fmt: skip
def test_the_pass_a_mark_up_belongs_to(text: str, kind: str) -> None:
    assert mile_engine.suggest_pass(text, MILE) == kind


@pytest.mark.rule("12.3", "An open mark-up without a decider is found; a settled one needs none")
def test_mark_ups_nobody_decides() -> None:
    rows = [MarkUpFact("1", "open"), MarkUpFact("2", "countered", "Lena"), MarkUpFact("3", "refused")]
    assert [row.clause for row in mile_engine.undecided(rows)] == ["1"]


READY = GoFacts(
    purchase_order="not_needed", billing_starts_on=ON, effective_on=ON, service_on=ON, has_packet=True,
    signatures=(SigningFact(1, "Erika"), SigningFact(2, "Alice", "seller")),
)  # fmt: skip


@pytest.mark.rule("9.4", "Go asks for purchase order, billing start, both dates, owned blockers, lanes and mark-ups")
def test_go_names_each_thing_in_the_way() -> None:
    assert mile_engine.judge_go(READY) == ()
    cases = {
        "no_packet": {"has_packet": False}, "paper_missing": {"papers_missing": ("scope",)},
        "lane_waiting": {"lanes_waiting": ("legal",)}, "lane_unowned": {"lanes_unowned": ("legal",)},
        "markup_open": {"markups": (MarkUpFact("9", "open", "Lena"),)}, "conflict": {"conflicts": ("payment",)},
        "blocker_unowned": {"blockers": (BlockerFact("price_unapproved", "6 %", "Bob"),)},
        "purchase_order_unknown": {"purchase_order": "unknown"}, "purchase_order_needed": {"purchase_order": "needed"},
        "billing_starts_on": {"billing_starts_on": None}, "effective_on": {"effective_on": None},
        "service_on": {"service_on": None}, "service_before_effective": {"service_on": date(2026, 11, 1)},
        "signing_unknown": {"signatures": (SigningFact(1, "Erika"),)},
    }  # fmt: skip
    for what, changed in cases.items():
        assert [item.what for item in mile_engine.judge_go(replace(READY, **changed))] == [what]


@pytest.mark.rule("9.4", "Five top blockers: those without owner or day come first, then the soonest due")
def test_the_five_top_blockers() -> None:
    rows = [BlockerFact("k", f"due {n}", "Bob", date(2026, 12, n)) for n in range(6, 0, -1)]
    found = mile_engine.top_blockers([*rows, BlockerFact("k", "unowned")], MILE.top_blockers)
    assert [row.text for row in found] == ["unowned", "due 1", "due 2", "due 3", "due 4"]


@pytest.mark.rule("9.4", "Signing order: nobody before their turn, the same place side by side")
def test_whose_turn_it_is_to_sign() -> None:
    rows = (SigningFact(1, "Erika", signed_on=ON), SigningFact(2, "Paolo"), SigningFact(2, "Alice", "seller"))
    assert mile_engine.may_sign(rows, 2) == ()
    assert [row.name for row in mile_engine.may_sign(rows, 3)] == ["Paolo", "Alice"]
    assert not mile_engine.is_fully_signed(rows)
    assert not mile_engine.is_fully_signed((SigningFact(1, "Erika", signed_on=ON),))
    assert mile_engine.is_fully_signed(tuple(replace(row, signed_on=ON) for row in rows))


@pytest.mark.rule("8.5", "The recap holds decision, one commercial summary, plan, commitments, three risks mitigated")
def test_what_a_recap_lacks() -> None:
    whole = RecapFacts("Phase 1", True, ("Kick-off",), ("Signs",), (("a", "x"), ("b", "y"), ("c", "z")),
                       {"economic_buyer": "Erika", "procurement": "Paolo"})  # fmt: skip
    assert mile_engine.judge_recap(whole, MILE) == ()
    assert [i.what for i in mile_engine.judge_recap(replace(whole, risks=whole.risks[:2]), MILE)] == ["risks"]
    assert [i.what for i in mile_engine.judge_recap(replace(whole, risks=(*whole.risks, ("d", " "))), MILE)] == [
        "mitigation"
    ]
    bare = mile_engine.judge_recap(RecapFacts(owed_by={"procurement": ""}), MILE)
    assert {i.what for i in bare} == {"decision", "commercial_summary", "plan", "commitments", "risks", "confirmer"}


@pytest.mark.rule("8.5", "Only the word asked for confirms, from both who owe it")
def test_only_the_one_word_confirms() -> None:
    said = ["Confirmed", " confirmed. ", "“Confirmed!”", "Confermo"]
    assert all(mile_engine.is_confirmation(words) for words in said)
    other = ["Confirmed, but not the date", "ok", "", "Not confirmed"]
    assert not any(mile_engine.is_confirmation(words) for words in other)
    assert mile_engine.still_owed(MILE, ["economic_buyer"]) == ("procurement",)


@pytest.mark.rule("12.3", "A hand-over holds scope, criteria, timeline, dependencies, people, risks and training")
def test_what_a_hand_over_lacks() -> None:
    keys = ["scope", "criteria", "timeline", "dependencies", "people", "risks", "training"]
    assert [section.key for section in MILE.hand_over] == keys
    assert mile_engine.judge_hand_over(dict.fromkeys(keys, "x"), MILE, "Dana") == ()
    found = mile_engine.judge_hand_over(dict.fromkeys(keys[1:], "x"), MILE, "")
    assert [(i.what, i.values.get("section")) for i in found] == [("section", "scope"), ("receiver", None)]


@pytest.mark.rule("D", "A step that costs money waits for the signature, or for leave up to its last day")
def test_when_a_step_may_start() -> None:
    assert mile_engine.may_start(StartFacts(costs_money=False, is_signed=False), ON)
    assert not mile_engine.may_start(StartFacts(costs_money=True, is_signed=False), ON)
    assert mile_engine.may_start(StartFacts(costs_money=True, is_signed=True), ON)
    assert mile_engine.may_start(StartFacts(costs_money=True, is_signed=False, override_until=ON), ON)
    assert not mile_engine.may_start(StartFacts(True, False, date(2026, 11, 19)), ON)


@pytest.mark.rule("12.3", "Weekly review: moved, blocked, overdue, no owner, decider unclear")
def test_what_the_weekly_review_talks_about() -> None:
    calm = ReviewFacts(owner="Alice", has_step=True, step_owner="Alice", step_due_on=ON, needs_decider=True, deciders=1)
    assert review_deal(calm, ON) == ()
    cases = {
        "moved": {"moved_on": date(2026, 11, 14)}, "blocked": {"blockers": 1},
        "overdue": {"step_due_on": date(2026, 11, 19)}, "no_owner": {"step_owner": ""}, "no_decider": {"deciders": 0},
    }  # fmt: skip
    for flag, changed in cases.items():
        assert review_deal(replace(calm, **changed), ON) == (flag,)
    assert review_deal(replace(calm, moved_on=date(2026, 11, 13)), ON) == ()
    assert review_deal(replace(calm, undecided=1), ON) == ("no_decider",)


@pytest.mark.rule("12.3", "Blockers from one list of five")
def test_the_list_of_blockers() -> None:
    assert [item.key for item in MILE.blockers] == [
        "stakeholder_absent", "requirements_incomplete", "price_unapproved", "legal_markup_open",
        "purchasing_procedure",
    ]  # fmt: skip
    assert [lane.key for lane in MILE.lanes] == ["legal", "security", "finance", "onboarding"]
    assert MILE.confirmed_by == ("economic_buyer", "procurement")
