"""Deals we left on purpose, and how they come back by themselves.

Answers: what a trigger must say, how a watch is set, which watches are due on a day and whom that tells.
Does not answer: whether the deal goes on (a person resumes it; the gates ask as ever).

``bring_back_due`` is asked by the schedule, every ten minutes like the rest; a watch comes back once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.keeping import keep
from landmark.buying.models import ReturnKind, ReturnWatch
from landmark.deals import policies
from landmark.deals.actions.moves import move_deal
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import Change, changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal, StageMove
from landmark.deals.records import record_act
from landmark.ledger.inputs import Source
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import current_day, latest
from landmark.orgs.models import Member
from landmark.orgs.notices import find_in_charge, tell
from landmark.orgs.schedule import do_each
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_day

AT_REST = ("paused", "lost")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A day, an event in words (with the evidence that would show it, if one does), or a rival's last day."""

    kind: str
    on: date | None = None
    event: str = ""
    evidence_key: str = ""


def check_can_watch(member: Member, deal: Deal) -> None:
    """Only what we left can come back."""
    policies.check_can_edit(member, deal)
    if deal.stage not in AT_REST:
        raise policies.Refused(_("Only a paused or lost deal comes back; this one is open."))


def check_trigger(trigger: Trigger, today: date, playbook: Playbook) -> None:
    if trigger.kind not in ReturnKind.values:
        raise policies.Refused(_("Choose what would bring it back: a day, an event or the end of a rival's contract."))
    if trigger.kind != ReturnKind.EVENT and trigger.on is None:
        raise policies.Refused(_("Choose the day on which it should come back."))
    if trigger.kind == ReturnKind.EVENT and not trigger.event.strip():
        raise policies.Refused(_("Say in a few words which event would bring it back."))
    if trigger.on is not None and trigger.on <= today:
        raise policies.Refused(_("Choose a day that is still to come."))
    if trigger.evidence_key and not playbook.has_evidence(trigger.evidence_key):
        raise policies.Refused(_("The playbook of this deal has no evidence of this name."))


def put_watch(deal: Deal, *, by: Member, reason: str, trigger: Trigger) -> ReturnWatch:
    """The write alone, for actions that already hold the deal."""
    row = ReturnWatch(
        deal=deal, kind=trigger.kind, reason=reason.strip()[:300], on=trigger.on, event=trigger.event.strip()[:300],
        evidence_key=trigger.evidence_key,
    )  # fmt: skip
    keep([row], by=by)
    return row


def watch_for_return(deal: Deal, *, by: Member, reason: str, trigger: Trigger, via: str = "web") -> ReturnWatch:
    """Watch a paused or lost deal; another watch takes the place of the one before."""
    if not reason.strip():
        raise policies.Refused(_("Say in a few words why you stop for now."))
    check_trigger(trigger, latest(deal.org).on, load_playbook(deal.playbook))
    with changing(deal, by=by, via=via, check=check_can_watch) as change:
        row = put_watch(change.deal, by=by, reason=reason, trigger=trigger)
        change.record("return.watched", kind=trigger.kind, on=str(trigger.on or ""))
    return row


def qualify_out(
    deal: Deal, *, by: Member, to_stage: str, reason: str, note: str, trigger: Trigger, via: str = "web"
) -> StageMove:
    """Stop for now, on purpose: pause or lose the deal with its reason, and watch for what brings it back.

    ``reason``: for a lost deal one of the playbook's; for a paused one the trigger's kind stands there.
    """
    if to_stage not in AT_REST:
        raise policies.Refused(_("Choose whether to pause this deal or to close it as lost."))
    check_trigger(trigger, latest(deal.org).on, load_playbook(deal.playbook))
    why = reason if to_stage == "lost" else trigger.kind
    with changing(deal, by=by, via=via) as change:
        move = leave(change, to_stage, note=note, reason=why, trigger=trigger)
    deal.refresh_from_db()
    return move


def leave(change: Change, to_stage: str, *, note: str, reason: str, trigger: Trigger) -> StageMove:
    """The move and its watch, for actions that already hold the deal."""
    move = move_deal(
        change.deal, by=change.by, to_stage=to_stage, note=note, reason=reason, reopen_on=trigger.on,
        reopen_when=trigger.event, via=change.via,
    )  # fmt: skip
    put_watch(change.deal, by=change.by, reason=note, trigger=trigger)
    return move


