"""The three types of deal, recognised in what a source calls them.

Answers: new, expansion or renewal for a source's own word; "" when it says none of them. Does not answer: what a deal
is worth by type (``cadence.book``). What the source wrote is kept as it is; this is how it is read.
"""

import re
from functools import lru_cache

NEW, EXPANSION, RENEWAL = "new", "expansion", "renewal"
DEAL_TYPES = (NEW, EXPANSION, RENEWAL)

_WORDS: dict[str, frozenset[str]] = {
    RENEWAL: frozenset({"renewal", "renew", "renewed", "extension", "prolongation", "rinnovo", "verlängerung"}),
    EXPANSION: frozenset(
        {"expansion", "existing", "upgrade", "upsell", "upselling", "crosssell", "addon", "add", "growth", "downgrade",
         "replacement", "amendment", "espansione", "erweiterung"}
    ),
    NEW: frozenset({"new", "newbusiness", "newlogo", "first", "initial", "nuovo", "nuova", "neugeschäft"}),
}  # fmt: skip
_JOINED = {"up sell": "upsell", "cross sell": "crosssell", "add on": "addon", "new business": "newbusiness"}


@lru_cache(maxsize=1_000)
def read_deal_type(text: str) -> str:
    """“Existing Customer - Upgrade” → expansion, “New Business” → new, “Contract renewal” → renewal, “Partner” → "".

    Renewal is looked for first, new last: a source may call a renewal “existing business, new contract”.
    """
    plain = " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))
    for spaced, joined in _JOINED.items():
        plain = plain.replace(spaced, joined)
    words = set(plain.split())
    return next((kind for kind, known in _WORDS.items() if words & known), "")


def plain_deal_type(text: str) -> str:
    """What deals are counted under: one of the three types, else the source's own word."""
    return read_deal_type(text) or text.strip()
