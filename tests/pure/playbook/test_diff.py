"""Two playbooks compared: what was added, removed, changed, put in another order."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from landmark.cli.playbook import playbook as command
from landmark.playbook.diff import compare
from landmark.playbook.loader import METHODS, load_folder, load_playbook

OLD = load_playbook("landmark/2026.1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "next"
    shutil.copytree(METHODS / "landmark" / "2026.1", copy)
    edit(copy, "playbook.yaml", '"2026.1"', '"2026.2"')
    return copy


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_copy_with_another_version_says_the_same(folder: Path) -> None:
    assert compare(OLD, load_folder(folder)).is_empty


def test_each_kind_of_change_is_told_by_its_place(folder: Path) -> None:
    edit(
        folder,
        "gates.yaml",
        "        evidence: urgency_driver\n        strength: documented",
        "        evidence: urgency_driver",
    )
    edit(folder, "milestones.yaml", "  - {key: limits_known, expiry_days: 180}\n", "")
    edit(folder, "reasons.yaml", "  - {key: poor_fit,", "  - {key: too_small}\n  - {key: poor_fit,")
    edit(
        folder,
        "people.yaml",
        "  - {key: supporter, rank: 1}\n  - {key: neutral, rank: 0}\n",
        "  - {key: neutral, rank: 0}\n  - {key: supporter, rank: 1}\n",
    )
    edit(folder, "wording/en.yaml", "label: Timing", "label: When")
    found = compare(OLD, load_folder(folder))
    told = {item.place: (item.how, item.old, item.new) for item in found.method}
    assert told["gates.timing.checks.urgency.strength"] == ("changed", "documented", "claimed")
    assert told["evidence.limits_known"][0] == "removed"
    assert told["loss_reasons.too_small"] == ("added", "", "key: too_small")
    assert told["stances"] == (
        "moved", "champion, supporter, neutral, sceptic, adversary", "champion, neutral, supporter, sceptic, adversary",
    )  # fmt: skip
    assert len(told) == 4
    assert [(item.place, item.old, item.new) for item in found.wording] == [
        ("wording.en.gate.timing.label", "Timing", "When")
    ]


def test_the_command_says_what_changed(folder: Path) -> None:
    edit(folder, "stages.yaml", "typical_days: 14", "typical_days: 12")
    edit(folder, "wording/it.yaml", "label: Qualifica", "label: Qualificazione")
    result = CliRunner().invoke(command, ["diff", "landmark/2026.1", str(folder)])
    assert result.exit_code == 0
    assert result.output == (
        "landmark/2026.1 → landmark/2026.2\n  ~ stages.qualification.typical_days: 14 → 12\n"
        "  Sentences: 1 changed; --words lists them.\n"
    )
    whole = CliRunner().invoke(command, ["diff", "landmark/2026.1", str(folder), "--words"])
    assert "~ wording.it.stage.qualification.label: Qualifica → Qualificazione" in whole.output


def test_what_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    assert CliRunner().invoke(command, ["diff", "landmark/2026.1", "landmark/1999.1"]).exit_code == 2
