"""The second file and the third: the source updates what it owns, people keep what they edited."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from landmark.connectors.actions import import_paths
from landmark.connectors.differences import settle_difference
from landmark.connectors.models import Difference, ImportRun
from landmark.connectors.parsed import StructuralError
from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal, DealAttribute, NextStep, StageMove
from landmark.deals.policies import Refused
from landmark.ledger.models import AuditEvent, Evidence, FieldChange
from landmark.orgs.models import Member, Organisation
from landmark.orgs.roles import Role
from tests.apps.connectors.samples import deal, event_log, history, opportunity, salesforce, usual_log
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def count_rows(org: Organisation) -> tuple[int, ...]:
    of_org = {"org_id": org.id}
    return (
        Deal.objects.filter(**of_org).count(),
        StageMove.objects.filter(deal__org=org).count(),
        Evidence.objects.filter(**of_org).count(),
        FieldChange.objects.filter(**of_org).count(),
        DealAttribute.objects.filter(deal__org=org).count(),
        NextStep.objects.filter(deal__org=org).count(),
        Member.objects.filter(org=org).count(),
        sum(Deal.objects.filter(**of_org).values_list("version", flat=True)),
    )


def one_deal(folder: Path, **values: object) -> list[Path]:
    events = values.pop("events", [("D1", "2026-03-03", "qualification_call")])
    return event_log(folder, [deal("D1", **values)], events)  # type: ignore[arg-type]


def bring(paths: list[Path]) -> ImportRun:
    return import_paths(paths, org_name="Alder Works")


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    first = bring(usual_log(tmp_path))
    before, audits = count_rows(first.org), AuditEvent.objects.count()
    second = bring(usual_log(tmp_path))
    assert (second.id, second.was_same) == (first.id, True)
    assert (count_rows(first.org), AuditEvent.objects.count()) == (before, audits)


def test_the_same_rows_in_another_file_change_nothing_either(tmp_path: Path) -> None:
    org = bring(usual_log(tmp_path)).org
    before = count_rows(org)
    paths = usual_log(tmp_path)
    paths[0].write_text(paths[0].read_text() + "\n")
    run = bring(paths)
    assert run.counts["deals"] == {"new": 0, "changed": 0, "unchanged": 3}
    assert run.counts["events"] == {"new": 0, "known": 5}
    assert count_rows(org) == before


def test_salesforce_history_twice_changes_nothing(tmp_path: Path) -> None:
    rows = history(1, ("2026-01-05", "Prospecting"), ("2026-02-03", "Needs Analysis"))
    org = bring(salesforce(tmp_path, [opportunity(1, "Needs Analysis")], rows)).org
    before = count_rows(org)
    more = history(2, ("2026-02-01", "Prospecting"))
    bring(salesforce(tmp_path, [opportunity(1, "Needs Analysis"), opportunity(2, "Prospecting")], [*rows, *more]))
    assert StageMove.objects.filter(deal__org=org, deal__name="Deal 1").count() == 2
    assert Deal.objects.filter(org=org).count() == before[0] + 1


def test_a_later_file_updates_what_the_source_owns(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path, amount=1000)).org
    events = [("D1", "2026-03-03", "qualification_call"), ("D1", "2026-03-20", "discovery_held")]
    run = bring(one_deal(tmp_path, amount=1500, industry="health", events=events))
    found = Deal.objects.get(org=org)
    assert found.amount == Decimal("1500.00")
    assert found.attributes.get(key="industry").value == "health"
    assert run.counts["events"] == {"new": 1, "known": 1}
    change = FieldChange.objects.get(org_id=org.id, field="amount")
    assert (change.old, change.new, change.known_at) == ("1000.00", "1500.00", datetime(2026, 3, 20, tzinfo=UTC))
    run.org.refresh_from_db()
    assert run.org.data_until == date(2026, 3, 20)


def test_a_blank_in_a_later_file_clears_nothing(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path, amount=1000)).org
    bring(one_deal(tmp_path, amount="", owner="", industry=""))
    found = Deal.objects.get(org=org)
    assert (found.amount, found.owner.name if found.owner else "") == (Decimal("1000.00"), "Alice Moretti")


def test_a_deal_closed_in_a_later_file_takes_its_outcome(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path)).org
    bring(one_deal(tmp_path, closed="2026-04-01", outcome="won"))
    found = Deal.objects.get(org=org)
    assert (found.stage, found.closed_at) == ("won", datetime(2026, 4, 1, tzinfo=UTC))
    last = StageMove.objects.get(id=found.last_move_id)
    assert (last.direction, last.from_stage) == ("win", "qualification")


def test_a_stage_that_moved_on_in_the_source_is_a_reported_move(tmp_path: Path) -> None:
    org = bring(salesforce(tmp_path, [opportunity(1, "Prospecting")])).org
    later = [opportunity(1, "Needs Analysis", LastStageChangeDate="2026-02-09 10:00:00")]
    bring(salesforce(tmp_path, later))
    found = Deal.objects.get(org=org)
    last = StageMove.objects.get(id=found.last_move_id)
    assert (found.stage, last.direction, last.occurred_at.date()) == ("discovery", "reported", date(2026, 2, 9))
    assert not found.is_verified


def test_a_reopened_deal_is_open_again(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path, closed="2026-03-10", outcome="lost")).org
    bring(one_deal(tmp_path, events=[("D1", "2026-03-20", "discovery_held")]))
    found = Deal.objects.get(org=org)
    assert (found.stage, found.closed_at, found.is_verified) == ("qualification", None, False)


def test_an_older_file_sets_nothing_back(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path / "new", amount=1500, events=[("D1", "2026-04-20", "discovery_held")])).org
    old = bring(one_deal(tmp_path / "old", amount=1000, events=[("D1", "2026-03-03", "qualification_call")]))
    assert Deal.objects.get(org=org).amount == Decimal("1500.00")
    assert Evidence.objects.filter(org_id=org.id).count() == 2
    assert any("later file" in sentence for sentence in old.counts["assumptions"])


def edited(tmp_path: Path) -> tuple[Organisation, Member, Deal]:
    """A deal whose amount and industry somebody changed here."""
    org = bring(one_deal(tmp_path, amount=1000)).org
    manager = make_member(org, Role.MANAGER, "Carla Neri")
    found = Deal.objects.get(org=org)
    edit_deal(found, by=manager, changes={"amount": Decimal(2000), "attribute:industry": "energy"})
    return org, manager, found


def test_a_later_file_never_overwrites_what_people_edited(tmp_path: Path) -> None:
    org, _, found = edited(tmp_path)
    run = bring(one_deal(tmp_path, amount=1500, industry="health", target_on="2026-07-31"))
    found.refresh_from_db()
    assert found.amount == Decimal("2000.00")
    assert found.attributes.get(key="industry").value == "energy"
    assert found.target_on == date(2026, 7, 31)
    listed = {d.field: (d.ours, d.theirs) for d in Difference.objects.filter(deal__org=org, settled_at=None)}
    assert listed == {"amount": ("2000.00", "1500.00"), "industry": ("energy", "health")}
    assert run.counts["differences"] == 2


def test_keeping_ours_is_not_asked_again_until_the_file_says_something_new(tmp_path: Path) -> None:
    org, manager, found = edited(tmp_path)
    bring(one_deal(tmp_path, amount=1500))
    for difference in Difference.objects.filter(deal__org=org):
        settle_difference(difference, by=manager, keep="ours")
    bring(one_deal(tmp_path, amount=1500, target_on="2026-08-01"))
    assert not Difference.objects.filter(deal__org=org, settled_at=None).exists()
    bring(one_deal(tmp_path, amount=1700))
    assert Difference.objects.get(deal=found, settled_at=None).theirs == "1700.00"


def test_keeping_theirs_gives_the_field_back_to_the_source(tmp_path: Path) -> None:
    _, manager, found = edited(tmp_path)
    bring(one_deal(tmp_path, amount=1500, industry="health"))
    for difference in found.differences.all():
        settle_difference(difference, by=manager, keep="theirs")
    found.refresh_from_db()
    assert (found.amount, found.attributes.get(key="industry").value) == (Decimal("1500.00"), "health")
    bring(one_deal(tmp_path, amount=1600, industry="retail"))
    found.refresh_from_db()
    assert (found.amount, found.attributes.get(key="industry").value) == (Decimal("1600.00"), "retail")
    assert not found.differences.filter(settled_at=None).exists()


def test_a_difference_is_settled_once_and_by_whoever_may_edit_the_deal(tmp_path: Path) -> None:
    org, manager, found = edited(tmp_path)
    bring(one_deal(tmp_path, amount=1500))
    difference = found.differences.get(field="amount")
    settle_difference(difference, by=manager, keep="ours")
    with pytest.raises(Refused):
        settle_difference(difference, by=manager, keep="theirs")
    assert AuditEvent.objects.filter(org_id=org.id, verb="difference.settled").count() == 1


def test_a_stage_moved_here_stays_and_the_outcome_of_the_file_is_a_difference(tmp_path: Path) -> None:
    org = bring(one_deal(tmp_path)).org
    manager = make_member(org, Role.MANAGER, "Carla Neri")
    found = Deal.objects.get(org=org)
    move_deal(found, by=manager, to_stage="lost", note="Went quiet", reason="priorities")
    run = bring(one_deal(tmp_path, closed="2026-04-01", outcome="won"))
    found.refresh_from_db()
    assert found.stage == "lost"
    difference = found.differences.get()
    assert (difference.field, difference.ours, difference.theirs, run.counts["differences"]) == (
        "stage",
        "lost",
        "won",
        1,
    )
    settle_difference(difference, by=manager, keep="theirs")
    found.refresh_from_db()
    assert (found.stage, found.closed_at is not None) == ("won", True)


def test_two_organisations_never_mix(tmp_path: Path) -> None:
    one = import_paths(usual_log(tmp_path), org_name="Alder Works").org
    before = count_rows(one)
    two = import_paths(usual_log(tmp_path), org_name="Willow Works").org
    assert one.id != two.id
    assert count_rows(one) == before
    assert not set(one.deals.values_list("owner", flat=True)) & set(two.members.values_list("id", flat=True))


def test_an_import_never_goes_into_the_sample(tmp_path: Path) -> None:
    import_paths(usual_log(tmp_path), org_name="Sample company", is_sample=True)
    with pytest.raises(StructuralError, match="sample"):
        import_paths(usual_log(tmp_path), org_name="Sample company")


def test_without_a_name_next_weeks_file_finds_the_same_organisation(tmp_path: Path) -> None:
    first = import_paths([_renamed(tmp_path, "crm-export-2026-03-20")])
    second = import_paths([_renamed(tmp_path, "crm-export-2026-03-27")])
    assert (first.org.name, first.org_id) == ("Crm export", second.org_id)


def _renamed(folder: Path, stem: str) -> Path:
    (path,) = salesforce(folder / stem, [opportunity(1, "Prospecting", NextStep=stem)])
    return path.rename(folder / f"{stem}.csv")
