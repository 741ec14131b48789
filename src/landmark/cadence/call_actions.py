"""Giving a call: the person's own, the manager's, the commit; and a kind word to those whose call is not in yet.

Answers: who may give which number for which scope, until when. Does not answer: which number counts (``calls``), what
is kept at the deadline (``freezing``).

No number changes another: each submission is a new row. After the deadline nothing is added to the week; a form that
was opened before and is sent after it is refused, and never slips into the next week unseen.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.cadence.calls import expected_callers, missing_callers, newest, read_entries
from landmark.cadence.deadlines import Deadline, Week, open_week
from landmark.cadence.models.calls import CallEntry, CallKind, Scope
from landmark.cadence.models.freezes import WeekFreeze
from landmark.cadence.seats import owners_with_open_deals, read_seats
from landmark.deals.policies import Refused, check_version
from landmark.deals.records import actor_of, record
from landmark.ledger.append import append_audit
from landmark.ledger.inputs import NewAudit
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member, Organisation, Team
from landmark.orgs.notices import tell
from landmark.orgs.permissions import check_right, has_right
from landmark.orgs.roles import Right, Role
from landmark.ui.formats import format_weekday

MOST = Decimal("1e15")
REMINDED = "call.reminded"


@dataclass(frozen=True, slots=True)
class About:
    """What a number is about."""

    kind: str
    scope: str
    scope_id: UUID

    @staticmethod
    def own(member: Member, kind: str = CallKind.REPRESENTATIVE) -> "About":
        return About(kind, Scope.MEMBER.value, member.id)


def submit_call(
    *,
    by: Member,
    about: About,
    amount: Decimal,
    deadline_at: datetime,
    note: str = "",
    if_version: int | None = None,
    via: str = "web",
    now: datetime | None = None,
) -> CallEntry:
    """Put one number on record for the week that closes at ``deadline_at``.

    ``if_version``: the version the person saw, 0 for none; raises ``StaleVersion`` when another one came meanwhile.
    """
    check_may_call(by, about)
    _check_amount(amount)
    with transaction.atomic():
        org = lock_week(by.org)
        now = now or timezone.now()
        week = _check_week(org, deadline_at, now)
        last = _last_version(org, week, about)
        if last is not None:
            told = _("%(who)s gave this number while you had the page open. Look at it, then send yours again.")
            check_version(last.version, if_version, current=last, sentence=told, who=last.author_name)
        entry = CallEntry.objects.create(
            org=org, deadline_at=week.deadline.at, starts_on=week.period.starts_on, ends_on=week.period.ends_on,
            kind=about.kind, scope=about.scope, scope_id=about.scope_id, scope_name=_name_scope(org, about),
            amount=amount, currency=org.currency, note=note.strip()[:500], author_id=by.id, author_name=by.name,
            submitted_at=week.moment, recorded_at=now, version=last.version + 1 if last else 1,
        )  # fmt: skip
        record(org.id, "call.submitted", "call", entry.id, by=by, via=via, note=entry.note, detail=_tell(entry))
    return entry


def lock_week(org: Organisation) -> Organisation:
    """The organisation's row until the transaction ends: a call and the freeze of its week take turns.
    Rows that point to it may be written meanwhile: who holds a deal and tells somebody waits for nobody."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=org.pk)


def _tell(entry: CallEntry) -> dict[str, object]:
    return {
        "kind": str(entry.kind),
        "scope": str(entry.scope),
        "scope_id": str(entry.scope_id),
        "amount": str(entry.amount),
        "currency": entry.currency,
        "deadline_at": entry.deadline_at.isoformat(),
        "version": entry.version,
    }


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or not 0 <= amount < MOST:
        raise Refused(_("A call is an amount of zero or more."))
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused(_("A call has at most two decimals."))


def _check_week(org: Organisation, deadline_at: datetime, now: datetime) -> Week:
    moment = stamp(org, now)
    week = open_week(org, moment)
    if week.deadline.at != deadline_at or _is_frozen(org, week.deadline.at):
        sentence = _("The week you had open is closed, so this number was not saved.")
        raise Refused(f"{sentence} {_('Look at the week under way and send it there.')}")
    return week


def _is_frozen(org: Organisation, deadline_at: datetime) -> bool:
    return WeekFreeze.objects.filter(org=org, deadline_at__gte=deadline_at).exists()


