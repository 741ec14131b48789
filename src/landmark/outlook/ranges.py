"""x"""
from dataclasses import dataclass
@dataclass(frozen=True)
class Range:
    x: int
def simulate_range() -> None: ...
