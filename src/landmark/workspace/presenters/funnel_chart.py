"""The stage shares of the funnel as a drawing.

Answers: where each stage's interval, measured share and percentage in use lie. Does not answer: what they are
(``outlook.funnel``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from landmark.outlook.funnel import Funnel, StagePercent
from landmark.playbook.schema import Playbook
from landmark.ui.charts import Frame
from landmark.ui.formats import format_percent

WIDE, NARROW = Frame(620, 0, left=112, right=64, top=8, bottom=26), Frame(316, 0, left=96, right=52, top=8, bottom=26)
ROW, TICK = 38.0, 10.0


@dataclass(frozen=True, slots=True)
class Whisker:
    """One stage as drawn: interval, measured share, and the percentage in use where it differs."""

    y: float
    label: str
    low: float
    high: float
    rate: float | None
    used: float
    tick_top: float
    tick_bottom: float
    figure: str


@dataclass(frozen=True, slots=True)
class Drawing:
    frame: Frame
    size: str
    rows: tuple[Whisker, ...]
    ticks: tuple[tuple[float, str], ...]
    label: str


def draw_stages(percents: Sequence[StagePercent], funnel: Funnel, playbook: Playbook, lang: str) -> tuple[Drawing, ...]:
    if not funnel.stages:
        return ()
    height = WIDE.top + WIDE.bottom + ROW * len(percents)
    return tuple(
        _draw_one(percents, funnel, playbook, lang, Frame(f.width, height, f.left, f.right, f.top, f.bottom), size)
        for f, size in ((WIDE, "wide"), (NARROW, "narrow"))
    )


def _draw_one(
    percents: Sequence[StagePercent], funnel: Funnel, playbook: Playbook, lang: str, frame: Frame, size: str
) -> Drawing:
    rows = []
    for place, used in enumerate(percents):
        share, middle = funnel.share_of(used.stage), frame.top + ROW * (place + 0.5)
        low, high, rate = (share.low, share.high, share.rate) if share else (0.0, 1.0, None)
        rows.append(
            Whisker(
                y=round(middle, 1), label=playbook.label("stage", used.stage, lang),
                low=frame.x(low), high=frame.x(high), rate=None if rate is None else frame.x(rate),
                used=frame.x(float(used.value)),
                tick_top=round(middle - TICK, 1), tick_bottom=round(middle + TICK, 1), figure=format_percent(rate),
            )
        )  # fmt: skip
    told = ", ".join(f"{row.label} {row.figure}" for row in rows)
    label = _("Share of deals that end won, by stage: %(told)s.") % {"told": told}
    ticks = tuple((frame.x(share), format_percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Drawing(frame, size, tuple(rows), ticks, label)
