"""Bad rows, bad files, and imports that stop in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from landmark.connectors import apply
from landmark.connectors.actions import import_paths, preview_paths
from landmark.connectors.models import ImportRun
from landmark.connectors.parsed import StructuralError
from landmark.deals.models import Account, Deal, StageMove
from landmark.ledger.models import Evidence
from landmark.orgs.models import Organisation
from tests.apps.connectors.samples import deal, event_log, usual_log

STOPPED_INSIDE = """
import os, signal, sys
from landmark.cli.main import setup_django
setup_django()
from django.core.management import call_command
from landmark.connectors import actions, apply
call_command("migrate", verbosity=0)
apply._refresh_gates = lambda writing: os.kill(os.getpid(), signal.SIGKILL)
actions.import_paths(sys.argv[1:], org_name="Alder Works")
"""
LOOK_INSIDE = """
from landmark.cli.main import setup_django
setup_django()
from landmark.deals.models import Deal
from landmark.ledger.models import Evidence
from landmark.orgs.models import Organisation
print(Organisation.objects.count(), Deal.objects.count(), Evidence.objects.count())
"""


def with_bad_rows(folder: Path) -> list[Path]:
    return event_log(
        folder,
        [
            deal("D1"),
            deal("D2", "31/31/2026"),
            deal("D3", amount=-5),
            deal("D1"),
            deal("=HYPERLINK()", "2026-01-01", "", "won"),
        ],
        [("D1", "2026-03-03", "qualification_call"), ("D9", "2026-03-03", "qualification_call")],
    )


@pytest.mark.django_db
def test_good_rows_come_in_and_bad_ones_are_given_back(tmp_path: Path) -> None:
    rejects = tmp_path / "rejected.csv"
    run = import_paths(with_bad_rows(tmp_path), org_name="Alder Works", rejects_path=rejects)
    assert (run.counts["rejected"], Deal.objects.count(), Evidence.objects.count()) == (5, 1, 1)
    lines = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[1].startswith("deals.csv,3,")
    assert "'=HYPERLINK()" in lines[4]


@pytest.mark.django_db
def test_strict_applies_nothing(tmp_path: Path) -> None:
    with pytest.raises(StructuralError):
        import_paths(with_bad_rows(tmp_path), org_name="Alder Works", strict=True)
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_leaves_no_organisation(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(StructuralError, match="headings"):
        import_paths([path], org_name="Alder Works")
    assert not Organisation.objects.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_counts_and_leaves_no_trace(tmp_path: Path) -> None:
    found = preview_paths(usual_log(tmp_path), org_name="Alder Works")
    assert found.is_new_org
    assert found.counts["deals"] == {"new": 3, "changed": 0, "unchanged": 0}
    assert found.counts["outcomes"] == {"won": 1, "lost": 1, "open": 1}
    assert not Organisation.objects.exists()
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_an_error_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(writing: apply.Writing) -> None:
        raise RuntimeError("stop here")

    monkeypatch.setattr(apply, "_refresh_gates", stop)
    with pytest.raises(RuntimeError, match="stop here"):
        import_paths(usual_log(tmp_path), org_name="Alder Works")
    assert not Organisation.objects.exists()
    assert not StageMove.objects.exists()
    assert not Evidence.objects.exists()


def test_a_killed_import_leaves_nothing(tmp_path: Path, own_env: dict[str, str]) -> None:
    paths = [str(path) for path in usual_log(tmp_path)]
    killed = subprocess.run([sys.executable, "-c", STOPPED_INSIDE, *paths], env=own_env, check=False)
    assert killed.returncode == -signal.SIGKILL
    looked = subprocess.run(
        [sys.executable, "-c", LOOK_INSIDE], env=own_env, check=True, capture_output=True, text=True
    )
    assert looked.stdout.split() == ["0", "0", "0"]
    assert os.path.getsize(Path(own_env["LANDMARK_VAR"]) / "landmark.sqlite3") > 0
