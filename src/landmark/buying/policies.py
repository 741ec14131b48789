"""May this person write down what was learnt and judged, at this point of the deal's life? Raises a sentence."""

from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_can_edit, check_not_ended
from landmark.orgs.models import Member


def check_can_judge(member: Member, deal: Deal) -> None:
    """What was learnt and judged of a deal stays as it was when the deal closed."""
    check_can_edit(member, deal)
    check_not_ended(deal)


def check_can_watch(member: Member, deal: Deal) -> None:
    """Only what we left can come back."""
    check_can_edit(member, deal)
    if deal.stage not in ("paused", "lost"):
        raise Refused(_("Only a paused or lost deal comes back; this one is open."))
