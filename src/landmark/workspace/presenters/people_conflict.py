"""Two people edited one person: what the other wrote, beside what was typed here.

Answers: the fields in which the two differ. Does not answer: which of them is right (the person at the form says).
"""

from typing import Any

from landmark.buying.models import StakeholderState
from landmark.workspace.people_forms import PersonForm

CARD = ("stance", "roles", "met_on", "personal_benefit", "plan")
PLAIN = (
    "influence", "interest", "decision_part", "cares_about", "needs", "cost_of_waiting", "step_text", "step_owner",
    "step_on", "blocks", "unblock_evidence",
)  # fmt: skip


def tell_conflict(form: PersonForm, current: StakeholderState) -> list[tuple[str, str]]:
    """Label and their value of each field that differs from what was typed."""
    theirs: dict[str, Any] = {name: current.card.get(name, "") for name in CARD}
    theirs |= {name: getattr(current, name) for name in PLAIN}
    return [
        (str(form.fields[name].label), _write(value))
        for name, value in theirs.items()
        if _write(value) != _write(form.cleaned_data.get(name))
    ]


def _write(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(sorted(str(item) for item in value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value or "").strip()
