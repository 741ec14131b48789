"""Erasing the words of rows, for good: a person's right, kept apart from what happened.

Answers: how names, titles and notes go while the chain stays whole. Does not answer: who may ask for it (``orgs``).
"""

from collections.abc import Iterable
from uuid import UUID

from landmark.ledger.append import append_audit
from landmark.ledger.inputs import Actor, NewAudit
from landmark.ledger.models import Payload

ERASED = "erase"


def erase(org_id: UUID, row_ids: Iterable[UUID], *, by: Actor, source: str, note: str = "") -> int:
    """Empty the payloads of these rows and record it, row by row. Returns how many had words to erase.

    Wants an open transaction. Copies made earlier (backups, exports) are not reached.
    """
    payloads = Payload.objects.filter(org_id=org_id, id__in=list(row_ids)).exclude(salt=b"")
    erased = sorted(payloads.values_list("id", flat=True))
    append_audit(
        org_id,
        [NewAudit(verb=ERASED, object_kind="payload", object_id=row_id, note=note) for row_id in erased],
        by=by,
        source=source,
    )
    Payload.objects.filter(org_id=org_id, id__in=erased).update(salt=b"", body={})
    return len(erased)
