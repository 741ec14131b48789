"""Writing rows that are kept version by version, and taking the last entry back.

Answers: how a new version ends the one before, what happens when somebody else was faster, how an entry is undone.
Does not answer: who may write (``policies``). Undoing is a new act: rows end and copies of the
versions before them follow; evidence that the entry put on record is taken back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.models.kept import Kept
from landmark.deals import policies
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal
from landmark.deals.proofs import take_back
from landmark.orgs.models import Member


def find_current(row: Kept) -> Kept | None:
    """The version of the same thing that counts now."""
    same = {name: getattr(row, name) for name in row.IDENTITY}
    found: Kept | None = type(row).objects.current().filter(deal=row.deal, **same).first()
    return found


def keep(rows: Sequence[Kept], *, by: Member, was: Sequence[UUID | None] | None = None) -> None:
    """Write new versions as one entry. ``was``: for each row the version the person saw, None for none.

    Nothing is written when one of them was changed meanwhile.
    """
    now, entry = timezone.now(), uuid4()
    current = [find_current(row) for row in rows]
    if was is not None:
        _check_seen(current, was)
    for row, before in zip(rows, current, strict=True):
        _end(before, now)
        row.known_at, row.entry, row.author_name = now, entry, by.name
        empty = {f.name for f in row._meta.concrete_fields if f.null and getattr(row, f.attname) is None}
        _check_words(row, {"deal", *empty})
        row.save(force_insert=True)


def _check_words(row: Kept, unasked: set[str]) -> None:
    """Too long, too large or missing, whatever door it came through, is refused in a sentence."""
    try:
        row.full_clean(exclude=unasked, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise policies.Refused(" ".join(error.messages)) from error


def _check_seen(current: Iterable[Kept | None], was: Iterable[UUID | None]) -> None:
    for row, seen in zip(current, was, strict=True):
        if (row.id if row else None) != seen:
            who, what = (row.author_name, str(row)) if row else ("", "")
            raise policies.StaleVersion(
                _("%(who)s changed this while you had it open, to “%(what)s”. Look at it again, then send yours.")
                % {"who": who or _("Somebody"), "what": what or _("nothing")}
            )


def _end(row: Kept | None, now: datetime) -> None:
    if row is not None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])


def drop(row: Kept, *, by: Member, verb: str, via: str = "web") -> None:
    """End something without a new version."""
    with changing(row.deal, by=by, via=via, check=policies.check_can_pursue) as change:
        _end(find_current(row), timezone.now())
        change.record(verb, note=str(row))


def undo(deal: Deal, *, by: Member, model: type[Kept], entry: UUID, via: str = "web") -> None:
    """Take back one entry, as long as nobody built on it."""
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        rows = list(model.objects.filter(deal=change.deal, entry=entry))
        if not rows or any(row.ended_at for row in rows):
            raise policies.Refused(_("This was changed since, so it cannot be undone. Enter it anew instead."))
        now = timezone.now()
        for row in rows:
            before = _version_before(row)
            _end(row, now)
            if before is not None:
                _copy(before, by, now)
            _take_back_proof(change, row, before)
        change.record(f"{model._meta.model_name}.undone", note=str(rows[0]))


def _version_before(row: Kept) -> Kept | None:
    same = {name: getattr(row, name) for name in row.IDENTITY}
    found: Kept | None = type(row).objects.filter(deal=row.deal, ended_at=row.known_at, **same).first()
    return found


def _copy(row: Kept, by: Member, now: datetime) -> None:
    row.pk, row.entry, row.known_at, row.ended_at, row.author_name = uuid4(), uuid4(), now, None, by.name
    row.save(force_insert=True)


def _take_back_proof(change: Change, row: Kept, before: Kept | None) -> None:
    proof = getattr(row, "proof_id", None)
    if proof != getattr(before, "proof_id", None):
        take_back(change, proof, _("The entry that proved it was undone."))
