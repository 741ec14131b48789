"""The default playbook holds the method: stages, milestones, attributes, gates at their doors, roles and figures."""

from decimal import Decimal

import pytest

from landmark.playbook.checks import EvidenceCheck
from landmark.playbook.loader import load_playbook
from landmark.playbook.priors import falling_steps, pool_falling, rates_to_won
from landmark.playbook.schema import EVERY_MOVE, MEETING, Strength

PLAYBOOK = load_playbook("landmark/2026.1")


def keys(items: object) -> list[str]:
    return [item.key for item in items]  # type: ignore[attr-defined]


@pytest.mark.rule("12.2", "A stage is a state of the customer: five, then won, lost and paused")
def test_five_customer_states_then_won_lost_and_paused() -> None:
    assert keys(PLAYBOOK.open_stages) == ["qualification", "discovery", "solution", "commercial", "commitment"]
    assert keys(PLAYBOOK.stages)[5:] == ["won", "lost", "paused"]


@pytest.mark.rule("M", "The twelve milestones of the starting set")
def test_the_twelve_milestones() -> None:
    assert keys(PLAYBOOK.milestones) == [
        "inbound_interest", "outbound_interest", "qualification_call", "discovery_held", "nda_in_hand",
        "timeline_confirmed", "sponsor_committed", "criteria_known", "terms_grasped", "short_listed",
        "contracting_known", "contract_in_markup",
    ]  # fmt: skip


@pytest.mark.rule("M", "Seven attributes, among them our calendar and the buyer's")
def test_the_seven_attributes_with_both_calendars() -> None:
    assert keys(PLAYBOOK.attributes) == [
        "budget_cycle", "our_calendar_cycle", "buyer_calendar_cycle", "industry", "company_size",
        "primary_contact_title", "funding", "revenue",
    ]  # fmt: skip


@pytest.mark.rule("M", "One list of buying roles in the product")
def test_one_list_of_buying_roles() -> None:
    four = {"end_user", "technical_buyer", "economic_buyer", "executive_sponsor"}
    assert four | {"champion", "procurement", "legal", "influencer"} == set(keys(PLAYBOOK.roles))
    assert keys(PLAYBOOK.stances) == ["champion", "supporter", "neutral", "sceptic", "adversary"]


@pytest.mark.parametrize(
    ("door", "gates"),
    [
        ("discovery", ["fit_and_access"]),
        ("solution", ["problem_and_impact", "decision_process"]),
        ("commercial", ["timing", "commercial_fit"]),
        ("commitment", []),
        ("won", ["decision"]),
        (EVERY_MOVE, ["mutual_next_step"]),
        (MEETING, ["decision_entry"]),
        ("lost", []),
        ("paused", []),
    ],
)
@pytest.mark.rule("5.5", "Each gate stands at its door")
def test_gates_stand_at_their_doors(door: str, gates: list[str]) -> None:
    assert keys(PLAYBOOK.gates_at(door)) == gates


def test_strength_rises_along_the_path() -> None:
    """Claimed suffices early, the buyer's word or a signature is asked late."""
    strongest = {
        stage.key: max((c.strength for gate in PLAYBOOK.gates_at(stage.key) for c in gate.checks
                        if isinstance(c, EvidenceCheck)), default=None)
        for stage in PLAYBOOK.stages
    }  # fmt: skip
    assert strongest["discovery"] == Strength.CLAIMED
    assert strongest["solution"] == Strength.DOCUMENTED
    assert strongest["commercial"] == Strength.BUYER
    assert strongest["won"] == Strength.SIGNED


@pytest.mark.rule("D", "Won means signed: no promise and no override")
def test_won_is_signed_and_cannot_be_promised_or_overridden() -> None:
    gate = PLAYBOOK.gate("decision")
    assert not gate.overridable
    assert not any(check.promisable for check in gate.checks)


@pytest.mark.rule("5.5", "Each gate that is held names its alternative")
def test_first_fail_route_of_each_gate_is_the_named_alternative() -> None:
    routes = {gate.key: gate.fail_routes[0] for gate in PLAYBOOK.gates}
    assert routes == {
        "fit_and_access": "readiness_call", "problem_and_impact": "problem_workshop",
        "decision_process": "stakeholder_session", "timing": "pilot", "commercial_fit": "phased_scope",
        "mutual_next_step": "rebook", "decision_entry": "short_road_map", "decision": "next_decision_date",
    }  # fmt: skip


