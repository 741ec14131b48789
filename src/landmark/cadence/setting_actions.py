"""What an organisation sets for its weekly calls and calendar: the deadline, the fiscal year, its country, quotas.

Answers: who may set them, from when they count. Does not answer: currency rates (``rate_actions``).
Each change is on record in the ledger; quotas and deadlines keep every version.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.cadence.call_actions import MOST, check_leads, lock_week
from landmark.cadence.deadlines import Deadline, next_deadline, read_rules
from landmark.cadence.models.calls import CallCalendar, Quota, Scope
from landmark.deals.policies import Refused, check_version
from landmark.deals.records import actor_of, record
from landmark.engines.workdays import list_countries
from landmark.ledger.append import append_changes
from landmark.ledger.inputs import NewChange
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member, Organisation, Team
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right, Role
from landmark.outlook.periods import Period


def set_deadline(
    *, by: Member, weekday: int, hour: int, time_zone: str, via: str = "web", now: datetime | None = None
) -> Deadline:
    """Another weekday, hour or zone for the weekly deadline; returns the first deadline that follows it.

    The week under way keeps its deadline: people work towards it, and nobody gains time by moving it.
    """
    check_right(by, Right.ADMINISTER)
    _check_rule(weekday, hour, time_zone)
    with transaction.atomic():
        org = lock_week(by.org)
        now = now or timezone.now()
        rules = read_rules(org)
        valid_from = max(next_deadline(rules, stamp(org, now)).at, rules[-1].valid_from)
        row = CallCalendar.objects.create(
            org=org, weekday=weekday, hour=hour, time_zone=time_zone, valid_from=valid_from, author_id=by.id,
            author_name=by.name, recorded_at=now, version=len(rules),
        )  # fmt: skip
        detail: dict[str, object] = {"weekday": weekday, "hour": hour, "time_zone": time_zone}
        detail["valid_from"] = valid_from.isoformat()
        record(org.id, "call_calendar.set", "call_calendar", row.id, by=by, via=via, detail=detail)
        return next_deadline(read_rules(org), valid_from)


def _check_rule(weekday: int, hour: int, time_zone: str) -> None:
    if not (0 <= weekday <= 6 and 0 <= hour <= 23):
        raise Refused(_("Choose a weekday, and an hour from 0 to 23."))
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(_("This time zone is not known. Write it like Europe/Rome or UTC.")) from error


def set_fiscal_start(*, by: Member, month: int, via: str = "web", now: datetime | None = None) -> None:
    """The first month of the fiscal year. Calls, quotas and freezes keep the days of the quarter they were made for."""
    check_right(by, Right.ADMINISTER)
    if not 1 <= month <= 12:
        raise Refused(_("Choose one of the twelve months."))
    with transaction.atomic():
        org = lock_week(by.org)
        if org.fiscal_year_start_month == month:
            return
        _change(org, "fiscal_year_start_month", month, by=by, via=via, now=now)


def set_country(*, by: Member, country: str, via: str = "web", now: datetime | None = None) -> None:
    """Whose public holidays are days off, as two letters; nothing for weekends only."""
    check_right(by, Right.ADMINISTER)
    code = country.strip().upper()
    if code and code not in list_countries():
        raise Refused(_("Choose a country from the list, or weekends only."))
    with transaction.atomic():
        org = lock_week(by.org)
        if org.country != code:
            _change(org, "country", code, by=by, via=via, now=now)


def _change(org: Organisation, name: str, value: str | int, *, by: Member, via: str, now: datetime | None) -> None:
    """One field of the organisation, and who changed it from what."""
    row = NewChange(
        object_kind="organisation", object_id=org.id, field=name, old=str(getattr(org, name)), new=str(value),
        occurred_at=stamp(org, now),
    )  # fmt: skip
    append_changes(org.id, [row], by=actor_of(by), source=via)
    Organisation.objects.filter(pk=org.pk).update(**{name: value})


def set_quota(
    *,
    by: Member,
    scope: str,
    scope_id: UUID,
    period: Period,
    amount: Decimal | None,
    if_version: int | None = None,
    via: str = "web",
    now: datetime | None = None,
) -> Quota | None:
    """What a person or team is asked to bring in a period; None takes it back. Returns the new version, if any."""
    check_may_set_quota(by, scope, scope_id)
    if amount is not None and not (amount.is_finite() and 0 < amount < MOST):
        raise Refused(_("A quota is an amount above zero. Leave it empty for none."))
    if period.is_month:
        raise Refused(_("Quotas are set by quarter; choose the quarter this month lies in."))
    with transaction.atomic():
        org = lock_week(by.org)
        now = now or timezone.now()
        last = Quota.objects.filter(org=org, starts_on=period.starts_on, scope=scope, scope_id=scope_id)
        held = last.order_by("-version").first()
        if held is not None:
            told = _("%(who)s set the quota of %(name)s while you had the page open. Look again, then send yours.")
            check_version(
                held.version, if_version, current=held, sentence=told, who=held.author_name, name=held.scope_name
            )
        if (held.amount if held else None) == amount and (held is None or held.ends_on == period.ends_on):
            return None
        quota = Quota.objects.create(
            org=org, starts_on=period.starts_on, ends_on=period.ends_on, scope=scope, scope_id=scope_id,
            scope_name=_name(org, scope, scope_id), amount=amount, currency=org.currency, author_id=by.id,
            author_name=by.name, set_at=stamp(org, now), recorded_at=now, version=held.version + 1 if held else 1,
        )  # fmt: skip
        detail: dict[str, object] = {"scope": scope, "scope_id": str(scope_id), "period": period.key}
        detail |= {"old": str(held.amount) if held and held.amount else "", "new": str(amount or "")}
        record(org.id, "quota.set", "quota", quota.id, by=by, via=via, detail=detail)
    return quota


def check_may_set_quota(by: Member, scope: str, scope_id: UUID) -> None:
    """An administrator sets every quota, a manager those of the own team and its people."""
    check_right(by, Right.CALL_TEAM)
    if scope == Scope.ORG:
        if by.role != Role.ADMINISTRATOR or scope_id != by.org_id:
            raise PermissionDenied(_("An administrator sets the organisation's quota."))
        return
    check_leads(by, scope, scope_id)


def _name(org: Organisation, scope: str, scope_id: UUID) -> str:
    if scope == Scope.ORG:
        return org.name
    rows = Team.objects.filter(org=org) if scope == Scope.TEAM else Member.objects.filter(org=org)
    return rows.get(pk=scope_id).name
