"""Erasing one of the buyer's people for good; the ledger still verifies.

Answers: what goes: name, title, address, what was thought of them, words that name them, files that show them. What
stays: that somebody in these roles was met on those days. Does not answer: what is held (``person_data``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from landmark.closing.models import Letter
from landmark.closing.person_data import PersonData, Trace, Words, find_deals, find_person_data
from landmark.closing.person_files import find_files, remove_files
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.locks import lock_deal
from landmark.deals.models import Person, StageMove
from landmark.deals.policies import Refused
from landmark.deals.records import actor_of, record
from landmark.ledger.erase import erase
from landmark.orgs.models import Member
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right

GONE = "—"
PERSON_FIELDS = {"name", "title", "email", "source", "external_id"}

# Of rows that are the person's: what was thought or said of them, and what is left in its place.
OF_THEM: Mapping[str, Mapping[str, Any]] = {
    "deals.Stakeholder": {"stance": "neutral", "personal_benefit": "", "plan": ""},
    "buying.StakeholderState": {
        "card": {}, "influence": None, "interest": None, "decision_part": "", "cares_about": "", "needs": "",
        "cost_of_waiting": "", "step_text": "", "step_owner": "", "depth": {}, "minimum": {}, "blocks": "",
        "unblock_evidence": "",
    },
    "buying.AskedQuestion": {"text": GONE},
    "closing.Objection": {"words": GONE, "question": "", "root_cause": "", "cause": "", "answer": ""},
    "closing.RecapAnswer": {"words": GONE},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went, and which files are gone from the disk."""

    rows: int
    ledger_rows: int
    letters: int
    files: int


def erase_person(person: Person, *, by: Member, typed_name: str, via: str = "web") -> Erased:
    """For good, by an administrator who typed the name. Files go last, when all else is written."""
    check_right(by, Right.ADMINISTER)
    if by.org_id != person.org_id:
        raise Refused(_("This person belongs to another organisation."))
    if typed_name.strip() != person.name.strip():
        raise Refused(_("Type the name exactly as it stands above; what is erased does not come back."))
    with transaction.atomic():
        for deal in find_deals(person):
            lock_deal(deal)
        data = find_person_data(person)  # what a colleague wrote until now counts as well
        files = find_files((*_theirs(data), *data.papers, *data.ledger), data.deals, data.words.stand_in)
        for trace in data.traces:
            _clean_row(trace, data.words)
        gone = erase(
            person.org_id, [row.pk for row in data.ledger], by=actor_of(by), source=via, note=_("a person's data")
        )
        for letter in data.letters:
            _clean_letter(letter, data.words)
        detail = {"rows": len(data.traces), "ledger": gone, "letters": len(data.letters), "files": len(files)}
        record(person.org_id, "person.erased", "person", person.id, by=by, via=via, detail=detail)
        for deal in data.deals:
            refresh_gate_state(lock_deal(deal))
        transaction.on_commit(lambda: remove_files(files))
    person.refresh_from_db()
    return Erased(len(data.traces), gone, len(data.letters), len(files))


def _theirs(data: PersonData) -> list[Model]:
    return [trace.row for trace in data.traces if trace.is_theirs]


def _clean_row(trace: Trace, words: Words) -> None:
    row = trace.row
    if isinstance(row, Person):
        row.name, row.title, row.email, row.source, row.external_id = GONE, "", "", "", ""
    elif isinstance(row, StageMove):  # its words may only be emptied
        changes = {name: "" for name in trace.fields if name in ("note", "reopen_when")}
        if changes:
            StageMove.objects.filter(pk=row.pk).update(**changes)
        return
    else:
        _replace_words(row, trace, words)
    names = PERSON_FIELDS if isinstance(row, Person) else {*trace.fields, *_of_them(trace)}
    if names:
        type(row)._default_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})


def _of_them(trace: Trace) -> Mapping[str, Any]:
    return OF_THEM.get(trace.label, {}) if trace.is_theirs else {}


def _replace_words(row: Model, trace: Trace, words: Words) -> None:
    for name in trace.fields:
        setattr(row, name, words.replace(getattr(row, name), GONE))
    for name, value in _of_them(trace).items():
        setattr(row, name, value)


def _clean_letter(row: Letter, words: Words) -> None:
    row.recipients = words.replace(row.recipients, GONE)
    for name in ("subject", "body", "problem"):
        setattr(row, name, words.replace(getattr(row, name), GONE))
    row.save(update_fields=["recipients", "subject", "body", "problem"])
