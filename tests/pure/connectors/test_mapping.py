"""A mapping file says exactly where it is wrong and what to write instead."""

from pathlib import Path

import pytest

from landmark.connectors.mapping import Mapping, read_mapping
from landmark.connectors.parsed import StructuralError

EXAMPLE = Path(__file__).parents[3] / "examples" / "bpic2012.mapping.yaml"
START = """version: 1
events:
  case: id
  time: when
  activity: what
"""


def refusal(tmp_path, text: str) -> str:
    path = tmp_path / "my.yaml"
    path.write_text(text)
    with pytest.raises(StructuralError) as caught:
        read_mapping(path)
    return str(caught.value)


def test_the_example_is_read():
    mapping = read_mapping(EXAMPLE)
    assert mapping.is_process_log
    assert mapping.events is not None
    assert mapping.events.drop == {"after_outcome": ["1"]}
    assert mapping.outcome is not None
    assert mapping.outcome.lost == ["declined", "cancelled"]


def test_one_text_stands_for_a_list_and_a_blank_stage_keeps_its_name(tmp_path):
    (tmp_path / "a.yaml").write_text(
        START + "outcome: {won: Signed, lost: [Refused, no]}\nstages: {Offer: commercial, Visit: }\n"
    )
    mapping = read_mapping(tmp_path / "a.yaml")
    assert mapping.outcome is not None
    assert (mapping.outcome.won, mapping.outcome.lost) == (["Signed"], ["Refused", "no"])
    assert mapping.stages == {"Offer": "commercial", "Visit": ""}


def test_a_mapping_may_hold_equivalents_alone():
    mapping = Mapping.model_validate({"version": 1, "milestones": {"Kick-off": "discovery_held"}})
    assert not mapping.is_process_log


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("", ":1", "version: 1"),
        ("version: 2\n", ":1", "version must be 1"),
        ("name: x\n", ":1", "version is missing"),
        (START + "outcome: {won: a, lost: b}\ncolour: red\n", ":7", "colour is not known"),
        (START + "  kept: {a: b}\n", ":6", "events.kept is not known"),
        ("version: 1\nevents:\n  case: id\n", ":2", "events.time is missing"),
        (START, ":1", "a process log also needs cases and outcome"),
        (START + "outcome:\n  won: []\n  lost: b\n", ":7", "outcome.won is empty"),
        (START + "outcome:\n  column: end\n  won: a\n  lost: b\n", ":6", "closed_at is missing"),
        ("version: 1\nname: [a]\n", ":2", "name must be one text"),
        ("version: 1\nmilestones: &x\n  a: b\n", ":2", "anchors"),
        ("version: 1\nversion: 1\n", ":2", "written twice"),
        ("version: [1\n", "", "not readable YAML"),
    ],
)
def test_faults_name_file_line_and_advice(tmp_path, text, place, advice):
    sentence = refusal(tmp_path, text)
    assert sentence.startswith(f"my.yaml{place}")
    assert advice in sentence
    assert sentence.endswith(".")
    assert str(tmp_path) not in sentence


def test_a_mapping_that_is_not_there(tmp_path):
    with pytest.raises(StructuralError, match="cannot be opened"):
        read_mapping(tmp_path / "none.yaml")
