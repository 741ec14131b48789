"""Changing the packet, its papers, its lanes, and what the signature needs.

Answers: what a change writes and when it is refused. Does not answer: what is missing (``closing.packet``).
"""

from datetime import date
from typing import Any, BinaryIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing.days import workdays_of
from landmark.closing.handover import read_is_signed
from landmark.closing.models import GoNoGo, Lane, LaneAsk, Packet, Paper, SignatureFrame, SigningStep
from landmark.closing.models.packet import AskKind, Outcome, PaperState, Side
from landmark.closing.packet import read_go_facts, read_signatures
from landmark.closing.policies import check_can_deliver, check_can_prepare, check_colleague
from landmark.closing.signatures import fill_decision
from landmark.closing.working import check_day, fresh, next_number, save_changes, take, today
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import Refused, check_version
from landmark.deals.proofs import prove
from landmark.engines.last_mile import answer_due, is_fully_signed, judge_go, may_sign
from landmark.ledger.attachments import store_attachment
from landmark.orgs.models import Member
from landmark.orgs.notices import tell
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

# The packet and its papers


def start_packet(deal: Deal, *, by: Member, note: str = "", via: str = "web") -> Packet:
    """A new version of all papers, those of the last version carried over. Only one is in work at a time."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        if Packet.objects.filter(deal=change.deal, sent_on__isnull=True).exists():
            raise Refused(_("A version of the packet is in work already: finish and send that one."))
        last = Packet.objects.filter(deal=change.deal).order_by("-number").first()
        number = next_number(Packet, change.deal)
        made = Packet.objects.create(deal=change.deal, number=number, note=note.strip(), **fresh(by))
        held = {paper.key: paper for paper in last.papers.all()} if last else {}
        for item in load_playbook(change.deal.playbook).last_mile.papers:
            _carry_over(made, item.key, held.get(item.key), item.duty, by)
        change.record("packet.started", note=note)
    return made


def _carry_over(packet: Packet, key: str, old: Paper | None, duty: str, by: Member) -> None:
    start = PaperState.NOT_NEEDED if duty == "if_asked" else PaperState.MISSING
    names = ("state", "label", "owner", "wording", "attachment_sha256", "is_late_ask")
    values = {name: getattr(old, name) for name in names} if old else {"state": start}
    Paper.objects.create(deal_id=packet.deal_id, packet=packet, key=key, **values, **fresh(by))


def save_paper(
    deal: Deal, *, by: Member, paper: Paper, if_version: int | None = None, attachment: BinaryIO | None = None,
    via: str = "web", **values: Any,
) -> Paper:  # fmt: skip
    """Change one paper of the packet in work; what went out stays as it went out."""
    digest = store_attachment(attachment) if attachment else ""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = Paper.objects.select_related("packet").get(pk=paper.pk, deal=change.deal)
        if row.packet.sent_on is not None:
            raise Refused(_("This version has gone out. Start the next version to change a paper."))
        check_version(row.version, if_version, current=row)
        save_changes(row, values | ({"attachment_sha256": digest} if digest else {}))
        change.record("paper.saved", paper=paper.key)
    return row


def send_packet(deal: Deal, *, by: Member, sent_to: str, sent_on: date | None = None, via: str = "web") -> Packet:
    """The version goes out, and every lane is asked to approve it. Refused while a paper is missing."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        packet = Packet.objects.filter(deal=change.deal, sent_on__isnull=True).first()
        if packet is None:
            raise Refused(_("There is no version in work. Start the next version of the packet."))
        day = check_day(sent_on, change.deal, _("A packet is sent today or was sent earlier."))
        _check_complete(packet)
        if not sent_to.strip():
            raise Refused(_("Say who received the packet."))
        save_changes(packet, {"sent_on": day, "sent_to": sent_to})
        for lane in ensure_lanes(change.deal, by):
            _ask_for_approval(lane, packet, day, by)
        if packet.number == 1:
            title = _("Packet v%(number)s sent to %(who)s") % {"number": packet.number, "who": sent_to}
            prove(change, "contract_in_markup", strength=Strength.DOCUMENTED, on=day, title=title)
        change.record("packet.sent", note=sent_to)
    return packet


def _check_complete(packet: Packet) -> None:
    playbook = load_playbook(packet.deal.playbook)
    held = packet.papers.exclude(state__in=[PaperState.READY, PaperState.NOT_NEEDED])
    names = [playbook.text(f"last_mile.paper.{paper.key}.label", get_language() or "en") for paper in held]
    if names:
        raise Refused(_("Not complete yet: %(papers)s.") % {"papers": ", ".join(names)})


