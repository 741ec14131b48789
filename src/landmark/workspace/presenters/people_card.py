"""The people of a deal on its overview, as one small card.

Answers: how many are met, and the one next thing to do with them. Does not answer: what the tab shows (``people``).
"""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.buying.models import CommitmentMeeting
from landmark.buying.people import read_people
from landmark.deals.models import Deal
from landmark.engines.relationships import find_gaps, is_key_player
from landmark.playbook.loader import load_playbook
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.people_words import tell_gaps
from landmark.workspace.presenters.room import Card
from landmark.workspace.templatetags.workspace import link_to


def read_card(request: MemberRequest, deal: Deal) -> Card | None:
    playbook, lang = load_playbook(deal.playbook), get_language() or "en"
    people = read_people(deal, request.as_of)
    gaps = () if deal.is_closed else find_gaps(people.facts, playbook, deal.stage, request.as_of.on)

    def link(**query: str | None) -> str:
        return link_to(request, "workspace:people", pk=deal.id)

    lines = tell_gaps(gaps[:1], playbook, lang, link)
    players = [fact for fact in people.facts if is_key_player(fact, playbook)]
    met = sum(fact.met_on is not None for fact in players)
    words = ngettext("%(met)d of %(all)d key person met", "%(met)d of %(all)d key people met", len(players))
    state = words % {"met": met, "all": len(players)} if players else _("Nobody is named yet.")
    return Card(
        title=_("People"), state=f"{state}{_commitment(request, deal)}", tone="missing" if lines else "ready",
        step=lines[0].words if lines else "", url=link(),
    )  # fmt: skip


def _commitment(request: MemberRequest, deal: Deal) -> str:
    rows = CommitmentMeeting.objects.filter(deal=deal, answered_at__lte=request.as_of.known_by)
    newest = rows.order_by("-number").first()
    return f" · {newest.get_outcome_display()}" if newest else ""
