"""Changing the mark-up log.

Answers: what a new mark-up and an answer to one write. Does not answer: whether the contract may go (``engines``).
Each answer is in the ledger with its state, so that the log's history stays readable.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from landmark.closing.models import MarkUp
from landmark.closing.models.markups import MarkUpState
from landmark.closing.policies import check_can_prepare
from landmark.closing.working import check_day, fresh, next_number, save_changes, take, today
from landmark.deals.changing import changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.engines.last_mile import OPEN_STATES, suggest_pass
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


def add_markup(
    deal: Deal, *, by: Member, clause: str, requested: str, raised_on: date | None = None, pass_key: str = "",
    decider: str = "", via: str = "web", **values: Any,
) -> MarkUp:  # fmt: skip
    """A change somebody asked for. Its kind is proposed from its words when nobody chose one."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        if not clause.strip() or not requested.strip():
            raise Refused(_("Name the clause and what they ask for."))
        day = check_day(raised_on, change.deal, _("A mark-up came today or earlier."))
        mile = load_playbook(change.deal.playbook).last_mile
        kind = pass_key or suggest_pass(f"{clause} {requested} {values.get('current', '')}", mile)
        made = MarkUp.objects.create(
            deal=change.deal, number=next_number(MarkUp, change.deal), clause=clause.strip(),
            requested=requested.strip(), raised_on=day, pass_key=kind, decider=decider.strip(), **values, **fresh(by),
        )  # fmt: skip
        change.record("markup.added", note=clause)
    return made


def answer_markup(
    deal: Deal, *, by: Member, markup: MarkUp, state: str, if_version: int | None = None, via: str = "web",
    **values: Any,
) -> MarkUp:  # fmt: skip
    """Our answer, or theirs: where the mark-up stands, why, who decides and what it means."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, markup, if_version)
        _check_answer(state, values)
        decided_on = None if state in OPEN_STATES else today(change.deal)
        rounds = row.rounds + (state != row.state)
        save_changes(row, values | {"state": state, "rounds": rounds, "decided_on": decided_on})
        change.record("markup.answered", clause=markup.clause, state=state)
    return row


def _check_answer(state: str, values: dict[str, Any]) -> None:
    """An open one names its decider; a counter-proposal its words and reason; a refusal its reason."""
    if state not in MarkUpState.values:
        raise Refused(_("Choose where the mark-up stands."))
    if state in OPEN_STATES and not values.get("decider", "").strip():
        raise Refused(_("It is still open: say who decides it."))
    if state == MarkUpState.COUNTERED and not values.get("position", "").strip():
        raise Refused(_("Write the words you propose instead."))
    if state in (MarkUpState.COUNTERED, MarkUpState.REFUSED) and not values.get("rationale", "").strip():
        raise Refused(_("Give your reason in one sentence."))
    if values.get("impact_on", "none") != "none" and not values.get("impact", "").strip():
        raise Refused(_("Say in a few words what it means for scope, time, price or liability."))


def reopen_markup(deal: Deal, *, by: Member, markup: MarkUp, via: str = "web") -> None:
    """Settled by mistake, or asked for again: it is open, and whoever reopened it decides until told otherwise."""
    with changing(deal, by=by, via=via, check=check_can_prepare) as change:
        row = take(change.deal, markup)
        decider = row.decider or by.name
        save_changes(row, {"state": MarkUpState.OPEN, "decided_on": None, "decider": decider})
        change.record("markup.reopened", note=markup.clause)
