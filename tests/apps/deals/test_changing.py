"""The one frame of every change: all or nothing, asked for leave, signed, gates asked again; proofs and versions."""

import pytest
from django.core.exceptions import PermissionDenied

from landmark.deals import policies
from landmark.deals.actions.evidence import add_evidence, retract_evidence
from landmark.deals.actions.moves import move_deal
from landmark.deals.changing import NOTE_LENGTH, changing
from landmark.deals.models import Deal, GateState
from landmark.deals.proofs import prove, take_back
from landmark.ledger.models import AuditEvent, Evidence
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests import factories

pytestmark = pytest.mark.django_db


def test_what_fails_half_way_leaves_nothing(deal: Deal, rep: Member) -> None:
    def fail_half_way() -> None:
        with changing(deal, by=rep) as change:
            Deal.objects.filter(pk=deal.pk).update(name="Half done")
            change.record("deal.tried")
            raise policies.Refused("no")

    with pytest.raises(policies.Refused):
        fail_half_way()
    deal.refresh_from_db()
    assert deal.name != "Half done"
    assert not AuditEvent.objects.filter(verb="deal.tried").exists()


def test_leave_is_asked_of_the_locked_deal_before_anything(deal: Deal, rep: Member) -> None:
    reader = factories.make_member(rep.org, Role.EXECUTIVE, "Vera Holm")
    with pytest.raises(PermissionDenied), changing(deal, by=reader):
        pytest.fail("nobody may come here")
    Deal.objects.filter(pk=deal.pk).update(name="Renamed since")

    def check(member: Member, locked: Deal) -> None:
        assert (member, locked.name) == (rep, "Renamed since")

    with changing(deal, by=rep, check=check) as change:
        assert change.deal.name == "Renamed since"


def test_gates_are_asked_again_when_something_was_signed(deal: Deal, rep: Member) -> None:
    GateState.objects.filter(deal=deal).delete()
    with changing(deal, by=rep):
        pass
    assert not GateState.objects.filter(deal=deal).exists()
    with changing(deal, by=rep, via="cli") as change:
        change.record("deal.looked_at", {"from": "here"}, note="a" * 900, times=2)
    assert GateState.objects.filter(deal=deal).exists()
    row = AuditEvent.objects.with_text().get(verb="deal.looked_at")
    assert (row.detail, len(row.note), row.source) == ({"from": "here", "times": 2}, NOTE_LENGTH, "cli")
    assert verify(deal.org_id).is_whole


def test_a_proof_is_kept_where_the_playbook_asks_for_it(deal: Deal, rep: Member) -> None:
    on = latest(deal.org).on
    with changing(deal, by=rep) as change:
        assert prove(change, "no_such_evidence", strength=Strength.CLAIMED, on=on, title="Nobody asks") is None
        proof = prove(change, "fit_confirmed", strength=Strength.CLAIMED, on=on, title="b" * 300)
    assert len(Evidence.objects.with_text().get(pk=proof).title) == 200


def test_a_proof_is_taken_back_once(deal: Deal, rep: Member) -> None:
    kept = {"key": "fit_confirmed", "strength": Strength.CLAIMED, "occurred_on": latest(deal.org).on}
    proof = add_evidence(deal, by=rep, **kept)
    other = add_evidence(deal, by=rep, **kept)
    retract_evidence(deal, by=rep, evidence_id=other, reason="Somebody did already")
    with changing(deal, by=rep) as change:
        for evidence_id in (proof, other, None):
            take_back(change, evidence_id, "It no longer holds")
    assert Evidence.objects.filter(supersedes=proof, is_retracted=True).count() == 1
    assert Evidence.objects.filter(supersedes=other).count() == 1


def test_an_older_version_is_refused_with_what_stands_now(deal: Deal) -> None:
    policies.check_version(3, None)
    policies.check_version(3, 3)
    with pytest.raises(policies.StaleVersion, match="Bob was faster") as stale:
        policies.check_version(3, 2, current=deal, sentence="%(who)s was faster", who="Bob")
    assert stale.value.current is deal
    with pytest.raises(policies.StaleVersion, match="Somebody"):
        policies.check_version(3, 2)


def test_a_change_inside_another_leaves_the_gates_to_it(deal: Deal, rep: Member) -> None:
    other = factories.make_deal(rep, "Second deal")
    GateState.objects.all().delete()
    with changing(deal, by=rep):
        factories.prove(deal, rep, "qualification_call")
        factories.prove(other, rep, "qualification_call")
        assert list(GateState.objects.values_list("deal", flat=True)) == [other.pk]
    assert GateState.objects.filter(deal=deal).exists()


def test_the_gates_are_asked_of_the_deal_as_the_inner_change_left_it(deal: Deal, rep: Member) -> None:
    with changing(deal, by=rep) as change:
        stale = Deal.objects.get(pk=deal.pk)
        move_deal(stale, by=rep, to_stage="lost", note="They stay", reason=load_playbook().loss_reasons[0].key)
        assert change.deal.stage == "qualification"
    assert not GateState.objects.filter(deal=deal).exists()


def test_a_refused_inner_change_asks_nothing_of_the_outer_one(deal: Deal, rep: Member) -> None:
    GateState.objects.all().delete()
    with changing(deal, by=rep):
        with pytest.raises(policies.Refused):
            retract_evidence(deal, by=rep, evidence_id=deal.pk, reason="x")
    assert not GateState.objects.exists()
    factories.prove(deal, rep, "qualification_call")
    assert GateState.objects.filter(deal=deal).exists()
