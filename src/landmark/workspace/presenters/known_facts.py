"""A deal's facts, read once a request: the page, its cards and its tabs all ask for them.

Answers: the facts as known on the request's day. Does not answer: what they mean (``engines``).
"""

from landmark.deals.models import Deal
from landmark.deals.snapshots import deal_facts
from landmark.engines.facts import DealFacts
from landmark.workspace.access import MemberRequest

HELD = "_known_facts"


def read_facts(request: MemberRequest, deal: Deal) -> DealFacts:
    """Kept for pages that are only read; a request that changes something reads anew each time."""
    if request.method not in ("GET", "HEAD"):
        return deal_facts(deal, request.as_of)
    held: dict[object, DealFacts] = request.__dict__.setdefault(HELD, {})
    key = (deal.id, request.as_of)
    if key not in held:
        held[key] = deal_facts(deal, request.as_of)
    return held[key]
