"""Each rule of the linter, on a copy of the default playbook with one thing broken."""

from pathlib import Path

import pytest

from landmark.playbook.lint import lint
from landmark.playbook.loader import load_folder, load_playbook
from tests.pure.playbook.test_loader import edit, folder

__all__ = ["folder"]


def test_the_default_playbook_has_nothing_to_put_right() -> None:
    assert lint(load_playbook()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "said"),
    [
        ("gates.yaml", "evidence: fit_confirmed", "evidence: fit", "unknown-milestone", "evidence `fit`"),
        ("gates.yaml", "supplied_by: [influencer]", "supplied_by: [boss]", "unknown-role", "no role `boss`"),
        ("gates.yaml", "any_of: [procurement]", "any_of: [buying]", "unknown-role", "no role `buying`"),
        ("gates.yaml", "door: solution", "door: solving", "unknown-stage", "no door `solving`"),
        ("gates.yaml", "door: solution", "door: lost", "gated-exit", "`lost` is never gated"),
        ("gates.yaml", "door: discovery", "door: qualification", "never-asked", "deals start in `qualification`"),
        ("gates.yaml", "key: limits\n", "key: budget\n", "duplicate-key", "two checks named `budget`"),
        ("gates.yaml", "key: timing", "key: decision", "duplicate-key", "`decision` is already at gates.yaml:"),
        ("gates.yaml", "evidence: discovery_held", "evidence: contract_in_markup", "impassable-gate", "too late"),
        ("gates.yaml", "evidence: fit_confirmed", "evidence: discovery_held", "impassable-gate", "from `discovery`"),
        (
            "gates.yaml", "evidence: fit_confirmed", "evidence: fit_confirmed, strength: signed", "impassable-gate",
            "no stronger than `buyer`",
        ),
        ("stages.yaml", "leads_to: [discovery]", "leads_to: [solution]", "unreachable-stage", "leads to `discovery`"),
        ("stages.yaml", "leads_to: [discovery]", "leads_to: [discovry]", "unknown-stage", "no stage `discovry`"),
        ("stages.yaml", "leads_to: [discovery]", "leads_to: []", "stage-without-exit", "nothing follows"),
        ("stages.yaml", "leads_to: [won]", "leads_to: [won, discovery]", "leads-back", "only later stages"),
        ("stages.yaml", "exit: [kickoff_set, dependencies_assigned, papers_linked]", "exit: []", "stage-without-exit",
         "has no `exit`"),
        ("stages.yaml", "    no_go: [outside_profile]\n", "", "stage-without-no-go", "has no `no_go`"),
        ("stages.yaml", "    p75_days: 21\n", "    p75_days: 10\n", "p75-below-median", "at least 14"),
        ("stages.yaml", "    typical_days: 14\n", "", "stage-without-prior", "no `typical_days`"),
        ("stages.yaml", "evidence: qualification_call", "evidence: call", "unknown-milestone", "evidence `call`"),
        (
            "stages.yaml", "{evidence: qualification_call}", "{evidence: qualification_call, strength: signed}",
            "too-strong", "no stronger than `buyer`",
        ),
        ("stages.yaml", "kind: paused", "kind: lost", "stage-kinds", "exactly one stage with `kind: paused`"),
        ("stages.yaml", "[Closed Lost]", "[Closed Won]", "ambiguous-alias", "“Closed Won” also stands for `won`"),
        ("milestones.yaml", "from_stage: commercial", "from_stage: buying", "unknown-stage", "no open stage `buying`"),
        ("milestones.yaml", "key: nda_in_hand", "key: fit_confirmed", "duplicate-key", "already at milestones.yaml:"),
        ("people.yaml", ", red_flag: true", "", "no-red-flag", "no stance is a red flag"),
        ("benchmarks.yaml", "target_high: 0.22", "target_high: 0.19", "funnel-range", "upside down"),
        ("benchmarks.yaml", "reached: 180", "reached: 1800", "funnel-counts", "more reached"),
        ("benchmarks.yaml", "stage: commercial}", "stage: offer}", "unknown-benchmark", "won stage `offer`"),
        ("benchmarks.yaml", "from_state: lead", "from_state: suspect", "unknown-benchmark", "state `suspect`"),
        ("benchmarks.yaml", "guardrail: time_to_schedule", "guardrail: haste", "unknown-benchmark", "`haste`"),
        ("benchmarks.yaml", "reasons: [poor_fit]", "reasons: [unfit]", "unknown-benchmark", "loss reason `unfit`"),
        ("benchmarks.yaml", "evidence: [terms_grasped]", "evidence: [price]", "unknown-benchmark", "`price`"),
        ("wording/it.yaml", "    label: Qualifica\n", "", "missing-wording", "lacks `stage.qualification"),
        ("wording/it.yaml", "{names}", "{nomi}", "wording-names", "{names}, {nomi}"),
    ],
)  # fmt: skip
def test_rule(folder: Path, name: str, old: str, new: str, code: str, said: str) -> None:
    edit(folder, name, old, new)
    found = [finding for finding in lint(load_folder(folder)) if finding.code == code and said in finding.message]
    assert found
    assert all(finding.level == "error" for finding in found)
    assert all(finding.where.line > 0 and finding.where.file.endswith(".yaml") for finding in found)


def test_a_finding_stands_on_the_line_of_its_check(folder: Path) -> None:
    line = edit(folder, "gates.yaml", "evidence: fit_confirmed", "evidence: fit")
    places = {str(finding.where) for finding in lint(load_folder(folder)) if finding.code == "unknown-milestone"}
    assert places == {f"gates.yaml:{line}"}


def test_an_unknown_attribute(folder: Path) -> None:
    edit(folder, "gates.yaml", "{key: amount, kind: deal_field, name: amount}",
         "{key: amount, kind: attribute, attribute: colour}")  # fmt: skip
    assert "unknown-attribute" in {finding.code for finding in lint(load_folder(folder))}


def test_the_published_table_would_be_warned_about(folder: Path) -> None:
    """Commercial below solution: .45 after .55."""
    edit(folder, "stages.yaml", "win_prior: 0.45", "win_prior: 0.55")
    (finding,) = lint(load_folder(folder))
    assert (finding.code, finding.level) == ("falling-prior", "warning")
    assert "`win_prior` of `commercial` (0.45) is below that of `solution` (0.55)" in finding.message


def test_a_sentence_nobody_uses_is_a_warning_on_its_line(folder: Path) -> None:
    line = edit(folder, "wording/en.yaml", "  label: Landmark\n", "  label: Landmark\n  labell: Landmark\n")
    (finding,) = lint(load_folder(folder))
    assert str(finding).startswith(f"wording/en.yaml:{line + 1}: warning: nothing uses `playbook.labell`")