# Lanes


def ensure_lanes(deal: Deal, by: Member) -> list[Lane]:
    """The playbook's lanes as rows of this deal; those that exist stay as they are. Who answers on their side is
    proposed by role."""
    mile = load_playbook(deal.playbook).last_mile
    held = {lane.key: lane for lane in Lane.objects.filter(deal=deal)}
    people = list(Stakeholder.objects.filter(deal=deal).order_by("person__name"))
    for item in mile.lanes:
        if item.key not in held:
            reviewer = next((row for row in people if set(item.roles) & set(row.roles)), None)
            held[item.key] = Lane.objects.create(
                deal=deal, key=item.key, reviewer=reviewer, answer_days=mile.answer_days, **fresh(by)
            )
    return [held[item.key] for item in mile.lanes]


def save_lane(
    deal: Deal, *, by: Member, key: str, owner: Member | None, reviewer: Stakeholder | None, answer_days: int,
    via: str = "web",
) -> Lane:  # fmt: skip
    """Who runs the lane, who answers, in how many business days. Questions asked before keep their day."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        lane = next((lane for lane in ensure_lanes(change.deal, by) if lane.key == key), None)
        if lane is None:
            raise Refused(_("The playbook of this deal has no such lane."))
        if reviewer is not None and reviewer.deal_id != change.deal.id:
            raise Refused(_("This person is not on this deal."))
        check_colleague(change.deal, owner)
        is_new_to_them = owner is not None and owner.id not in (lane.owner_id, by.id)
        save_changes(lane, {"owner": owner, "reviewer": reviewer, "answer_days": answer_days})
        if owner is not None and is_new_to_them:
            label = load_playbook(change.deal.playbook).text(f"last_mile.lane.{key}.label", get_language() or "en")
            text = _("%(who)s asks you to run the lane “%(lane)s” of %(deal)s.")
            tell([owner], text % {"who": by.name, "lane": label, "deal": change.deal.name}, deal_id=deal.id)
        change.record("lane.saved", lane=key)
    return lane


def _ask_for_approval(lane: Lane, packet: Packet, day: date, by: Member) -> None:
    """An unanswered ask for an older version is withdrawn by the newer one."""
    LaneAsk.objects.filter(lane=lane, kind=AskKind.APPROVAL, answered_on__isnull=True).delete()
    due_on = answer_due(day, lane.answer_days, workdays_of(packet.deal))
    LaneAsk.objects.create(
        deal=packet.deal, lane=lane, kind=AskKind.APPROVAL, packet_number=packet.number,
        owner=lane.reviewer.person.name if lane.reviewer else "", asked_on=day, due_on=due_on, **fresh(by),
    )  # fmt: skip


def ask_question(
    deal: Deal, *, by: Member, key: str, text: str, owner: str, asked_on: date | None = None, via: str = "web"
) -> LaneAsk:
    """A question of a lane's people, with who answers it; its day follows from the lane's answer time."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        lane = next((lane for lane in ensure_lanes(change.deal, by) if lane.key == key), None)
        if lane is None or not text.strip():
            raise Refused(_("Choose the lane and write the question."))
        day = check_day(asked_on, change.deal, _("A question was asked today or earlier."))
        made = LaneAsk.objects.create(
            deal=change.deal, lane=lane, kind=AskKind.QUESTION, text=text.strip(), asked_on=day,
            owner=owner.strip() or (lane.owner.name if lane.owner else by.name),
            due_on=answer_due(day, lane.answer_days, workdays_of(change.deal)), **fresh(by),
        )  # fmt: skip
        change.record("lane.asked", note=text, lane=key)
    return made


def answer_ask(
    deal: Deal, *, by: Member, ask: LaneAsk, outcome: str, answer: str = "", answered_on: date | None = None,
    if_version: int | None = None, via: str = "web",
) -> LaneAsk:  # fmt: skip
    """An approval, a return with reasons, or the answer to a question."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, ask, if_version)
        allowed = (Outcome.ANSWERED,) if row.kind == AskKind.QUESTION else (Outcome.APPROVED, Outcome.RETURNED)
        if outcome not in allowed:
            raise Refused(_("Choose one of the answers offered."))
        if outcome in (Outcome.RETURNED, Outcome.ANSWERED) and not answer.strip():
            raise Refused(_("Write the answer, or why it came back."))
        day = check_day(answered_on, change.deal, _("An answer came today or earlier."))
        if day < row.asked_on:
            raise Refused(_("The answer cannot be older than the question."))
        save_changes(row, {"outcome": outcome, "answer": answer, "answered_on": day})
        change.record("lane.answered", note=answer, outcome=outcome)
    return row


def reopen_ask(deal: Deal, *, by: Member, ask: LaneAsk, if_version: int | None = None, via: str = "web") -> None:
    """The answer was entered by mistake: the question is open again, with its day."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, ask, if_version)
        save_changes(row, {"outcome": "", "answer": "", "answered_on": None})
        change.record("lane.reopened", note=ask.text)


