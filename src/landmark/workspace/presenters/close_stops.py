"""The way from the decision to the hand-over as stops: where each stands, and the one next thing to do.

Answers: the stops of a deal. Does not answer: what a stop's page shows (``close``).
"""

from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.models.handover import HandOverState
from landmark.ui.formats import format_day, format_money
from landmark.workspace.presenters.close import ClosePage


class Haste(IntEnum):
    """What is late comes first, what would only be better last."""

    NOW = 0
    NEXT = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of the way: where it stands and whether it is done. ``step``: the next thing to do there."""

    name: str
    label: str
    state: str
    is_done: bool
    step: str = ""
    haste: Haste = Haste.NEXT


def read_stops(page: ClosePage) -> list[Stop]:
    return [read(page) for read in (_terms, _summary, _packet, _markups, _recap, _signing, _hand_over)]


def _terms(page: ClosePage) -> Stop:
    label = _("Commercial summary")
    if page.summary is None:
        return Stop("close_terms", label, _("not written"), False, _("Write what is priced, once for all papers"))
    state = f"v{page.summary.number} · {format_money(page.total, page.summary.currency)}"
    if page.differs_from_deal:
        return Stop("close_terms", label, state, False, _("Its total is not the deal's value: mend one of the two"))
    return Stop("close_terms", label, state, True)


def _summary(page: ClosePage) -> Stop:
    label = _("Executive summary")
    if page.brief is None:
        return Stop("close_summary", label, _("not written"), False, _("Draft it from what is on record"))
    vague = len(page.brief.vague)
    lacking = sum(bool(section.problems) for section in page.brief.sections)
    if vague or lacking:
        text = ngettext("%(n)d line to sharpen", "%(n)d lines to sharpen", vague + lacking) % {"n": vague + lacking}
        step = _("Give each line a number, a date or a boundary")
        return Stop("close_summary", label, text, False, step, Haste.LATER)
    return Stop("close_summary", label, f"v{page.brief_row.number}", True)


def _packet(page: ClosePage) -> Stop:
    label, view = _("Packet and lanes"), page.packet
    if view.current is None:
        return Stop("close_packet", label, _("not started"), False, _("Start the packet of papers"))
    if view.conflicts:
        step = _("Start the next version and make the papers say the same")
        step = step if view.current.sent_on else _("Make the papers say the same")
        return Stop("close_packet", label, _("papers disagree"), False, step)
    if view.current.sent_on is None:
        count = len(view.missing)
        text = ngettext("%(n)d paper missing", "%(n)d papers missing", count) % {"n": count}
        step = _("Finish the papers, then send the packet") if count else _("Send the packet")
        return Stop("close_packet", label, f"v{view.current.number} · {text}", False, step)
    waiting = [lane for lane in page.lanes if not lane.is_approved]
    if waiting:
        state = ngettext("%(n)d lane to answer", "%(n)d lanes to answer", len(waiting)) % {"n": len(waiting)}
        names = {"lanes": ", ".join(page.say("lane", lane.key) for lane in waiting)}
        if page.late_asks:
            return Stop("close_packet", label, state, False, _("An answer is late: ask for it today"), Haste.NOW)
        return Stop("close_packet", label, state, False, _("Get the answer of %(lanes)s") % names)
    return Stop("close_packet", label, _("approved by every lane"), True)


def _markups(page: ClosePage) -> Stop:
    label, still_open = _("Mark-ups"), page.open_markups
    if not page.markups:
        return Stop("close_markups", label, _("none came"), True)
    if still_open:
        text = ngettext("%(n)d open", "%(n)d open", len(still_open)) % {"n": len(still_open)}
        unowned = [row for row in still_open if not row.decider]
        step = _("Name who decides clause %(clause)s") if unowned else _("Settle clause %(clause)s")
        return Stop("close_markups", label, text, False, step % {"clause": (unowned or still_open)[0].clause})
    return Stop("close_markups", label, _("all settled"), True)


def _recap(page: ClosePage) -> Stop:
    label = _("Recap")
    if page.recap is None:
        return Stop("close_recap", label, _("not written"), False, _("Write the recap for the two who confirm it"))
    if page.recap.recap.sent_on is None:
        return Stop("close_recap", label, _("not sent"), False, _("Send the recap to the two who confirm it"))
    if page.recap.owed:
        names = ", ".join(_owner(page, role) for role in page.recap.owed)
        return Stop("close_recap", label, _("not confirmed"), False, _("Ask %(who)s for “Confirmed”") % {"who": names})
    return Stop("close_recap", label, _("confirmed"), True)


def _owner(page: ClosePage, role: str) -> str:
    row = page.recap_owners.get(role)
    return row.person.name if row else page.say("role", role)


def _signing(page: ClosePage) -> Stop:
    label = _("Go and signature")
    if page.hand_over.is_signed:
        return Stop("close_signing", label, _("signed"), True)
    if not page.signing:
        return Stop("close_signing", label, _("order not known"), False, _("Name who signs, in order"))
    if page.last_go is None or not page.last_go.is_go:
        state = ngettext("%(n)d thing before go", "%(n)d things before go", len(page.hindrances))
        return Stop(
            "close_signing", label, state % {"n": len(page.hindrances)}, False, _("Hold the go or no-go meeting")
        )
    step = next(s for s in page.signing if s.signed_on is None) if any(not s.signed_on for s in page.signing) else None
    text = _("Get the signature of %(who)s") % {"who": step.name} if step else _("Put the signed contract on record")
    return Stop("close_signing", label, _("go since %(day)s") % {"day": format_day(page.last_go.held_on)}, False, text)


def _hand_over(page: ClosePage) -> Stop:
    label, row = _("Hand-over"), page.hand_over.current
    if row is None:
        step = _("Start the hand-over") if page.hand_over.has_yes else ""
        return Stop("close_handover", label, _("not started"), False, step)
    steps = {
        HandOverState.DRAFT: _("Complete it and hand it to delivery"),
        HandOverState.OFFERED: _("Delivery answers"),
        HandOverState.RETURNED: _("Put right what delivery asks for"),
        HandOverState.ACCEPTED: "" if page.hand_over.steps else _("Prepare the onboarding"),
    }
    done = row.state == HandOverState.ACCEPTED
    return Stop("close_handover", label, row.get_state_display(), done, steps[HandOverState(row.state)])


def find_next(page: ClosePage, stops: list[Stop]) -> Stop | None:
    """What is late first, what would only be better last. After the signature the hand-over alone is left to do."""
    if page.deal.stage == "lost":
        return None
    names = [stop.name for stop in stops]
    signing = names.index("close_signing")
    left = stops[signing + 1 :] if stops[signing].is_done else stops
    wanting = [stop for stop in left if not stop.is_done and stop.step]
    return min(wanting, key=lambda stop: stop.haste, default=None)