@pytest.mark.rule("12.3", "The exit lists of the five stages")
def test_exit_lists() -> None:
    """Four things out of discovery, three out of each later state; each is read from a gate or a record."""
    lists = {stage.key: stage.exit for stage in PLAYBOOK.open_stages}
    assert lists == {
        "qualification": ("buyer_role", "problem_type", "timeline_signal"),
        "discovery": ("problem_and_limits", "people_and_process", "measurable_criterion", "next_meeting"),
        "solution": ("scope_and_time", "price_from_summary", "questions_owned"),
        "commercial": ("markups_have_state", "open_points_have_decider", "signing_steps_known"),
        "commitment": ("kickoff_set", "dependencies_assigned", "papers_linked"),
    }
    tied = {(item.stage, item.exit) for item in PLAYBOOK.last_mile.exits}
    assert tied == {(stage, item) for stage, items in lists.items() for item in items}


@pytest.mark.rule("12.3", "Each stage has one accountable owner: the representative, after the signature delivery")
def test_each_stage_has_one_owner() -> None:
    owners = {stage.key: stage.owner for stage in PLAYBOOK.stages}
    assert {owners[stage.key] for stage in PLAYBOOK.open_stages} == {"representative"}
    assert owners["won"] == "contributor"


@pytest.mark.rule("9.4", "The packet's eleven papers, each in one of four lanes, answered in two business days")
def test_the_packet_and_its_lanes() -> None:
    mile = PLAYBOOK.last_mile
    assert [paper.key for paper in mile.papers if paper.duty != "if_asked"] == [
        "plan_summary", "scope", "prices", "timeline", "order_form", "terms_list", "data_terms"
    ]  # fmt: skip
    assert {paper.key for paper in mile.papers if paper.duty == "if_asked"} == {
        "processing_agreement", "security_answers", "insurance", "tax_form"
    }  # fmt: skip
    assert [lane.key for lane in mile.lanes] == ["legal", "security", "finance", "onboarding"]
    assert {paper.lane for paper in mile.papers} == {lane.key for lane in mile.lanes}
    assert mile.answer_days == 2


@pytest.mark.rule("D", "Decision meeting, then contract, then signature, then kick-off")
def test_the_order_after_the_decision() -> None:
    (plan,) = [one for one in PLAYBOOK.plan_templates if one.key == "mutual"]
    waits = {step.key: step.after for step in plan.steps}
    assert waits["contract"] == ("decision_meeting",)
    assert waits["signature"] == ("contract",)
    assert waits["kick_off"] == ("signature",)


@pytest.mark.rule("D", "The hand-over joins pre-sales, delivery and customer success before the kick-off")
@pytest.mark.parametrize(
    ("lang", "teams"),
    [("en", ("delivery", "pre-sales", "customer success")), ("it", ("consegna", "prevendita", "successo cliente"))],
)
def test_the_briefing_brings_the_teams_together(lang: str, teams: tuple[str, ...]) -> None:
    (briefing, start) = [
        item for item in PLAYBOOK.last_mile.onboarding if item.key in ("internal_briefing", "kick_off")
    ]
    assert briefing.day < start.day == 0
    words = PLAYBOOK.text("last_mile.onboarding.internal_briefing.label", lang).lower()
    assert all(team in words for team in teams)


@pytest.mark.rule("12.2", "Published rates carried on to won and made to rise along the path")
def test_priors_are_the_published_rates_carried_on_to_won_and_made_to_rise() -> None:
    """.45 (18 of 40) leads to commitment only: × .90 = .405 to won. Solution .495 and commercial .405 meet at .45."""
    source = PLAYBOOK.benchmarks.source_rates
    assert source["commercial"] == Decimal(18) / Decimal(40)
    assert source["commercial"] * source["commitment"] == Decimal("0.405")
    assert falling_steps(source) == (("solution", "commercial"),)
    assert rates_to_won(source, "commitment") == {stage.key: stage.win_prior for stage in PLAYBOOK.open_stages}
    assert falling_steps({s.key: s.win_prior for s in PLAYBOOK.open_stages if s.win_prior is not None}) == ()


def test_pooling_keeps_the_mean_and_never_falls() -> None:
    assert pool_falling([Decimal(3), Decimal(2), Decimal(1)]) == [Decimal(2)] * 3
    assert pool_falling([Decimal(1), Decimal(2)]) == [Decimal(1), Decimal(2)]
    assert pool_falling([]) == []