# What the signature needs


def save_frame(
    deal: Deal, *, by: Member, if_version: int | None = None, via: str = "web", **values: Any
) -> SignatureFrame:
    """Purchase order, billing, the two dates, method, kick-off. A cause of a slip is kept for the next deal."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        held = SignatureFrame.objects.filter(deal=change.deal).first()
        row = held or SignatureFrame(deal=change.deal, version=0, **fresh(by))
        check_version(row.version, if_version, current=row)
        save_changes(row, values)
        change.record("signature_frame.saved")
    return row


def add_signature(
    deal: Deal, *, by: Member, position: int, side: str, name: str, due_on: date | None = None, via: str = "web"
) -> SigningStep:
    """Somebody who signs, in their place. Once both sides are named, the way to the signature is known."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        if not name.strip() or side not in Side.values:
            raise Refused(_("Say who signs and for which side."))
        before = {item.side for item in read_signatures(change.deal)}
        made = SigningStep.objects.create(
            deal=change.deal, position=position, side=side, name=name.strip(), due_on=due_on, **fresh(by)
        )
        if len(before) == 1 and side not in before:
            names = " → ".join(step.name for step in SigningStep.objects.filter(deal=change.deal))
            title = _("Signing order: %(names)s") % {"names": names}
            prove(change, "contracting_known", strength=Strength.DOCUMENTED, on=today(change.deal), title=title)
        change.record("signing.added", note=name)
    return made


def remove_signature(deal: Deal, *, by: Member, step: SigningStep, via: str = "web") -> None:
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, step)
        if row.signed_on is not None:
            raise Refused(_("This signature has been given and stays in the order."))
        row.delete()
        change.record("signing.removed", note=step.name)


def sign(deal: Deal, *, by: Member, step: SigningStep, signed_on: date | None = None, via: str = "web") -> SigningStep:
    """A signature was given, in its turn. With the last one the contract is signed, and says so to the gate."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, step)
        if row.signed_on is not None:
            raise Refused(_("This signature is on record already."))
        waiting = may_sign(read_signatures(change.deal), row.position)
        if waiting:
            names = ", ".join(item.name for item in waiting)
            raise Refused(_("First comes the signature of %(names)s; or change the order.") % {"names": names})
        day = check_day(signed_on, change.deal, _("A signature was given today or earlier."))
        save_changes(row, {"signed_on": day})
        if is_fully_signed(read_signatures(change.deal)):
            _prove_signed(change, day)
            fill_decision(change.deal)
        change.record("signing.signed", note=step.name)
    return row


def _prove_signed(change: Change, day: date) -> None:
    """Once; a signature on record from elsewhere is not doubled."""
    if read_is_signed(change.deal):
        return
    names = ", ".join(item.name for item in read_signatures(change.deal))
    title = _("Signed by %(names)s") % {"names": names}
    prove(change, "contract_signed", strength=Strength.SIGNED, on=day, title=title, author=names)


def hold_go_no_go(
    deal: Deal, *, by: Member, is_go: bool, present: str, note: str = "", held_on: date | None = None, via: str = "web"
) -> GoNoGo:
    """The meeting's answer. Go is refused while something stands in the way; no-go keeps what it was."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        hindrances = judge_go(read_go_facts(change.deal))
        if is_go and hindrances:
            raise Refused(_("Not yet: the list above still names what stands in the way."))
        if not present.strip():
            raise Refused(_("Say who was there: sales operations, delivery and finance belong to it."))
        day = check_day(held_on, change.deal, _("Write it down once it was held."))
        made = GoNoGo.objects.create(
            deal=change.deal, number=next_number(GoNoGo, change.deal), held_on=day, is_go=is_go,
            present=present.strip(), note=note.strip(), **fresh(by),
            hindrances=[{"what": h.what, **{k: str(v) for k, v in h.values.items()}} for h in hindrances],
        )  # fmt: skip
        change.record("go_no_go.held", note=note, go=is_go)
    return made
