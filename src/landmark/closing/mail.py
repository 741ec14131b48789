"""A letter to the buyer as the mail system gets it.

Answers: the message, exactly: what the preview shows is what is built here. Does not answer: whether it may go out and
what is kept of it (``letter_actions``).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formataddr, make_msgid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from landmark.deals.policies import Refused

LIMIT_RECIPIENTS = 50


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets the letter; the name may be empty."""

    email: str
    name: str = ""

    def __str__(self) -> str:
        return formataddr((self.name, self.email)) if self.name else self.email


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with it. ``method``: of a calendar file (REQUEST, CANCEL), told to the reader's calendar."""

    name: str
    content_type: str
    content: bytes
    method: str = ""

    @property
    def size_kb(self) -> int:
        return max(round(len(self.content) / 1024), 1)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """What is to be sent. ``kind``: the document or calendar file it is about."""

    kind: str
    recipients: Sequence[Recipient]
    subject: str
    body: str
    reply_to: str = ""
    sender_name: str = ""
    enclosures: Sequence[Enclosure] = field(default=())

    @property
    def sender(self) -> str:
        return formataddr((self.sender_name, settings.DEFAULT_FROM_EMAIL))

    @property
    def digest(self) -> str:
        """Changes with every letter of it: what was previewed and what is sent can be compared."""
        held = [self.sender, self.reply_to, self.subject, self.body, [str(r) for r in self.recipients]]
        files = [(e.name, e.content_type, e.method, hashlib.sha256(e.content).hexdigest()) for e in self.enclosures]
        return hashlib.sha256(json.dumps([held, files]).encode()).hexdigest()


def check_letter(letter: NewLetter) -> None:
    """Raise ``Refused`` with the first thing that keeps it from going out."""
    if not letter.recipients:
        raise Refused(_("Choose at least one person to send it to."))
    if len(letter.recipients) > LIMIT_RECIPIENTS:
        raise Refused(_("A letter goes to %(limit)d people at most.") % {"limit": LIMIT_RECIPIENTS})
    if not letter.subject.strip() or not letter.body.strip():
        raise Refused(_("Write a subject and a few words."))
    if any(sign in letter.subject for sign in "\r\n"):
        raise Refused(_("A subject is one line."))
    for recipient in letter.recipients:
        _check_address(recipient)


def _check_address(recipient: Recipient) -> None:
    try:
        validate_email(recipient.email)
    except ValidationError:
        shown = recipient.email or recipient.name
        raise Refused(_("“%(address)s” is not an e-mail address.") % {"address": shown}) from None
    if any(sign in recipient.name for sign in "\r\n"):
        raise Refused(_("A name is one line."))


def build_message(letter: NewLetter, message_id: str = "") -> EmailMultiAlternatives:
    """The message with its files, ready for Django's mail back end."""
    message = EmailMultiAlternatives(
        subject=letter.subject.strip(),
        body=letter.body,
        from_email=letter.sender,
        to=[str(recipient) for recipient in letter.recipients],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": message_id or make_message_id()},
    )
    for enclosure in letter.enclosures:
        if enclosure.method:  # RFC 6047: once for the mail program's calendar, once as a file for all others
            message.attach_alternative(
                enclosure.content.decode(), f"{enclosure.content_type}; method={enclosure.method}"
            )
        message.attach(enclosure.name, enclosure.content, enclosure.content_type)
    return message


def make_message_id() -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return make_msgid(domain=domain)
