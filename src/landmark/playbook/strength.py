"""How strongly a fact is proved. Answers: which proof outranks which. Does not answer: what a gate asks for."""

from enum import IntEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


class Strength(IntEnum):
    """claimed by the seller < documented < stated by the buyer < signed.

    Ordered like numbers, written as text: ``Strength("buyer") is Strength.BUYER``, ``Strength.BUYER.key == "buyer"``.
    """

    CLAIMED = 1
    DOCUMENTED = 2
    BUYER = 3
    SIGNED = 4

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str):
            return next((member for member in cls if member.key == value.strip().lower()), None)
        return None

    @property
    def key(self) -> str:
        return self.name.lower()

    def __str__(self) -> str:
        return self.key


def _read_strength(value: object) -> object:
    if isinstance(value, Strength):
        return value
    try:
        return Strength(value)  # type: ignore[arg-type]  # _missing_ reads text
    except ValueError:
        raise ValueError(f"write one of {', '.join(member.key for member in Strength)}") from None


StrengthField = Annotated[
    Strength,
    BeforeValidator(_read_strength),
    PlainSerializer(lambda strength: strength.key, return_type=str),
    WithJsonSchema({"type": "string", "enum": [member.key for member in Strength]}),
]
