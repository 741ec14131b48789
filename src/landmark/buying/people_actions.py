"""Putting down what we know of the buyer's people.

Answers: how a person's version is written, taken back, and how a question they asked is kept. Does not answer: what
follows (``engines.relationships``). The stakeholder's own row is changed by the deal's action, so its gates move along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from landmark.buying.models import AskedQuestion, DecisionPart, StakeholderState
from landmark.buying.people import card_of, newest_state
from landmark.deals import policies
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.changing import changing
from landmark.deals.models import Deal, Stakeholder
from landmark.orgs.as_of import current_day, stamp
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.relationships import TOP_DEPTH, TOP_LEVEL

STATE_FIELDS = (
    "influence", "interest", "decision_part", "cares_about", "needs", "cost_of_waiting", "step_text", "step_owner",
    "step_on", "depth", "minimum", "blocks", "unblocker_id", "unblock_evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """Who the person is and where they stand: the stakeholder's own row."""

    name: str
    title: str = ""
    email: str = ""
    roles: Sequence[str] = ()
    stance: str = "neutral"
    met_on: date | None = None
    personal_benefit: str = ""
    plan: str = ""


def save_person(
    deal: Deal,
    *,
    by: Member,
    card: Card,
    state: Mapping[str, Any],
    stakeholder: Stakeholder | None = None,
    if_version: int | None = None,
    via: str = "web",
) -> Stakeholder:
    """Add a person, or write their next version. ``state`` names only what is told; the rest stays as it was."""
    with changing(deal, by=by, via=via) as change:
        _check(change.deal, state, stakeholder)
        before = newest_state(stakeholder) if stakeholder else None
        if before is not None:
            policies.check_version(
                before.version, if_version, current=before, who=before.author_name,
                sentence=_("%(who)s saved this person while you had the form open. What you typed is still here."),
            )  # fmt: skip
        saved = save_stakeholder(
            change.deal, by=by, stakeholder=stakeholder, name=card.name, title=card.title, email=card.email,
            roles=card.roles, stance=card.stance, met_on=card.met_on, personal_benefit=card.personal_benefit,
            plan=card.plan, via=via,
        )  # fmt: skip
        row = _next_version(saved, before, state, by=by)
        change.record(
            "person.mapped", note=card.name, stakeholder=str(saved.id), version=row.version, influence=row.influence,
            interest=row.interest, decision_part=row.decision_part, stage=row.stage,
        )  # fmt: skip
    return saved


def change_state(
    stakeholder: Stakeholder, *, by: Member, if_version: int | None = None, via: str = "web", **state: Any
) -> Stakeholder:
    """Write single facts of somebody who is on the deal already."""
    card = Card(
        name=stakeholder.person.name, title=stakeholder.person.title, email=stakeholder.person.email,
        roles=stakeholder.roles, stance=state.pop("stance", stakeholder.stance), met_on=stakeholder.met_on,
        personal_benefit=stakeholder.personal_benefit, plan=state.pop("plan", stakeholder.plan),
    )  # fmt: skip
    return save_person(
        stakeholder.deal, by=by, card=card, state=state, stakeholder=stakeholder, if_version=if_version, via=via
    )


def undo_person(stakeholder: Stakeholder, *, by: Member, via: str = "web") -> StakeholderState:
    """Bring back the version before the newest one, as a version of its own; nothing is removed."""
    deal = stakeholder.deal
    with changing(deal, by=by, via=via) as change:
        newest = newest_state(stakeholder)
        if newest is None or newest.version < 2 or newest.undoes is not None:
            raise policies.Refused(_("There is nothing to take back here."))
        earlier = StakeholderState.objects.get(stakeholder=stakeholder, version=newest.version - 1)
        card, person = earlier.card, stakeholder.person
        saved = save_stakeholder(
            change.deal, by=by, stakeholder=stakeholder, name=person.name, title=person.title, email=person.email,
            roles=card["roles"], stance=card["stance"], personal_benefit=card["personal_benefit"], plan=card["plan"],
            met_on=date.fromisoformat(card["met_on"]) if card["met_on"] else None, via=via,
        )  # fmt: skip
        values = {name: getattr(earlier, name) for name in STATE_FIELDS}
        row = _next_version(saved, newest, values, by=by, undoes=newest.version)
        change.record(
            "person.undone", note=person.name, stakeholder=str(saved.id), version=row.version, undoes=newest.version
        )
    return row


def note_question(stakeholder: Stakeholder, *, by: Member, text: str, asked_on: date, via: str = "web") -> None:
    """Keep a question they asked; the same one twice shows that our answer did not reach them."""
    if not text.strip():
        raise policies.Refused(_("Write down what they asked."))
    deal = stakeholder.deal
    with changing(deal, by=by, via=via) as change:
        if asked_on > current_day(deal.org):
            raise policies.Refused(_("A question was asked today or earlier."))
        AskedQuestion.objects.create(
            deal=change.deal, stakeholder=stakeholder, text=text.strip()[:300], asked_on=asked_on,
            known_at=stamp(deal.org), author_name=by.name,
        )  # fmt: skip
        change.record("person.asked", note=text, stakeholder=str(stakeholder.id))


def _next_version(
    row: Stakeholder,
    before: StakeholderState | None,
    state: Mapping[str, Any],
    *,
    by: Member,
    undoes: int | None = None,
) -> StakeholderState:
    values = {name: getattr(before or StakeholderState(), name) for name in STATE_FIELDS} | dict(state)
    return StakeholderState.objects.create(
        deal=row.deal, stakeholder=row, version=before.version + 1 if before else 1, known_at=stamp(row.deal.org),
        author_name=by.name, stage=row.deal.stage, card=card_of(row), undoes=undoes, **values,
    )  # fmt: skip


def _check(deal: Deal, state: Mapping[str, Any], stakeholder: Stakeholder | None) -> None:
    unknown = set(state) - set(STATE_FIELDS)
    if unknown:
        raise policies.Refused(_("This cannot be kept of a person: %(what)s.") % {"what": ", ".join(sorted(unknown))})
    for name in ("influence", "interest"):
        if state.get(name) is not None and not 1 <= state[name] <= TOP_LEVEL:
            raise policies.Refused(_("Influence and interest run from 1 to %(top)d.") % {"top": TOP_LEVEL})
    if state.get("decision_part", "") not in DecisionPart.values:
        raise policies.Refused(_("Say whether they decide, sign, both or neither."))
    _check_depth(deal, state.get("depth", {}))
    unblocker = state.get("unblocker_id")
    if unblocker and (stakeholder is not None and unblocker == stakeholder.id):
        raise policies.Refused(_("Nobody lifts their own block: name somebody else who can."))
    if unblocker and not Stakeholder.objects.filter(deal=deal, pk=unblocker).exists():
        raise policies.Refused(_("Whoever lifts the block has to be among the people of this deal."))


def _check_depth(deal: Deal, depth: Mapping[str, Any]) -> None:
    """A point stands for something that was seen, so it says what."""
    scales = {scale.key for scale in load_playbook(deal.playbook).relationships.scales}
    for key, value in depth.items():
        if key not in scales or not 0 <= value["points"] <= TOP_DEPTH:
            raise policies.Refused(_("Choose scale and points from the playbook's lists."))
        if value["points"] and not value["seen"].strip():
            raise policies.Refused(_("Say what was seen: a point of depth rests on something observed."))
