"""Small sums on rates and names that schema, linter and metrics share.

Answers: how a table of stage rates becomes shares that end won, and where such a table contradicts itself.
Does not answer: what the rates of a company are (its own history does, in ``forecast``).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from landmark.playbook.names import fold_name

__all__ = ["falling_steps", "fold_name", "pool_falling", "rates_to_won"]


def falling_steps(rates: Mapping[str, Decimal]) -> tuple[tuple[str, str], ...]:
    """Pairs (earlier, later) of neighbouring stages where the later one has the lower rate."""
    keys = list(rates)
    return tuple((a, b) for a, b in zip(keys, keys[1:], strict=False) if rates[b] < rates[a])


def pool_falling(rates: Sequence[Decimal]) -> list[Decimal]:
    """The closest rates that never fall (pool adjacent violators, equal weights)."""
    pools: list[tuple[Decimal, int]] = []
    for rate in rates:
        pools.append((rate, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (high, n_high), (low, n_low) = pools[-2:]
            pools[-2:] = [((high * n_high + low * n_low) / (n_high + n_low), n_high + n_low)]
    return [rate for rate, count in pools for _ in range(count)]


def rates_to_won(to_commitment: Mapping[str, Decimal], commitment: str) -> dict[str, Decimal]:
    """Rates that lead only up to ``commitment``, carried on to won and made to rise.

    Formula: rate × (rate from commitment to won) for the earlier stages, then the closest rising table.
    """
    closing = to_commitment[commitment]
    raw = [rate if key == commitment else rate * closing for key, rate in to_commitment.items()]
    return dict(zip(to_commitment, pool_falling(raw), strict=True))
