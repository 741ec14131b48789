"""Which deals a playbook is made for, and how much it may ask of them.

Answers: the sizes and types of deal a playbook suits; the most fields a stage may ask for. Does not answer: which
playbook a deal takes (``engines.playbook_choice``) nor how many fields there are (``asked``).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from landmark.playbook.checks import Key, Strict

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
DecisionHeld = Literal["alone", "in_value_presentation"]


class Suits(Strict):
    """Deals below an amount and of certain types; other currencies do not suit, types left out are all."""

    amount_below: Mapping[Currency, Annotated[Decimal, Field(gt=0)]] = Field(min_length=1)
    deal_types: tuple[Key, ...] = ()


class Budget(Strict):
    """How much a playbook may ask for: ``playbook check`` counts and refuses more."""

    fields_per_stage: int = Field(default=15, ge=1, description="The most fields one stage may ask for")
