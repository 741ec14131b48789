"""Every known way around a gate, on the database the tests run on: none of them works.

The doors that exist: page and action (``test_moves``), import (``tests/apps/connectors``), admin, ``save()``,
``QuerySet.update``, bulk statements, raw SQL, deleting and restoring, renaming, back-dating, changing what won means.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, StageMove
from landmark.deals.policies import MoveRefused, Refused
from landmark.orgs.as_of import latest
from landmark.playbook.loader import load_playbook
from tests import factories

pytestmark = pytest.mark.django_db


def refused():
    """A savepoint of its own, so that the test can go on asking after the database said no."""
    return pytest.raises(IntegrityError, match="a stage changes only through a move")


def test_save_with_another_stage_is_refused(deal):
    deal.stage = "commitment"
    with refused(), transaction.atomic():
        deal.save()
    deal.refresh_from_db()
    assert deal.stage == "qualification"


def test_update_of_the_stage_is_refused(deal):
    with refused(), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(stage="won", closed_at=timezone.now())


def test_bulk_update_of_the_stage_is_refused(deal):
    deal.stage = "solution"
    with refused(), transaction.atomic():
        Deal.objects.bulk_update([deal], ["stage"])


def test_raw_sql_meets_the_same_trigger(deal):
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE deals_deal SET stage = 'discovery'")


def test_an_invented_move_id_is_refused(deal):
    with refused(), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(stage="discovery", last_move_id=uuid4())


def test_another_deals_move_is_refused(deal, rep):
    factories.open_discovery_gate(deal, rep)
    step = NextStepInput("Discovery", "Alice", latest(rep.org).on + timedelta(days=3))
    move = move_deal(deal, by=rep, to_stage="discovery", note="Fit confirmed.", next_step=step)
    other = factories.make_deal(rep, "Second deal")
    with refused(), transaction.atomic():
        Deal.objects.filter(pk=other.pk).update(stage="discovery", last_move_id=move.id)


def test_a_deal_cannot_be_created_beyond_its_move(rep):
    now = timezone.now()
    with refused(), transaction.atomic():
        Deal.objects.create(
            org=rep.org,
            name="Late entry",
            stage="commitment",
            last_move_id=uuid4(),
            stage_entered_at=now,
            opened_at=now,
        )


def test_deleting_and_restoring_further_on_is_refused(deal):
    moves = list(StageMove.objects.filter(deal=deal))
    with pytest.raises(IntegrityError, match="moves stay as written"), transaction.atomic():
        deal.delete()
    with pytest.raises(IntegrityError, match="moves stay as written"), transaction.atomic():
        StageMove.objects.filter(deal=deal).delete()
    assert list(StageMove.objects.filter(deal=deal)) == moves


def test_replacing_the_row_with_one_further_on_is_refused(deal):
    """INSERT OR REPLACE on SQLite, ON CONFLICT DO UPDATE on PostgreSQL."""
    columns = [f.column for f in Deal._meta.concrete_fields]
    chosen = ", ".join("'commitment'" if c == "stage" else c for c in columns)
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    last = "" if connection.vendor == "sqlite" else " ON CONFLICT (id) DO UPDATE SET stage = EXCLUDED.stage"
    sql = f"{verb} INTO deals_deal ({', '.join(columns)}) SELECT {chosen} FROM deals_deal WHERE true{last}"
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_rewriting_a_move_is_refused(deal):
    with pytest.raises(IntegrityError, match="moves stay as written"), transaction.atomic():
        StageMove.objects.filter(deal=deal).update(to_stage="commitment")


def test_relabelling_the_playbook_of_a_deal_is_refused(deal):
    """Another playbook could have its gates off: a deal's playbook changes only with a move."""
    with refused(), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(playbook="landmark/1999.1")


def test_changing_the_organisations_playbook_leaves_deals_on_theirs(deal, rep):
    rep.org.playbook = "transactional/2099.1"
    rep.org.save()
    deal.refresh_from_db()
    assert deal.playbook == "landmark/2026.1"


