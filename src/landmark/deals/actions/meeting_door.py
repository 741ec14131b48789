"""The door of the decision meeting: the one door that no change of stage passes.

Answers: may the meeting be held, and what is kept of it. Does not answer: what the door asks (``engines.gates``), what
happens in the meeting (``closing``).
"""

from collections.abc import Sequence

from django.utils.translation import get_language

from landmark.deals import policies
from landmark.deals.actions.moves import _keep_inputs, _keep_passes, _tell_managers, _with_inputs
from landmark.deals.inputs import OverrideInput
from landmark.deals.models import Deal
from landmark.deals.snapshots import deal_facts
from landmark.engines.gates import MoveResult, evaluate_meeting
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import MEETING


def pass_meeting_door(deal: Deal, *, by: Member, overrides: Sequence[OverrideInput] = ()) -> MoveResult:
    """Let a locked deal into its decision meeting, or raise ``MoveRefused`` with what is missing.

    An override is kept, ends on its day and is told to the managers, as at any other door.
    """
    as_of, playbook = latest(deal.org), load_playbook(deal.playbook)
    policies.check_overrides(overrides, as_of.on)
    facts = _with_inputs(deal_facts(deal, as_of), None, (), overrides)
    gates = evaluate_meeting(facts, playbook, as_of.on, lang=get_language() or "en")
    result = MoveResult(to_stage=MEETING, direction="stay", gates=gates, needs_reason=False)
    if not result.allowed:
        raise policies.MoveRefused(result)
    _keep_inputs(deal, by, (), overrides)
    _keep_passes(deal, result)
    _tell_managers(deal, by, overrides)
    return result
