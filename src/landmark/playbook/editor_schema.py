"""JSON Schema of the playbook files, for editors that complete and check while one types.

Answers: which names and values a part may hold. Does not answer: whether the parts fit together (``lint``).
"""

import json
from typing import Any

from landmark.playbook.schema import Playbook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def build_schema() -> dict[str, Any]:
    """One schema for every part: a file may hold any of the top-level names, so none of them is required in it."""
    schema = Playbook.model_json_schema()
    schema.pop("required", None)
    schema["description"] = "One part of a playbook. All parts of a folder together make the playbook."
    return {"$schema": DIALECT, "title": "Landmark playbook part", **{k: v for k, v in schema.items() if k != "title"}}


def schema_text() -> str:
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"
