"""Playbooks at work: chosen by size and type, pinned by the deal, compared before anybody uses them."""

from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied, ValidationError

from landmark.cli.playbook import playbook as command
from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.actions.playbooks import use_playbooks
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.deals.playbooks import effects_on
from landmark.deals.policies import MoveRefused
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests.factories import make_deal, make_member, make_org, meet, open_discovery_gate, prove

pytestmark = pytest.mark.django_db
LONG, SHORT = "landmark/2026.1", "transactional/2026.1"


@pytest.fixture
def operations() -> Member:
    return make_member(make_org(), Role.SALES_OPERATIONS, "Sonja Operi")


@pytest.fixture
def rep(operations: Member) -> Member:
    return make_member(operations.org, name="Rita Venni")


def open_small(rep: Member, amount: int = 9_000, **fields: str) -> Deal:
    return make_deal(rep, "Ten seats", amount=amount, **fields)


@pytest.mark.rule("D", "A deal takes the short playbook by size and type and keeps the one it has")
def test_size_and_type_choose_once_an_organisation_says_so(operations: Member, rep: Member) -> None:
    before = open_small(rep)
    use_playbooks(by=operations, refs=[SHORT])
    rep.refresh_from_db()
    small, large = open_small(rep), open_small(rep, 84_000)
    renewal = make_deal(rep, "Renewal", amount=30_000, deal_type="renewal")
    assert [deal.playbook for deal in (before, small, large, renewal)] == [LONG, SHORT, LONG, SHORT]
    edit_deal(small, by=rep, changes={"amount": Decimal(90_000)})
    assert Deal.objects.get(id=small.id).playbook == SHORT
    use_playbooks(by=operations, refs=[])
    assert Deal.objects.get(id=renewal.id).playbook == SHORT


def test_the_choice_is_on_record_with_who_made_it(operations: Member) -> None:
    use_playbooks(by=operations, refs=[SHORT])
    use_playbooks(by=operations, refs=[SHORT])
    (row,) = AuditEvent.objects.filter(org_id=operations.org_id, verb="playbooks.chosen")
    assert row.actor_id == operations.id


@pytest.mark.parametrize("refs", [["no/1"], ["../../etc"]])
def test_a_playbook_nobody_has_is_refused(operations: Member, refs: list[str]) -> None:
    with pytest.raises(ValidationError, match="There is no playbook"):
        use_playbooks(by=operations, refs=refs)


def test_a_representative_does_not_choose(rep: Member) -> None:
    with pytest.raises(PermissionDenied):
        use_playbooks(by=rep, refs=[SHORT])


@pytest.mark.rule("D", "In the short playbook the value presentation asks for the decision; won means signed")
def test_a_small_deal_goes_its_short_way(operations: Member, rep: Member) -> None:
    use_playbooks(by=operations, refs=[SHORT])
    rep.refresh_from_db()
    deal = open_small(rep)
    step = NextStepInput("Hold the value presentation", rep.name, latest(rep.org).on)
    prove(deal, rep, "qualification_call", "fit_confirmed", "impact_confirmed")
    open_discovery_gate(deal, rep)
    with pytest.raises(MoveRefused) as held:
        move_deal(deal, by=rep, to_stage="solution", note="On we go", next_step=step)
    assert [item.check for item in held.value.result.missing] == ["decider_named"]

    meet(deal, rep, "Ugo Ferri", ["economic_buyer"])
    move_deal(deal, by=rep, to_stage="solution", note="On we go", next_step=step)
    prove(deal, rep, "timeline_confirmed", "budget_confirmed", "value_confirmed", "asked_outright")
    move_deal(deal, by=rep, to_stage="commitment", note="They said yes", next_step=step)
    prove(deal, rep, "review_confirmed", "decision_in_writing")
    with pytest.raises(MoveRefused) as unsigned:
        move_deal(deal, by=rep, to_stage="won", note="Won?", reason="goal_match", next_step=step)
    assert [item.check for item in unsigned.value.result.missing] == ["contract_signed"]
    prove(deal, rep, "contract_signed", strength=Strength.SIGNED)
    move_deal(deal, by=rep, to_stage="won", note="Signed", reason="goal_match", next_step=step)
    assert Deal.objects.get(id=deal.id).stage == "won"


def test_the_effect_on_open_deals_is_told_before_anything_changes(rep: Member) -> None:
    deal = open_small(rep)
    open_discovery_gate(deal, rep)
    (told,) = effects_on(rep.org, load_playbook(LONG), load_playbook(SHORT))
    assert (told.name, told.stage, told.effect.is_placed) == ("Ten seats", "qualification", True)
    opens, closes = ({gate.key for gate in gates} for gates in (told.effect.opens, told.effect.closes))
    assert closes == {"value_and_decision"}
    assert opens == set()
    assert Deal.objects.get(id=deal.id).playbook == LONG


def test_a_deal_at_a_stage_that_goes_away_is_named(rep: Member) -> None:
    deal = open_small(rep)
    open_discovery_gate(deal, rep)
    step = NextStepInput("Hold discovery", rep.name, latest(rep.org).on)
    move_deal(deal, by=rep, to_stage="discovery", note="Booked", next_step=step)
    result = CliRunner().invoke(command, ["diff", LONG, SHORT, "--org", rep.org.slug])
    assert result.exit_code == 0, result.output
    assert "1 open deals follow landmark/2026.1, 1 would feel it." in result.output
    assert "Ten seats (Discovery, Rita Venni)\n    ! stands at a stage the new one does not have" in result.output


def test_an_organisation_nobody_knows_is_said(rep: Member) -> None:
    result = CliRunner().invoke(command, ["diff", LONG, SHORT, "--org", "nowhere"])
    assert result.exit_code == 2
    assert "There is no organisation 'nowhere' here; there is alder." in result.output
