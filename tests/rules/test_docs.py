"""The documentation cannot drift from the code: links lead somewhere, every command is described."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from landmark.cli.reference import iter_commands, write_reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|farm|root)/[A-Za-z0-9]")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = [t for t in LINK.findall(page.read_text()) if not t.startswith(("http", "mailto:"))]
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.name)
def test_a_decision_record_is_short_and_whole(page: Path) -> None:
    text = page.read_text()
    assert len(text.split()) <= 300
    assert {"## Context", "## Decision", "## Consequences"} <= set(re.findall(r"^## \w+", text, re.M))


def test_the_command_reference_is_current() -> None:
    assert (ROOT / "docs" / "reference" / "cli.md").read_text() == write_reference(), "run `make reference`"


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in iter_commands() if not command.help] == []


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "reference" / "dependencies.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [*project["dependency-groups"].values(), *project["project"]["optional-dependencies"].values()]
    named = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    names = {re.match(r"[\w-]+", line).group().lower() for line in named}  # type: ignore[union-attr]
    described = set(re.findall(r"^\| `([\w-]+)`", text, re.M))
    assert names == described


def test_the_project_names_no_machine_path_and_no_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    own = [f for f in files if f and not f.endswith((".mo", ".png")) and f != "tests/rules/test_docs.py"]
    texts = {f: (ROOT / f).read_text(errors="replace") for f in own if (ROOT / f).is_file()}
    assert [f for f, t in texts.items() if MACHINE_PATH.search(t)] == []
    locks = [f for f in texts if f.endswith(".lock")]
    assert locks
    assert [f for f in locks if "http" in texts[f] or "index-url" in texts[f]] == []
