"""Sending a letter to the buyer, and keeping what was sent.

Answers: one letter goes out once and is on record word for word. Does not answer: what it says (``papers``, the
views), what it proves (the caller's own action).

The row is written before the mail leaves and settled after it, so that neither a crash nor a second click can send
unseen: a mail server is no part of a transaction.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.core.mail import get_connection
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.mail import Enclosure, NewLetter, Recipient, build_message, check_letter, make_message_id
from landmark.closing.models import IssuedPaper, Letter, LetterState
from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.ledger.attachments import read_attachment, store_attachment
from landmark.orgs.models import Member

PROBLEM_LENGTH = 300
LONGEST_SENDING = timedelta(minutes=10)
_METHOD = re.compile(rb"^METHOD:([A-Z]+)", re.MULTILINE)


def send_letter(
    deal: Deal, letter: NewLetter, *, by: Member, token: str, paper: IssuedPaper | None = None, via: str = "web"
) -> Letter:
    """Send it and record it. The same ``token`` again answers with the letter that went out before.

    A mail server that refuses leaves the letter on record as not sent, with the reason; nothing is raised.
    """
    check_letter(letter)
    row, is_new = _open_letter(deal, letter, by=by, token=token, paper=paper)
    if not is_new:
        return row
    return _deliver(row, letter, by=by, via=via)


def send_again(letter: Letter, *, by: Member, via: str = "web") -> Letter:
    """Another try, word for word, for a letter that the mail server refused or whose sending was cut off."""
    again = NewLetter(
        kind=letter.kind, recipients=[Recipient(r["email"], r["name"]) for r in letter.recipients],
        subject=letter.subject, body=letter.body, reply_to=letter.reply_to, sender_name=f"{by.name} ({by.org.name})",
        enclosures=[_read_enclosure(file) for file in letter.attachments],
    )  # fmt: skip
    check_letter(again)
    with changing(letter.deal, by=by, via=via) as change:
        row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk, deal=change.deal)
        if not is_stuck(row):
            raise policies.Refused(_("This letter went out, or is on its way."))
        row.state, row.problem, row.created_at, row.sent_by = LetterState.SENDING, "", timezone.now(), by
        row.save(update_fields=["state", "problem", "created_at", "sent_by"])
    return _deliver(row, again, by=by, via=via)


def is_stuck(letter: Letter) -> bool:
    """Refused, or without an answer for so long that the server must have stopped in between."""
    is_cut_off = letter.state == LetterState.SENDING and letter.created_at < timezone.now() - LONGEST_SENDING
    return letter.state == LetterState.FAILED or is_cut_off


def _read_enclosure(file: Mapping[str, str]) -> Enclosure:
    content = read_attachment(file["sha256"])
    method = _METHOD.search(content) if file["type"] == "text/calendar" else None
    return Enclosure(file["name"], file["type"], content, method[1].decode() if method else "")


def _deliver(row: Letter, letter: NewLetter, *, by: Member, via: str) -> Letter:
    """Hand it to the mail server and keep what came of it."""
    problem = _try(letter, row.message_id)
    with changing(row.deal, by=by, via=via, check=policies.check_same_org) as change:
        row.state = LetterState.FAILED if problem else LetterState.SENT
        row.problem = problem[:PROBLEM_LENGTH]
        row.sent_at = None if problem else timezone.now()
        row.save(update_fields=["state", "problem", "sent_at"])
        change.record(
            "letter.failed" if problem else "letter.sent", note=letter.subject, kind=letter.kind, letter=str(row.id),
            people=len(letter.recipients),
        )  # fmt: skip
    return row


def _open_letter(
    deal: Deal, letter: NewLetter, *, by: Member, token: str, paper: IssuedPaper | None
) -> tuple[Letter, bool]:
    kept = [
        {"name": e.name, "type": e.content_type, "sha256": store_attachment(BytesIO(e.content))}
        for e in letter.enclosures
    ]
    with changing(deal, by=by) as change:
        fields = {
            "deal": change.deal, "paper": paper, "kind": letter.kind, "reply_to": letter.reply_to, "body": letter.body,
            "recipients": [{"name": r.name, "email": r.email} for r in letter.recipients],
            "subject": letter.subject.strip(), "attachments": kept, "message_id": make_message_id(),
            "created_at": timezone.now(), "sent_by": by,
        }  # fmt: skip
        row, is_new = Letter.objects.get_or_create(token=token, defaults=fields)
    if row.deal_id != deal.id:
        raise PermissionDenied(_("This letter belongs to another deal."))
    return row, is_new


def _try(letter: NewLetter, message_id: str) -> str:
    """What went wrong, "" when the mail server took it."""
    try:
        build_message(letter, message_id).send()
    except (OSError, ValueError) as error:  # no connection, refused, timed out (smtplib's are OSErrors); unfit headers
        return _("The mail server did not take it: %(reason)s") % {"reason": error}
    return ""


def can_leave_the_house() -> bool:
    """Whether a mail server is set; else mail only appears on the server's console and in the record."""
    return not type(get_connection()).__module__.endswith("console")
