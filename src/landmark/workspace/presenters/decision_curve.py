"""What the road map of conditions does to the deal's curve.

Answers: the chance of a win as the model tells it, beside the one if the way to a signature starts only once the last
condition is met. Does not answer: whether it will be so: it is a what-if, and says that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from landmark.engines.decision import StepFact, road_map_days
from landmark.outlook.reading import DealOutlook
from landmark.ui.formats import format_day
from landmark.workspace.presenters.later_wins import LaterWins, draw_later_wins


@dataclass(frozen=True, slots=True)
class RoadMapCurve:
    """``sentence``: the effect on the day that matters."""

    sentence: str
    curve: LaterWins


def read_road_map_curve(
    outlook: DealOutlook | None, steps: Sequence[StepFact], on: date, target: date | None
) -> RoadMapCurve | None:
    """None where no condition is open or no forecast is stored."""
    wait = road_map_days(steps, on)
    if outlook is None or wait == 0:
        return None
    curve = draw_later_wins(outlook, wait, on, target, {wait: _("last condition")})
    sentence = _(
        "Won by %(day)s: %(before)s as the model tells it, %(after)s if the way to a signature starts only once the "
        "last condition is met."
    ) % {"day": format_day(curve.asked_on, year_of=on), "before": curve.told, "after": curve.later}
    return RoadMapCurve(sentence, curve)
