"""What the file says against what people here said: a person settles it.

Answers: how one difference is settled, either way. Does not answer: how it was found (``plan``).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.connectors.known import IMPORTED
from landmark.connectors.models import Difference
from landmark.connectors.stages import CLOSING
from landmark.deals import policies
from landmark.deals.actions.moves import apply_move
from landmark.deals.changing import Change, changing
from landmark.deals.models import Account, Deal, DealAttribute, StageMove
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member

OURS, THEIRS = "ours", "theirs"
PLAIN_FIELDS = ("name", "currency", "deal_type")


def settle_difference(difference: Difference, *, by: Member, keep: str) -> None:
    """Keep ours: later files with the same value are not asked about again. Keep theirs: the source owns it again."""
    if keep not in {OURS, THEIRS}:
        raise ValueError(f"keep is {OURS!r} or {THEIRS!r}")
    with changing(difference.deal, by=by) as change:
        locked = Difference.objects.select_for_update().get(pk=difference.pk)
        if locked.settled_at is not None:
            raise policies.Refused(_("Somebody has settled this already."))
        if keep == THEIRS:
            _take_theirs(change, locked)
        locked.settled_at, locked.settled_by, locked.kept = timezone.now(), by, keep
        locked.save()
        change.record("difference.settled", field=locked.field, kept=keep)


def _take_theirs(change: Change, difference: Difference) -> None:
    deal = change.deal
    if difference.field == "stage":
        _stand_where_reported(deal, difference, change.by)
        return
    field, value = difference.field, difference.theirs
    if field in {*PLAIN_FIELDS, "amount", "target_on", "owner", "account"}:
        old, new = getattr(deal, field), _read(deal, field, value)
        setattr(deal, field, new)
    else:
        row = DealAttribute.objects.get(deal=deal, key=field)
        old, new = row.value, value
        row.value, row.is_edited = value, False
        row.save()
    deal.edited_fields = [name for name in deal.edited_fields if name != field]
    deal.version += 1
    deal.save()
    change.record_fields({field: (_plain(old), _plain(new))})


def _read(deal: Deal, field: str, value: str) -> Any:
    if field == "amount":
        return Decimal(value)
    if field == "target_on":
        return date.fromisoformat(value)
    if field == "owner":
        return _found(deal.org.members.filter(name=value).first())
    if field == "account":
        return _found(Account.objects.filter(org=deal.org, name=value).first())
    return value


def _found(row: Any) -> Any:
    if row is None:
        raise policies.Refused(_("What the file names is not here any more; import it again."))
    return row


def _plain(value: Any) -> Any:
    return str(value.id) if isinstance(value, Member | Account) else value


def _stand_where_reported(deal: Deal, difference: Difference, by: Member) -> None:
    """The deal goes to where its source says, unverified: no gate is passed. From now on imports move it again."""
    now, stage = timezone.now(), difference.theirs
    last = StageMove.objects.get(id=deal.last_move_id)
    happened = max(difference.at or stamp(deal.org), last.occurred_at)
    move = StageMove.objects.create(
        deal=deal, from_stage=deal.stage, to_stage=stage, direction=CLOSING.get(stage, "reported"),
        occurred_at=happened, known_at=now, recorded_at=now, member=by, author=by.name, via=IMPORTED,
        note=_("Taken over from the imported file."),
    )  # fmt: skip
    apply_move(deal, move, happened)
    if stage not in CLOSING:
        deal.is_verified = False
        deal.save(update_fields=["is_verified"])
