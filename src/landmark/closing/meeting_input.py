"""What a person types to call a decision meeting.

Answers: its shape, and whether it may go out as it stands. Does not answer: what saving it writes
(``meeting_actions``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from landmark.closing.days import workdays_of
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.engines import decision as rules
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook

LONGEST_MINUTES = 480
MOST_GUESTS = 50


@dataclass(frozen=True, slots=True)
class MeetingInput:
    """What a person types. ``starts_at`` carries its zone; ``agenda``: (key, text, minutes) in order."""

    subject: str
    starts_at: datetime
    duration_minutes: int
    time_zone: str
    agenda: Sequence[tuple[str, str, int]]
    place: str = ""
    language: str = "en"
    people: Collection[UUID] = field(default=())
    members: Collection[UUID] = field(default=())


def check_plan(deal: Deal, plan: MeetingInput) -> None:
    playbook = load_playbook(deal.playbook)
    if not plan.subject.strip() or len(plan.subject) > 200 or any(sign in plan.subject for sign in "\r\n"):
        raise Refused(_("Give the meeting a subject of one line, up to 200 letters."))
    if not is_subject_purposeful(playbook, plan.subject, deal.name, plan.language):
        raise Refused(_("Say in the subject that a decision is the aim, so that whoever decides comes prepared."))
    if not 5 <= plan.duration_minutes <= LONGEST_MINUTES:
        raise Refused(_("A meeting takes between 5 minutes and 8 hours."))
    _check_zone(plan.time_zone)
    if plan.starts_at.astimezone(UTC).date() < latest(deal.org).on:
        raise Refused(_("Choose a day that is still to come."))
    _check_agenda(playbook, plan)
    _check_guests(deal, plan)


def is_subject_purposeful(playbook: Playbook, subject: str, about: str, lang: str) -> bool:
    words = {playbook.text("decision.purpose_words", language) for language in (lang, "en")}
    if not playbook.decision.agenda:
        return True
    return rules.is_purposeful(subject, ",".join(sorted(words)), about)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is an OSError
        raise Refused(_("“%(zone)s” is not a time zone, such as Europe/Rome.") % {"zone": name}) from error


def _check_agenda(playbook: Playbook, plan: MeetingInput) -> None:
    if not plan.agenda or not all(text.strip() for _key, text, _minutes in plan.agenda):
        raise Refused(_("An invitation has an agenda: write at least what is to be decided."))
    goals = {point.key for point in playbook.decision.agenda if point.decides}
    if goals and not goals & {key for key, _text, _minutes in plan.agenda}:
        raise Refused(_("The agenda's goal is the decision: keep that point."))
    if any(not 0 < minutes <= LONGEST_MINUTES for _key, _text, minutes in plan.agenda):
        raise Refused(_("Give each point of the agenda its minutes."))
    total = sum(minutes for _key, _text, minutes in plan.agenda)
    if total > plan.duration_minutes:
        raise Refused(
            _("The agenda takes %(total)d minutes, the meeting %(minutes)d: shorten a point or take more time.")
            % {"total": total, "minutes": plan.duration_minutes}
        )


def _check_guests(deal: Deal, plan: MeetingInput) -> None:
    if not plan.people:
        raise Refused(_("Choose whom of the buyer's side to invite: the whole buying centre, if you can."))
    if len(plan.people) + len(plan.members) > MOST_GUESTS:
        raise Refused(_("A decision meeting has at most %(count)d guests.") % {"count": MOST_GUESTS})
    known = set(deal.stakeholders.filter(person__in=plan.people).values_list("person_id", flat=True))
    ours = set(Member.objects.filter(org=deal.org, is_active=True, id__in=plan.members).values_list("id", flat=True))
    if known != set(plan.people) or ours != set(plan.members):
        raise Refused(_("Somebody you chose is no longer here. Look at the list of guests again."))


def default_start(deal: Deal, on: date | None = None) -> datetime:
    """Ten o'clock on a working day in a week, in UTC, for a form that nobody has filled yet."""
    day = workdays_of(deal).on_or_after(on or latest(deal.org).on + timedelta(days=7))
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
