"""Which playbook a new deal takes, by its size and type.

Answers: the first playbook in use that is made for such a deal, and which line of its rule decided. Does not answer:
which playbooks an organisation uses (``deals.playbooks``), nor anything about deals under way: they keep theirs.

A line suits a deal when the deal has an amount, in a currency the line names, below the line's limit, and the line
names its type or no type at all. A deal without a type is taken as new.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from landmark.engines.deal_types import NEW, read_deal_type
from landmark.playbook.choice import Suits
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Choice:
    """``limit`` and ``currency`` are those of the line that decided, None when nothing but the usual playbook suits."""

    ref: str
    limit: Decimal | None = None
    currency: str = ""
    deal_type: str = ""


def choose_playbook(
    amount: Decimal | None, currency: str, deal_type: str, usual: str, others: Iterable[Playbook]
) -> Choice:
    """The first of ``others`` with a line that suits, else ``usual``."""
    kind = read_deal_type(deal_type) or NEW
    if amount is None:
        return Choice(usual, deal_type=kind)
    for playbook in others:
        for line in playbook.suits:
            if _is_suited(line, amount, currency, kind):
                return Choice(playbook.ref, line.amount_below[currency], currency, kind)
    return Choice(usual, deal_type=kind)


def _is_suited(line: Suits, amount: Decimal, currency: str, kind: str) -> bool:
    limit = line.amount_below.get(currency)
    return limit is not None and amount < limit and (not line.deal_types or kind in line.deal_types)
