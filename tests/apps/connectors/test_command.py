"""``landmark import``: what it says and how it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from landmark.cli.imports import import_
from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation, User
from landmark.orgs.roles import Role
from tests.apps.connectors.samples import deal, event_log, usual_log
from tests.factories import PASSWORD, make_member, make_org

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_, [*map(str, arguments), "--no-fit"], catch_exceptions=False)


def test_a_good_import_ends_with_0_and_says_where_to_look(tmp_path: Path) -> None:
    admin = make_member(make_org(), Role.ADMINISTRATOR, "Elena Rossi")
    result = run(*usual_log(tmp_path), "--org", "Willow Works")
    assert result.exit_code == 0
    assert "new organisation “Willow Works”" in result.output
    assert "3 deals: 3 new" in result.output
    assert "1 won, 1 lost, 1 open" in result.output
    assert "/willow-works/board/" in result.output
    assert admin.user is not None
    assert admin.user.email in result.output


def test_every_administrator_can_open_what_was_imported(tmp_path: Path, client: Client) -> None:
    home = make_org()
    admin = make_member(home, Role.ADMINISTRATOR, "Elena Rossi")
    make_member(home, Role.REPRESENTATIVE, "Fabio Verdi")
    run(*usual_log(tmp_path), "--org", "Willow Works")
    org = Organisation.objects.get(slug="willow-works")
    assert [m.user for m in org.members.exclude(user=None)] == [admin.user]


def test_somebody_named_gets_a_log_in(tmp_path: Path) -> None:
    result = run(*usual_log(tmp_path), "--org", "Willow Works", "--user", "gina@example.com")
    assert "New log-in gina@example.com, password " in result.output
    password = result.output.split("password ")[1].split()[0]
    user = User.objects.get(email="gina@example.com")
    assert user.check_password(password)
    assert not user.check_password(PASSWORD)
    assert Member.objects.get(user=user).role == Role.ADMINISTRATOR


def test_the_same_files_again_say_so(tmp_path: Path) -> None:
    run(*usual_log(tmp_path), "--org", "Willow Works")
    result = run(*usual_log(tmp_path), "--org", "Willow Works")
    assert result.exit_code == 0
    assert "nothing was changed" in result.output


def test_left_out_rows_end_with_1_and_lie_beside_the_file(tmp_path: Path) -> None:
    paths = event_log(tmp_path, [deal("D1"), deal("D2", "soon")], [])
    result = run(*paths, "--org", "Willow Works")
    assert result.exit_code == 1
    assert Deal.objects.count() == 1
    assert (tmp_path / "deals.rejected.csv").exists()
    assert str(tmp_path / "deals.rejected.csv") in result.output


def test_strict_and_unreadable_files_end_with_2_and_one_sentence(tmp_path: Path) -> None:
    paths = event_log(tmp_path, [deal("D1"), deal("D2", "soon")], [])
    result = run(*paths, "--org", "Willow Works", "--strict")
    assert (result.exit_code, Deal.objects.count()) == (2, 0)
    result = run(tmp_path / "nowhere.csv")
    assert result.exit_code == 2
    assert result.output.startswith("Nothing was imported. nowhere.csv cannot be opened")
    assert len(result.output.splitlines()) == 1


def test_a_dry_run_says_what_would_change_and_the_first_problems(tmp_path: Path) -> None:
    paths = event_log(tmp_path, [deal("D1"), deal("D2", "soon")], [("D1", "2026-03-05", "Site visit")])
    result = run(*paths, "--org", "Willow Works", "--dry-run")
    assert result.exit_code == 1
    assert "Nothing has been changed" in result.output
    assert "deals.csv, row 3:" in result.output
    assert "not in the playbook" in result.output
    assert not Organisation.objects.exists()
    assert not (tmp_path / "deals.rejected.csv").exists()
