"""Why a forecast stands on its level of history, in the reader's language.

Answers: the stored sentence of the model core, said again with its figures. Does not answer: which level counts
(``forecast.model``, which is pure and writes English).
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.ui.formats import format_count

FIGURE = r"([\d,]+)"
FULL = re.compile(rf"{FIGURE} closed deals \({FIGURE} won\) carry the full model\.")
PART = re.compile(
    rf"{FIGURE} closed deals \({FIGURE} won, {FIGURE} lost\) adjust the playbook's benchmarks; "
    rf"the full model needs {FIGURE}, at least {FIGURE} of each kind\."
)
FEW = re.compile(rf"Only {FIGURE} deals have closed so far, so the playbook's benchmarks speak; .* yield at {FIGURE}\.")
UNSEEN = "No closing has yet been seen from open to end, so closing rates by stage speak."


def say_reason(stored: str) -> str:
    """A sentence we do not know, of another version say, stays as it is."""
    if found := FULL.fullmatch(stored):
        closed, won = _shown(found)
        return _("%(closed)s closed deals (%(won)s won) carry the full model.") % {"closed": closed, "won": won}
    if found := PART.fullmatch(stored):
        words = dict(zip(("closed", "won", "lost", "full", "each"), _shown(found), strict=True))
        return (
            _(
                "%(closed)s closed deals (%(won)s won, %(lost)s lost) adjust the playbook's benchmarks; "
                "the full model needs %(full)s, at least %(each)s of each kind."
            )
            % words
        )
    if found := FEW.fullmatch(stored):
        closed, yields = _shown(found)
        if _number(found[1]) == 0:
            return _(
                "No deal has closed yet, so the playbook's benchmarks speak; they start to yield at %(yields)s. Bring "
                "in deals that ended before, or mark one as won or lost when it ends."
            ) % {"yields": yields}
        text = ngettext(
            "Only %(closed)s deal has closed so far, so the playbook's benchmarks speak; "
            "they start to yield at %(yields)s.",
            "Only %(closed)s deals have closed so far, so the playbook's benchmarks speak; "
            "they start to yield at %(yields)s.",
            _number(found[1]),
        )
        return text % {"closed": closed, "yields": yields}
    if stored == UNSEEN:
        return _("No closing has yet been seen from open to end, so closing rates by stage speak.")
    return stored


def _shown(found: re.Match[str]) -> list[str]:
    return [format_count(_number(text)) for text in found.groups()]


def _number(text: str) -> int:
    return int(text.replace(",", ""))
