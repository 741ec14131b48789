"""Files of strangers: read as text, never trusted."""

import pytest

from landmark.documents.letters import MOST_TEXT, BadLetter, check_letter, guess_kind, read_letter

MAIL = (
    b"From: Bruno Keller <bruno@example.com>\r\nTo: alice@example.com\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
    b"Subject: =?utf-8?q?Re=3A_plan_=E2=9C=93?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"\r\nConfirmed: outcomes, requirements, owners and dates.\r\n"
)
INVITE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260302T100000Z\r\n"
    b"DTSTART:20260310T090000Z\r\nSUMMARY:Decision\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bruno@example.com\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
PAGE = (
    b"From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head><title>T</title><style>p{}</style><script>alert(1)</script></head>"
    b"<body><p>Yes &amp; no</p><img src=x onerror=alert(1)><a href='http://bad.example'>here</a></body></html>"
)


def test_a_mail_is_read() -> None:
    letter = read_letter(MAIL)
    assert letter.kind == "mail"
    assert dict(letter.rows)["Subject"] == "Re: plan ✓"
    assert letter.text.startswith("Confirmed: outcomes")


def test_an_answer_from_a_calendar_is_read() -> None:
    letter = read_letter(INVITE)
    assert letter.kind == "calendar"
    assert ("Summary", "Decision") in letter.rows
    assert any(name == "Attendee" and "ACCEPTED" in text for name, text in letter.rows)


def test_markup_is_dropped_and_nothing_of_it_is_kept_alive() -> None:
    text = read_letter(PAGE).text
    assert "Yes & no" in text
    assert "alert" not in text
    assert "<" not in text


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.eml", "empty"),
        (b"%PDF-1.7 \x00\x01", "a.eml", "not_mail"),
        (MAIL, "a.ics", "not_calendar"),
        (INVITE, "a.eml", "not_mail"),
        (b"BEGIN:VCALENDAR\r\nno end", "a.ics", "not_calendar"),
        (b"MZ\x90\x00", "b.ICS", "not_calendar"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(BadLetter) as bad:
        check_letter(data, name)
    assert bad.value.reason == reason


def test_other_names_are_not_looked_at() -> None:
    check_letter(b"%PDF", "a.pdf")
    assert guess_kind(b"PK\x03\x04") is None


def test_control_characters_and_turned_text_are_taken_out_and_long_ones_cut() -> None:
    mail = MAIL.replace(b"Confirmed", "a\u202eb\x07 ".encode() + b"x" * (MOST_TEXT + 5))
    letter = read_letter(mail)
    assert "\u202e" not in letter.text
    assert "\x07" not in letter.text
    assert letter.is_cut


def test_a_mail_that_lies_about_its_encoding_does_not_break_the_page() -> None:
    broken = MAIL.replace(b"charset=utf-8", b"charset=klingon").replace(b"Confirmed", b"\xff\xfe Confirmed")
    assert "Confirmed" in read_letter(broken).text
