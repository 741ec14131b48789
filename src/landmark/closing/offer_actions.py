"""The papers of the offer, and what is said at each part of it.

Answers: which paper was made and when it left the house. Does not answer: what a paper says (``documents``), when it
may travel (``engines.decision``).
"""

from datetime import date
from typing import BinaryIO

from django.utils.translation import gettext as _

from landmark.closing.models import MeetingState, OfferPaper, OfferPart
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_can_pursue
from landmark.engines import decision as rules
from landmark.ledger.attachments import store_attachment
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


def mark_made(
    deal: Deal, *, by: Member, kind: str, attachment: BinaryIO | None = None, is_made: bool = True, via: str = "web"
) -> OfferPaper:
    """The paper is there, perhaps with its file; or, taken back, it is not."""
    digest = store_attachment(attachment) if attachment else ""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        paper = _paper(change.deal, kind)
        if not is_made and paper.sent_on:
            raise Refused(_("This paper has left the house already."))
        paper.made_on = (paper.made_on or latest(deal.org).on) if is_made else None
        paper.attachment_sha256 = digest or (paper.attachment_sha256 if is_made else "")
        paper.save()
        change.record("offer_paper.made" if is_made else "offer_paper.unmade", kind=kind, file=digest)
    return paper


def mark_sent(
    deal: Deal, *, by: Member, kind: str, on: date | None = None, tender_reason: str = "", via: str = "web"
) -> OfferPaper:
    """The paper went to the buyer. The whole offer waits for the meeting, unless a tender asks for it."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        paper = _paper(change.deal, kind)
        is_held = change.deal.decision_meetings.filter(state=MeetingState.HELD).exists()
        if not rules.may_travel(
            load_playbook(deal.playbook).decision, kind, is_held=is_held, tender_reason=tender_reason
        ):
            ways = _(
                "Price and terms may be talked about before; in a tender, say which rule asks for the whole offer."
            )
            raise Refused(f"{_('The whole offer is presented first, at the meeting.')} {ways}")
        day = on or latest(deal.org).on
        if day > latest(deal.org).on:
            raise Refused(_("A paper that was sent has a day that is past: choose today or an earlier day."))
        paper.sent_on, paper.made_on = day, paper.made_on or day
        paper.tender_reason = "" if is_held else tender_reason.strip()[:300]
        paper.save()
        change.record("offer_paper.sent", note=paper.tender_reason, kind=kind, sent_on=day.isoformat())
    return paper


def _paper(deal: Deal, kind: str) -> OfferPaper:
    if load_playbook(deal.playbook).decision.paper(kind) is None:
        raise Refused(_("The playbook of this deal has no such paper."))
    return OfferPaper.objects.filter(deal=deal, kind=kind).first() or OfferPaper(deal=deal, kind=kind)


def save_part(
    deal: Deal, *, by: Member, key: str, text: str, challenge: str = "", value: str = "", via: str = "web"
) -> OfferPart:
    """What we say at one part of the offer, tied to the challenge it answers and the value it promises."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        if key not in load_playbook(deal.playbook).decision.offer_parts:
            raise Refused(_("The playbook's offer has no such part."))
        values = {"text": text.strip(), "challenge": challenge.strip(), "value": value.strip()}
        row, _made = OfferPart.objects.update_or_create(deal=change.deal, key=key, defaults=values)
        change.record("offer_part.saved", part=key)
    return row
