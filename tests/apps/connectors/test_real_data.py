"""Real exports into the database. The data stays where it is; without it these tests are skipped, saying so."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from landmark.connectors.actions import import_paths
from landmark.deals.models import Deal, GateState, StageMove
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.outlook.histories import read_history

pytestmark = [pytest.mark.django_db, pytest.mark.data]
ROOT = Path(__file__).resolve().parents[3]


def test_bpic2012(data_dir: Path) -> None:
    files = sorted((data_dir / "bpic2012").glob("*.csv.gz"))
    run = import_paths(files, org_name="Loans", mapping=ROOT / "examples" / "bpic2012.mapping.yaml")
    assert run.counts["deals"]["new"] == 7_367
    assert run.counts["outcomes"] == {"won": 2_246, "lost": 4_722, "open": 399}
    assert Deal.objects.of(run.org).open().count() == 399
    assert Deal.objects.filter(org=run.org, stage="won").count() == 2_246
    assert GateState.objects.filter(deal__org=run.org).count() == 399
    assert run.org.data_until == date(2012, 3, 14)
    assert Evidence.objects.filter(org_id=run.org_id).count() == run.counts["events"]["new"] > 100_000
    assert Deal.objects.of(run.org).open().values("stage").distinct().count() == 4
    assert len(read_history(run.org, latest(run.org).on).deal_ids) == 7_367


def test_maven(data_dir: Path) -> None:
    run = import_paths(sorted((data_dir / "maven_crm").glob("*.csv.gz")), org_name="Hardware")
    assert run.counts["deals"]["new"] == 8_800
    assert run.counts["outcomes"] == {"won": 4_238, "lost": 2_473, "open": 2_089}
    stages = Deal.objects.of(run.org).open().values_list("stage", flat=True)
    assert (list(stages).count("qualification"), list(stages).count("discovery")) == (500, 1_589)
    assert not Deal.objects.of(run.org).open().filter(is_verified=True).exists()
    assert run.org.data_until == date(2017, 12, 31)


def test_salesforce_export(data_dir: Path) -> None:
    run = import_paths(sorted((data_dir / "salesforce_export").glob("*.csv.gz")), org_name="Demo records")
    assert sum(run.counts["deals"].values()) == 31
    closed = Deal.objects.of(run.org).closed()
    assert closed.count() == run.counts["outcomes"]["won"] + run.counts["outcomes"]["lost"]
    assert all(deal.closed_at >= deal.opened_at for deal in closed if deal.closed_at)
    now = datetime.now(UTC)
    assert not StageMove.objects.filter(deal__org=run.org, known_at__gt=now).exists()
