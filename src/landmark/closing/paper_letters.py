"""A document as a letter: what is proposed, what is shown before it goes, what sending it settles elsewhere.

Answers: the letter exactly as it would go out. Does not answer: how it is sent and kept (``letter_actions``).
"""

from collections.abc import Sequence
from contextlib import suppress

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from landmark.closing.letter_actions import send_again, send_letter
from landmark.closing.mail import Enclosure, NewLetter, Recipient, check_letter
from landmark.closing.minutes_actions import send_minutes
from landmark.closing.models import DecisionMeeting, Invitee, Letter, LetterState, MeetingState, Minutes, Recap
from landmark.closing.offer_actions import mark_sent
from landmark.closing.paper_actions import issue_paper, issued_form
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import Made, make_paper
from landmark.closing.recap_actions import mark_recap_sent
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import Refused, check_can_edit
from landmark.documents.paper import set_paper
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook

SUMMARIES = {"one_page", "executive_summary"}
DECIDERS = {"economic_buyer", "executive_sponsor"}


def list_recipients(deal: Deal) -> list[Recipient]:
    """The buyer's people with an e-mail address, by name."""
    rows = Stakeholder.objects.filter(deal=deal).exclude(person__email="").select_related("person")
    return [Recipient(row.person.email, row.person.name) for row in rows.order_by("person__name")]


def names_without_address(deal: Deal) -> list[str]:
    """The buyer's people whom no letter reaches yet."""
    rows = Stakeholder.objects.filter(deal=deal, person__email="").exclude(person__name="")
    return list(rows.order_by("person__name").values_list("person__name", flat=True))


def meant_for(deal: Deal, key: str) -> list[Recipient]:
    """Those of them to whom this document goes as a rule: guests, those who were there, those who decide."""
    meetings = DecisionMeeting.objects.filter(deal=deal)
    if key == "agenda":
        meeting = meetings.filter(state__in=(MeetingState.PLANNED, MeetingState.INVITED)).last()
        found = Invitee.objects.filter(meeting=meeting)
    elif key == "minutes":
        found = Invitee.objects.filter(meeting=meetings.filter(state=MeetingState.HELD).last(), was_there=True)
    else:
        return _by_part(deal, key)
    emails = set(found.filter(person__isnull=False).values_list("person__email", flat=True))
    return [recipient for recipient in list_recipients(deal) if recipient.email in emails]


def _by_part(deal: Deal, key: str) -> list[Recipient]:
    """A plan is everybody's; a recap is for those who confirm it, a summary for those who decide."""
    roles = DECIDERS if key in SUMMARIES else set(load_playbook(deal.playbook).last_mile.confirmed_by)
    if key == "action_plan":
        return list_recipients(deal)
    rows = Stakeholder.objects.filter(deal=deal).select_related("person")
    emails = {row.person.email for row in rows if roles & set(row.roles)}
    return [recipient for recipient in list_recipients(deal) if recipient.email in emails]


def greet(made: Made, recipients: Sequence[Recipient]) -> str:
    """The first line, in the document's language."""
    write = Writer(made.paper.frame.lang)
    names = [recipient.name for recipient in recipients if recipient.name]
    return write("mail_greeting", names=write.people(*names)) if names else write("mail_greeting_all")


def propose(made: Made, recipients: Sequence[Recipient], by: Member) -> tuple[str, str]:
    """Subject and text in the document's language, to be changed at will."""
    frame = made.paper.frame
    write = Writer(frame.lang)
    ask = f"\n{made.paper.ask}\n" if made.paper.ask else ""
    body = write(
        "mail_body", greeting=greet(made, recipients), document=made.paper.name, deal=frame.deal,
        day=write.day(frame.as_of), ask=ask, name=by.name, seller=frame.seller,
    )  # fmt: skip
    return write("mail_subject", document=made.paper.name, deal=frame.deal), body


def compose(made: Made, *, recipients: Sequence[Recipient], subject: str, body: str, by: Member) -> NewLetter:
    """The letter with its PDF, checked. Only a document for both sides becomes one."""
    if made.kind.audience is not SHARED:
        raise Refused(_("This document is for the team only; it is not sent to the buyer."))
    pdf = set_paper(issued_form(made).paper)
    letter = NewLetter(
        kind=made.kind.key, recipients=recipients, subject=subject.strip(), body=body.strip(),
        reply_to=by.user.email if by.user else "", sender_name=f"{by.name} ({by.org.name})",
        enclosures=[Enclosure(file_name(made), "application/pdf", pdf)],
    )  # fmt: skip
    check_letter(letter)
    return letter


def file_name(made: Made) -> str:
    frame = made.paper.frame
    return f"{made.kind.key.replace('_', '-')}-v{frame.version}-{frame.lang}-{frame.as_of}.pdf"


def send_paper(asked: Asked, key: str, letter: NewLetter, *, by: Member, token: str, digest: str) -> Letter:
    """Issue the version, send it, and settle what its sending means. ``digest``: of the letter that was previewed."""
    known = Letter.objects.filter(token=token, deal=asked.deal).first()
    if known is not None:  # a second click
        return known
    check_can_edit(by, asked.deal)
    made = make_paper(key, asked)
    if made is None or letter.digest != digest:
        raise Refused(_("Something in it changed while you looked. Look at it again, then send it."))
    paper = issue_paper(
        asked.deal, key, by=by, lang=asked.lang, reader=asked.reader, chance=asked.chance, if_digest=made.digest
    )
    row = send_letter(asked.deal, letter, by=by, token=token, paper=paper)
    if row.state == LetterState.SENT:
        _settle(asked.deal, key, by=by)
    return row


def send_paper_again(letter: Letter, *, by: Member) -> Letter:
    """Another try for a letter that did not go; what its sending means is settled when it does."""
    row = send_again(letter, by=by)
    if row.state == LetterState.SENT:
        _settle(row.deal, row.kind, by=by)
    return row


def _settle(deal: Deal, key: str, *, by: Member) -> None:
    """Records of other parts that ask whether this document went out.

    It has left the house: a part that takes nothing more on this deal cannot make it unsent.
    """
    with suppress(Refused, PermissionDenied), transaction.atomic():
        if key == "one_page":
            mark_sent(deal, by=by, kind="one_page_summary")
        if key == "recap" and Recap.objects.filter(deal=deal, sent_on=None).exists():
            mark_recap_sent(deal, by=by)
        if key == "minutes" and Minutes.objects.filter(deal=deal, sent_on__isnull=True).exclude(text="").exists():
            send_minutes(deal, by=by, by_hand=True)
