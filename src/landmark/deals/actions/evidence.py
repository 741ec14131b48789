"""Adding and correcting evidence."""

from datetime import UTC, date, datetime, time, timedelta
from typing import BinaryIO
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.ledger.attachments import store_attachment
from landmark.ledger.inputs import NewEvidence
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Milestone, Playbook, Strength


def add_evidence(
    deal: Deal,
    *,
    by: Member,
    key: str,
    strength: Strength,
    occurred_on: date,
    title: str = "",
    note: str = "",
    attachment: BinaryIO | None = None,
    author: str = "",
    expires_on: date | None = None,
    supersedes: UUID | None = None,
    via: str = "web",
) -> UUID:
    """Put one fact on record; a correction names the row it replaces. Returns the new row's id."""
    policies.check_can_add_evidence(by, deal)
    item = _check_key(load_playbook(deal.playbook), key)
    _check_day(occurred_on)
    digest = store_attachment(attachment) if attachment else ""
    _check_strength(strength, author, digest)
    with changing(deal, by=by, via=via, check=policies.check_can_add_evidence) as change:
        if supersedes:
            _check_correction(change.deal, supersedes)
        row = NewEvidence(
            deal_id=deal.id,
            key=key,
            occurred_at=datetime.combine(occurred_on, time.min, UTC),
            exactness="day",
            strength=strength,
            expires_on=expires_on or _expiry(item.expiry_days, occurred_on),
            supersedes=supersedes,
            attachment_sha256=digest,
            author=author or by.name,
            title=title.strip(),
            note=note.strip(),
        )
        return change.append(row)


def retract_evidence(deal: Deal, *, by: Member, evidence_id: UUID, reason: str, via: str = "web") -> UUID:
    """Take a fact back: the row stays, a retraction follows it."""
    if not reason.strip():
        raise policies.Refused(_("Say in a few words why this evidence no longer holds."))
    with changing(deal, by=by, via=via, check=policies.check_can_add_evidence) as change:
        wrong = _check_correction(change.deal, evidence_id)
        row = NewEvidence(
            deal_id=deal.id,
            key=wrong.key,
            occurred_at=wrong.occurred_at,
            strength=Strength(wrong.strength),
            supersedes=wrong.id,
            is_retracted=True,
            author=by.name,
            note=reason.strip(),
        )
        return change.append(row)


def _check_key(playbook: Playbook, key: str) -> Milestone:
    if not playbook.has_evidence(key):
        raise policies.Refused(_("The playbook of this deal has no evidence called “%(key)s”.") % {"key": key})
    return playbook.evidence_item(key)


def _check_day(occurred_on: date) -> None:
    if occurred_on > timezone.now().astimezone(UTC).date():
        raise policies.Refused(_("Evidence is something that has happened: choose today or an earlier day."))


def _check_strength(strength: Strength, author: str, attachment: str) -> None:
    """A buyer's word names the buyer; a signed paper is attached or names who signed."""
    if strength == Strength.BUYER and not (author.strip() or attachment):
        raise policies.Refused(_("Name the person on the buyer's side who said it, or attach their words."))
    if strength == Strength.SIGNED and not (author.strip() or attachment):
        raise policies.Refused(_("Attach the signed paper, or name who signed it."))


def _check_correction(deal: Deal, evidence_id: UUID) -> Evidence:
    row = Evidence.objects.filter(org_id=deal.org_id, deal_id=deal.id, id=evidence_id).first()
    if row is None:
        raise policies.Refused(_("The evidence to correct was not found on this deal."))
    return row


def _expiry(expiry_days: int | None, occurred_on: date) -> date | None:
    return occurred_on + timedelta(days=expiry_days) if expiry_days else None
