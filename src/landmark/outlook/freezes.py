"""Holding stage percentages still for a while, and checking every month whether they still hold.

Answers: which freeze is live on a day, who made it and until when, what its checks found; makes and lifts freezes, runs
the checks that are due. Does not answer: what the percentages are (``funnel``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.deals.policies import Refused
from landmark.deals.records import record
from landmark.engines.funnel import Share, find_drift
from landmark.ledger.inputs import Source
from landmark.orgs.as_of import AsOf, latest
from landmark.orgs.models import Member, Organisation
from landmark.orgs.notices import tell
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import RIGHTS, Right
from landmark.outlook.models import DriftCheck, StageFreeze
from landmark.playbook.loader import load_playbook

LONGEST_DAYS = 400
KIND = "stage_freeze"


@dataclass(frozen=True, slots=True)
class DriftState:
    """A live freeze with its last check and the day of the next one. ``findings`` are as stored: stage, figures."""

    freeze: StageFreeze
    last: DriftCheck | None
    next_on: date

    @property
    def findings(self) -> list[dict[str, str]]:
        return list(self.last.findings) if self.last else []


def find_freeze(org: Organisation, as_of: AsOf) -> StageFreeze | None:
    """The freeze in force on a day, as known then."""
    rows = StageFreeze.objects.filter(org=org, starts_on__lte=as_of.on, until_on__gte=as_of.on)
    known = rows.filter(made_at__lte=as_of.known_by).filter(Q(ended_at=None) | Q(ended_at__gt=as_of.known_by))
    return known.select_related("made_by").order_by("-made_at").first()


def freeze_stages(
    org: Organisation, percents: Mapping[str, Decimal], *, by: Member, until_on: date, reason: str = "",
    via: str = "web",
) -> StageFreeze:  # fmt: skip
    """Hold these percentages from today until a day. A live freeze is replaced."""
    check_right(by, Right.SET_TARGETS)
    today = latest(org).on
    if not today <= until_on <= today + timedelta(days=LONGEST_DAYS):
        raise Refused(_("Choose a last day from today up to %(days)d days ahead.") % {"days": LONGEST_DAYS})
    if not percents:
        raise Refused(_("There is no percentage to hold yet."))
    now = timezone.now()
    with transaction.atomic():
        _end_live(org, now, by)
        made = StageFreeze.objects.create(
            org=org, starts_on=today, until_on=until_on, made_at=now, made_by=by, reason=reason.strip()[:300],
            percents={stage: str(value) for stage, value in percents.items()},
        )  # fmt: skip
        detail = {"until_on": until_on.isoformat(), "percents": made.percents}
        record(org.id, "stages.frozen", KIND, made.id, by=by, via=via, detail=detail, note=made.reason)
    return made


def lift_freeze(org: Organisation, *, by: Member, via: str = "web") -> bool:
    """End the live freeze now; False when there was none."""
    check_right(by, Right.SET_TARGETS)
    with transaction.atomic():
        ended = _end_live(org, timezone.now(), by)
        if ended is not None:
            record(org.id, "stages.unfrozen", KIND, ended, by=by, via=via)
    return ended is not None


def _end_live(org: Organisation, now: datetime, by: Member) -> UUID | None:
    live = StageFreeze.objects.filter(org=org, ended_at=None, until_on__gte=latest(org).on)
    ended = live.values_list("id", flat=True).first()
    live.update(ended_at=now, ended_by=by)
    return ended


def read_drift(org: Organisation, as_of: AsOf) -> DriftState | None:
    """The state of the monthly check; None while nothing is frozen."""
    freeze = find_freeze(org, as_of)
    if freeze is None:
        return None
    last = freeze.checks.filter(checked_on__lte=as_of.on).order_by("-checked_on").first()
    every = load_playbook(org.playbook).benchmarks.upkeep.drift_check_days
    since = last.checked_on if last else freeze.starts_on
    return DriftState(freeze, last, since + timedelta(days=every))


def check_drift(freeze: StageFreeze, on: date, measured: Mapping[str, Share]) -> DriftCheck:
    """Compare with what is measured now, store what strayed, and tell those who can act on it."""
    frozen = {stage: float(value) for stage, value in freeze.percents.items()}
    findings = [
        {
            "stage": drift.stage, "frozen": repr(drift.frozen), "rate": repr(drift.share.rate),
            "low": repr(drift.share.low), "high": repr(drift.share.high), "ended": str(drift.share.ended),
        }
        for drift in find_drift(frozen, measured)
    ]  # fmt: skip
    with transaction.atomic():
        check, is_new = DriftCheck.objects.get_or_create(freeze=freeze, checked_on=on, defaults={"findings": findings})
        if is_new:
            detail = {"checked_on": on.isoformat(), "strayed": [finding["stage"] for finding in findings]}
            record(freeze.org_id, "stages.checked", KIND, freeze.id, by=None, via=Source.SYSTEM, detail=detail)
        if is_new and findings:
            _tell(freeze.org, [finding["stage"] for finding in findings])
    return check


def _tell(org: Organisation, stages: list[str]) -> None:
    playbook = load_playbook(org.playbook)
    roles = [role for role, rights in RIGHTS.items() if Right.SET_TARGETS in rights]
    names = ", ".join(playbook.label("stage", stage) for stage in stages)
    text = _(
        "The monthly check found held stage percentages that recent deals no longer bear out: %(stages)s. See Funnel."
    ) % {"stages": names}
    people = Member.objects.filter(org=org, is_active=True, role__in=roles)
    tell(people, text)


def list_due_checks(now: datetime | None = None) -> list[tuple[StageFreeze, date]]:
    """Live freezes whose monthly check is due on their organisation's present day."""
    found = []
    for freeze in StageFreeze.objects.filter(ended_at=None).select_related("org"):
        as_of = latest(freeze.org, now)
        state = read_drift(freeze.org, as_of)
        if state is not None and state.freeze.pk == freeze.pk and state.next_on <= as_of.on:
            found.append((freeze, as_of.on))
    return found