def _last_version(org: Organisation, week: Week, about: About) -> CallEntry | None:
    rows = CallEntry.objects.filter(org=org, deadline_at=week.deadline.at, kind=about.kind)
    return rows.filter(scope=about.scope, scope_id=about.scope_id).order_by("-version").first()


def _name_scope(org: Organisation, about: About) -> str:
    if about.scope == Scope.ORG:
        return org.name
    if about.scope == Scope.TEAM:
        return Team.objects.get(org=org, pk=about.scope_id).name
    return Member.objects.get(org=org, pk=about.scope_id).name


def check_may_call(by: Member, about: About) -> None:
    """Own numbers by oneself, a team's and its people's by its manager, the organisation's commit by who leads it."""
    if about.scope == Scope.ORG:
        if about.kind != CallKind.COMMIT or about.scope_id != by.org_id:
            raise Refused(_("The organisation has a commit; calls are given by people and teams."))
        return check_right(by, Right.COMMIT)
    if about.scope == Scope.MEMBER and about.scope_id == by.id and about.kind != CallKind.MANAGER:
        return check_right(by, Right.CALL)
    if about.kind == CallKind.REPRESENTATIVE or (about.scope == Scope.MEMBER and about.kind == CallKind.COMMIT):
        raise PermissionDenied(_("Everybody gives their own call; nobody gives it for them."))
    check_right(by, Right.CALL_TEAM)
    return check_leads(by, about.scope, about.scope_id)


def check_leads(by: Member, scope: str, scope_id: UUID) -> None:
    """A manager leads their own team and its people; an administrator every team."""
    if scope == Scope.MEMBER:
        person = Member.objects.filter(org=by.org_id, pk=scope_id).first()
        team_id, is_there = (person.team_id if person else None), person is not None
    else:
        team_id, is_there = scope_id, Team.objects.filter(org=by.org_id, pk=scope_id).exists()
    if not is_there:
        raise PermissionDenied(_("This person or team belongs to another organisation."))
    if by.role != Role.ADMINISTRATOR and (team_id is None or team_id != by.team_id):
        sentence = _("A manager speaks for their own team.")
        raise PermissionDenied(f"{sentence} {_('An administrator can change who leads which team.')}")


def can_lead(by: Member, team_id: UUID | None) -> bool:
    if not has_right(by, Right.CALL_TEAM):
        return False
    return by.role == Role.ADMINISTRATOR or (team_id is not None and team_id == by.team_id)


def remind_missing(
    org: Organisation, *, by: Member | None = None, via: str = "web", now: datetime | None = None
) -> int:
    """A notice for each person with a log-in whose own call is not in: once a week and person. Returns how many.

    A manager reminds their own team, an administrator everybody; the schedule (``by`` left out) everybody.
    """
    if by is not None:
        check_right(by, Right.CALL_TEAM)
    with transaction.atomic():
        org = lock_week(org)
        week = open_week(org, stamp(org, now))
        todo = _find_to_remind(org, week, by)
        text = _say_reminder(week.deadline)
        tell(Member.objects.filter(org=org, pk__in=todo), text)
        rows = [
            NewAudit(verb=REMINDED, object_kind="member", object_id=member_id, detail={"week": week.deadline.key})
            for member_id in todo
        ]
        append_audit(org.id, rows, by=actor_of(by), source=via)
    return len(todo)


def _find_to_remind(org: Organisation, week: Week, by: Member | None) -> list[UUID]:
    callers = expected_callers(read_seats(org), owners_with_open_deals(org))
    current = newest(read_entries(org, [week]), week.deadline.at)
    missing = [seat for seat in missing_callers(callers, current) if seat.has_login]
    if by is not None:
        missing = [seat for seat in missing if seat.id != by.id and can_lead(by, seat.team_id)]
    told = AuditEvent.objects.filter(org_id=org.id, verb=REMINDED, detail__week=week.deadline.key)
    done = set(told.filter(object_id__in=[seat.id for seat in missing]).values_list("object_id", flat=True))
    return [seat.id for seat in missing if seat.id not in done]


def _say_reminder(deadline: Deadline) -> str:
    return _(
        "The weekly calls close on %(day)s at %(hour)d:00 (%(zone)s). Yours is not in yet; a first guess is enough, "
        "and you can change it until then."
    ) % {"day": format_weekday(deadline.on), "hour": deadline.hour, "zone": deadline.time_zone}
