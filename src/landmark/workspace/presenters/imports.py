"""What the import pages say about a run and about a difference.

Answers: words and numbers for the templates. Does not answer: what an import does (``connectors``).
"""

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.connectors.models import Difference, ImportRun
from landmark.connectors.progress import is_silent, read_progress
from landmark.outlook.models import FitRun
from landmark.playbook.loader import load_playbook

SHOWN_MILESTONES = 20
WORKER_IS_LATE_SECONDS = 20
WAITING = ("uploaded", "queued", "applying")


def describe_run(run: ImportRun) -> dict[str, Any]:
    """Everything the page of one run shows, whatever its state."""
    fit = FitRun.objects.filter(org=run.org).first() if run.status == "applied" else None
    phase, percent = read_progress(run.id) if run.status in {"queued", "applying"} else (run.phase, run.percent)
    is_fitting = fit is not None and fit.status in {"waiting", "running"}
    context: dict[str, Any] = {
        "run": run,
        "fit": fit,
        "phase": _say_phase(fit.phase if fit and is_fitting else phase),
        "percent": fit.percent if fit and is_fitting else percent,
        "is_waiting": run.status in WAITING or is_fitting,
        "is_worker_late": run.status == "queued" and is_silent(run.id, WORKER_IS_LATE_SECONDS),
        "is_stuck": run.status == "applying" and is_silent(run.id),
    }
    if run.status in {"checked", "applied"} and run.counts:
        context |= _describe_counts(run)
    return context


def _say_phase(phase: str) -> str:
    """The importer's own words, in the reader's language; anything else as it comes."""
    known = {
        "reading the files": _("Reading the files"),
        "comparing": _("Comparing with what is here"),
        "writing deals": _("Writing deals"),
        "looking at the gates": _("Looking at the gates"),
        "done": _("Done"),
    }
    return known.get(phase, phase)


def _describe_counts(run: ImportRun) -> dict[str, Any]:
    playbook, language = load_playbook(run.org.playbook), get_language() or "en"
    counts = run.counts
    how = {
        "mapping": _("named in the mapping"),
        "name": _("by its name"),
        "position": _("by its place in the list"),
        "default": _("nothing says where it lies"),
    }
    stages = [
        {"source": row["source"], "label": playbook.label("stage", row["stage"], language), "how": how[row["how"]]}
        for row in counts.get("stages", [])
    ]
    milestones = [
        {**row, "label": playbook.label("milestone", row["key"], language) if row["is_known"] else row["key"]}
        for row in counts.get("milestones", [])
    ]
    return {
        "counts": counts,
        "data_until": date.fromisoformat(counts["data_until"]),
        "deals": sum(counts["deals"].values()),
        "stages": stages,
        "milestones": milestones[:SHOWN_MILESTONES],
        "milestones_left": max(len(milestones) - SHOWN_MILESTONES, 0),
        "rows": [problem for problem in run.problems if problem["kind"] == "row"],
        "values": [problem for problem in run.problems if problem["kind"] == "value"],
        "first_notes": [problem for problem in run.problems if problem["kind"] == "note"],
    }


def describe_difference(difference: Difference) -> dict[str, Any]:
    """One difference with the names people know."""
    playbook, language = load_playbook(difference.deal.playbook), get_language() or "en"
    names = {
        "stage": _("Stage"),
        "name": _("Name"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "target_on": _("Target date"),
        "owner": _("Owner"),
        "account": _("Account"),
        "deal_type": _("Type"),
    }
    label = names.get(difference.field) or playbook.label("attribute", difference.field, language)

    def show(value: str) -> str:
        return playbook.label("stage", value, language) if difference.field == "stage" else value or _("nothing")

    return {
        "id": difference.id,
        "deal": difference.deal,
        "label": label,
        "ours": show(difference.ours),
        "theirs": show(difference.theirs),
        "brought_at": difference.run.created_at,
    }
