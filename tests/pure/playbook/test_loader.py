"""Errors of a playbook's files say where and what to write instead."""

import shutil
from pathlib import Path

import pytest

from landmark.playbook.loader import METHODS, PlaybookError, available, load_folder, load_playbook
from landmark.playbook.source import MAX_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default playbook to break."""
    copy = tmp_path / "mine"
    shutil.copytree(METHODS / "landmark" / "2026.1", copy)
    return copy


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first occurrence; the line it is on."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def error_of(folder: Path) -> str:
    with pytest.raises(PlaybookError) as caught:
        load_folder(folder)
    return str(caught.value)


def test_the_default_playbook_loads_once() -> None:
    assert load_playbook() is load_playbook("landmark/2026.1")
    assert "landmark/2026.1" in available()


@pytest.mark.parametrize("ref", ["landmark/1999.1", "../../etc", "landmark", "landmark/2026.1/wording", ""])
def test_an_unknown_name_lists_the_known_ones(ref: str) -> None:
    with pytest.raises(PlaybookError, match=r"use one of landmark/2026\.1"):
        load_playbook(ref)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("stages.yaml", "owner: representative", "ownr: representative", "`ownr` is not known here; write `owner`"),
        ("stages.yaml", "owner: representative", "owner: boss", "`owner` cannot be 'boss'; write one of"),
        ("gates.yaml", "kind: any_evidence", "kind: some_evidence", "`kind` cannot be 'some_evidence'; write one of"),
        ("gates.yaml", "    door: discovery\n", "", "`door` is missing from `fit_and_access`; add a line `door: …`"),
        ("gates.yaml", "strength: documented", "strength: sure", "write one of claimed, documented, buyer, signed"),
        ("benchmarks.yaml", "commit_from: 0.70", "commit_from: 70", "input should be less than or equal to 1"),
        ("playbook.yaml", '"2026.1"', "2026.1", "`version` must be text; put 2026.1 in quotes"),
        (
            "milestones.yaml",
            "key: inbound_interest",
            "key: Inbound Interest",
            "use small letters, digits and underscores",
        ),
        ("milestones.yaml", "expiry_days: 90", "expiry_days: 0", "greater than or equal to 1"),
        ("stages.yaml", "exit: [buyer_role, problem_type, timeline_signal]", "exit: all", "write one item a line"),
        ("people.yaml", "key_player: true", "key_player: &a true", "anchors (&) and aliases (*) are not read"),
        ("people.yaml", "key_player: true", "key_player: !!python/object:os.system x", "the tag"),
        ("people.yaml", "key_player: true", "key_player: true\n    key_player: false", "`key_player` is written twice"),
        ("reasons.yaml", "aliases: [Product, Missing Feature]", "aliases: [Product", "not readable YAML"),
    ],
)
def test_an_error_names_file_line_and_cure(folder: Path, name: str, old: str, new: str, said: str) -> None:
    line = edit(folder, name, old, new)
    message = error_of(folder)
    assert said in message
    assert message.startswith(f"{name}:")
    assert abs(int(message.split(":")[1]) - line) <= 3


def test_a_mistake_in_the_third_gate_is_found_on_its_own_line(folder: Path) -> None:
    line = edit(folder, "gates.yaml", "any_of: [economic_buyer, executive_sponsor]", "any_of: []")
    assert error_of(folder) == f"gates.yaml:{line}: `any_of` is empty; write at least one item"


def test_all_mistakes_come_at_once(folder: Path) -> None:
    edit(folder, "stages.yaml", "owner: representative", "owner: boss")
    edit(folder, "gates.yaml", "strength: documented", "strength: sure")
    assert len(error_of(folder).splitlines()) == 2


def test_the_same_part_in_two_files_names_both(folder: Path) -> None:
    (folder / "zz.yaml").write_text("roles: []\n", encoding="utf-8")
    assert error_of(folder) == "zz.yaml:1: `roles` is written in two files: it is in people.yaml:2 too; keep one"


def test_a_file_that_is_too_large_is_not_read(folder: Path) -> None:
    (folder / "big.yaml").write_text("# " + "x" * MAX_BYTES, encoding="utf-8")
    assert "larger than 256 KiB" in error_of(folder)


def test_a_file_in_another_encoding_gets_its_line(folder: Path) -> None:
    (folder / "odd.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    assert error_of(folder) == "odd.yaml:2: this is not UTF-8 text; save the file as UTF-8"


def test_a_nul_character_is_refused(folder: Path) -> None:
    (folder / "odd.yaml").write_text("a: \0\n", encoding="utf-8")
    assert "does not allow" in error_of(folder)


def test_deep_nesting_is_refused(folder: Path) -> None:
    (folder / "deep.yaml").write_text("a: " + "[" * 40 + "]" * 40, encoding="utf-8")
    assert "levels deep" in error_of(folder)


def test_many_levels_do_not_crash_the_reader(folder: Path) -> None:
    (folder / "deep.yaml").write_text("a: " + "[" * 20_000 + "]" * 20_000, encoding="utf-8")
    assert "levels deep" in error_of(folder)


def test_a_list_instead_of_names_and_values(folder: Path) -> None:
    (folder / "list.yaml").write_text("- a\n- b\n", encoding="utf-8")
    assert "must hold names and values" in error_of(folder)


def test_two_documents_in_one_file(folder: Path) -> None:
    (folder / "two.yaml").write_text("a: 1\n---\nb: 2\n", encoding="utf-8")
    assert error_of(folder).startswith("two.yaml:")


def test_an_empty_folder_says_how_a_playbook_starts(tmp_path: Path) -> None:
    assert "starts with a playbook.yaml" in error_of(tmp_path)


def test_a_sentence_that_is_empty_or_a_list(folder: Path) -> None:
    edit(folder, "wording/en.yaml", "  label: Landmark\n", "  label:\n")
    assert error_of(folder) == "wording/en.yaml:3: `label` needs a sentence; write it in quotes"


def test_a_wording_file_is_named_after_its_language(folder: Path) -> None:
    (folder / "wording" / "english.yaml").write_text("a: b\n", encoding="utf-8")
    assert "name this file after a language code" in error_of(folder)


def test_off_is_a_word_not_false(folder: Path) -> None:
    edit(folder, "gates.yaml", "    door: discovery\n", "    door: discovery\n    mode: off\n")
    assert load_folder(folder).gate("fit_and_access").mode == "off"


@pytest.mark.parametrize(("old", "new"), [("commit_from: 0.70", "commit_from: 0.3"), ("0.05", "0.35")])
def test_limits_of_categories_rise(folder: Path, old: str, new: str) -> None:
    edit(folder, "benchmarks.yaml", old, new)
    line = (folder / "benchmarks.yaml").read_text(encoding="utf-8").split("categories:")[0].count("\n") + 1
    said = error_of(folder)
    assert f"benchmarks.yaml:{line}" in said
    assert "write `pipeline_from` below `best_case_from`, and that below `commit_from`." in said


def test_limits_of_categories_left_out_are_the_usual_ones(folder: Path) -> None:
    text = (folder / "benchmarks.yaml").read_text(encoding="utf-8")
    cut = text[text.index("  categories:") : text.index("  # The sample plan")]
    (folder / "benchmarks.yaml").write_text(text.replace(cut, ""), encoding="utf-8")
    assert load_folder(folder).benchmarks == load_playbook().benchmarks
