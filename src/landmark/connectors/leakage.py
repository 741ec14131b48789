"""Which columns of an import may feed a forecast, and which deals stand there twice; told to whoever imports.

Answers: what is set aside and what is worth a look. Does not answer: what makes a leak or a twin (``forecast.leaks``
and ``forecast.duplicates`` decide), how much a column tells (the model does).
"""

from collections.abc import Iterable

import numpy as np

from landmark.connectors.findings import Findings
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.parsed import Parsed
from landmark.forecast.duplicates import find_twins
from landmark.forecast.leaks import FILLED, Leak, measure_fill


def set_aside_uneven(parsed: Parsed, findings: Findings, file: str) -> None:
    """Move attributes whose being filled tells open deals from closed ones out of the forecast's reach."""
    is_closed = np.array([bool(deal.outcome) for deal in parsed.deals], bool)
    opened = np.array([deal.opened for deal in parsed.deals], np.float64)
    for name in dict.fromkeys(name for deal in parsed.deals for name in deal.attributes):
        filled = np.array([name in deal.attributes for deal in parsed.deals], bool)
        fill = measure_fill(filled, is_closed, opened)
        if fill.leaks:
            keep_aside(parsed, [name])
            leak = Leak(name, FILLED, fill.closed, fill.open_, filled.size)
            findings.tell("filled_unevenly", file, leak.sentence)


def keep_aside(parsed: Parsed, names: Iterable[str]) -> None:
    """Keep these attributes with the deal, out of the forecast."""
    wanted = tuple(names)
    for deal in parsed.deals:
        for name in wanted:
            if name in deal.attributes:
                deal.kept[name] = deal.attributes.pop(name)


def tell_twins(parsed: Parsed) -> None:
    """One sentence when deals look like the same deal twice; nothing is merged."""
    names = [deal.name for deal in parsed.deals]
    twins = find_twins(parsed_to_history(parsed), names if any(names) else None)
    if twins:
        first, second = (parsed.deals[place].external_id for place in (twins[0].first, twins[0].second))
        count = "One deal looks" if len(twins) == 1 else f"{len(twins):,} deals look"
        parsed.assumptions.append(
            f"{count} like another one (same account, amount and name or attributes, opened within two days), for "
            f"example {second} like {first}; all are kept. Close the ones that are not real."
        )
