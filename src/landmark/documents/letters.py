"""E-mails (.eml) and calendar files (.ics) that somebody hands over as evidence: read, checked, made safe to show.

Answers: is this file what it says it is, and what stands in it as plain text. Does not answer: whether it proves
anything. Nothing of a file is ever run, fetched or shown as HTML: markup is dropped, addresses stay text, attachments
are named and not opened. Sizes are limited before anything is read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Literal

from icalendar import Calendar

MOST_TEXT = 20_000
MOST_EVENTS = 50
MOST_NAMES = 50
HEADERS = ("From", "To", "Cc", "Date", "Subject")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_HEADER = re.compile(rb"^[!-9;-~]{1,76}:[ \t]?", re.MULTILINE)
_LONG = 500

Kind = Literal["mail", "calendar"]


class BadLetter(ValueError):
    """The file is not the e-mail or calendar file its name says. ``reason``: empty, not_mail, not_calendar."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """``rows``: names of the parts (headers or a calendar's own) with their text; ``files``: names of attachments."""

    kind: Kind
    rows: Sequence[tuple[str, str]]
    text: str
    files: Sequence[str] = ()
    is_cut: bool = False


def guess_kind(data: bytes) -> Kind | None:
    """By content alone, never by the name."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        return "calendar"
    first = head.split(b"\r\n\r\n")[0].split(b"\n\n")[0]
    names = {match[0].rstrip(b": \t").lower() for match in _HEADER.finditer(first)}
    return "mail" if {b"from", b"subject"} <= names or {b"from", b"date"} <= names else None


def read_letter(data: bytes) -> Letter:
    """The file as text. Raises ``BadLetter``."""
    kind = guess_kind(data)
    if kind == "mail":
        return _read_mail(data)
    if kind == "calendar":
        return _read_calendar(data)
    raise BadLetter("empty" if not data.strip() else "unknown")


def check_letter(data: bytes, name: str) -> None:
    """A file called .eml or .ics must be one; other names are not looked at. Raises ``BadLetter``."""
    wanted = {"eml": "mail", "ics": "calendar"}.get(name.rsplit(".", 1)[-1].lower())
    if wanted is None:
        return
    if not data.strip():
        raise BadLetter("empty")
    if guess_kind(data) != wanted:
        raise BadLetter(f"not_{wanted}")
    read_letter(data)


def _read_mail(data: bytes) -> Letter:
    try:
        mail = message_from_bytes(data, policy=default)
        rows = [(name, clean(str(mail[name]))) for name in HEADERS if mail[name] is not None]
        text, is_cut = _cut(_body(mail))
        files = [clean(part.get_filename() or part.get_content_type())[:_LONG] for part in mail.iter_attachments()]
    except (ValueError, LookupError, TypeError, AttributeError, KeyError) as error:
        raise BadLetter("not_mail") from error
    return Letter("mail", rows, text, files[:MOST_NAMES], is_cut)


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except LookupError:  # an encoding nobody knows
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return _strip_markup(content) if part.get_content_subtype() == "html" else content


class _Text(HTMLParser):
    """Words of a page without what is not said: scripts, styles, heads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "title")
        if tag in ("p", "br", "div", "tr", "li"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "title") and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _strip_markup(html: str) -> str:
    parser = _Text()
    parser.feed(html[: 10 * MOST_TEXT])
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(parser.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _read_calendar(data: bytes) -> Letter:
    try:
        calendar = Calendar.from_ical(data)
        rows = list(_calendar_rows(calendar))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadLetter("not_calendar") from error
    if not rows:
        raise BadLetter("not_calendar")
    notes = [clean(str(event.get("DESCRIPTION", ""))) for event in calendar.walk("VEVENT")[:MOST_EVENTS]]
    text, is_cut = _cut("\n\n".join(note for note in notes if note))
    return Letter("calendar", rows, text, (), is_cut)


def _calendar_rows(calendar: Calendar) -> Iterable[tuple[str, str]]:
    if method := calendar.get("METHOD"):
        yield "Method", clean(str(method))
    for event in calendar.walk("VEVENT")[:MOST_EVENTS]:
        for name in ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "STATUS", "ORGANIZER"):
            value = event.get(name)
            if value is not None:
                yield name.capitalize(), clean(str(getattr(value, "dt", value)))[:_LONG]
        people = event.get("ATTENDEE", [])
        for person in (people if isinstance(people, list) else [people])[:MOST_NAMES]:
            answer = getattr(person, "params", {}).get("PARTSTAT", "")
            yield "Attendee", clean(f"{person} {answer}".strip())[:_LONG]


def clean(text: str) -> str:
    """Without control characters, or marks that turn the direction of what follows."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def _cut(text: str) -> tuple[str, bool]:
    text = clean(text).strip()
    return text[:MOST_TEXT], len(text) > MOST_TEXT
