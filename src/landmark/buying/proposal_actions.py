"""Confirming points as the record proposes them, one or all at once.

Answers: what one tap writes: the points seen, each with the evidence, people or fields behind it, as one entry that can
be undone. Does not answer: points a person judges otherwise (``qualification_actions.confirm_points``).
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from landmark.buying.keeping import keep
from landmark.buying.models import Score
from landmark.buying.proposals import Proposed, list_proposals, tell_basis
from landmark.buying.qualification import read_qualified
from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.snapshots import deal_facts
from landmark.engines.facts import DealFacts
from landmark.engines.rubrics import Proposal
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


def confirm_proposals(deal: Deal, *, by: Member, seen: Sequence[Proposed], via: str = "web") -> list[Score]:
    """Only what the person saw is confirmed; nothing is, when the record proposes something else by now."""
    if not seen:
        raise policies.Refused(_("Nothing is proposed that nobody has confirmed yet."))
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        as_of = latest(deal.org)
        facts = deal_facts(change.deal, as_of)
        found = read_qualified(change.deal, facts, load_playbook(change.deal.playbook), as_of)
        if set(seen) - set(list_proposals(found)):
            raise policies.StaleVersion(
                _("The record proposes something else by now. Look at the points again, then confirm them.")
            )
        rows = [
            _make_score(change.deal, one, found.results[one.rubric].dimension(one.dimension).proposal, facts)
            for one in dict.fromkeys(seen)
        ]
        keep(rows, by=by)
        change.record("points.confirmed", {f"{row.rubric}.{row.dimension}": row.points for row in rows})
    return rows


def _make_score(deal: Deal, one: Proposed, proposal: Proposal, facts: DealFacts) -> Score:
    return Score(
        deal=deal, rubric=one.rubric, dimension=one.dimension, points=one.points, proposed=one.points,
        observation=tell_basis(proposal, facts)[:300], evidence_id=proposal.used[0].id if proposal.used else None,
    )  # fmt: skip
