"""From a source's stages to the playbook's states, and from a history to moves."""

import pytest

from landmark.connectors.parsed import NAN, DealRecord, StructuralError
from landmark.connectors.stages import map_stages, trace_steps
from landmark.playbook.loader import load_playbook

PLAYBOOK = load_playbook()


def mapped(listed: list[str], found: list[str] | None = None, equivalents: dict[str, str] | None = None,
           closing: list[str] | None = None) -> dict[str, tuple[str, str]]:  # fmt: skip
    rows = map_stages(PLAYBOOK, listed, found or [], equivalents or {}, closing or []).rows
    return {row.source: (row.stage, row.how) for row in rows}


def test_a_mapping_wins_over_the_playbooks_names() -> None:
    found = mapped(["Needs Analysis", "Prospecting"], equivalents={"needs analysis": "commercial"})
    assert found == {"Needs Analysis": ("commercial", "mapping"), "Prospecting": ("qualification", "name")}


def test_labels_count_in_every_language() -> None:
    italian = PLAYBOOK.label("stage", "solution", "it")
    assert mapped([italian]) == {italian: ("solution", "name")}


def test_stages_without_a_name_of_ours_are_placed_by_their_position() -> None:
    found = mapped(["Alpha", "Beta", "Gamma", "Delta", "Epsilon"])
    assert [stage for stage, _ in found.values()] == [stage.key for stage in PLAYBOOK.open_stages]
    assert {how for _, how in found.values()} == {"position"}


def test_a_placed_stage_lies_between_its_named_neighbours() -> None:
    found = mapped(["Needs Analysis", "Own step", "Solution Proposed", "Another"])
    assert found["Own step"][0] in {"discovery", "solution"}
    assert found["Another"][0] == "commitment"
    assert mapped(["Closing", "Odd one"])["Odd one"] == ("commitment", "position")


def test_a_name_outside_the_list_counts_as_the_first_state_and_says_so() -> None:
    assert mapped(["Prospecting"], found=["Somewhere"])["Somewhere"] == ("qualification", "default")


def test_closing_stages_stand_for_no_state() -> None:
    stages = map_stages(PLAYBOOK, ["Prospecting"], ["Signed"], {}, ["Signed"])
    assert [row.source for row in stages.rows] == ["Prospecting"]
    deal = DealRecord("D", opened=10, closed=30, outcome="won", stage="Signed")
    steps = trace_steps(deal, [(10, 10, "Prospecting"), (29.5, 29.5, "Signed")], stages, 40)
    assert [(step.to_stage, step.direction, step.at) for step in steps] == [
        ("qualification", "opened", 10),
        ("won", "win", 30),
    ]


def test_an_open_stage_never_stands_for_a_closed_state() -> None:
    assert mapped(["Closed Won"])["Closed Won"][0] == "qualification"


def test_a_stage_the_playbook_does_not_have_is_one_sentence() -> None:
    with pytest.raises(StructuralError, match="'nirvana'"):
        mapped(["Alpha"], equivalents={"Alpha": "nirvana"})


STAGES = map_stages(PLAYBOOK, ["Prospecting", "Needs Analysis", "Solution Proposed", "On Hold"], [], {})


def traced(deal: DealRecord, *entered: tuple[float, str]) -> list[tuple[str, str, str, float]]:
    steps = trace_steps(deal, [(at, at, name) for at, name in entered], STAGES, 100.0)
    return [(step.from_stage, step.to_stage, step.direction, step.at) for step in steps]


def test_a_history_becomes_moves_in_order_without_repeats() -> None:
    deal = DealRecord("D", opened=10, stage="Solution Proposed")
    found = traced(
        deal, (40, "Solution Proposed"), (10.2, "Prospecting"), (20, "Needs Analysis"), (30, "Needs Analysis")
    )
    assert found == [
        ("", "qualification", "opened", 10),
        ("qualification", "discovery", "reported", 20),
        ("discovery", "solution", "reported", 40),
    ]


def test_a_stage_without_history_is_known_only_since_the_end_of_the_file() -> None:
    """Else a forecast of an earlier day would know what nobody knew then."""
    found = traced(DealRecord("D", opened=10, stage="Solution Proposed"))
    assert found == [("", "qualification", "opened", 10), ("", "solution", "reported", 100)]


def test_events_before_the_opening_count_from_it_and_those_after_the_end_not_at_all() -> None:
    deal = DealRecord("D", opened=10, closed=50, outcome="lost")
    found = traced(deal, (5, "Needs Analysis"), (60, "Solution Proposed"))
    assert found == [("", "discovery", "opened", 10), ("discovery", "lost", "lose", 50)]


def test_a_deal_can_stand_paused() -> None:
    found = traced(DealRecord("D", opened=10, stage="On Hold"), (10, "Prospecting"), (30, "On Hold"))
    assert found[-1] == ("qualification", "paused", "reported", 30)


def test_a_deal_without_any_date_opens_when_the_files_end() -> None:
    assert traced(DealRecord("D", opened=NAN)) == [("", "qualification", "opened", 100)]
