"""Tables of the ledger. Written by ``append`` alone, kept append-only by triggers (``guards``).

Answers: what a row holds. Does not answer: what was known when (``queries``), whether the chain is whole (``verify``).
Organisations, deals and actors are plain ids: those rows may go, the record of what happened stays.
"""

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from landmark.ledger.inputs import KEY_LENGTH, Exactness, LedgerError, Source
from landmark.ledger.queries import AuditQuerySet, ChangeQuerySet, EvidenceQuerySet
from landmark.playbook.strength import Strength

STRENGTHS = [(int(strength), strength.key) for strength in Strength]


class Head(models.Model):
    """Where an organisation's chain ends. Appending locks this row, so links follow one another."""

    org_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.seq}"


class Link(models.Model):
    """One to 1,000 rows of one kind, recorded together, chained to the link before."""

    org_id = models.UUIDField()
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    row_count = models.PositiveSmallIntegerField()
    rows_digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org_id", "seq"], name="link_once_in_chain")]

    def __str__(self) -> str:
        return f"{self.seq} ({self.kind})"


class Payload(models.Model):
    """The words of a row: names, titles, notes. May be emptied for good; its commitment keeps the chain whole.

    ``id`` is the id of the row the words belong to.
    """

    id = models.UUIDField(primary_key=True)
    org_id = models.UUIDField()
    commitment = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16)
    body = models.JSONField()

    def __str__(self) -> str:
        return str(self.id)


class Row(models.Model):
    """What every entry has: its place in the chain, our clock, who acted, through which door."""

    id = models.UUIDField(primary_key=True)
    org_id = models.UUIDField()
    seq = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    # Its id is this row's own, so the primary key of Payload is all the index that is needed.
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    digest = models.BinaryField(max_length=32)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["org_id", "seq", "position"], name="%(class)s_once_in_chain"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerError("Write to the ledger with landmark.ledger.append; its rows never change.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerError("Ledger rows stay; record a correction, or erase the words with landmark.ledger.erase.")

    def read_text(self, name: str) -> str:
        """A word of the payload ("" when there is none or it was erased). Fetch with ``with_text()`` for many rows."""
        return str(self.payload.body.get(name, "")) if self.payload is not None else ""

    @property
    def author(self) -> str:
        return self.read_text("author")

    @property
    def note(self) -> str:
        return self.read_text("note")

    @property
    def is_erased(self) -> bool:
        return self.payload is not None and not self.payload.salt


class Evidence(Row):
    """A milestone reached or another fact proved: how strongly, by whom, until when it counts."""

    deal_id = models.UUIDField()
    key = models.CharField(max_length=KEY_LENGTH)
    occurred_at = models.DateTimeField()
    known_at = models.DateTimeField()
    exactness = models.CharField(max_length=8, choices=Exactness.choices)
    strength = models.PositiveSmallIntegerField(choices=STRENGTHS)
    expires_on = models.DateField(null=True)
    supersedes = models.UUIDField(null=True)
    is_retracted = models.BooleanField(default=False)
    attachment_sha256 = models.CharField(max_length=64, blank=True)

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Row.Meta):
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["deal_id", "known_at"], name="evidence_of_deal")]
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(
                fields=["supersedes"], condition=Q(supersedes__isnull=False), name="evidence_corrected_once"
            ),
            models.CheckConstraint(
                condition=Q(known_at=F("recorded_at")) | Q(source=Source.IMPORT, strength=int(Strength.CLAIMED)),
                name="evidence_known_when_recorded",
                violation_error_message=_("Only an import of claimed facts may say when something was known."),
            ),
            models.CheckConstraint(condition=Q(strength__gte=1, strength__lte=4), name="evidence_strength_in_scale"),
            models.CheckConstraint(
                condition=Q(is_retracted=False) | Q(supersedes__isnull=False), name="evidence_retracts_something"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    @property
    def title(self) -> str:
        return self.read_text("title")


class FieldChange(Row):
    """A field took a new value. Personal values lie in the payload, the columns are then empty."""

    deal_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=KEY_LENGTH)
    object_id = models.UUIDField()
    field = models.CharField(max_length=KEY_LENGTH)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    is_personal = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    known_at = models.DateTimeField()
    exactness = models.CharField(max_length=8, choices=Exactness.choices)

    objects: ClassVar[ChangeQuerySet] = ChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["object_id", "known_at"], name="change_of_object"),
            models.Index(fields=["deal_id", "known_at"], name="change_of_deal"),
        ]
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                condition=Q(known_at=F("recorded_at")) | Q(source=Source.IMPORT),
                name="change_known_when_recorded",
                violation_error_message=_("Only an import may say when something was known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old_value} → {self.new_value}"

    @property
    def old_value(self) -> str:
        return self.read_text("old") if self.is_personal else self.old

    @property
    def new_value(self) -> str:
        return self.read_text("new") if self.is_personal else self.new


class AuditEvent(Row):
    """Somebody did something: moved, overrode, shared, imported, erased."""

    deal_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=KEY_LENGTH)
    object_kind = models.CharField(max_length=KEY_LENGTH, blank=True)
    object_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    objects: ClassVar[AuditQuerySet] = AuditQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["deal_id", "recorded_at"], name="audit_of_deal"),
            models.Index(fields=["object_id", "verb"], name="audit_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind}"


KINDS: dict[str, type[Evidence] | type[FieldChange] | type[AuditEvent]] = {
    "evidence": Evidence,
    "change": FieldChange,
    "audit": AuditEvent,
}
