"""Alerts in lists: what stood on a deal when its forecast was made, in one short sentence each.

Answers: the sentences behind a card's count, each with what to do next, the choices of the filter. Does not answer:
which alerts stand (``engines.alerts``), with which figures (the deal's own page, ``deal_alerts``).
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from landmark.engines import alerts as rules
from landmark.workspace.presenters.deal_alerts import name_alert

ANY = "any"
ASKED_FOR = (ANY, *rules.KINDS)


def tell_in_short(kinds: Iterable[str]) -> tuple[str, ...]:
    """One sentence a kind; a kind this version does not know says nothing."""
    words = {
        rules.TARGET: _("The target date has passed or is unlikely: agree a new one."),
        rules.ADVERSARY: _("An adversary is there and no plan for it: write one down."),
        rules.PROGRESS: _("No progress for longer than usual here: see what the next stage asks for."),
        rules.MOMENTUM: _("The pace has fallen: agree a next step."),
        rules.IDLE: _("Nothing on record for over three weeks: ask whether it still lives."),
        rules.EXPIRY: _("Evidence runs out soon: refresh it."),
    }
    return tuple(words[kind] for kind in kinds if kind in words)


def list_choices(held: Sequence[tuple[str, ...]], chosen: str) -> list[tuple[str, str, int]]:
    """(value, label, deals) for the filter, without kinds that no deal has. ``held``: the kinds of each deal."""
    counts = {kind: sum(kind in kinds for kinds in held) for kind in rules.KINDS}
    any_count = sum(bool(kinds) for kinds in held)
    offered = [(ANY, _("With alerts"), any_count), *((kind, name_alert(kind), counts[kind]) for kind in rules.KINDS)]
    return [one for one in offered if one[2] or one[0] == chosen]