def test_closing_by_hand_is_refused(deal):
    """What "won" means is the move to won, signed: a closing time alone makes nothing."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(closed_at=timezone.now())


def test_the_stage_is_no_field_to_edit(deal, rep):
    for name in ("stage", "closed_at", "last_move_id", "is_verified", "playbook", "opened_at"):
        with pytest.raises(ValidationError):
            edit_deal(deal, by=rep, changes={name: "commitment"})


def test_admin_has_no_door_of_its_own(deal, admin_user_request):
    model_admin = admin.site._registry[Deal]
    assert not model_admin.has_change_permission(admin_user_request, deal)
    assert not model_admin.has_add_permission(admin_user_request)
    assert not model_admin.has_delete_permission(admin_user_request, deal)
    assert not admin.site._registry[StageMove].has_change_permission(admin_user_request)


@pytest.fixture
def admin_user_request(django_user_model):
    request = RequestFactory().get("/admin/")
    request.user = django_user_model.objects.create_superuser("root@example.com", "a long enough pass phrase")
    return request


def test_skipping_stages_asks_every_door_on_the_way(deal, rep):
    factories.open_discovery_gate(deal, rep)
    step = NextStepInput("Sign", "Alice", latest(rep.org).on + timedelta(days=3))
    with pytest.raises(MoveRefused) as refusal:
        move_deal(deal, by=rep, to_stage="commitment", note="In a hurry.", next_step=step)
    doors = {gate.door for gate in refusal.value.result.gates}
    assert {"discovery", "solution", "commercial"} <= doors
    assert {item.gate for item in refusal.value.result.missing} >= {"problem_and_impact", "timing", "commercial_fit"}


def test_going_back_and_forth_does_not_carry_a_deal_past_a_gate(deal, rep):
    step = NextStepInput("Talk", "Alice", latest(rep.org).on + timedelta(days=3))
    move_deal(deal, by=rep, to_stage="paused", note="Budget freeze.", reason="budget", reopen_when="New budget")
    with pytest.raises(MoveRefused):
        move_deal(deal, by=rep, to_stage="solution", note="Back again.", next_step=step, reason="reopened")
    move_deal(deal, by=rep, to_stage="lost", note="No budget.", reason=load_playbook().loss_reasons[0].key)
    with pytest.raises(MoveRefused):
        move_deal(deal, by=rep, to_stage="solution", note="Restored.", next_step=step, reason="reopened")
    deal.refresh_from_db()
    assert deal.stage == "lost"


def test_back_dated_evidence_is_known_only_from_now(deal, rep):
    """It may say it happened earlier; it cannot have been known earlier."""
    from landmark.deals.actions.evidence import add_evidence
    from landmark.ledger.models import Evidence
    from landmark.playbook.schema import Strength

    before = timezone.now()
    row_id = add_evidence(
        deal, by=rep, key="qualification_call", strength=Strength.CLAIMED,
        occurred_on=before.date() - timedelta(days=200),
    )  # fmt: skip
    row = Evidence.objects.get(id=row_id)
    assert row.known_at >= before
    assert not Evidence.objects.filter(id=row_id).as_known(before - timedelta(seconds=1)).exists()


def test_evidence_from_tomorrow_is_refused(deal, rep):
    from landmark.deals.actions.evidence import add_evidence
    from landmark.playbook.schema import Strength

    with pytest.raises(Refused):
        add_evidence(
            deal, by=rep, key="qualification_call", strength=Strength.CLAIMED,
            occurred_on=timezone.now().date() + timedelta(days=2),
        )  # fmt: skip


def test_a_contract_can_be_neither_promised_nor_overridden(deal, rep):
    from landmark.deals.inputs import OverrideInput, PromiseInput

    today = latest(rep.org).on
    gate = next(g for g in load_playbook().gates if g.door == "won")
    overrides = [OverrideInput(g.key, "Trust me.", today + timedelta(days=5)) for g in load_playbook().gates]
    promises = [PromiseInput(gate.key, c.key, "Soon.", today + timedelta(days=5)) for c in gate.checks]
    with pytest.raises(MoveRefused) as refusal:
        move_deal(
            deal, by=rep, to_stage="won", note="They will sign.", overrides=overrides, promises=promises,
            reason=load_playbook().win_reasons[0].key,
        )  # fmt: skip
    assert {item.gate for item in refusal.value.result.missing} == {gate.key}
