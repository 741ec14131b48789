"""Everything held about one of the buyer's people, wherever it stands.

Answers: which rows are theirs, which speak of them, in which words their name (also an earlier one) or address stands.
Does not answer: which files show them (``person_files``), how it is erased (``person_actions``). The walk knows no list
of tables: a new table with a deal is searched by itself. Somebody of the same name at another account is somebody else:
outside their own deals only the address counts. Not reached: files of imports and backups, first names alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import CharField, Field, JSONField, Model, Q, TextField
from django.forms.models import model_to_dict
from django.utils import timezone

from landmark.closing.models import IssuedPaper, Letter
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.deals.paths import deal_path, rows_pointing_at
from landmark.ledger.models import AuditEvent, Evidence, FieldChange, Payload
from landmark.orgs.models import Notice

ROOM = ("deals", "buying", "plans", "closing", "outlook", "cadence", "connectors")
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Trace:
    """A stored row that belongs to the person, or whose words name them. ``fields``: which words."""

    row: Model
    fields: tuple[str, ...]
    is_theirs: bool

    @property
    def label(self) -> str:
        return str(self.row._meta.label)

    @property
    def table(self) -> str:
        return str(self.row._meta.verbose_name)

    @property
    def values(self) -> dict[str, Any]:
        """The whole row when it is theirs, else the words that name them."""
        held = model_to_dict(self.row)
        held = held if self.is_theirs else {name: held.get(name) for name in self.fields}
        return {name: _plain(value) for name, value in held.items() if value not in (None, "", [], {})}


@dataclass(frozen=True)
class PersonData:
    """``ledger``: rows of the chain with words of or about them, by kind."""

    person: Person
    words: "Words"
    traces: tuple[Trace, ...]
    ledger: tuple[Evidence | FieldChange | AuditEvent, ...]
    letters: tuple[Letter, ...]
    papers: tuple[IssuedPaper, ...]
    deals: tuple[Deal, ...]

    def export(self) -> dict[str, Any]:
        """All of it as plain data, for the person who asks."""
        person = self.person
        return {
            "person": {"id": str(person.id), "name": person.name, "title": person.title, "email": person.email},
            "exported_at": timezone.now().isoformat(),
            "deals": [{"id": str(deal.id), "name": deal.name} for deal in self.deals],
            "records": [
                {"table": trace.label, "id": str(trace.row.pk), "theirs": trace.is_theirs, "values": trace.values}
                for trace in self.traces
            ],
            "ledger": [
                {
                    "kind": row._meta.model_name,
                    "id": str(row.pk),
                    "recorded_at": row.recorded_at.isoformat(),
                    "words": row.payload.body if row.payload else {},
                }
                for row in self.ledger
            ],
            "letters": [
                {"id": str(row.id), "subject": row.subject, "text": row.body, "to": row.recipients}
                for row in self.letters
            ],
            "documents": [
                {"id": str(row.id), "kind": row.kind, "version": row.version, "language": row.language}
                for row in self.papers
            ],
        }  # fmt: skip


def find_person_data(person: Person) -> PersonData:
    deals = find_deals(person)
    words = Words((person.name, *_earlier_names(person)), person.email)
    return PersonData(
        person=person,
        words=words,
        traces=(*_find_traces(person, words, deals), *_find_notices(person, words, deals)),
        ledger=tuple(_find_ledger(person, words, deals)),
        letters=tuple(_find_letters(person, words, deals)),
        papers=tuple(
            row for row in IssuedPaper.objects.filter(deal__in=deals) if str(person.id) in row.person_ids
        ),
        deals=deals,
    )  # fmt: skip


def find_deals(person: Person) -> tuple[Deal, ...]:
    """Deals where something may be written about them, oldest first."""
    return tuple(Deal.objects.filter(_of_person(person)).distinct().order_by("opened_at", "pk"))


def _earlier_names(person: Person) -> list[str]:
    """A person may have been put down under another name first; the ledger knows it by their part in a deal."""
    stakes = [str(pk) for pk in Stakeholder.objects.filter(person=person).values_list("pk", flat=True)]
    rows = AuditEvent.objects.filter(org_id=person.org_id, verb="person.mapped", detail__stakeholder__in=stakes)
    return [row.note for row in rows.with_text()]


def _of_person(person: Person) -> Q:
    """Their own deals and those of their account, where somebody may have written about them."""
    found = Q(stakeholders__person=person)
    return found | Q(account_id=person.account_id) if person.account_id else found


class Words:
    """A person's names and address, as they stand in texts."""

    def __init__(self, names: Iterable[str], email: str) -> None:
        held = {" ".join(name.split()) for name in names}
        self._address = _compile([email.strip()])
        self._pattern = _compile([*held, email.strip()])

    def hold_address(self, value: object) -> bool:
        return self._address is not None and self._address.search(_flat(value)) is not None

    def stand_in(self, value: object) -> bool:
        return self._pattern is not None and self._pattern.search(_flat(value)) is not None

    def replace(self, value: Any, by: str) -> Any:
        """The value with every name and address replaced, keys of objects left as they are."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(by, value)
        if isinstance(value, list | tuple):
            return [self.replace(held, by) for held in value]
        return {key: self.replace(held, by) for key, held in value.items()} if isinstance(value, dict) else value


def _compile(texts: Iterable[str]) -> re.Pattern[str] | None:
    """Whole words, whatever stands between them and however they are written."""
    found = sorted((text for text in texts if len(text) >= SHORTEST_NAME), key=len, reverse=True)
    pattern = "|".join(r"\s+".join(re.escape(part) for part in text.split()) for text in found)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if found else None


def _find_traces(person: Person, words: Words, deals: tuple[Deal, ...]) -> Iterator[Trace]:
    yield Trace(person, (), is_theirs=True)
    stakes = list(Stakeholder.objects.filter(person=person))
    ids = [deal.pk for deal in deals]
    for model in _models():
        path = deal_path(model)
        theirs = {row.pk for row in rows_pointing_at(model, person, *stakes)}
        rows = model._default_manager.filter(Q(**{f"{path}__in": ids}) | Q(pk__in=theirs)) if path else ()
        texts = [field.name for field in text_fields(model)]
        for row in rows:
            named = tuple(name for name in texts if words.stand_in(getattr(row, name)))
            if row.pk in theirs or named:
                yield Trace(row, named, row.pk in theirs)


def _find_notices(person: Person, words: Words, deals: tuple[Deal, ...]) -> Iterator[Trace]:
    for row in Notice.objects.filter(org=person.org_id, deal_id__in=[deal.pk for deal in deals]):
        if words.stand_in(row.text):
            yield Trace(row, ("text",), is_theirs=False)


def _find_letters(person: Person, words: Words, deals: tuple[Deal, ...]) -> Iterator[Letter]:
    for row in Letter.objects.filter(deal__org=person.org_id):
        held = [row.subject, row.body, row.recipients, row.problem]
        if words.hold_address(held) or (row.deal in deals and words.stand_in(held)):
            yield row


def _models() -> Iterator[type[Model]]:
    for app in ROOM:
        for model in apps.get_app_config(app).get_models():
            if model not in (Person, Letter, IssuedPaper):
                yield model


def text_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """What may hold a name: words and lists of words, no keys and choices."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField) and not field.choices and not field.primary_key
    ]


def _find_ledger(
    person: Person, words: Words, deals: tuple[Deal, ...]
) -> Iterator[Evidence | FieldChange | AuditEvent]:
    """Rows of the chain whose words hold the address, or name them and belong to their deals or to none."""
    ids = {deal.pk for deal in deals} | {None}
    payloads = Payload.objects.filter(org_id=person.org_id).exclude(salt=b"").values_list("pk", "body")
    found = {pk: words.hold_address(body) for pk, body in payloads.iterator(chunk_size=2000) if words.stand_in(body)}
    named = list(found)
    for model in (Evidence, FieldChange, AuditEvent):
        for start in range(0, len(named), 500):
            rows = model.objects.filter(payload_id__in=named[start : start + 500]).with_text()
            yield from (row for row in rows if row.deal_id in ids or (row.payload_id and found[row.payload_id]))


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(_flat(held) for held in value.values())
    return "\n".join(_flat(held) for held in value) if isinstance(value, list | tuple) else str(value or "")


def _plain(value: object) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    return value if isinstance(value, str | int | float | bool) else str(value)
