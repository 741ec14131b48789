"""Which columns name the people who sell: a forecast judges the deal, never who owns it.

Answers: whether a column of that name holds its owner. Does not answer: anything by its values; a region or an office
stays, though each person belongs to one.
"""

import re

from landmark.forecast.duplicates import ACCOUNT

_WHOSE = "deal|opportunity|opp|account|keyaccount|record|lead|sales|hubspot|crm"
_OWNS = "owner|rep|representative|seller|agent|manager|executive|exec"
_ALONE = (
    "owner|rep|representative|seller|agent|closer|assignee|[bs]dr|sales(person|man|woman|consultant)|user"
    "|assignedto|(created|closed|sold)by"
    "|venditore|agente|commerciale|proprietario|responsabile|assegnatario|assegnatoa"
    "|verkäufer|vertriebler|inhaber|besitzer|vendeur|propriétaire|vendedor|propietario"
)
_SELLER = re.compile(
    rf"(({_WHOSE})({_OWNS})|{_ALONE})(user|full|first|last)?(id|name|email|mail|key|code|number|no|nr|initials)?"
)


def is_never_used(name: str) -> bool:
    """The account tells which deals belong together and is nothing a model reads; nor is a seller."""
    plain = re.sub(r"[\W_]+", "", name.lower().removesuffix("__c"))
    return name == ACCOUNT or _SELLER.fullmatch(plain) is not None
