"""Does the state of this deal, and this person's part in it, allow that?

Answers: ``check_x`` raises a sentence, ``can_x`` asks. Does not answer: whether a gate is met (``engines.gates``).
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.deals.inputs import NextStepInput, OverrideInput, PromiseInput
from landmark.deals.models import Deal
from landmark.engines.gates import MoveResult
from landmark.orgs.models import Member
from landmark.orgs.permissions import check_right, has_right
from landmark.orgs.roles import Right

if TYPE_CHECKING:
    from collections.abc import Sequence

OVERRIDE_LIMIT_DAYS = 90
PROMISE_LIMIT_DAYS = 90


class Refused(Exception):
    """The state of the deal does not allow it; the text says what to do instead."""


class StaleVersion(Refused):
    """Somebody changed it since it was read; ``current`` is what stands there now, where the action can tell."""

    def __init__(self, sentence: str, current: Any = None) -> None:
        self.current = current
        super().__init__(sentence)


class MoveRefused(Refused):
    """A gate holds the deal; ``result`` says what is missing and what to do next."""

    def __init__(self, result: MoveResult) -> None:
        self.result = result
        count = len(result.missing)
        text = ngettext(
            "%(count)d thing is missing before this deal can move.",
            "%(count)d things are missing before this deal can move.",
            count,
        )
        super().__init__(text % {"count": count})


def can_edit(member: Member, deal: Deal) -> bool:
    if member.org_id != deal.org_id:
        return False
    return has_right(member, Right.EDIT_ALL) or (has_right(member, Right.EDIT_OWN) and deal.owner_id == member.id)


def check_same_org(member: Member, deal: Deal) -> None:
    if member.org_id != deal.org_id:
        raise PermissionDenied(_("This deal belongs to another organisation."))


def check_can_edit(member: Member, deal: Deal) -> None:
    check_same_org(member, deal)
    if not can_edit(member, deal):
        owner = deal.owner.name if deal.owner else _("nobody yet")
        raise PermissionDenied(
            _("Only the deal's owner (%(owner)s), a manager or sales operations can change this deal.")
            % {"owner": owner}
        )


def check_not_lost(deal: Deal) -> None:
    """On a lost deal nothing more is spent: people, proofs, minutes and what brings it back are all that is written."""
    if deal.stage == "lost":
        raise Refused(_("This deal is lost: nothing more is spent on it. Reopen it first."))


def check_not_ended(deal: Deal) -> None:
    """What led to the signature stays as it was when it was given."""
    check_not_lost(deal)
    if deal.is_closed:
        raise Refused(_("This deal is won; what came before the signature stays as it was."))


def check_can_pursue(member: Member, deal: Deal) -> None:
    """What leads to the signature ends with it, and with a no."""
    check_can_edit(member, deal)
    check_not_ended(deal)


def check_can_follow_up(member: Member, deal: Deal) -> None:
    """What goes on after the signature, on a deal that is not lost."""
    check_can_edit(member, deal)
    check_not_lost(deal)


def check_can_add_evidence(member: Member, deal: Deal) -> None:
    check_same_org(member, deal)
    check_right(member, Right.ADD_EVIDENCE)


def check_version(
    version: int, if_version: int | None, *, current: object = None, sentence: str = "", who: str = "", **words: str
) -> None:
    """Refuse when the version a person saw is no longer the newest. ``sentence`` may name ``%(who)s`` was faster, and
    more ``words``."""
    if if_version is not None and if_version != version:
        told = sentence or _(
            "Somebody changed this while you had it open. Compare with what stands there now; yours is in the form."
        )
        raise StaleVersion(told % {"who": who or _("Somebody"), **words}, current)


def check_next_step(step: NextStepInput | None) -> None:
    if step is None or not step.text.strip() or not step.owner.strip() or step.due_on is None:
        raise Refused(_("Say what happens next, who does it and by which day."))


def check_promises(promises: "Sequence[PromiseInput]", today: date) -> None:
    for promise in promises:
        if not promise.text.strip():
            raise Refused(_("Say in a few words what was promised and by whom."))
        if not today <= promise.due_on <= today + timedelta(days=PROMISE_LIMIT_DAYS):
            raise Refused(_("A promise needs a day within the next %(days)d days.") % {"days": PROMISE_LIMIT_DAYS})


def check_overrides(overrides: "Sequence[OverrideInput]", today: date) -> None:
    for override in overrides:
        if not override.reason.strip():
            raise Refused(_("Say why the gate should open without its evidence."))
        if not today <= override.expires_on <= today + timedelta(days=OVERRIDE_LIMIT_DAYS):
            raise Refused(
                _("An override ends within %(days)d days: choose its last day.") % {"days": OVERRIDE_LIMIT_DAYS}
            )
