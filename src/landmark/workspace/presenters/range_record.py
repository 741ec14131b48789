"""How often ranges of the past held, beside the ranges that promise four times in five.

Answers: one sentence from the stored back-test; "" while there is none. Does not answer: how past ranges were made
(``outlook.backtesting``), how they looked (``report_card``).
"""

from django.utils.translation import ngettext

from landmark.outlook.reading import OrgForecast
from landmark.outlook.report_card import read_report_card
from landmark.ui.formats import format_percent


def say_how_often_it_held(forecast: OrgForecast | None) -> str:
    card = read_report_card(forecast.model) if forecast else None
    held = [day.money.has_held for day in card.past_days if day.money is not None] if card else []
    if not held:
        return ""
    words = ngettext(
        "Tested on %(count)d past window, the company's range held %(share)s of the time.",
        "Tested on %(count)d past windows, the company's range held %(share)s of the time.",
        len(held),
    )
    return words % {"count": len(held), "share": format_percent(sum(held) / len(held))}
