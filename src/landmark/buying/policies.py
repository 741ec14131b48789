"""May this person judge the deal, at this point of its life? Raises a sentence when not."""

from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_can_edit
from landmark.orgs.models import Member


def check_can_judge(member: Member, deal: Deal) -> None:
    """What was judged of a deal stays as it was when the deal closed."""
    check_can_edit(member, deal)
    if deal.is_closed:
        raise Refused(_("This deal is closed; what was judged of it stays as it is."))


def check_can_watch(member: Member, deal: Deal) -> None:
    """Only what we left can come back."""
    check_can_edit(member, deal)
    if deal.stage not in ("paused", "lost"):
        raise Refused(_("Only a paused or lost deal comes back; this one is open."))
