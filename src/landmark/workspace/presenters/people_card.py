"""The people of a deal on its overview, as one small card.

Answers: how many are met, and the one next thing to do with them. Does not answer: what the tab shows (``people``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.buying.models import CommitmentMeeting
from landmark.engines.relationships import find_gaps, is_key_player
from landmark.workspace.presenters.people_words import tell_gaps
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (CommitmentMeeting,)


def read_card(room: Room) -> Card | None:
    people, playbook = room.people.facts, room.playbook
    gaps = () if room.deal.is_closed else find_gaps(people, playbook, room.facts.stage, room.as_of.on)
    url = room.link("people")
    lines = tell_gaps(gaps[:1], playbook, room.lang, lambda **query: url)
    players = [fact for fact in people if is_key_player(fact, playbook)]
    met = sum(fact.met_on is not None for fact in players)
    words = ngettext("%(met)d of %(all)d key person met", "%(met)d of %(all)d key people met", len(players))
    state = words % {"met": met, "all": len(players)} if players else _("Nobody is named yet.")
    return Card(
        title=_("People"), state=f"{state}{_commitment(room)}", tone="missing" if lines else "ready",
        step=lines[0].words if lines else "", url=url,
    )  # fmt: skip


def _commitment(room: Room) -> str:
    if "people" not in room.begun:
        return ""
    rows = CommitmentMeeting.objects.filter(deal=room.deal, answered_at__lte=room.as_of.known_by)
    newest = rows.order_by("-number").first()
    return f" · {newest.get_outcome_display()}" if newest else ""
