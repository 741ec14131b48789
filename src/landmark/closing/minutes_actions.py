"""Minutes for those who were there, a debrief for us.

Answers: writing and sending minutes, holding the debrief, reminding of minutes that are due. Does not answer: what was
decided (``decision_actions``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from landmark.closing.decisions import DecisionRoom, read_room
from landmark.closing.letter_actions import send_letter
from landmark.closing.mail import NewLetter, Recipient
from landmark.closing.models import Debrief, Letter, LetterState, Minutes, OnboardingStep, Outcome, RoadMapStep
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_version
from landmark.engines.audience import SHARED, see
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.ui.formats import format_day


def draft_minutes(room: DecisionRoom) -> str:
    """The minutes as they follow from what is on record: nobody types it twice. For both sides, so no stance, no cause
    and no word of ours about the buyer."""
    meeting = room.meeting
    if meeting is None or meeting.held_on is None:
        return ""
    with translation.override(meeting.language):
        names = [row.name for row in meeting.invitees.filter(was_there=True).select_related("person", "member")]
        blocks = [
            _("Meeting on %(day)s. There: %(names)s.")
            % {"day": format_day(meeting.held_on), "names": ", ".join(names)},
            _("Aim: a decision by the end of the meeting."),
            _tell_decision(room),
            _tell_steps(room.road_map, _("What the decision hangs on")),
            _tell_steps(room.agreed, _("Next steps")),
            _tell_questions(room),
        ]
    return "\n\n".join(block for block in blocks if block)


def _tell_decision(room: DecisionRoom) -> str:
    decision = room.decision
    if decision is None:
        return ""
    who = decision.said_by.name if decision.said_by else ""
    if decision.outcome == Outcome.YES:
        return _("Decision: yes. %(who)s decided to go ahead with us.") % {"who": who}
    if decision.outcome == Outcome.YES_BUT:
        return _("Decision: yes, once the conditions below are met (%(who)s).") % {"who": who}
    if decision.outcome == Outcome.NO:
        return _("Decision: no. Thank you for saying so openly.")
    return _("No decision yet. The next date for it is %(day)s.") % {"day": format_day(decision.next_on)}


def _tell_steps(steps: Sequence[RoadMapStep | OnboardingStep], title: str) -> str:
    lines = [
        _("- %(what)s: %(who)s, by %(day)s") % {"what": s.text, "who": s.owner, "day": format_day(s.due_on)}
        for s in steps
    ]
    return "\n".join([title, *lines]) if lines else ""


def _tell_questions(room: DecisionRoom) -> str:
    rows = [see(row, SHARED) for row in room.objections if room.meeting and row.meeting_id == room.meeting.id]
    lines = [
        _("- %(words)s Answer: %(answer)s") % {"words": _stop(row.words), "answer": _stop(row.answer)}
        for row in rows
        if row.answer
    ]
    return "\n".join([_("Questions and answers"), *lines]) if lines else ""


def _stop(words: str) -> str:
    """As a sentence, whether or not somebody typed its stop."""
    return words if words.rstrip().endswith((".", "!", "?", "…", "。", "？", "؟")) else f"{words.rstrip()}."


def save_minutes(deal: Deal, *, by: Member, text: str, if_version: int | None = None, via: str = "web") -> Minutes:
    with changing(deal, by=by, via=via) as change:
        minutes = _find_minutes(change.deal)
        told = _(
            "%(who)s wrote these minutes while you had them open. Their text stands beside yours; put them together."
        )
        who = minutes.written_by.name if minutes.written_by else ""
        check_version(minutes.version, if_version, current=minutes, sentence=told, who=who)
        if minutes.sent_on is not None:
            raise Refused(_("These minutes were sent; they stay as they are."))
        minutes.text, minutes.written_by, minutes.version = text.strip()[:8000], by, minutes.version + 1
        minutes.save(update_fields=["text", "written_by", "version"])
        change.record("minutes.saved", meeting=str(minutes.meeting_id))
    return minutes


def send_minutes(
    deal: Deal, *, by: Member, text: str = "", by_hand: bool = False, if_version: int | None = None, via: str = "web"
) -> tuple[Minutes, Letter | None]:
    """Send them to everybody of the buyer's side who was there; ``by_hand`` says that you sent them yourself.

    They count as sent once the mail server has taken them; refused, the next try is another letter.
    """
    if text.strip():
        save_minutes(deal, by=by, text=text, if_version=if_version, via=via)
    with changing(deal, by=by, via=via) as change:
        minutes = _find_ready(change.deal)
        letter = None if by_hand else _write_letter(minutes, by)
        if letter is None:
            _mark_sent(change, minutes, people=0)
            return minutes, None
    token = f"minutes-{minutes.meeting_id}-{minutes.version}"
    sent = send_letter(deal, letter, by=by, token=token, via=via)
    with changing(deal, by=by, via=via) as change:
        minutes = _find_minutes(change.deal)
        if sent.state == LetterState.FAILED:
            minutes.version += 1
            minutes.save(update_fields=["version"])
        elif sent.state == LetterState.SENT and minutes.sent_on is None:
            _mark_sent(change, minutes, people=len(letter.recipients))
    return minutes, sent


def _find_ready(deal: Deal) -> Minutes:
    minutes = _find_minutes(deal)
    if not minutes.text.strip():
        raise Refused(_("Write the minutes first; a draft from what is on record is one click away."))
    if minutes.sent_on is not None:
        raise Refused(_("These minutes were sent already."))
    return minutes


def _write_letter(minutes: Minutes, by: Member) -> NewLetter:
    rows = minutes.meeting.invitees.filter(was_there=True, person__isnull=False).select_related("person")
    recipients = [Recipient(row.email, row.name) for row in rows if row.email]
    if not recipients:
        raise Refused(
            _("Nobody who was there has an e-mail address here. Add one, or say that you sent them yourself.")
        )
    with translation.override(minutes.language):
        subject = _("Minutes: %(subject)s") % {"subject": minutes.meeting.subject}
    reply_to = by.user.email if by.user else ""
    return NewLetter("minutes", recipients, subject[:200], minutes.text, reply_to, by.name)


def _mark_sent(change: Change, minutes: Minutes, *, people: int) -> None:
    minutes.sent_on, minutes.sent_at, minutes.sent_by = latest(change.deal.org).on, timezone.now(), change.by
    minutes.mailed_count, minutes.version = people, minutes.version + 1
    minutes.save(update_fields=["sent_on", "sent_at", "sent_by", "mailed_count", "version"])
    change.record("minutes.sent", meeting=str(minutes.meeting_id), people=people, by_hand=not people)


def _find_minutes(deal: Deal) -> Minutes:
    meeting = read_room(deal, latest(deal.org)).meeting
    minutes = (
        Minutes.objects.filter(meeting=meeting).select_related("meeting", "written_by").first() if meeting else None
    )
    if minutes is None:
        raise Refused(_("Minutes follow a meeting that was held."))
    return minutes


def hold_debrief(
    deal: Deal, *, by: Member, members: Collection[UUID], answers: Mapping[str, str], via: str = "web"
) -> Debrief:
    """What we take from it, with everybody of ours who was there."""
    with changing(deal, by=by, via=via) as change:
        meeting = read_room(change.deal, latest(deal.org)).meeting
        if meeting is None or meeting.held_on is None:
            raise Refused(_("A debrief follows a meeting that was held."))
        there = meeting.invitees.filter(was_there=True, member__isnull=False).select_related("member")
        absent = [row.name for row in there if row.member_id not in set(members)]
        if absent:
            raise Refused(
                _("Everybody of ours who was there takes part: %(names)s is missing.") % {"names": ", ".join(absent)}
            )
        found = Member.objects.filter(org=deal.org, id__in=members)
        if not found or not any(text.strip() for text in answers.values()):
            raise Refused(_("Say who took part, and note at least one thing."))
        kept = {key: text.strip()[:1000] for key, text in answers.items() if text.strip()}
        values = {"deal": change.deal, "held_on": latest(deal.org).on, "answers": kept}
        debrief, _made = Debrief.objects.update_or_create(meeting=meeting, defaults=values)
        debrief.members.set(found)
        change.record("debrief.held", meeting=str(meeting.id), members=len(found))
    return debrief


def mark_reminded(minutes: Minutes, *, is_overdue: bool, now: datetime) -> None:
    """Each of the two notices goes out once."""
    name = "alerted_at" if is_overdue else "reminded_at"
    setattr(minutes, name, now)
    minutes.save(update_fields=[name])
