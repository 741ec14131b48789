"""Changing blockers and the hand-over.

Answers: what a change writes and when it is refused. Does not answer: the onboarding (``onboarding_actions``).
"""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing.held import draft_hand_over
from landmark.closing.models import Blocker, HandOver
from landmark.closing.models.handover import HandOverState
from landmark.closing.policies import check_can_deliver, check_colleague
from landmark.closing.working import fresh, next_number, save_changes, take, today
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_version
from landmark.engines.last_mile import judge_hand_over
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.notices import tell
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook

# Blockers


def save_blocker(
    deal: Deal, *, by: Member, kind: str, text: str, owner: str = "", due_on: date | None = None,
    blocker: Blocker | None = None, if_version: int | None = None, via: str = "web",
) -> Blocker:  # fmt: skip
    """Something that blocks the deal, of a kind from the playbook's list."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        kinds = {item.key for item in load_playbook(change.deal.playbook).last_mile.blockers}
        if kind not in kinds or not text.strip():
            raise Refused(_("Choose what kind of blocker it is and say what exactly is missing."))
        if blocker is None:
            row = Blocker(deal=change.deal, raised_on=today(change.deal), version=0, **fresh(by))
        else:
            row = take(change.deal, blocker, if_version)
        save_changes(row, {"kind": kind, "text": text, "owner": owner, "due_on": due_on})
        change.record("blocker.saved", note=text, kind=kind)
    return row


def clear_blocker(deal: Deal, *, by: Member, blocker: Blocker, if_version: int | None = None, via: str = "web") -> None:
    """Out of the way; or, when it was cleared by mistake, back again."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        row = take(change.deal, blocker, if_version)
        save_changes(row, {"cleared_on": None if row.cleared_on else today(change.deal)})
        change.record("blocker.cleared", note=blocker.text)


# The hand-over


def start_hand_over(deal: Deal, *, by: Member, via: str = "web") -> HandOver:
    """A first version from what the room holds, or the next one after delivery returned the last."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        last = HandOver.objects.filter(deal=change.deal).order_by("-number").first()
        if last is not None and last.state != HandOverState.RETURNED:
            raise Refused(_("There is a hand-over in work already."))
        sections = dict(last.sections) if last else draft_hand_over(change.deal, latest(change.deal.org))
        made = HandOver.objects.create(
            deal=change.deal, number=next_number(HandOver, change.deal), sections=sections,
            receiver=last.receiver if last else None, **fresh(by),
        )  # fmt: skip
        change.record("hand_over.started")
    return made


def save_hand_over(
    deal: Deal, *, by: Member, sections: Mapping[str, str], receiver: Member | None, if_version: int | None = None,
    via: str = "web",
) -> HandOver:  # fmt: skip
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        row = _in_work(change.deal)
        check_version(row.version, if_version, current=row)
        check_colleague(change.deal, receiver)
        keys = [section.key for section in load_playbook(change.deal.playbook).last_mile.hand_over]
        save_changes(row, {"sections": {key: sections.get(key, "").strip() for key in keys}, "receiver": receiver})
        change.record("hand_over.saved")
    return row


def _in_work(deal: Deal) -> HandOver:
    row = HandOver.objects.filter(deal=deal, state=HandOverState.DRAFT).order_by("-number").first()
    if row is None:
        raise Refused(_("There is no hand-over in work. Start one."))
    return row


def offer_hand_over(deal: Deal, *, by: Member, via: str = "web") -> HandOver:
    """Ask delivery to take it over. Refused while a part is missing; whoever takes it is told."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        row = _in_work(change.deal)
        playbook, lang = load_playbook(change.deal.playbook), get_language() or "en"
        lacking = judge_hand_over(row.sections, playbook.last_mile, row.receiver.name if row.receiver else "")
        if lacking:
            names = [
                playbook.text(f"last_mile.hand_over.{item.values['section']}.label", lang)
                if item.what == "section" else _("who takes it over")
                for item in lacking
            ]  # fmt: skip
            raise Refused(_("Still missing: %(parts)s.") % {"parts": ", ".join(names)})
        save_changes(row, {"state": HandOverState.OFFERED, "offered_on": today(change.deal)})
        if row.receiver is not None and row.receiver_id != by.id:
            text = _("%(who)s hands %(deal)s over to you: accept it, or return it with reasons.")
            tell([row.receiver], text % {"who": by.name, "deal": change.deal.name}, deal_id=deal.id)
        change.record("hand_over.offered")
    return row


def answer_hand_over(deal: Deal, *, by: Member, is_accepted: bool, reasons: str = "", via: str = "web") -> HandOver:
    """Delivery takes it, or returns it with reasons. Only who was asked, another contributor or a manager answers."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        row = HandOver.objects.filter(deal=change.deal, state=HandOverState.OFFERED).order_by("-number").first()
        if row is None:
            raise Refused(_("No hand-over waits for an answer."))
        if by.id != row.receiver_id and by.role not in (Role.CONTRIBUTOR, Role.MANAGER, Role.ADMINISTRATOR):
            raise PermissionDenied(_("Delivery answers a hand-over, not the one who offers it."))
        if not is_accepted and not reasons.strip():
            raise Refused(_("Say what is missing, so that it can be put right."))
        state = HandOverState.ACCEPTED if is_accepted else HandOverState.RETURNED
        save_changes(row, {"state": state, "answered_on": today(change.deal), "answered_by": by, "reasons": reasons})
        if change.deal.owner is not None and change.deal.owner_id != by.id:
            text = _("%(who)s accepted the hand-over of %(deal)s.") if is_accepted else _(
                "%(who)s returned the hand-over of %(deal)s: %(why)s"
            )  # fmt: skip
            words = {"who": by.name, "deal": change.deal.name, "why": reasons}
            tell([change.deal.owner], text % words, deal_id=deal.id)
        change.record("hand_over.answered", note=reasons, accepted=is_accepted)
    return row
