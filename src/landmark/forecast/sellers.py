"""Which columns name the people who sell: a forecast judges the deal, never who owns it.

Answers: whether a column of that name holds its owner. Does not answer: anything by its values; a region or an office
stays, though each person belongs to one.
"""

import re

from landmark.forecast.duplicates import ACCOUNT

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_OWNS = "owner|rep|representative|seller|salesperson|salesman|saleswoman|salesrep"
_WHOSE = "deal|opportunity|opp|account|record|lead|sales|hubspot"
_SELLER = re.compile(
    rf"((({_WHOSE}) )?({_OWNS})|(sales|account|key account) (agent|manager|executive)|agent|[bs]dr|assigned to)"
    r"( (user|full|first|last))?( (id|name|email|mail|key))?"
)


def is_never_used(name: str) -> bool:
    """The account tells which deals belong together and is nothing a model reads; nor is a seller."""
    words = " ".join(_WORDS.findall(name)).lower()
    return name == ACCOUNT or _SELLER.fullmatch(words) is not None
