"""``landmark playbook``: exit codes and what it prints."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from landmark.cli.playbook import playbook
from tests.pure.playbook.test_loader import edit, folder

__all__ = ["folder"]


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(playbook, [str(argument) for argument in arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("arguments", [("check",), ("check", "landmark/2026.1")])
def test_check_says_that_all_is_fine(arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == (
        0, "landmark/2026.1 is fine: 8 stages, 12 milestones, 8 gates, in en, it.\n",
    )  # fmt: skip


def test_check_of_a_folder_with_something_to_put_right(folder: Path) -> None:
    line = edit(folder, "gates.yaml", "evidence: fit_confirmed", "evidence: fit")
    code, output = run("check", folder)
    assert code == 1
    assert output.startswith(f"gates.yaml:{line}: there is no milestone or evidence `fit`")
    assert output.endswith("landmark/2026.1: 1 to put right.\n")


def test_check_of_a_folder_with_a_warning_is_fine(folder: Path) -> None:
    edit(folder, "stages.yaml", "win_prior: 0.45", "win_prior: 0.55")
    code, output = run("check", folder)
    assert code == 0
    assert "1 to look at" in output


def test_check_of_something_unreadable(folder: Path) -> None:
    edit(folder, "gates.yaml", "door: discovery", "dor: discovery")
    code, output = run("check", folder)
    assert code == 2
    assert "write `door` instead" in output


def test_check_of_a_name_nobody_knows() -> None:
    code, output = run("check", "spin/1")
    assert code == 2
    assert "use one of landmark/2026.1" in output


def test_show_in_italian() -> None:
    code, output = run("show", "--lang", "it")
    assert code == 0
    assert "Decisione e accordo (blocca): Hanno deciso per iscritto e firmato?" in output
    assert "Il contratto è firmato (firmato)" in output


def test_show_in_a_language_it_lacks_says_so() -> None:
    code, output = run("show", "--lang", "fr")
    assert code == 0
    assert "showing English" in output


def test_schema_to_the_screen_and_to_a_file(tmp_path: Path) -> None:
    code, output = run("schema")
    out = tmp_path / "schema.json"
    assert (code, json.loads(output)["title"]) == (0, "Landmark playbook part")
    assert run("schema", "--out", out) == (0, f"Wrote {out}.\n")
    assert out.read_text(encoding="utf-8") == output
