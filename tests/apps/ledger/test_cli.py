"""``landmark ledger``: what a person types to check the record."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from landmark.cli.ledger import ledger
from landmark.orgs.models import Organisation
from tests.apps.ledger.conftest import Chain

pytestmark = pytest.mark.django_db


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(ledger, [str(argument) for argument in arguments])


@pytest.fixture
def acme(chain: Chain) -> Chain:
    Organisation.objects.create(id=chain.org_id, slug="acme", name="Acme")
    return chain


def test_a_whole_record_ends_well(acme: Chain) -> None:
    result = run("verify")
    assert (result.exit_code, result.output) == (0, "acme: whole (7 rows in 4 links read, words of 0 erased)\n")


def test_a_broken_record_names_the_place_and_fails(acme: Chain, tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM ledger_evidence WHERE id = %(id)s", id=acme.evidence[1])
    result = run("verify", "--org", "acme")
    assert result.exit_code == 1
    assert "NOT whole: Link 1: evidence row 2 of 3 was removed." in result.output


def test_a_head_kept_elsewhere_shows_a_cut_end(acme: Chain, tamper: Callable[..., None], tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    assert run("head", "--out", head).output == f"Wrote 1 head to {head}.\n"
    assert json.loads(head.read_text())["heads"][0]["seq"] == 4
    assert run("verify", "--head", head).exit_code == 0
    tamper(*(f"DELETE FROM ledger_{name}" for name in ("head", "link", "evidence", "fieldchange", "auditevent")))
    result = run("verify", "--head", head)
    assert (result.exit_code, "links 1 to 4 are gone" in result.output) == (1, True)


def test_a_removed_organisation_keeps_its_record(chain: Chain) -> None:
    result = run("verify")
    assert (result.exit_code, result.output.startswith(f"removed organisation {chain.org_id}: whole")) == (0, True)


def test_an_unknown_organisation_and_a_wrong_file_say_so(db: None, tmp_path: Path) -> None:
    assert "No organisation is called nobody." in run("verify", "--org", "nobody").output
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    assert "is not a head file" in run("verify", "--head", wrong).output
    assert run("verify").output == "The ledger is empty.\n"
