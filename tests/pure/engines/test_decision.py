"""Worked cases for every rule of the decision milestone."""

from datetime import date, timedelta

import pytest

from landmark.engines import decision as rules
from landmark.engines.decision import PaperFact, Promised, Standing, StepFact
from landmark.playbook.loader import load_playbook

PLAYBOOK = load_playbook("landmark/2026.1")
PART = PLAYBOOK.decision
DAY = date(2026, 3, 10)
MADE = (PaperFact("complete_offer", made_on=DAY), PaperFact("one_page_summary", made_on=DAY))
CONDITION = StepFact("Test the link to their ledger", "Bruno Keller", DAY + timedelta(days=12))
START = StepFact("Open the firewall", "Alice Moretti", DAY + timedelta(days=5), is_condition=False)


@pytest.mark.rule("D", "Before the meeting every promised action is done")
def test_a_promised_action_that_is_open_holds_the_meeting() -> None:
    late = Promised("Send the reference list", "Alice Moretti", DAY)
    prepared = rules.prepare(PART, [late], MADE, ["Bruno"], ["Bruno"])
    assert prepared.open_actions == (late,)
    assert not prepared.is_ready
    assert rules.prepare(PART, [], MADE, ["Bruno"], ["Bruno"]).is_ready


@pytest.mark.rule("D", "Before the meeting the offer and a one-page summary are made")
def test_offer_and_summary_are_made_first() -> None:
    assert rules.prepare(PART, [], (), [], []).unmade == ("complete_offer", "one_page_summary")
    assert rules.prepare(PART, [], MADE[:1], [], []).unmade == ("one_page_summary",)


@pytest.mark.rule("D", "The whole offer is not sent before the meeting; a tender variant allows it")
def test_only_the_whole_offer_waits() -> None:
    assert not rules.may_travel(PART, "complete_offer", is_held=False)
    assert rules.may_travel(PART, "complete_offer", is_held=True)
    assert rules.may_travel(PART, "complete_offer", is_held=False, tender_reason="Tender 12/2026 asks for it")
    sent = PaperFact("complete_offer", made_on=DAY, sent_on=DAY)
    assert rules.prepare(PART, [], (sent, MADE[1]), [], []).early == ("complete_offer",)
    assert rules.prepare(PART, [], (sent, MADE[1]), [], [], held_on=DAY).early == ()


@pytest.mark.rule("D", "Price, terms, security papers, contract template and mark-ups may travel before the meeting")
@pytest.mark.parametrize("key", ["price_and_terms", "security_papers", "contract_template", "mark_ups"])
def test_other_papers_may_travel(key: str) -> None:
    assert rules.may_travel(PART, key, is_held=False)


@pytest.mark.rule("D", "The whole buying centre is invited")
def test_who_is_not_invited_is_named() -> None:
    prepared = rules.prepare(PART, [], MADE, ["Bruno Keller", "Ines Rau"], ["Bruno Keller"])
    assert prepared.uninvited == ("Ines Rau",)
    assert prepared.is_ready


@pytest.mark.rule("D", "The invitation's subject says that a decision is the aim")
def test_a_subject_says_its_purpose() -> None:
    words = PLAYBOOK.text("decision.purpose_words")
    made = PLAYBOOK.text("decision.subject", deal="Energy watch")
    assert rules.is_purposeful(made, words, "Energy watch")
    assert not rules.is_purposeful("Catch-up on Energy watch", words, "Energy watch")
    assert not rules.is_purposeful("Call about Decision Desk", words, "Decision Desk")
    assert rules.is_purposeful(
        PLAYBOOK.text("decision.subject", "it", deal="X"), PLAYBOOK.text("decision.purpose_words", "it")
    )


@pytest.mark.rule("D", "The agenda's goal is the decision")
def test_the_agenda_of_the_playbook_ends_in_a_decision() -> None:
    assert [point.key for point in PART.agenda if point.decides] == ["decision"]
    assert [point.key for point in PART.agenda][:3] == ["welcome", "aim", "review"]
    assert sum(point.minutes for point in PART.agenda) == 60


@pytest.mark.rule("D", "The offer is presented in order: goals, opportunity, concept, contract")
def test_the_offer_has_one_order() -> None:
    order, shown = [], []
    while (key := rules.next_part(PART, shown)) is not None:
        order.append(key)
        shown.append(key)
    assert order == ["goals", "opportunity", "concept", "contract"]


@pytest.mark.rule("D", "The offer comes only after the engagement review says ready")
def test_the_review_comes_before_the_offer() -> None:
    assert rules.may_present("yes")
    assert rules.may_present("yes_but")
    assert not rules.may_present("not_yet")
    assert not rules.may_present("")


@pytest.mark.rule("D", "An objection is explored by an open question to its root: value gap or tactic")
def test_an_objection_is_settled_at_its_root() -> None:
    assert rules.lacking_in_objection("", "", "") == ("question", "root_cause", "cause")
    assert rules.lacking_in_objection("You find it dear.", "No figure yet", "value_gap") == ("question",)
    assert rules.lacking_in_objection("Which result seems too small for it?", "No figure yet", "value_gap") == ()
    assert {"value_gap", "tactic"} <= set(PART.causes)