def say_it_happened(watch: ReturnWatch, *, by: Member, via: str = "web") -> None:
    """A person saw the event."""
    with changing(watch.deal, by=by, via=via) as change:
        if not _still_waits(watch, change.deal):
            raise policies.Refused(_("This deal has come back already."))
        _bring_back(watch, change.deal, _("%(who)s saw it happen.") % {"who": by.name}, timezone.now())


# By the clock


def bring_back_due(now: datetime | None = None) -> int:
    """Bring back every deal whose day has come or whose event is on record; returns how many."""
    now = now or timezone.now()
    watches = ReturnWatch.objects.filter(ended_at=None, returned_at=None)
    watches.exclude(deal__stage__in=AT_REST).update(ended_at=now)  # somebody took it up again without waiting
    shown = Evidence.objects.filter(
        org_id=OuterRef("deal__org_id"), deal_id=OuterRef("deal_id"), key=OuterRef("evidence_key"),
        recorded_at__gt=OuterRef("known_at"),
    )  # fmt: skip
    may_be_due = watches.filter(Q(on__lte=now.astimezone(UTC).date()) | Exists(shown)).select_related("deal__org")
    due = [*may_be_due, *_watch_pauses(now)]
    return do_each(due, lambda watch: _ask(watch, now), lambda watch: f"Bringing back deal {watch.deal_id}")


def _ask(watch: ReturnWatch, now: datetime) -> bool:
    why = find_reason(watch, current_day(watch.deal.org, now))
    if not why:
        return False
    with transaction.atomic():
        locked = lock_deal(watch.deal)
        if not _still_waits(watch, locked):
            return False
        _bring_back(watch, locked, why, now)
    return True


def _still_waits(watch: ReturnWatch, deal: Deal) -> bool:
    """Asked of the locked deal: nobody took it up, said so or brought it back meanwhile."""
    if deal.stage not in AT_REST:
        return False
    if watch._state.adding:  # the pause itself; a watch set since takes its place
        return not ReturnWatch.objects.filter(deal=deal, known_at__gte=watch.known_at).exists()
    return ReturnWatch.objects.filter(pk=watch.pk, returned_at=None, ended_at=None).exists()


def find_reason(watch: ReturnWatch, today: date) -> str:
    """Why the deal comes back on that day; "" while it does not."""
    if watch.on is not None and watch.on <= today:
        return _("Its day has come: %(day)s.") % {"day": format_day(watch.on)}
    if watch.evidence_key:
        known = Evidence.objects.for_deal(watch.deal.org_id, watch.deal_id).as_known(timezone.now())
        rows = known.filter(key=watch.evidence_key, recorded_at__gt=watch.known_at)
        if rows.exists():
            label = load_playbook(watch.deal.playbook).label("milestone", watch.evidence_key)
            return _("“%(evidence)s” is on record.") % {"evidence": label}
    return ""


def _watch_pauses(now: datetime) -> Iterable[ReturnWatch]:
    """Paused deals whose pause named a day, and that nobody watches: the pause itself is the watch."""
    watched = ReturnWatch.objects.filter(deal=OuterRef("deal_id"), known_at__gte=OuterRef("recorded_at"))
    moves = StageMove.objects.filter(
        ~Exists(watched), to_stage="paused", reopen_on__lte=now.astimezone(UTC).date(), deal__stage="paused",
        id=F("deal__last_move_id"),
    )  # fmt: skip
    for move in moves.select_related("deal__org"):
        yield ReturnWatch(
            deal=move.deal, kind=ReturnKind.DATE, reason=move.note[:300], on=move.reopen_on, event=move.reopen_when,
            known_at=move.recorded_at, author_name=move.author,
        )  # fmt: skip


def _bring_back(watch: ReturnWatch, deal: Deal, why: str, now: datetime) -> None:
    ReturnWatch.objects.current().filter(deal=deal).exclude(id=watch.id).update(ended_at=now)
    watch.returned_at, watch.returned_why = now, why[:300]
    watch.save()
    text = _("%(deal)s is back. %(why)s You stopped because: %(reason)s") % {
        "deal": deal.name, "why": why, "reason": watch.reason,
    }  # fmt: skip
    told = find_in_charge(deal.org, deal.owner)
    tell(told, text, deal_id=deal.id)
    if deal.stage == "paused":
        name = deal.owner.name if deal.owner else next((m.name for m in told), "")
        step = NextStepInput(_("Look at it again: %(why)s") % {"why": why}, name, current_day(deal.org, now))
        put_next_step(deal, step)
    record_act(deal, "return.due", by=None, via=Source.SYSTEM, note=why)
