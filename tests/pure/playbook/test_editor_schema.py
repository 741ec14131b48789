"""The JSON Schema kept in the documentation is the one the code makes."""

from pathlib import Path

from landmark.playbook.editor_schema import build_schema, schema_text

KEPT = Path(__file__).parents[3] / "docs" / "reference" / "playbook.schema.json"


def test_the_kept_schema_is_current() -> None:
    assert KEPT.read_text(encoding="utf-8") == schema_text(), "run: landmark playbook schema --out " + KEPT.name


def test_a_part_may_hold_any_of_the_names_but_no_other() -> None:
    schema = build_schema()
    assert "required" not in schema
    assert schema["additionalProperties"] is False
    assert {"stages", "gates", "milestones", "roles"} <= set(schema["properties"])