@pytest.mark.rule("D", "Yes: why us and the steps that make it operational are on record")
def test_a_yes_says_why_and_what_next() -> None:
    bare = rules.lacking_in_decision("yes", said_by="Ines Rau")
    assert bare == ("reason", "words", "steps")
    whole = rules.lacking_in_decision("yes", said_by="Ines Rau", reason="business_case", words="It pays", steps=[START])
    assert whole == ()
    assert [r.key for r in PLAYBOOK.win_reasons] == ["business_case", "early_involvement", "goal_match"]


@pytest.mark.rule("D", "Yes, but: conditions become a road map, each owned and dated")
def test_a_condition_has_owner_and_date() -> None:
    assert rules.lacking_in_decision("yes_but", said_by="Ines Rau") == ("conditions",)
    loose = StepFact("Another demonstration", "", None)
    assert rules.lacking_in_decision("yes_but", said_by="Ines Rau", steps=[loose]) == ("owners", "dates")
    assert rules.lacking_in_decision("yes_but", said_by="Ines Rau", steps=[CONDITION]) == ()


@pytest.mark.rule("D", "No: the reason is recorded: offer content, price, discovery, priorities, or a rival")
def test_a_no_says_why() -> None:
    assert PART.no_reasons == ("offer_content", "price", "discovery", "priorities", "rival")
    assert rules.lacking_in_decision("no", said_by="Ines Rau") == ("reason", "words")
    assert rules.lacking_in_decision("no", said_by="Ines", reason="rival", words="They know us") == ("rival",)
    assert rules.lacking_in_decision("no", said_by="Ines", reason="price", words="Too dear this year") == ()


@pytest.mark.rule(
    "D", "No decision (adjourned, decider absent, no-show) takes the next date, is counted and goes back to E"
)
def test_no_decision_has_a_next_date_and_a_count() -> None:
    assert PART.no_decision == ("adjourned", "decider_absent", "no_show")
    assert PART.retry_trial == "E"
    assert rules.lacking_in_decision("no_decision", said_by="", reason="no_show") == ("next_on",)
    assert rules.lacking_in_decision("no_decision", said_by="", reason="no_show", next_on=DAY) == ()
    assert rules.count_without_decision(["no_decision", "no_decision"]) == 2
    assert rules.count_without_decision(["no_decision", "yes", "no_decision"]) == 1
    assert rules.count_without_decision(["no_decision", "yes"]) == 0


@pytest.mark.rule("D", "Verbal yes, then written yes, then signed; won means signed")
def test_a_yes_rises_step_by_step() -> None:
    assert rules.find_standing("yes", None, None) is Standing.VERBAL
    assert rules.find_standing("yes", DAY, None) is Standing.WRITTEN
    assert rules.find_standing("yes", DAY, DAY) is Standing.SIGNED
    assert rules.find_standing("yes", None, DAY) is Standing.VERBAL
    assert rules.find_standing("no", None, None) is Standing.REFUSED
    assert rules.find_standing("no_decision", None, None) is Standing.OPEN
    assert not rules.may_sign(Standing.VERBAL)
    assert rules.may_sign(Standing.WRITTEN)


@pytest.mark.rule("D", "A yes with open conditions is not written down as a decision yet")
def test_open_conditions_hold_the_written_yes() -> None:
    done = StepFact(CONDITION.text, CONDITION.owner, CONDITION.due_on, is_done=True)
    assert not rules.may_write(Standing.VERBAL, [CONDITION])
    assert rules.may_write(Standing.VERBAL, [done, START])


@pytest.mark.rule("D", "The contract settles scope, price, timeline and terms")
def test_a_contract_settles_four_points() -> None:
    assert rules.lacking_in_contract(["scope", "price"]) == ("timeline", "terms")
    assert rules.lacking_in_contract(rules.AGREED) == ()


@pytest.mark.rule("D", "Minutes reach the customer by the next day")
def test_minutes_are_due_the_next_day() -> None:
    due = rules.minutes_due_on(PART, DAY)
    assert due == date(2026, 3, 11)
    assert rules.judge_minutes(due, None, DAY) == "due"
    assert rules.judge_minutes(due, None, due) == "due_today"
    assert rules.judge_minutes(due, None, due + timedelta(days=1)) == "overdue"
    assert rules.judge_minutes(due, due, due) == "sent"
    assert rules.judge_minutes(due, due + timedelta(days=2), due) == "sent_late"


@pytest.mark.rule("D", "The road map of conditions shows its effect on the deal's curve")
def test_conditions_delay_the_curve() -> None:
    assert rules.road_map_days([CONDITION, START], DAY) == 12
    assert rules.road_map_days([CONDITION], DAY + timedelta(days=40)) == 0
    assert rules.road_map_days([], DAY) == 0
    won = (0.0, 0.1, 0.2, 0.3, 0.4)
    assert rules.delay_wins(won, 2) == (0.0, 0.0, 0.0, 0.1, 0.2)
    assert rules.delay_wins(won, 0) == won
    with pytest.raises(ValueError, match="today or later"):
        rules.delay_wins(won, -1)


@pytest.mark.rule("D", "The three quality gates: review confirmed, decision in writing, contract signed")
def test_three_quality_gates_stand_before_won() -> None:
    (gate,) = PLAYBOOK.gates_at("won")
    assert [check.key for check in gate.checks] == ["review", "decision_in_writing", "contract_signed"]
    assert not gate.overridable
