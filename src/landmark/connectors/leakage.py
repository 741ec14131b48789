"""Which columns may feed a forecast, and why others may not.

Answers: was this column known when the deal opened? Does not answer: how much it tells (the model does).
An export shows the *last* value of a column. A column that is filled or changed because a deal closed gives the
answer away: a model that learns from it looks excellent in the past and knows nothing about the future.
"""

from collections.abc import Iterable

from landmark.connectors.findings import Findings
from landmark.connectors.parsed import Parsed

FILL_GAP = 0.25
FEWEST_EACH = 20


def set_aside_uneven(parsed: Parsed, findings: Findings, file: str) -> None:
    """Move attributes whose being filled tells open deals from closed ones out of the forecast's reach.

    Compares the share of filled values among closed deals and among open ones, when there are at least 20 of each.
    """
    closed = [deal for deal in parsed.deals if deal.outcome]
    still_open = [deal for deal in parsed.deals if not deal.outcome]
    if min(len(closed), len(still_open)) < FEWEST_EACH:
        return
    names = dict.fromkeys(name for deal in parsed.deals for name in deal.attributes)
    for name in names:
        shares = [sum(name in deal.attributes for deal in group) / len(group) for group in (closed, still_open)]
        if abs(shares[0] - shares[1]) <= FILL_GAP:
            continue
        keep_aside(parsed, [name])
        findings.tell(
            "filled_unevenly",
            file,
            f"{name} is filled for {shares[0]:.0%} of closed and {shares[1]:.0%} of open deals: whether it is filled "
            f"would give the outcome away, so it is shown but the forecast does not use it.",
        )


def keep_aside(parsed: Parsed, names: Iterable[str]) -> None:
    """Keep these attributes with the deal, out of the forecast."""
    wanted = tuple(names)
    for deal in parsed.deals:
        for name in wanted:
            if name in deal.attributes:
                deal.kept[name] = deal.attributes.pop(name)
