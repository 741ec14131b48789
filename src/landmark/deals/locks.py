"""Taking a deal for changing.

Answers: the row an action works on, locked, in its newest version. Does not answer: whether the change is allowed.
"""

from django.db import transaction

from landmark.deals.models import Deal


def lock_deal(deal: Deal) -> Deal:
    """The deal's current row, locked until the transaction ends (SQLite's write transactions are exclusive anyway)."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("lock_deal needs a transaction")
    locked: Deal = Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
    locked.org = deal.org
    return locked