@pytest.mark.rule("2.2", "The four published steps with their ranges and counts")
def test_funnel_benchmarks_and_their_counts() -> None:
    steps = PLAYBOOK.benchmarks.funnel
    assert [(s.baseline, s.target_low, s.target_high) for s in steps] == [
        (Decimal("0.18"), Decimal("0.20"), Decimal("0.22")),
        (Decimal("0.40"), Decimal("0.45"), Decimal("0.50")),
        (Decimal("0.625"), Decimal("0.65"), Decimal("0.70")),
        (Decimal("0.40"), Decimal("0.42"), Decimal("0.45")),
    ]
    assert [steps[0].entered, *(step.reached for step in steps)] == [1000, 180, 72, 45, 18]
    assert all(Decimal(step.reached) / step.entered == step.baseline for step in steps)


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("Prospecting", "qualification"), ("Qualification", "qualification"), ("Needs Analysis", "discovery"),
        ("Value Proposition", "solution"), ("Id. Decision Makers", "solution"), ("Perception Analysis", "solution"),
        ("Proposal/Price Quote", "commercial"), ("Negotiation/Review", "commercial"), ("Closed Won", "won"),
        ("Closed Lost", "lost"), ("Appointment Scheduled", "qualification"), ("Qualified to Buy", "discovery"),
        ("Presentation Scheduled", "solution"), ("Decision Maker Bought-In", "commercial"),
        ("Contract Sent", "commitment"), ("Engaging", "discovery"), ("Won", "won"), ("Lost", "lost"),
        ("  closed   WON ", "won"), ("decisionmakerboughtin", "commercial"), ("On hold", "paused"),
    ],
)  # fmt: skip
def test_stage_names_of_other_systems(name: str, stage: str) -> None:
    found = PLAYBOOK.stage_for(name)
    assert found is not None
    assert found.key == stage


def test_names_nobody_knows_stand_for_nothing() -> None:
    assert PLAYBOOK.stage_for("Purgatory") is None
    assert PLAYBOOK.stage_for("") is None
    assert PLAYBOOK.milestone_for("A_SUBMITTED") is None
    assert PLAYBOOK.role_for("Emperor") is None
    assert PLAYBOOK.attribute_for("Shoe size") is None


def test_names_of_milestones_roles_and_attributes() -> None:
    names = (PLAYBOOK.milestone_for("NDA received"), PLAYBOOK.role_for("Economic Decision Maker"),
             PLAYBOOK.attribute_for("AnnualRevenue"))  # fmt: skip
    assert [item.key for item in names if item] == ["nda_in_hand", "economic_buyer", "revenue"]


def test_an_unknown_key_says_which_playbook() -> None:
    with pytest.raises(KeyError, match=r"landmark/2026\.1 has no stage 'limbo'"):
        PLAYBOOK.stage("limbo")


def test_text_falls_back_to_english_then_to_the_key() -> None:
    assert PLAYBOOK.text("stage.won.label", "it") == "Vinta"
    assert PLAYBOOK.text("stage.won.label", "it-IT") == "Vinta"
    assert PLAYBOOK.text("stage.won.label", "fr") == "Won"
    assert PLAYBOOK.text("no.such.key") == "no.such.key"
    assert PLAYBOOK.label("milestone", "contract_signed") == "Contract signed"
    assert PLAYBOOK.label("milestone", "A_SUBMITTED") == "A_SUBMITTED"


def test_text_fills_names_only() -> None:
    sentence = PLAYBOOK.text("message.person", name="{role.__class__}", role="x")
    assert sentence == "{role.__class__} (x)"


@pytest.mark.parametrize("lang", ["en", "it"])
def test_both_languages_are_whole(lang: str) -> None:
    assert set(PLAYBOOK.wording(lang)) == set(PLAYBOOK.wording("en"))


def test_the_two_languages_differ() -> None:
    english, italian = PLAYBOOK.wording("en"), PLAYBOOK.wording("it")
    same = {key for key in english if english[key] == italian[key]}
    assert same <= {"playbook.label", "message.person", "rubric.buying_process.budget.label"}


def test_strengths_are_ordered_and_written_as_text() -> None:
    assert Strength.CLAIMED < Strength.DOCUMENTED < Strength.BUYER < Strength.SIGNED
    assert [str(strength) for strength in Strength] == ["claimed", "documented", "buyer", "signed"]
    assert Strength("Buyer ") is Strength.BUYER
    with pytest.raises(ValueError, match="sure"):
        Strength("sure")
