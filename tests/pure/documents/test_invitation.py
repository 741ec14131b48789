"""Invitations as calendars read them: by the icalendar package here, by npm's ical.js in a test of its own."""

import contextlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from landmark.documents.invitation import Guest, Invitation, build_invitation, describe

NODE = Path(__file__).resolve().parents[2] / "node"
STARTS = datetime(2026, 3, 12, 14, 30, tzinfo=ZoneInfo("Europe/Rome"))
GUESTS = (
    Guest("Inès “Rau”; CFO, Birch", "ines@birch.example"),
    Guest("نور حداد", "nour@birch.example"),
    Guest("Bruno 🚚 Keller", "bruno@birch.example"),
    Guest("No Address", ""),
)
INVITATION = Invitation(
    uid="5d0c6c1e-decision@landmark",
    sequence=0,
    subject="Decision on Exception desk: review, offer; next steps, all \U0001f69a",
    goal="By the end we want your decision, yes or no.",
    agenda=("5 min: Welcome, and who is who", "10 min: Your decision"),
    starts_at=STARTS,
    duration_minutes=60,
    stamped_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    organizer=Guest("Alice Moretti", "alice@alder.example"),
    guests=GUESTS,
    place="Via Roma 1, 2° piano\nMilano",
    when="Thu 12 Mar, 14:30 to 15:30 (Europe/Rome)",
)


def read(data: bytes) -> tuple[Calendar, object]:
    calendar = Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.rule(
    "D", "The invitation is a real calendar invitation: REQUEST, stable UID, SEQUENCE, organizer, attendees"
)
def test_a_request_says_who_when_what_and_asks_for_an_answer() -> None:
    calendar, event = read(build_invitation(INVITATION))
    assert calendar["METHOD"] == "REQUEST"
    assert calendar["VERSION"] == "2.0"
    assert event["UID"] == INVITATION.uid
    assert event["SEQUENCE"] == 0
    assert event["SUMMARY"] == INVITATION.subject
    assert event["DTSTART"].dt == datetime(2026, 3, 12, 13, 30, tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=60)
    assert event["DTSTAMP"].dt == INVITATION.stamped_at
    assert event["STATUS"] == "CONFIRMED"
    assert event["LOCATION"] == INVITATION.place
    assert event["ORGANIZER"] == "mailto:alice@alder.example"
    attendees = event["ATTENDEE"]
    assert [str(one) for one in attendees] == [f"mailto:{guest.email}" for guest in GUESTS[:3]]
    assert [one.params["CN"] for one in attendees] == [guest.name for guest in GUESTS[:3]]
    assert {one.params["RSVP"] for one in attendees} == {"TRUE"}
    assert {one.params["PARTSTAT"] for one in attendees} == {"NEEDS-ACTION"}


@pytest.mark.rule("D", "The invitation's agenda names the decision as its goal")
def test_the_goal_comes_first_in_the_description() -> None:
    _calendar, event = read(build_invitation(INVITATION))
    assert str(event["DESCRIPTION"]) == describe(INVITATION)
    assert str(event["DESCRIPTION"]).splitlines()[0] == INVITATION.goal
    assert str(event["DESCRIPTION"]).endswith("2. 10 min: Your decision")


@pytest.mark.rule("D", "A change keeps the UID and raises SEQUENCE; a cancellation is a CANCEL of the same meeting")
def test_updates_and_cancellation_are_of_the_same_meeting() -> None:
    _first, one = read(build_invitation(INVITATION))
    _second, two = read(build_invitation(replace(INVITATION, sequence=1, starts_at=STARTS + timedelta(days=1))))
    cancelled, three = read(build_invitation(replace(INVITATION, sequence=2), "CANCEL"))
    assert one["UID"] == two["UID"] == three["UID"]
    assert [event["SEQUENCE"] for event in (one, two, three)] == [0, 1, 2]
    assert cancelled["METHOD"] == "CANCEL"
    assert three["STATUS"] == "CANCELLED"
    assert "RSVP" not in three["ATTENDEE"][0].params
    assert "PARTSTAT" not in three["ATTENDEE"][0].params


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    data = build_invitation(INVITATION)
    lines = data.split(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    data.decode("utf-8")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_at": datetime(2026, 3, 12, 14, 30)}, "time zone"),  # noqa: DTZ001 - that is the fault
        ({"organizer": Guest("Alice Moretti", "")}, "organizer"),
        ({"agenda": ()}, "agenda"),
        ({"duration_minutes": 0}, "takes time"),
    ],
)
def test_what_no_calendar_could_use_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build_invitation(replace(INVITATION, **change))


SCRIPT = """
const {default: ICAL} = await import(process.argv[2]);
const chunks = []; for await (const chunk of process.stdin) chunks.push(chunk);
const whole = new ICAL.Component(ICAL.parse(Buffer.concat(chunks).toString('utf8')));
const event = new ICAL.Event(whole.getFirstSubcomponent('vevent'));
console.log(JSON.stringify({method: whole.getFirstPropertyValue('method'), uid: event.uid, sequence: event.sequence,
  subject: event.summary, starts: event.startDate.toJSDate().toISOString(), minutes: event.duration.toSeconds() / 60,
  description: event.description, place: event.location,
  names: event.attendees.map(one => one.getParameter('cn')), mails: event.attendees.map(one => one.getFirstValue())}));
"""


def find_ical_js() -> Path:
    """The reader, put there by npm once; where npm is missing or reaches no registry, the test is skipped."""
    module = NODE / "node_modules" / "ical.js" / "dist" / "ical.js"
    npm = shutil.which("npm")
    if not module.is_file() and npm is not None:
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=NODE, timeout=120, check=False, capture_output=True)
    if not module.is_file() or shutil.which("node") is None:
        pytest.skip("ical.js is not there: run npm ci in tests/node.")
    return module


@pytest.mark.rule("D", "The invitation parses in npm's ical.js, as written")
def test_ical_js_reads_the_same(tmp_path: Path) -> None:
    module = find_ical_js()
    for method in ("REQUEST", "CANCEL"):
        check_with_ical_js(method, module, tmp_path)


def check_with_ical_js(method: str, module: Path, tmp_path: Path) -> None:
    script = tmp_path / "read.mjs"
    script.write_text(SCRIPT)
    data = build_invitation(replace(INVITATION, sequence=3), method)
    command = ["node", str(script), str(module)]
    run = subprocess.run(command, input=data, capture_output=True, check=True, timeout=30)
    found = json.loads(run.stdout)
    assert found == {
        "method": method,
        "uid": INVITATION.uid,
        "sequence": 3,
        "subject": INVITATION.subject,
        "starts": "2026-03-12T13:30:00.000Z",
        "minutes": 60,
        "description": describe(INVITATION),
        "place": INVITATION.place,
        "names": [guest.name for guest in GUESTS[:3]],
        "mails": [f"mailto:{guest.email}" for guest in GUESTS[:3]],
    }
