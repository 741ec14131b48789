"""The first Monday: what a pipeline looks like right after it came in."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from landmark.connectors.actions import import_paths
from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, GateState, NextStep, StageMove
from landmark.deals.policies import MoveRefused
from landmark.ledger.models import AuditEvent, Evidence
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from landmark.outlook.histories import read_history
from tests.apps.connectors.samples import event_log, history, opportunity, salesforce, usual_log
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def bring_salesforce(folder: Path):
    paths = salesforce(
        folder,
        [
            opportunity(1, "Negotiation/Review", NextStep="Send the terms"),
            opportunity(2, "Closed Won", won=True),
            opportunity(3, "Prospecting"),
        ],
        [
            *history(
                1, ("2026-01-05", "Prospecting"), ("2026-02-03", "Needs Analysis"), ("2026-03-10", "Negotiation/Review")
            ),
            *history(2, ("2026-01-05", "Prospecting"), ("2026-02-20", "Closed Won")),
            *history(3, ("2026-01-05", "Prospecting")),
        ],
    )  # fmt: skip
    return import_paths(paths, org_name="Alder Works").org


def test_open_deals_stand_where_their_source_says_unverified_with_debt(tmp_path: Path) -> None:
    org = bring_salesforce(tmp_path)
    deal = Deal.objects.get(org=org, name="Deal 1")
    assert (deal.stage, deal.is_verified, deal.source_stage) == ("commercial", False, "Negotiation/Review")
    assert deal.stage_entered_at == datetime(2026, 3, 10, 9, tzinfo=UTC)
    state = GateState.objects.get(deal=deal)
    assert state.debt_count > 0
    assert state.status == "held"


def test_nothing_is_blocked_retroactively_but_the_next_move_asks_its_gate(tmp_path: Path) -> None:
    org = bring_salesforce(tmp_path)
    manager = make_member(org, Role.MANAGER)
    step = NextStepInput("Call the buyer", manager.name, date(2026, 4, 1))
    with pytest.raises(MoveRefused):
        move_deal(
            Deal.objects.get(org=org, name="Deal 3"),
            by=manager,
            to_stage="discovery",
            note="They like it",
            next_step=step,
        )
    deal = Deal.objects.get(org=org, name="Deal 1")
    move_deal(deal, by=manager, to_stage="lost", note="Went quiet", reason="priorities")
    deal.refresh_from_db()
    assert deal.stage == "lost"


def test_moves_tell_the_history_and_open_no_gate(tmp_path: Path) -> None:
    org = bring_salesforce(tmp_path)
    moves = StageMove.objects.filter(deal__org=org, deal__name="Deal 1").order_by("occurred_at")
    told = [(move.from_stage, move.to_stage, move.direction, move.occurred_at.date()) for move in moves]
    assert told == [
        ("", "qualification", "opened", date(2026, 1, 5)),
        ("qualification", "discovery", "reported", date(2026, 2, 3)),
        ("discovery", "commercial", "reported", date(2026, 3, 10)),
    ]
    assert not any(move.gates for move in moves)
    assert {move.via for move in moves} == {"import"}


def test_closed_deals_keep_their_outcome_and_count_for_training(tmp_path: Path) -> None:
    org = bring_salesforce(tmp_path)
    deal = Deal.objects.get(org=org, name="Deal 2")
    assert (deal.stage, deal.closed_at) == ("won", datetime(2026, 2, 20, 9, tzinfo=UTC))
    assert not GateState.objects.filter(deal=deal).exists()
    found = read_history(org, latest(org).on)
    assert sorted(found.outcome.tolist()) == [0, 0, 1]


def test_a_next_step_of_the_source_is_the_deals_next_step(tmp_path: Path) -> None:
    bring_salesforce(tmp_path)
    assert [step.text for step in NextStep.objects.filter(done_at=None)] == ["Send the terms"]


def test_milestones_are_claims_and_stages_are_not_evidence(tmp_path: Path) -> None:
    run = import_paths(usual_log(tmp_path), org_name="Alder Works")
    rows = Evidence.objects.filter(org_id=run.org_id)
    assert sorted(rows.values_list("key", flat=True)) == [
        "Site visit", "discovery_held", "discovery_held", "qualification_call", "qualification_call"
    ]  # fmt: skip
    assert set(rows.values_list("strength", "source")) == {(1, "import")}
    assert not rows.filter(key__startswith="stage:").exists()


def test_known_at_is_when_the_source_knew(tmp_path: Path) -> None:
    run = import_paths(usual_log(tmp_path), org_name="Alder Works")
    late = Evidence.objects.get(org_id=run.org_id, key="discovery_held", occurred_at=datetime(2026, 2, 10, tzinfo=UTC))
    assert (late.known_at, late.exactness) == (datetime(2026, 2, 14, tzinfo=UTC), "exact")
    other = Evidence.objects.get(org_id=run.org_id, key="Site visit")
    assert (other.known_at, other.exactness) == (other.occurred_at, "assumed")


def test_unknown_milestones_are_kept_feed_the_forecast_and_open_no_gate(tmp_path: Path) -> None:
    log = usual_log(tmp_path / "with")
    org = import_paths(log, org_name="Alder Works").org
    with_visit = GateState.objects.get(deal__org=org)
    bare = event_log(
        tmp_path / "without",
        [["D3", "2026-02-01", "", "", 3000, "EUR", "Birch Freight", "Alice Moretti", "2026-06-30", "transport"]],
        [("D3", "2026-02-10", "Discovery Held", "2026-02-14")],
    )
    other = import_paths(bare, org_name="Willow Works").org
    without = GateState.objects.get(deal__org=other)
    assert (with_visit.missing_count, with_visit.debt_count) == (without.missing_count, without.debt_count)
    assert "Site visit" in read_history(org, latest(org).on).milestones


def test_imported_evidence_goes_stale_as_the_playbook_says(tmp_path: Path) -> None:
    run = import_paths(usual_log(tmp_path), org_name="Alder Works")
    known = Evidence.objects.filter(org_id=run.org_id, key="discovery_held").first()
    assert known is not None
    assert known.expires_on is not None
    assert Evidence.objects.get(org_id=run.org_id, key="Site visit").expires_on is None


def test_the_organisation_knows_until_the_last_day_of_the_files(tmp_path: Path) -> None:
    run = import_paths(usual_log(tmp_path), org_name="Alder Works")
    assert run.org.data_until == date(2026, 3, 20)
    assert latest(run.org).on == date(2026, 3, 20)


def test_owners_become_people_without_a_log_in(tmp_path: Path) -> None:
    org = import_paths(usual_log(tmp_path), org_name="Alder Works").org
    assert sorted(org.members.values_list("name", "user")) == [("Alice Moretti", None), ("Bruno Keller", None)]
    assert org.accounts.get().name == "Birch Freight"


def test_the_ledger_says_that_it_was_imported_and_its_chain_is_whole(tmp_path: Path) -> None:
    run = import_paths(usual_log(tmp_path), org_name="Alder Works")
    row = AuditEvent.objects.get(org_id=run.org_id, verb="import.applied")
    assert row.object_id == run.id
    assert row.detail["deals"] == {"new": 3, "changed": 0, "unchanged": 0}
    assert verify(run.org_id).is_whole
