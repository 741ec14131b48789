"""Which milestones tell won deals from lost ones, as stored with a model.

Answers: the rows a team reads, from the latest forecast on or before a day. Does not answer: how they are compared
(``forecast.separation``).
"""

from dataclasses import asdict, dataclass
from typing import Any

from landmark.forecast.history import History
from landmark.forecast.model import Fitted
from landmark.forecast.separation import FEWEST_EACH, Separator, find_separators
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.models import FittedModel

SHOWN = 12


@dataclass(frozen=True)
class Separation:
    """rows: the strongest first · deals: closed deals the comparison could look at · fewest: needed on each side."""

    rows: tuple[Separator, ...]
    deals: int
    fewest: int = FEWEST_EACH


def plain_separation(history: History, fitted: Fitted) -> dict[str, Any]:
    """What ``FittedModel.separation`` holds."""
    found = find_separators(history, history.complete_to, fitted.vocabulary)
    return {"deals": fitted.closed, "rows": [asdict(one) for one in found[:SHOWN]]}


def read_separation(org: Organisation, asked: AsOf) -> Separation | None:
    """None when there is no forecast yet, or one from before these comparisons were made."""
    ready = FittedModel.objects.filter(org=org, is_ready=True, as_of__lte=asked.on).order_by("-as_of", "-created_at")
    stored = ready.values_list("separation", flat=True).first()
    if not stored:
        return None
    return Separation(tuple(Separator(**row) for row in stored["rows"]), stored["deals"])
